// SPDX-License-Identifier: Apache-2.0
//
// Types of columns: what the SQL says, brought into one spelling, and which change of a type leaves
// the table's rows as they are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/name.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::catalog {

/// A type with its modifiers: numeric(10,2)[] is {"", "numeric", {10, 2}, 1 dimension}. Built-in
/// types have no schema and PostgreSQL's internal names: int4, varchar, bpchar, timestamptz.
struct Type {
  std::string schema;
  std::string name;  ///< empty when the type is unknown
  std::vector<int> modifiers;
  int dimensions = 0;
  bool is_serial = false;  ///< written as serial: name is the integer type, with a sequence

  bool is_known() const noexcept { return !name.empty(); }
  friend bool operator==(const Type&, const Type&) = default;
};

/// The type as written; user-defined ones are not looked up yet (their schema is what is written).
Type read_type(const PgQuery__TypeName& written);

/// As people write it: "integer", "varchar(20)", "timestamptz", "my_schema.mood[]".
std::string to_string(const Type& type);

/// What a change of type costs the table.
enum class TypeChange {
  kFree,     ///< only the catalog changes
  kRewrite,  ///< the table and its indexes are written anew, or at least read and checked
  kUnknown,  ///< a type is unknown
};

/// `session_is_utc`: the migration has set the time zone to UTC, which makes timestamp and
/// timestamptz the same bits. Domains have to be resolved to their base type by the caller.
/// Measured on PostgreSQL 15.20.
TypeChange compare_types(const Type& from, const Type& to, bool session_is_utc);

}  // namespace godwit::codegen::catalog
