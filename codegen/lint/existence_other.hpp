// SPDX-License-Identifier: Apache-2.0
//
// Handlers of the rules about names, for statements of which there is little to be said: the table
// of a GRANT, the columns of CREATE STATISTICS.
#pragma once

#include <span>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// CHECK, UNIQUE, PRIMARY KEY and GENERATED of a table that is being made name its own columns.
void check_own_columns(const Event& event, Context& context);
/// The body of a function in SQL is checked when it is made.
void check_sql_function(const Event& event, Context& context);
/// The types of a function's arguments and of its result.
void check_function_types(const Event& event, Context& context);
void check_create_sequence(const Event& event, Context& context);
void check_alter_sequence(const Event& event, Context& context);
void check_grant(const Event& event, Context& context);
/// ALTER … SET SCHEMA of tables and types.
void check_moved(const Event& event, Context& context);
void check_type_owner(const Event& event, Context& context);
void check_cast(const Event& event, Context& context);
void check_copy(const Event& event, Context& context);
void check_lock(const Event& event, Context& context);
void check_vacuum(const Event& event, Context& context);
void check_reindex(const Event& event, Context& context);
void check_cluster(const Event& event, Context& context);
void check_publication(const Event& event, Context& context);
void check_rule(const Event& event, Context& context);
void check_statistics(const Event& event, Context& context);
void check_renamed_type(const Event& event, Context& context);
void check_created_domain(const Event& event, Context& context);
void check_composite(const Event& event, Context& context);
void check_domain(const Event& event, Context& context);
/// Of ["schema", "table", "trigger"] the table.
const catalog::Relation* need_table_of_part(Context& context, const Event& event,
                                            std::span<sql::Node* const> parts);
/// COMMENT ON INDEX, TYPE, CONSTRAINT, TRIGGER, POLICY, RULE.
void check_commented_part(const Event& event, Context& context);

}  // namespace godwit::codegen::lint
