// SPDX-License-Identifier: Apache-2.0
//
// The directive is read by hand, since its values are no SQL: `key=(a, "B c")`, `size=1000`,
// `pause=50ms`. The place of the new condition is found in the statement's tokens: WHERE and
// RETURNING are reserved words, so outside of brackets they are nothing else, but for a column
// behind a dot and a label behind AS.
#include "sql/batch.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "source/comments.hpp"
#include "source/words.hpp"
#include "sql/scan.hpp"

namespace godwit::codegen::sql {
namespace {

constexpr std::string_view kWord = "godwit:batch";
constexpr std::string_view kRule = "invalid-batch";
constexpr std::string_view kForm = "-- godwit:batch key=id size=1000 pause=50ms";
constexpr std::uint32_t kMostRows = 1'000'000;
constexpr std::uint64_t kLongestPauseMs = 3'600'000;

struct Option {
  std::string_view name;
  std::string_view value;
};

bool is_name_byte(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Up to the next blank that is neither in quotes nor in brackets.
std::size_t end_of_value(std::string_view text) {
  bool is_quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"')
      is_quoted = !is_quoted;
    else if (!is_quoted && c == '(')
      ++depth;
    else if (!is_quoted && c == ')')
      --depth;
    else if (!is_quoted && depth <= 0 && is_blank(c))
      return i;
  }
  return text.size();
}

/// One column of a key; empty when it is none.
std::string column_of(std::string_view written) {
  if (written.size() > 2 && written.front() == '"' && written.back() == '"') {
    std::string name;
    for (std::size_t i = 1; i + 1 < written.size(); ++i) {
      if (written[i] == '"' && (i + 2 >= written.size() || written[++i] != '"'))
        return {};
      name += written[i];
    }
    return name;
  }
  const bool is_name = !written.empty() && !is_ascii_digit(written.front()) &&
                       std::all_of(written.begin(), written.end(), is_name_byte);
  return is_name ? to_lower(written) : std::string();
}

std::vector<std::string_view> parts_of_key(std::string_view value) {
  if (value.size() >= 2 && value.front() == '(' && value.back() == ')')
    value = value.substr(1, value.size() - 2);
  std::vector<std::string_view> parts;
  bool is_quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size() && value[i] == '"')
      is_quoted = !is_quoted;
    if (i == value.size() || (value[i] == ',' && !is_quoted)) {
      parts.push_back(trim(value.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  return parts;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

std::optional<std::uint64_t> milliseconds_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> kUnits{
      {{"ms", 1}, {"min", 60'000}, {"s", 1'000}}};
  for (const auto& [unit, factor] : kUnits) {
    if (!ends_with_ignoring_case(text, unit))
      continue;
    const auto number = number_of(text.substr(0, text.size() - unit.size()));
    if (number && *number <= kLongestPauseMs)
      return *number * factor;
  }
  return std::nullopt;
}

/// Is a statement with data-modifying WITH queries: these would all run with the first part.
bool has_writing_query(const PgQuery__WithClause* with) {
  if (with == nullptr)
    return false;
  const auto queries = list(with->ctes, with->n_ctes);
  return std::any_of(queries.begin(), queries.end(), [](const Node* node) {
    const auto* query = as<PgQuery__CommonTableExpr>(node);
    return query != nullptr && as<PgQuery__SelectStmt>(query->ctequery) == nullptr;
  });
}

/// Index by index: does the statement stand in a BEGIN … COMMIT of the script's own?
std::vector<bool> inside_own_blocks(const Script& script) {
  std::vector<bool> inside;
  bool is_open = false;
  for (const Statement& statement : script.statements()) {
    inside.push_back(is_open);
    const auto* control = as<PgQuery__TransactionStmt>(statement.node);
    if (control == nullptr)
      continue;
    switch (control->kind) {
      case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
      case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        is_open = true;
        break;
      case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
      case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        is_open = control->chain != 0;
        break;
      default:
        break;
    }
  }
  return inside;
}

class Reader {
 public:
  Reader(const Section& section, const Script& script, bool is_one_transaction,
         Diagnostics& diagnostics)
      : section_(section),
        script_(script),
        is_one_transaction_(is_one_transaction),
        diagnostics_(diagnostics),
        inside_block_(inside_own_blocks(script)) {}

  std::vector<BatchDirective> read() {
    const std::string_view text = section_.text();
    std::vector<BatchDirective> batches;
    for (const Comment& comment : find_comments(text)) {
      std::string_view body = text.substr(comment.offset, comment.length).substr(2);
      body = trim(comment.is_line ? body : body.substr(0, body.size() - 2));
      if (!starts_with_ignoring_case(body, kWord) ||
          (body.size() > kWord.size() &&
           (is_name_byte(body[kWord.size()]) || body[kWord.size()] == '-')))
        continue;
      directive_ = body;
      BatchDirective batch;
      batch.offset = offset_of(body);
      batch.length = body.size();
      const bool is_read = read_options(body.substr(kWord.size()), batch);
      if (bind(comment.offset + comment.length, batch) && is_read) {
        if (batch_of(batches, batch.statement) != nullptr)
          error(body, "the statement has a godwit:batch already", "keep one of them");
        else
          batches.push_back(std::move(batch));
      }
    }
    report_in_bodies();
    return batches;
  }

 private:
  std::size_t offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - section_.text().data());
  }

  bool error(std::string_view place, std::string message, std::string note) {
    diagnostics_
        .error(kRule, section_.file(), offset_of(place), std::move(message), {std::move(note)})
        .length = place.size();
    return false;
  }

  bool read_options(std::string_view rest, BatchDirective& batch) {
    bool is_good = true;
    std::vector<std::string> seen;
    while (!(rest = trim_left(rest)).empty()) {
      const std::size_t end = end_of_value(rest);
      const std::string_view written = rest.substr(0, end);
      rest.remove_prefix(end);
      const std::size_t equals = written.find('=');
      const std::string name = to_lower(written.substr(0, std::min(equals, written.size())));
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
        is_good = error(written, "`" + name + "` is given twice", "keep one of them");
        continue;
      }
      seen.push_back(name);
      const std::string_view value =
          equals == std::string_view::npos ? std::string_view() : written.substr(equals + 1);
      is_good = read_option(written, name, value, batch) && is_good;
    }
    const auto has = [&](std::string_view name) {
      return std::find(seen.begin(), seen.end(), name) != seen.end();
    };
    if (is_good && (!has("key") || !has("size"))) {
      return error(directive_,
                   !has("key") ? "a batch needs a key: the columns that tell its rows apart"
                               : "a batch needs a size: how many rows it looks at",
                   "write: " + std::string(kForm));
    }
    return is_good;
  }

