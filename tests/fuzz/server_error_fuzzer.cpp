// SPDX-License-Identifier: Apache-2.0
//
// Whatever a server, or what stands between, puts into the fields of an error: the runtime finds a
// place in the migration for it, or none. The input is texts with their names, `=== sql` and so on
// before each; numbers are written as the server writes them.
#include <algorithm>

#include <godwit/error.hpp>

#include "message.hpp"
#include "server_errors.hpp"
#include "sql/split.hpp"
#include "support.hpp"

namespace {

using godwit::fuzz::require;

/// Without the line end that the input's form puts behind it.
std::string field(const std::vector<std::pair<std::string, std::string>>& files,
                  std::string_view name) {
  std::string text(godwit::fuzz::file_named(files, name));
  if (text.ends_with('\n'))
    text.pop_back();
  return text;
}

godwit::fuzz::ErrorFields read_fields(
    const std::vector<std::pair<std::string, std::string>>& files) {
  constexpr std::pair<char, std::string_view> kFields[] = {
      {'C', "sqlstate"}, {'M', "message"}, {'D', "detail"},   {'H', "hint"},
      {'P', "position"}, {'q', "query"},   {'p', "internal"}, {'W', "context"}};
  godwit::fuzz::ErrorFields fields;
  for (const auto& [code, name] : kFields) {
    if (std::string text = field(files, name); !text.empty())
      fields.emplace_back(code, std::move(text));
  }
  return fields;
}

/// The statements of `sql` as the table has them, in a file that begins with it.
std::vector<godwit::Statement> statements_of(const std::string& sql) {
  const godwit::codegen::SourceFile file("/m/7.sql", "m/7.sql", sql);
  std::vector<godwit::Statement> statements;
  for (const auto& span : godwit::codegen::sql::split_statements(file.text())) {
    const auto position = file.position(span.offset);
    statements.push_back({static_cast<std::uint32_t>(span.offset),
                          static_cast<std::uint32_t>(span.length), position.line, position.column});
  }
  return statements;
}

void check_place(const godwit::ErrorDetail& detail, std::string_view sql) {
  const auto lines = static_cast<std::size_t>(std::count(sql.begin(), sql.end(), '\n')) + 1;
  require(detail.line <= lines, "a line is one of the file");
  require(detail.column <= sql.size() + 1, "a column is one of the file");
  require(detail.source_line.find('\n') == std::string::npos, "a line is one line");
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static godwit::fuzz::ServerErrors server;
  const auto files = godwit::fuzz::split_files(godwit::fuzz::as_text(data, size));
  // The table never holds a byte order mark, which the build drops.
  std::string sql = field(files, "sql");
  while (sql.starts_with("\xEF\xBB\xBF")) sql.erase(0, 3);
  const auto statements = statements_of(sql);
  const auto error = server.make(read_fields(files));

  godwit::Migration migration;
  migration.version = 7;
  migration.full_name = "007_x";
  migration.up = {.is_present = true, .file = "m/7.sql", .sql = sql, .statements = statements};
  migration.verify = {.file = "m/7.verify.sql", .sql = sql, .statements = statements};
  const auto count = static_cast<std::uint32_t>(statements.size());
  godwit::detail::Message message;
  message.add(godwit::detail::Section::kBegin, &migration, "BEGIN");
  message.add_foreign(godwit::detail::Section::kUp, &migration, sql, count);
  message.add(godwit::detail::Section::kVerify, &migration, sql, count);

  godwit::ErrorDetail untranslatable;
  godwit::detail::describe_error(error.get(), untranslatable);
  godwit::detail::locate_untranslatable(migration, untranslatable);
  check_place(untranslatable, sql);
  for (const bool counts_bytes : {false, true}) {
    for (std::size_t index = 0; index <= message.result_count(); ++index) {
      godwit::ErrorDetail detail;
      godwit::detail::describe_error(error.get(), detail);
      locate_error(message, error.get(), index, counts_bytes, detail);
      check_place(detail, sql);
      const godwit::Error thrown(godwit::ErrorKind::kFailed, detail);
      require(!std::string_view(thrown.what()).empty(), "an error has words");
    }
    for (const godwit::Statement& statement : statements) {
      godwit::ErrorDetail detail;
      godwit::detail::locate_in_statement(
          migration, migration.up, statement,
          std::string_view(sql).substr(statement.offset, statement.length), error.get(),
          counts_bytes, detail);
      check_place(detail, sql);
    }
  }
  return 0;
}
