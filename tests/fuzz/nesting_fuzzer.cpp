// SPDX-License-Identifier: Apache-2.0
//
// Nesting that no short text could have: the input is five lines, of which the second and the
// fourth are repeated as often as the first line's number says:
//
//     9000
//     select (
//     1
//     )
//     ;
//
// with a line before them. It must be parsed or refused, in a time that a build can bear.
#include <algorithm>
#include <array>
#include <charconv>

#include "sql/body_check.hpp"
#include "sql/parse.hpp"
#include "sql/plpgsql.hpp"
#include "sql/transaction.hpp"
#include "support.hpp"

namespace {

using namespace godwit::codegen;

void append(std::string& text, std::string_view piece, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) text += piece;
}

std::string unfold(std::string_view input) {
  constexpr std::size_t kMostTimes = 100'000;
  constexpr std::size_t kLongestText = 200'000;
  std::array<std::string_view, 6> lines;
  for (std::string_view& line : lines) {
    line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(line.size() + 1, input.size()));
  }
  std::size_t times = 0;
  std::from_chars(lines[0].data(), lines[0].data() + lines[0].size(), times);
  const std::size_t piece = std::max<std::size_t>(1, lines[2].size() + lines[4].size());
  times = std::min({times, kMostTimes, kLongestText / piece});
  std::string text(lines[1]);
  append(text, lines[2], times);
  text += lines[3];
  append(text, lines[4], times);
  text += lines[5];
  return text;
}

void parse_all(const std::string& text) {
  std::vector<sql::SyntaxError> errors;
  const sql::Script script = sql::parse(text, errors);
  for (const sql::Statement& statement : script.statements()) {
    sql::walk(statement.node, [](const sql::Node&) { return true; });
    sql::check_body(text, statement);
    if (auto body = sql::body_text(text, statement))
      sql::parse_body(std::move(*body));
  }
  sql::plan_transaction(script, std::nullopt);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = unfold(godwit::fuzz::as_text(data, size));
  sql::run_with_deep_stack(1, 1, [&](std::size_t) { parse_all(text); });
  return 0;
}