  bool read_option(std::string_view written, const std::string& name, std::string_view value,
                   BatchDirective& batch) {
    if (name == "key")
      return read_key(written, value, batch);
    if (name == "size") {
      const auto number = number_of(value);
      if (!number || *number < 1 || *number > kMostRows)
        return error(written, "the size of a batch is a number of rows, from 1 to 1000000",
                     "write: " + std::string(kForm));
      batch.size = static_cast<std::uint32_t>(*number);
      return true;
    }
    if (name == "pause") {
      const auto pause = milliseconds_of(value);
      if (!pause || *pause > kLongestPauseMs)
        return error(written, "a pause is a time in ms, s or min, and at most an hour",
                     "write: " + std::string(kForm));
      batch.pause_ms = static_cast<std::uint32_t>(*pause);
      return true;
    }
    constexpr std::array<std::string_view, 3> kOptions{"key", "size", "pause"};
    std::string message = "godwit:batch has no option `" + name + "`";
    if (const auto meant = closest(name, kOptions))
      message += ", did you mean `" + std::string(*meant) + "`?";
    return error(written, std::move(message), "write: " + std::string(kForm));
  }

  bool read_key(std::string_view written, std::string_view value, BatchDirective& batch) {
    batch.key_offset = offset_of(written) + (value.empty() ? 0 : written.size() - value.size());
    batch.key_length = value.empty() ? written.size() : value.size();
    for (const std::string_view part : parts_of_key(value)) {
      std::string column = column_of(part);
      if (column.empty())
        return error(written, "a key is the name of a column, or several in parentheses",
                     "write the names without their table: key=id, or key=(tenant_id, id)");
      if (std::find(batch.keys.begin(), batch.keys.end(), column) != batch.keys.end())
        return error(written, "`" + column + "` stands twice in the key", "keep one of them");
      batch.keys.push_back(std::move(column));
    }
    return true;
  }

  /// Finds the statement below the comment.
  bool bind(std::size_t behind, BatchDirective& batch) {
    if (section_.kind() != SectionKind::kUp && section_.kind() != SectionKind::kDown)
      return error(directive_,
                   "a batch in a " + std::string(to_string(section_.kind())) + " section",
                   "only statements of an up or down section are run in batches");
    const std::size_t begin = skip_blank(section_.text(), behind);
    const auto& all = script_.statements();
    const auto found = std::find_if(all.begin(), all.end(), [&](const Statement& statement) {
      return statement.offset == begin;
    });
    if (found == all.end())
      return error(directive_, "this godwit:batch stands above no statement",
                   "put it on the line above the UPDATE or DELETE that it is about");
    batch.statement = static_cast<std::size_t>(found - all.begin());
    return check_statement(*found, batch);
  }

