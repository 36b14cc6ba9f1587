// SPDX-License-Identifier: Apache-2.0
//
// The way of a position through everything: a byte of a file gets into the table and into a
// message, the server names it by the number of its character, and it must be that line and column
// again. The first two bytes of the input choose the place, the rest is the file.
#include <algorithm>
#include <charconv>

#include "emit/script_plan.hpp"
#include "message.hpp"
#include "server_errors.hpp"
#include "source/text_check.hpp"
#include "sql/parse.hpp"
#include "support.hpp"

namespace {

using namespace godwit::codegen;
using godwit::fuzz::require;
using godwit::fuzz::ServerErrors;

bool begins_character(std::string_view text, std::size_t i) {
  return i == text.size() || (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
}

/// `offset`, or the beginning of the character that it is in.
std::size_t on_character(std::string_view text, std::size_t offset) {
  while (!begins_character(text, offset)) --offset;
  return offset;
}

/// What a server calls the byte at `offset`.
std::string character_number(std::string_view text, std::size_t offset) {
  std::size_t number = 1;
  for (std::size_t i = 0; i < offset; ++i) number += begins_character(text, i) ? 1 : 0;
  return std::to_string(number);
}

void check_line_index(const SourceFile& file) {
  const std::string_view text = file.text();
  Position expected;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const Position found = file.position(i);
    require(found.line == expected.line && found.column == expected.column,
            "a line ends in a newline, and a column is a byte");
    require(file.line_start(found.line) + found.column - 1 == i, "a line starts where it starts");
    const std::string_view line = file.line_text(found.line);
    require(line.data() == text.data() + file.line_start(found.line) || line.empty(),
            "the text of a line is the file's");
    require(line.find('\n') == std::string_view::npos, "a line holds no newline");
    if (i < text.size() && text[i] == '\n')
      expected = {expected.line + 1, 1};
    else
      ++expected.column;
    if (begins_character(text, i)) {
      std::size_t characters = 0;
      for (std::size_t k = 0; k < i; ++k) characters += begins_character(text, k) ? 1 : 0;
      require(byte_offset_of(text, characters) == i, "characters are counted as bytes allow");
    }
  }
}

/// One migration of one up section, sent as a message and statement by statement.
class Mapping {
 public:
  Mapping(const SourceFile& file, const Section& up, ServerErrors& server)
      : file_(file), server_(server) {
    const sql::Script script = sql::split_only(up);
    plan_ = emit::plan_script(up, script, {}, {});
    if (script.empty())
      return;
    base_ = script.statements().front().offset;
    migration_.version = 7;
    migration_.full_name = "007_x";
    migration_.up.is_present = true;
    migration_.up.file = file.display();
    migration_.up.sql = plan_.sql;
    migration_.up.statements = plan_.statements;
    message_.add(godwit::detail::Section::kBegin, &migration_, "BEGIN;\nSET x = 'é'", 2);
    message_.add_foreign(godwit::detail::Section::kUp, &migration_, plan_.sql,
                         static_cast<std::uint32_t>(plan_.statements.size()));
    message_.add(godwit::detail::Section::kCommit, &migration_, "COMMIT");
  }

  void check(std::size_t pick) {
    const std::string_view sql = plan_.sql;
    if (plan_.statements.empty())
      return;
    const std::size_t offset = on_character(sql, pick % sql.size());
    const std::size_t byte = message_.part_of_result(kFirstOfUp)->begin + offset;
    check_message({{'P', character_number(message_.text(), byte)}}, false, kFirstOfUp, offset);
    check_message({{'P', std::to_string(byte + 1)}}, true, kFirstOfUp, offset);
    const std::size_t index = pick % plan_.statements.size();
    const godwit::Statement& statement = plan_.statements[index];
    check_message({}, false, kFirstOfUp + index, statement.offset);
    check_statement(index, pick);
  }

 private:
  static constexpr std::size_t kFirstOfUp = 2;

