// SPDX-License-Identifier: Apache-2.0
//
// What is said of each condition is what PostgreSQL 15.20 answers to SELECT of it; NULL, and what
// depends on more than constants, is nothing.
#include "sql/truth.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sql/parse.hpp"

namespace godwit::codegen::sql {
namespace {

std::optional<bool> truth_of(const std::string& condition) {
  const std::string text = "DELETE FROM t WHERE " + condition;
  std::vector<SyntaxError> errors;
  const Script script = parse(text, errors);
  EXPECT_TRUE(errors.empty()) << condition;
  if (script.statements().size() != 1)
    return std::nullopt;
  const auto* statement = as<PgQuery__DeleteStmt>(script.statements().front().node);
  return statement == nullptr ? std::nullopt : constant_truth(statement->where_clause);
}

TEST(Truth, OfConstants) {
  const std::vector<std::pair<std::string, std::optional<bool>>> conditions = {
      {"true", true},
      {"false", false},
      {"NULL", std::nullopt},
      {"'t'", true},
      {"' YES '", true},
      {"'of'", false},
      {"'o'", std::nullopt},
      {"'tru'", true},
      {"''", std::nullopt},
      {"'f'::boolean", false},
      {"0::boolean", false},
      {"2::bool", true},
      {"NOT false", true},
      {"NOT NULL::boolean", std::nullopt},
      {"1 = 1", true},
      {"1 <> 1", false},
      {"2 > 1 AND 1 <= 1", true},
      {"2 > 1 AND id = 1", std::nullopt},
      {"1 = 2 AND id = 1", false},
      {"1 = 1 OR id = 1", true},
      {"1 = 2 OR id = 1", std::nullopt},
      {"1 = 2 OR NULL", std::nullopt},
      {"'a' = 'a'", true},
      {"'a' <> 'a'", false},
      {"'a' < 'b'", std::nullopt},
      {"NULL = NULL", std::nullopt},
      {"NULL IS NULL", true},
      {"1 IS NULL", false},
      {"1 IS NOT NULL", true},
      {"(1 = 1) IS TRUE", true},
      {"(1 = 2) IS NOT TRUE", true},
      {"(1 = 1) IS FALSE", false},
      {"id IS NULL", std::nullopt},
      {"now() = now()", std::nullopt},
      {"id = id", std::nullopt},
  };
  for (const auto& [condition, expected] : conditions)
    EXPECT_EQ(truth_of(condition), expected) << condition;
}

TEST(Truth, WithoutAConditionEveryRowIsMeant) {
  EXPECT_TRUE(is_every_row(nullptr));
}

}  // namespace
}  // namespace godwit::codegen::sql
