// SPDX-License-Identifier: Apache-2.0
//
// When may a statement that changes or reads rows be repeated? Each function says what a second run
// does wrong, or gives an empty text when it does nothing wrong.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "catalog/catalog.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// The functions that the project has made, whose names may be those of PostgreSQL's.
class OwnFunctions {
 public:
  /// `catalog` is that of before the script; null where there is none to ask.
  explicit OwnFunctions(const catalog::Catalog* catalog) : catalog_(catalog) {}

  const catalog::Catalog* catalog() const noexcept { return catalog_; }

  /// The script makes one.
  void note(const PgQuery__CreateFunctionStmt& create);

  /// Whether the function gives the same again; empty where the call means none of them.
  std::optional<bool> is_steady(const PgQuery__FuncCall& call) const;

 private:
  const catalog::Catalog* catalog_;
  std::set<std::string, std::less<>> volatile_;
  std::set<std::string, std::less<>> steady_;
};

std::string insert_problem(const PgQuery__InsertStmt& insert, const OwnFunctions& own);
std::string update_problem(const PgQuery__UpdateStmt& update, const OwnFunctions& own);
std::string merge_problem(const PgQuery__MergeStmt& merge, const OwnFunctions& own);

/// Of the writes in a statement's WITH.
std::string nested_problem(const sql::Node& statement, const OwnFunctions& own);

/// Of a SELECT: functions in it that may change something.
std::string query_problem(const sql::Node& select, const OwnFunctions& own);

}  // namespace godwit::codegen::lint
