// SPDX-License-Identifier: Apache-2.0
//
// The strings that PL/pgSQL hands to EXECUTE, as far as the body itself says what they are:
// format('TRUNCATE %I', 'users'), 'DROP TABLE ' || quote_ident(t) in a loop over ARRAY['a', 'b'], a
// variable that was given a constant just before.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sql/scan.hpp"

namespace godwit::codegen::sql {

/// What EXECUTE is given.
struct ConstantTexts {
  /// One for each round of the loops around whose variables it mentions. Empty: it is computed from
  /// something that is known only when it runs.
  std::vector<Literal> texts;
  /// More than literals that are joined: positions in the texts are ones of the expression.
  bool is_built = false;
};

/// Is told of assignments and loops in the order of the text, and then asked for expressions.
/// Ranges are of tokens, [first, end).
class ConstantText {
 public:
  /// Both outlive it.
  ConstantText(std::string_view text, const std::vector<Token>& tokens)
      : text_(text), tokens_(tokens) {}

  /// A list of statements begins: what is assigned in it may not have been, behind it.
  void enter_list() { lists_.push_back(++last_list_); }
  void leave_list() { lists_.pop_back(); }

  /// The variable is given the value of an expression.
  void define(const std::string& variable, std::size_t first, std::size_t end);

  /// FOR variable IN first … end LOOP; the body is [end + 1, …). Is it known which rounds it makes,
  /// at least one, and does nothing in its body leave one early?
  bool enter_loop(const std::string& variable, std::size_t first, std::size_t end);
  void leave_loop() { loops_.pop_back(); }

  ConstantTexts read(std::size_t first, std::size_t end) const;

 private:
  class Reader;
  using Values = std::map<std::string, std::string, std::less<>>;

  struct Definition {
    std::size_t first = 0;
    std::size_t end = 0;
    std::size_t list = 0;
  };
  struct Loop {
    std::string variable;
    std::vector<std::string> values;  ///< empty: unknown
    std::size_t body = 0;
    std::size_t end = 0;
  };

  bool is_named(std::size_t token, std::string_view name) const;
  bool is_assigned_at(std::size_t token) const;
  bool is_assigned_in(std::string_view name, std::size_t first, std::size_t end) const;
  bool is_mentioned_in(std::string_view name, std::size_t first, std::size_t end) const;
  std::size_t end_of_loop(std::size_t body) const;
  const Definition* definition_at(std::string_view variable, std::size_t token) const;

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<std::size_t> lists_;
  std::size_t last_list_ = 0;
  std::map<std::string, Definition, std::less<>> definitions_;
  std::vector<Loop> loops_;
};

}  // namespace godwit::codegen::sql