  /// An error in a part of a statement, which a function or a DO block ran, and in the statement
  /// when it was sent alone.
  void check_statement(std::size_t index, std::size_t pick) {
    const godwit::Statement& statement = plan_.statements[index];
    const std::string_view text =
        std::string_view(plan_.sql).substr(statement.offset, statement.length);
    const std::size_t inside = on_character(text, pick % text.size());
    godwit::ErrorDetail detail;
    const auto error = server_.make({{'P', character_number(text, inside)}});
    godwit::detail::locate_in_statement(migration_, migration_.up, statement, text, error.get(),
                                        false, detail);
    expect(detail, statement.offset + inside);
    // The same with a line of ours before it in the message.
    const std::string record = "BEGIN;\n";
    const auto later =
        server_.make({{'P', character_number(record + std::string(text), record.size() + inside)}});
    godwit::detail::locate_in_statement(migration_, migration_.up, statement, text, later.get(),
                                        false, detail, record.size());
    expect(detail, statement.offset + inside);

    const std::size_t begin = on_character(text, inside / 2);
    const std::string_view query = text.substr(begin);
    const bool is_unique = text.find(query) == begin;
    check_message({{'q', std::string(query)}, {'p', character_number(query, inside - begin)}},
                  false, kFirstOfUp + index, statement.offset + (is_unique ? inside : 0));
    const std::string wrapped = "EXECUTE é" + std::string(text) + "é";
    const std::size_t at = wrapped.find(text);
    check_message({{'q', wrapped}, {'p', character_number(wrapped, at + inside)}}, false,
                  kFirstOfUp + index, statement.offset + inside);
  }

  void check_message(godwit::fuzz::ErrorFields fields, bool counts_bytes, std::size_t index,
                     std::size_t offset) {
    fields.emplace_back('C', "42703");
    fields.emplace_back('M', "column \"x\" does not exist");
    godwit::ErrorDetail detail;
    const auto error = server_.make(fields);
    const auto* part = locate_error(message_, error.get(), index, counts_bytes, detail);
    require(part != nullptr && part->section == godwit::detail::Section::kUp,
            "an error of the migration's SQL is one");
    expect(detail, offset);
  }

  /// `offset` is one of the section's sql.
  void expect(const godwit::ErrorDetail& detail, std::size_t offset) const {
    const Position expected = file_.position(base_ + offset);
    require(detail.file == file_.display(), "an error is in its file");
    require(detail.line == expected.line, "an error is on the line where it was made");
    require(detail.column == expected.column, "an error is in the column where it was made");
    require(detail.source_line.find('\n') == std::string::npos, "a line is one line");
    require(detail.source_line == line_sent(expected.line), "the line is the file's");
  }

  /// A line of the file without what stands before the first statement and behind the last one,
  /// which is not in the table.
  std::string line_sent(std::uint32_t line) const {
    const std::size_t start = file_.line_start(line);
    std::string_view rest = plan_.sql;
    std::string sent;
    if (start < base_)
      sent.assign(base_ - start, ' ');
    else
      rest.remove_prefix(start - base_);
    sent += rest.substr(0, rest.find('\n'));
    if (sent.ends_with('\r'))
      sent.pop_back();
    return sent;
  }

  const SourceFile& file_;
  ServerErrors& server_;
  emit::ScriptPlan plan_;
  std::size_t base_ = 0;
  godwit::Migration migration_;
  godwit::detail::Message message_;
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static ServerErrors server;
  if (size < 2)
    return 0;
  const std::size_t pick = data[0] * std::size_t{256} + data[1];
  const SourceFile file("/m/007_x.sql", "m/007_x.sql", godwit::fuzz::as_text(data + 2, size - 2));
  check_line_index(file);
  Diagnostics diagnostics;
  for (const Section& section : split_sections(file, SectionKind::kUp, diagnostics)) {
    if (section.kind() == SectionKind::kUp)
      Mapping(file, section, server).check(pick);
  }
  return 0;
}