  bool check_statement(const Statement& statement, const BatchDirective& batch) {
    const std::string_view text = section_.text();
    const std::string_view head = text.substr(
        statement.offset, text.find_first_of(" \t\r\n(;", statement.offset) - statement.offset);
    if (statement.node == nullptr)
      return error(directive_, "a batch in a migration that is not parsed",
                   "take `Syntax: unchecked` out of the header, or run it as a whole");
    if (batch_target(statement.node) == nullptr)
      return error(head, "only an UPDATE or DELETE can be run in batches",
                   "for other work, write a loop as a code migration, or several migrations");
    if (is_one_transaction_)
      return error(directive_, "a batch in a migration whose header says `Transaction: yes`",
                   "each batch is a transaction of its own: take the key out of the header");
    if (inside_block_[batch.statement])
      return error(directive_, "a batch between BEGIN and COMMIT",
                   "each batch is a transaction of its own: delete the BEGIN and the COMMIT");
    const auto* update = as<PgQuery__UpdateStmt>(statement.node);
    const auto* deletion = as<PgQuery__DeleteStmt>(statement.node);
    const Node* where = update != nullptr ? update->where_clause : deletion->where_clause;
    if (as<PgQuery__CurrentOfExpr>(where) != nullptr)
      return error(head, "WHERE CURRENT OF is one row, and cannot be run in batches",
                   "delete the godwit:batch");
    if (has_writing_query(update != nullptr ? update->with_clause : deletion->with_clause))
      return error(head, "a WITH query that writes would do all of its work with the first batch",
                   "write it as a statement of its own");
    return update == nullptr || check_assignments(*update, head, batch);
  }

  bool check_assignments(const PgQuery__UpdateStmt& update, std::string_view head,
                         const BatchDirective& batch) {
    for (const Node* node : list(update.target_list, update.n_target_list)) {
      const auto* target = as<PgQuery__ResTarget>(node);
      if (target == nullptr ||
          std::find(batch.keys.begin(), batch.keys.end(), target->name) == batch.keys.end())
        continue;
      return error(
          section_.text().substr(
              target->location < 0 ? offset_of(head) : static_cast<std::size_t>(target->location),
              std::string_view(target->name).size()),
          "this changes the key `" + std::string(target->name) +
              "`: a row that moves ahead is changed again, one that moves behind never",
          "go by a key that the statement leaves as it is");
    }
    return true;
  }

  /// In a DO block it would be text, and have no effect.
  void report_in_bodies() {
    const std::string_view text = section_.text();
    for (const Statement& statement : script_.statements()) {
      const std::string_view all = text.substr(statement.offset, statement.length);
      if (as<PgQuery__DoStmt>(statement.node) == nullptr || !contains_ignoring_case(all, kWord))
        continue;
      for (const Token& token : scan(text, statement.offset, statement.offset + statement.length)) {
        const std::string lower = to_lower(token.in(text));
        const std::size_t at = lower.find(kWord);
        if (token.kind == TokenKind::kString && at != std::string::npos)
          error(text.substr(token.offset + at, kWord.size()),
                "godwit:batch has no effect inside a DO block",
                "write the statement outside of the block");
      }
    }
  }

  const Section& section_;
  const Script& script_;
  bool is_one_transaction_;
  Diagnostics& diagnostics_;
  std::vector<bool> inside_block_;
  std::string_view directive_;
};

}  // namespace

std::vector<BatchDirective> read_batches(const Section& section, const Script& script,
                                         bool is_one_transaction, Diagnostics& diagnostics) {
  if (!section.is_present() || !contains_ignoring_case(section.text(), kWord))
    return {};
  return Reader(section, script, is_one_transaction, diagnostics).read();
}

const BatchDirective* batch_of(const std::vector<BatchDirective>& batches,
                               std::size_t statement) noexcept {
  for (const BatchDirective& batch : batches) {
    if (batch.statement == statement)
      return &batch;
  }
  return nullptr;
}

const PgQuery__RangeVar* batch_target(const Node* node) noexcept {
  if (const auto* update = as<PgQuery__UpdateStmt>(node))
    return update->relation;
  const auto* deletion = as<PgQuery__DeleteStmt>(node);
  return deletion == nullptr ? nullptr : deletion->relation;
}

BatchCut cut_for_batch(std::string_view text) {
  BatchCut cut;
  int depth = 0;
  const std::vector<Token> tokens = scan(text, 0, text.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    const bool is_label =
        i > 0 && (is_symbol(text, tokens[i - 1], ".") || is_word(text, tokens[i - 1], "as"));
    if (is_symbol(text, token, "(") || is_symbol(text, token, "["))
      ++depth;
    else if (is_symbol(text, token, ")") || is_symbol(text, token, "]"))
      --depth;
    else if (depth == 0 && !is_label && cut.open == 0 && is_word(text, token, "where"))
      cut.open = token.end();
    else if (depth == 0 && !is_label && is_word(text, token, "returning"))
      break;
    cut.close = token.end();
  }
  return cut;
}

std::string with_condition(std::string_view text, const BatchCut& cut, std::string_view condition) {
  std::string out(text.substr(0, cut.open));
  if (cut.open != 0)
    out += '(';
  out += text.substr(cut.open, cut.close - cut.open);
  out += cut.open != 0 ? ") AND " : " WHERE ";
  out += condition;
  out += text.substr(cut.close);
  return out;
}

}  // namespace godwit::codegen::sql
