// SPDX-License-Identifier: Apache-2.0
//
// What a statement takes for granted: each function looks one thing up in the catalog, and reports
// it where it is not there, or is of a migration that this one does not depend on.
#pragma once

#include <span>
#include <string_view>

#include "catalog/query.hpp"
#include "lint/existence.hpp"

namespace godwit::codegen::lint {

/// The relation, where it is there.
const catalog::Relation* need_relation(Context& context, const Event& event,
                                       const catalog::Name& name, Place place);
const catalog::Relation* need_relation(Context& context, const Event& event,
                                       const PgQuery__RangeVar* range);

void need_column(Context& context, const Event& event, const catalog::Relation& relation,
                 std::string_view name, Place place);
void need_column(Context& context, const Event& event, const catalog::Relation& relation,
                 std::string_view name);
void need_columns(Context& context, const Event& event, const catalog::Relation* relation,
                  std::span<sql::Node* const> names);

/// An index of the relation; an empty name is none.
void need_index_of(Context& context, const Event& event, const catalog::Relation& relation,
                   std::string_view index);

void need_type(Context& context, const Event& event, const PgQuery__TypeName* written);

/// A type by its name alone, as ALTER TYPE has it.
void need_type_name(Context& context, const Event& event, std::span<sql::Node* const> names);

void need_type_name(Context& context, const Event& event, const catalog::Name& name);

/// Says that what the statement uses is of a migration that it does not depend on, where it does.
void check_dependency(Context& context, const Event& event, Place place,
                      catalog::MigrationIndex made_in, const std::string& what);

/// What a query or an expression uses.
void need_all(Context& context, const Event& event, const catalog::Analysis& analysis);

bool is_system_column(std::string_view name);

/// Does the ALTER TABLE itself add the column? Whichever their order, such columns are there for
/// its other commands, and come behind changes of types.
bool is_added_beside(const Event& event, std::string_view name);

}  // namespace godwit::codegen::lint
