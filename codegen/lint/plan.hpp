// SPDX-License-Identifier: Apache-2.0
//
// SQL to paste instead of a statement that would hold up a table in use: the same change in steps,
// each of them short or without a strong lock. Nothing that the statement says gets lost on the
// way: names, actions, INCLUDE and DEFERRABLE are in the steps as well.
//
// How it works. The steps are put together from parts of the statement's tree and written by
// sql::deparse(). What that cannot write is shown by … in the text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

inline constexpr int kFirstWithFastDefault = 11;  ///< a constant default rewrites no table
inline constexpr int kFirstWithProof = 12;        ///< SET NOT NULL believes a validated CHECK
inline constexpr int kFirstWithPartitionedNotValid = 18;

/// Lines of SQL, a list for each migration.
using Steps = std::vector<std::vector<std::string>>;

/// The steps as lines, each behind a line break, with comments that say where a migration ends.
std::string lines_of(const Steps& steps);

/// Adds `more` behind `steps`.
void append(Steps& steps, Steps more);

/// `text` as a string constant.
std::string quoted_literal(std::string_view text);

/// "ALTER TABLE ONLY s.t", as far as the statement says it.
std::string alter_of(const Event& event);

/// The table as the catalog has it; where it has none, one without columns.
catalog::Relation altered_table(const Event& event, const Context& context);

/// The constraint's name, or the one that PostgreSQL will give to it; `table` then has it, so that
/// the next one gets another. `column` is that of a column's own constraint.
std::string name_in(catalog::Relation& table, const PgQuery__Constraint& constraint,
                    std::string_view column, const Context& context);

/// ALTER TABLE … ADD CONSTRAINT … NOT VALID of a CHECK or foreign key, then VALIDATE. `event` is
/// the ALTER TABLE that has it.
Steps validated_later(const PgQuery__Constraint& constraint, std::string_view column,
                      const Event& event, const Context& context);

/// UNIQUE or PRIMARY KEY by way of an index that is built CONCURRENTLY; for a partitioned table on
/// each partition.
Steps key_by_index(const PgQuery__Constraint& constraint, std::string_view column,
                   const Event& event, const Context& context);

/// NOT NULL without reading the table under a strong lock; before PostgreSQL 12, which does not
/// believe a CHECK, the CHECK alone.
Steps not_null_by_check(const PgQuery__RangeVar& relation, std::string_view column,
                        const Context& context);

/// ADD COLUMN with everything that its definition says.
Steps column_in_steps(const PgQuery__ColumnDef& column, const Event& event, const Context& context);

}  // namespace godwit::codegen::lint
