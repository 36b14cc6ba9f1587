// SPDX-License-Identifier: Apache-2.0
//
// What fold.cpp hands its statements to, a file a kind of object.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"
#include "catalog/fold.hpp"

namespace godwit::codegen::catalog {

/// The parts of a name in a DROP, COMMENT or ALTER: of a List, TypeName or ObjectWithArgs.
std::span<sql::Node* const> names_of(const sql::Node* node);

// fold_type.cpp
void create_composite(Catalog& catalog, const PgQuery__CompositeTypeStmt& create,
                      const Occasion& occasion);
void create_enum(Catalog& catalog, const PgQuery__CreateEnumStmt& create, const Occasion& occasion);
void alter_enum(Catalog& catalog, const PgQuery__AlterEnumStmt& alter);
void create_domain(Catalog& catalog, const PgQuery__CreateDomainStmt& create,
                   const Occasion& occasion);
void alter_domain(Catalog& catalog, const PgQuery__AlterDomainStmt& alter,
                  const Occasion& occasion);
void create_other_type(Catalog& catalog, std::span<sql::Node* const> names, TypeKind kind,
                       const Occasion& occasion);
/// ALTER TYPE … ADD, DROP, ALTER ATTRIBUTE.
void alter_attributes(Catalog& catalog, const PgQuery__AlterTableStmt& alter,
                      const PgQuery__AlterTableCmd& command, const Occasion& occasion);

// fold_view.cpp
void create_view(Catalog& catalog, const PgQuery__ViewStmt& create, const Occasion& occasion);
void create_table_as(Catalog& catalog, const PgQuery__CreateTableAsStmt& create,
                     const Occasion& occasion);
void select_into(Catalog& catalog, const sql::Node& select, const Occasion& occasion);
void refresh(Catalog& catalog, const PgQuery__RefreshMatViewStmt& refresh);
void create_sequence(Catalog& catalog, const PgQuery__CreateSeqStmt& create,
                     const Occasion& occasion);
void alter_sequence(Catalog& catalog, const PgQuery__AlterSeqStmt& alter);

// fold_table_parts.cpp
void create_trigger(Catalog& catalog, const PgQuery__CreateTrigStmt& create,
                    const Occasion& occasion);
void create_policy(Catalog& catalog, const PgQuery__CreatePolicyStmt& create,
                   const Occasion& occasion);
void alter_policy(Catalog& catalog, const PgQuery__AlterPolicyStmt& alter);
void create_rule(Catalog& catalog, const PgQuery__RuleStmt& create, const Occasion& occasion);

// fold_function.cpp
void create_function(Catalog& catalog, const PgQuery__CreateFunctionStmt& create,
                     const Occasion& occasion);
void alter_function(Catalog& catalog, const PgQuery__AlterFunctionStmt& alter);
void create_aggregate(Catalog& catalog, const PgQuery__DefineStmt& create,
                      const Occasion& occasion);
/// Index of the overload that is meant; none where it is not known which.
std::optional<std::size_t> find_overload(const Catalog& catalog, const Function& function,
                                         const PgQuery__ObjectWithArgs& written);

// fold_rename.cpp
void rename(Catalog& catalog, const PgQuery__RenameStmt& rename, const Occasion& occasion);
void set_schema(Catalog& catalog, const PgQuery__AlterObjectSchemaStmt& alter,
                const Occasion& occasion);

// fold_drop.cpp
void drop(Catalog& catalog, const PgQuery__DropStmt& drop, const Occasion& occasion);
/// Takes along what depends on a column, a constraint or a type.
struct Object;
void drop_dependents(Catalog& catalog, const Object& object, const Occasion& occasion);

}  // namespace godwit::codegen::catalog
