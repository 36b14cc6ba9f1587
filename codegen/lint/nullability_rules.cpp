// SPDX-License-Identifier: Apache-2.0
//
// Rules about making columns NOT NULL.
#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/plan.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr RuleInfo kRules[] = {
    {.id = "set-not-null-scan",
     .group = "locks",
     .summary = "SET NOT NULL reads the whole table under ACCESS EXCLUSIVE",
     .explanation =
         "Nobody can read or write the table until every row has been looked at. From PostgreSQL "
         "12 "
         "the scan is left out where a validated CHECK proves that there is no NULL: add the CHECK "
         "as NOT VALID, which is quick, validate it in a later migration, which lets reads and "
         "writes through, then SET NOT NULL, then drop the CHECK.",
     .bad = "ALTER TABLE users ALTER COLUMN email SET NOT NULL;",
     .good = "ALTER TABLE users ADD CONSTRAINT users_email_not_null CHECK (email IS NOT NULL) NOT "
             "VALID;\n-- in later migrations:\nALTER TABLE users VALIDATE CONSTRAINT "
             "users_email_not_null;\nALTER TABLE users ALTER COLUMN email SET NOT NULL;",
     .manual = "https://www.postgresql.org/docs/15/sql-altertable.html"},
};

void check_set_not_null(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (alter.objtype != sql::object::kTable || context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const std::string_view column = event.command->name;
  if (table != nullptr) {
    const catalog::Column* known = table->find_column(column);
    if (known != nullptr && known->is_not_null && !table->is_uncertain)
      return;
    if (context.policy().postgres >= kFirstWithProof && table->is_proved_not_null(column))
      return;
  }
  const std::string name = Context::spelled(*alter.relation);
  context.report(
      "set-not-null-scan", event, context.command_place(event),
      fmt::format("SET NOT NULL reads all of {} under ACCESS EXCLUSIVE: nothing else can use it "
                  "meanwhile",
                  name),
      {(context.policy().postgres >= kFirstWithProof
            ? "prove it first, which lets reads and writes through:"
            : "before PostgreSQL 12 a CHECK is the way to have it without the lock:") +
       lines_of(not_null_by_check(*alter.relation, column, context))});
}

constexpr CommandTrigger kCommands[] = {
    {sql::at::kSetNotNull, check_set_not_null},
};

}  // namespace

const Family kNullabilityRules{.name = "nullability", .rules = kRules, .commands = kCommands};

}  // namespace godwit::codegen::lint
