// SPDX-License-Identifier: Apache-2.0
//
// Objects by their kind and name, as statements spell them: to tell whether two statements of a
// migration are about the same one.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// "schema.name" as written, where public is as good as nothing.
std::string joined(std::span<sql::Node* const> names);
std::string joined(const sql::Node* node);
std::string joined(const PgQuery__RangeVar* range);

/// The name without its schema.
std::string_view last_name_of(const sql::Node* object);

/// "table", "view"; "object" for the rare ones. Those that share their names share the word.
std::string_view kind_of(PgQuery__ObjectType type);

/// "f(int4,text)": which of the functions of a name is meant. Without arguments, as DROP FUNCTION
/// allows, it is the name alone.
std::string signature(const PgQuery__CreateFunctionStmt& create);
std::string signature(const PgQuery__ObjectWithArgs& function);

}  // namespace godwit::codegen::lint
