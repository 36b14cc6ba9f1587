// SPDX-License-Identifier: Apache-2.0
//
// Building messages, and finding the way back from an error to a line of a file.
//
// There are three kinds of places that a server names: a position in the text that it was sent (an
// unknown column, a syntax error), a position in a text that it made itself (inside a DO block or a
// function: the text is looked for in the statement), and nothing at all (a constraint, a
// permission), when only the number of results before the error tells which statement it was.
#include "message.hpp"

#include "seeds.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace godwit::detail {
namespace {

// The byte at which the `position`-th character begins, counted from 1 as the server does.
std::size_t byte_of(std::string_view text, std::size_t position, bool counts_bytes) {
  if (counts_bytes) {
    return std::min(position - 1, text.size());
  }
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U && ++characters == position) {
      return i;
    }
  }
  return text.size();
}

std::size_t number_in(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

void place(std::string_view file, std::string_view sql, const Statement& statement,
           std::size_t offset, ErrorDetail& detail) {
  offset = std::min(offset, sql.size());
  const std::size_t from = std::min<std::size_t>(statement.offset, offset);
  const std::string_view between = sql.substr(from, offset - from);
  const std::size_t last_newline = between.rfind('\n');
  detail.file = file;
  detail.line =
      statement.line + static_cast<std::uint32_t>(std::count(between.begin(), between.end(), '\n'));
  detail.column = static_cast<std::uint32_t>(last_newline == std::string_view::npos
                                                 ? statement.column + between.size()
                                                 : between.size() - last_newline);
  const std::size_t before = offset == 0 ? std::string_view::npos : sql.rfind('\n', offset - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  std::string_view line = sql.substr(start, sql.find('\n', start) - start);
  if (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  // The section may begin in the middle of a line of the file.
  const bool is_cut =
      start == 0 && statement.offset <= line.size() && statement.column > statement.offset + 1;
  detail.source_line = is_cut ? std::string(statement.column - statement.offset - 1, ' ') : "";
  detail.source_line += line;
}

// The statement that holds the byte, or the last one before it.
const Statement* statement_at(std::span<const Statement> statements, std::size_t offset) {
  const Statement* found = nullptr;
  for (const Statement& statement : statements) {
    if (statement.offset > offset && found != nullptr) {
      break;
    }
    found = &statement;
  }
  return found;
}

// Where a position inside a text of the server's own lies in the statement, if that can be told.
std::optional<std::size_t> internal_offset(std::string_view statement, const PGresult* error,
                                           bool counts_bytes) {
  const std::string_view query = error_field(error, PG_DIAG_INTERNAL_QUERY);
  const std::size_t position = number_in(error_field(error, PG_DIAG_INTERNAL_POSITION));
  if (!query.empty() && position > 0) {
    const std::size_t inside = byte_of(query, position, counts_bytes);
    const std::size_t at = statement.find(query);
    if (at != std::string_view::npos && statement.find(query, at + 1) == std::string_view::npos) {
      return at + inside;
    }
    // The other way round: the build wrapped the statement into the query.
    const std::size_t wrapped = query.find(statement);
    if (!statement.empty() && wrapped != std::string_view::npos && inside >= wrapped &&
        inside - wrapped <= statement.size()) {
      return inside - wrapped;
    }
  }
  // "PL/pgSQL function inline_code_block line 4 at RAISE": whatever the language of the message,
  // the first number after the name is the line of the DO block's body.
  const std::string_view context = error_field(error, PG_DIAG_CONTEXT);
  const std::size_t name = context.find("inline_code_block");
  if (name == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t digits = context.find_first_of("0123456789\n", name);
  if (digits == std::string_view::npos || context[digits] == '\n') {
    return std::nullopt;
  }
  const std::size_t line = number_in(context.substr(digits));
  const std::size_t open = statement.find('$');
  const std::size_t body = open == std::string_view::npos ? open : statement.find('$', open + 1);
  if (body == std::string_view::npos || line == 0) {
    return std::nullopt;
  }
  std::size_t at = body + 1;
  for (std::size_t i = 1; i < line; ++i) {
    const std::size_t newline = statement.find('\n', at);
    if (newline == std::string_view::npos) {
      return std::nullopt;
    }
    at = newline + 1;
  }
  const std::size_t text = statement.find_first_not_of(" \t\r\n", at);
  return text == std::string_view::npos ? at : text;
}

const Checks* checks_of(const Part& part) {
  return part.section == Section::kRequire ? &part.migration->require : &part.migration->verify;
}

}  // namespace

void Message::add(Section section, const Migration* migration, std::string_view sql,
                  std::uint32_t count) {
  Part part{section, migration, static_cast<std::uint32_t>(text_.size()), 0, results_, count};
  text_ += sql;
  text_ += ";\n";
  part.end = static_cast<std::uint32_t>(text_.size());
  results_ += count;
  parts_.push_back(part);
}

void Message::add_foreign(Section section, const Migration* migration, std::string_view sql,
                          std::uint32_t count) {
  Part part{section, migration, static_cast<std::uint32_t>(text_.size()), 0, results_, count};
  text_ += sql;
  part.end = static_cast<std::uint32_t>(text_.size());
  text_ += "\n;\n";
  results_ += count;
  parts_.push_back(part);
}

const Part* Message::part_of_result(std::size_t index) const {
  const auto found = std::find_if(parts_.begin(), parts_.end(), [&](const Part& part) {
    return index >= part.first_result && index - part.first_result < part.result_count;
  });
  return found == parts_.end() ? nullptr : &*found;
}

const Part* Message::part_of_byte(std::size_t offset) const {
  // A syntax error "at end of input" of one part is found at the beginning of what follows it, so
  // the separator counts as the part before.
  const Part* found = nullptr;
  for (const Part& part : parts_) {
    if (part.begin > offset) {
      break;
    }
    found = &part;
  }
  return found;
}

void describe_error(const PGresult* error, ErrorDetail& detail) {
  detail.message = error_field(error, PG_DIAG_MESSAGE_PRIMARY);
  if (detail.message.empty() && error != nullptr) {
    detail.message = PQresultErrorMessage(error);
  }
  detail.sqlstate = error_field(error, PG_DIAG_SQLSTATE);
  detail.detail = error_field(error, PG_DIAG_MESSAGE_DETAIL);
  detail.hint = error_field(error, PG_DIAG_MESSAGE_HINT);
  if (detail.sqlstate != "GW001") {  // else it is the block in which the build has put the query
    detail.context = error_field(error, PG_DIAG_CONTEXT);
  }
}

void name_migration(const Migration& migration, ErrorDetail& detail) {
  if (migration.has_version()) {
    detail.migration = migration.version;
  }
  detail.migration_name = migration.full_name;
  detail.file = migration.up.file;
}

void locate_statement(std::string_view file, std::string_view sql, const Statement& statement,
                      ErrorDetail& detail) {
  place(file, sql, statement, statement.offset, detail);
}

const Part* locate_error(const Message& message, const PGresult* error, std::size_t index,
                         bool counts_bytes, ErrorDetail& detail) {
  const std::size_t position = number_in(error_field(error, PG_DIAG_STATEMENT_POSITION));
  std::size_t byte = 0;
  const Part* part = message.part_of_result(index);
  if (position > 0) {
    byte = byte_of(message.text(), position, counts_bytes);
    part = message.part_of_byte(byte);
  }
  if (part == nullptr || part->migration == nullptr) {
    return part;
  }
  const Migration& migration = *part->migration;
  name_migration(migration, detail);
  const bool is_check = part->section == Section::kRequire || part->section == Section::kVerify;
  if (part->section == Section::kUp) {
    const Script& up = migration.up;
    const Statement whole{0, static_cast<std::uint32_t>(up.sql.size()), 1, 1};
    if (position > 0) {
      const std::size_t offset = byte - part->begin;
      const Statement* statement = statement_at(up.statements, offset);
      place(up.file, up.sql, statement == nullptr ? whole : *statement, offset, detail);
      return part;
    }
    const std::size_t number = index - part->first_result;
    if (number < up.statements.size() && !locate_row(up, number, error, detail)) {
      const Statement& statement = up.statements[number];
      const auto inside =
          internal_offset(up.sql.substr(statement.offset, statement.length), error, counts_bytes);
      place(up.file, up.sql, statement, statement.offset + inside.value_or(0), detail);
    }
  } else if (is_check) {
    const Checks& checks = *checks_of(*part);
    const std::size_t number = position > 0 ? checks.statements.size() : index - part->first_result;
    detail.file = checks.file;
    if (number < checks.statements.size()) {
      const Statement& statement = checks.statements[number];
      const bool has_position = !error_field(error, PG_DIAG_INTERNAL_QUERY).empty();
      const auto inside =
          has_position ? internal_offset(checks.sql.substr(statement.offset, statement.length),
                                         error, counts_bytes)
                       : std::nullopt;
      place(checks.file, checks.sql, statement, statement.offset + inside.value_or(0), detail);
    }
  }
  return part;
}

void locate_in_statement(const Migration& migration, const Script& script,
                         const Statement& statement, std::string_view sent, const PGresult* error,
                         bool counts_bytes, ErrorDetail& detail, std::size_t before,
                         std::span<const Insertion> inserted) {
  name_migration(migration, detail);
  const std::size_t position = number_in(error_field(error, PG_DIAG_STATEMENT_POSITION));
  std::size_t offset = 0;
  const auto number = static_cast<std::size_t>(&statement - script.statements.data());
  if (position == 0 && number < script.statements.size() &&
      locate_row(script, number, error, detail)) {
    return;
  }
  if (position > before) {
    offset = byte_of(sent, position - before, counts_bytes);
  } else {
    offset = internal_offset(sent, error, counts_bytes).value_or(0);
  }
  std::size_t ours = 0;
  for (const Insertion& each : inserted) {
    ours += offset > each.at ? std::min(offset - each.at, each.length) : 0;
  }
  place(script.file, script.sql, statement, statement.offset + offset - ours, detail);
}

void locate_untranslatable(const Migration& migration, ErrorDetail& detail) {
  std::string bytes;
  const std::string_view text = detail.message;
  for (std::size_t at = text.find("0x"); at != std::string_view::npos;
       at = text.find("0x", at + 2)) {
    constexpr int kHex = 16;
    unsigned int byte = 0;
    const std::size_t end = std::min(at + 4, text.size());
    std::from_chars(text.data() + at + 2, text.data() + end, byte, kHex);
    bytes += static_cast<char>(byte);
  }
  const Script& script = migration.up;
  const std::size_t offset = bytes.empty() ? std::string_view::npos : script.sql.find(bytes);
  if (offset == std::string_view::npos || script.statements.empty()) {
    return;
  }
  const auto after =
      std::find_if(script.statements.begin(), script.statements.end(),
                   [&](const Statement& statement) { return statement.offset > offset; });
  place(script.file, script.sql, after == script.statements.begin() ? *after : *(after - 1), offset,
        detail);
}

}  // namespace godwit::detail
