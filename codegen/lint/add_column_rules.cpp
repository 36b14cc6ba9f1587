// SPDX-License-Identifier: Apache-2.0
//
// Rules about ADD COLUMN on tables that are in use. A nullable column, or one with a constant
// default (from PostgreSQL 11), costs nothing; what else a definition says may cost a scan, a
// rewrite, or the migration.
#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/existence.hpp"
#include "lint/families.hpp"
#include "lint/plan.hpp"
#include "locks/new_column.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::string_view kAlterTable = "https://www.postgresql.org/docs/15/sql-altertable.html";

constexpr RuleInfo kRules[] = {
    {.id = "add-required-column",
     .group = "will fail",
     .summary = "ADD COLUMN NOT NULL without a default fails on a table that holds rows",
     .explanation = "The rows that are there would have NULL in it. Add the column with a constant "
                    "default, or nullable, fill it in batches, and make it NOT NULL later.",
     .bad = "ALTER TABLE users ADD COLUMN plan text NOT NULL;",
     .good = "ALTER TABLE users ADD COLUMN plan text NOT NULL DEFAULT 'free';",
     .manual = kAlterTable},
    {.id = "add-column-check",
     .group = "locks",
     .summary = "ADD COLUMN with a CHECK reads the whole table under ACCESS EXCLUSIVE",
     .explanation =
         "It does so even where the column is NULL in every row; a domain with a CHECK is "
         "the same. Add the column, then the constraint as NOT VALID, and validate it in "
         "a later migration.",
     .bad = "ALTER TABLE users ADD COLUMN age int CHECK (age > 0);",
     .good =
         "ALTER TABLE users ADD COLUMN age int;\nALTER TABLE users ADD CONSTRAINT users_age_check "
         "CHECK (age > 0) NOT VALID;",
     .manual = kAlterTable},
    {.id = "add-column-fk",
     .group = "locks",
     .severity = Severity::kWarning,
     .summary = "ADD COLUMN … REFERENCES locks both tables, and with a default reads the new one",
     .explanation =
         "It holds ACCESS EXCLUSIVE on the table and SHARE ROW EXCLUSIVE on the one that is "
         "referenced; with a default that is not NULL every row is looked up meanwhile, "
         "which makes it an error. Add the column first, and the foreign key as NOT VALID "
         "in another migration.",
     .bad = "ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users;",
     .good =
         "ALTER TABLE orders ADD COLUMN user_id bigint;\n-- in the next migration:\nALTER TABLE "
         "orders ADD FOREIGN KEY (user_id) REFERENCES users NOT VALID;",
     .manual = kAlterTable},
    {.id = "add-column-unique",
     .group = "locks",
     .summary = "ADD COLUMN UNIQUE or PRIMARY KEY builds an index under ACCESS EXCLUSIVE",
     .explanation =
         "Add the column, build a unique index CONCURRENTLY in a migration of its own, and "
         "make the constraint of it with USING INDEX.",
     .bad = "ALTER TABLE users ADD COLUMN email text UNIQUE;",
     .good =
         "ALTER TABLE users ADD COLUMN email text;\n-- in the next migration:\nCREATE UNIQUE INDEX "
         "CONCURRENTLY users_email ON users (email);",
     .manual = kAlterTable},
    {.id = "add-column-volatile-default",
     .group = "locks",
     .summary = "ADD COLUMN with a default that differs from row to row rewrites the table",
     .explanation =
         "random(), clock_timestamp(), gen_random_uuid() and nextval() are called for each "
         "row, under ACCESS EXCLUSIVE; now() is not, since it is one value for all. A "
         "function that is not known is taken to be such. Before PostgreSQL 11 every "
         "default rewrites.",
     .bad = "ALTER TABLE users ADD COLUMN token uuid DEFAULT gen_random_uuid();",
     .good = "ALTER TABLE users ADD COLUMN token uuid;\nALTER TABLE users ALTER COLUMN token SET "
             "DEFAULT gen_random_uuid();\n-- then fill the old rows in batches",
     .manual = kAlterTable},
    {.id = "add-column-generated-stored",
     .group = "locks",
     .summary = "ADD COLUMN GENERATED … STORED rewrites the table under ACCESS EXCLUSIVE",
     .explanation =
         "Every row gets its value at once. Add a plain column and a trigger that fills it, "
         "and fill the old rows in batches.",
     .bad = "ALTER TABLE t ADD COLUMN total int GENERATED ALWAYS AS (a + b) STORED;",
     .good = "ALTER TABLE t ADD COLUMN total int;\n-- then a trigger, and batches",
     .manual = kAlterTable},
    {.id = "add-column-identity",
     .group = "locks",
     .summary = "ADD COLUMN … AS IDENTITY rewrites the table under ACCESS EXCLUSIVE",
     .explanation =
         "Every row gets its number at once. Add a nullable bigint and a sequence as its "
         "default, and fill the old rows in batches.",
     .bad = "ALTER TABLE t ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY;",
     .good = "ALTER TABLE t ADD COLUMN id bigint;\nCREATE SEQUENCE t_id_seq OWNED BY t.id;\nALTER "
             "TABLE "
             "t ALTER COLUMN id SET DEFAULT nextval('t_id_seq');",
     .manual = kAlterTable},
    {.id = "add-column-serial",
     .group = "locks",
     .summary = "ADD COLUMN serial rewrites the table under ACCESS EXCLUSIVE",
     .explanation =
         "Every row gets its number at once. Add a nullable bigint and a sequence as its "
         "default, and fill the old rows in batches.",
     .bad = "ALTER TABLE t ADD COLUMN id bigserial;",
     .good = "ALTER TABLE t ADD COLUMN id bigint;\nCREATE SEQUENCE t_id_seq OWNED BY t.id;\nALTER "
             "TABLE "
             "t ALTER COLUMN id SET DEFAULT nextval('t_id_seq');",
     .manual = kAlterTable},
};

/// Reports about one ADD COLUMN.
class ColumnCheck {
 public:
  ColumnCheck(const PgQuery__ColumnDef& column, const Event& event, Context& context)
      : column_(column),
        event_(event),
        context_(context),
        table_(Context::spelled(*event.node->alter_table_stmt->relation)),
        name_(catalog::quote_identifier(column.colname)),
        parts_(locks::take_apart(column)) {
    if (column.type_name != nullptr)
      type_ = context.catalog().resolved(catalog::read_type(*column.type_name));
  }

  /// Of a table that the migration has made itself, and put rows into.
  void run_on_new(const FilledTable& filled) {
    if (!is_required())
      return;
    const std::size_t line = context_.section().file().position(filled.offset).line;
    const std::string what =
        fmt::format("{} is {} and has no default: this fails", name_, requirement());
    const std::string note = "make the column with the table, or give it a default";
    if (filled.is_certain)
      report("add-required-column", at_name(),
             fmt::format("{}, since line {} has put a row into {}", what, line, table_), note);
    else
      report("add-required-column", at_name(),
             fmt::format("{} if line {} has put a row into {}", what, line, table_), note,
             Severity::kWarning);
  }

  void run() {
    check_required();
    check_rewrites();
    check_checks();
    if (parts_.unique != nullptr)
      report(
          "add-column-unique", at(parts_.unique),
          fmt::format("this builds an index on {} under ACCESS EXCLUSIVE: nothing else can use it "
                      "meanwhile",
                      table_),
          "add the column alone, and build the index while writes go on, in the next migration:" +
              steps());
    if (parts_.foreign_key != nullptr)
      check_foreign_key();
  }

 private:
  bool has_default() const {
    return parts_.default_value != nullptr && !locks::is_null(parts_.default_value->raw_expr);
  }

  /// The whole definition, step by step.
  std::string steps() const { return lines_of(column_in_steps(column_, event_, context_)); }

  Place at(const PgQuery__Constraint* constraint) const {
    return context_.name_at(event_, constraint->location);
  }
  Place at_name() const { return context_.name_at(event_, column_.location); }

  void report(std::string_view rule, Place place, std::string message, std::string note,
              std::optional<Severity> severity = {}) {
    context_.report(rule, event_, place, std::move(message), {std::move(note)}, severity);
  }

  bool is_key() const {
    return parts_.unique != nullptr && parts_.unique->contype == sql::constr::kPrimary;
  }

  /// Every row needs a value, and the statement gives none.
  bool is_required() const {
    if ((is_by_domain() && !is_of_required_domain()) || has_default() ||
        parts_.identity != nullptr || parts_.generated != nullptr || type_.is_serial)
      return false;
    const catalog::UserType* domain = context_.catalog().types.find({type_.schema, type_.name});
    return domain == nullptr || !domain->has_default;
  }

  /// A domain that is NOT NULL makes its columns so.
  bool is_of_required_domain() const {
    const catalog::UserType* domain = context_.catalog().types.find({type_.schema, type_.name});
    return domain != nullptr && domain->is_not_null && type_.dimensions == 0;
  }

  /// Nothing but its domain makes the column NOT NULL.
  bool is_by_domain() const { return parts_.not_null == nullptr && !is_key(); }

  std::string requirement() const {
    if (is_by_domain())
      return fmt::format("NOT NULL by its domain {}", catalog::to_string(type_));
    return is_key() ? "a primary key" : "NOT NULL";
  }

  void check_required() {
    if (!is_required() || context_.ledger().is_emptied(
                              context_.catalog().resolve(*event_.node->alter_table_stmt->relation)))
      return;
    report(
        "add-required-column", at_name(),
        fmt::format("{} is {} and has no default: this fails if {} has a row, as a table in "
                    "use has",
                    name_, requirement(), table_),
        is_by_domain()
            ? "give it a constant default, or the domain's base type"
            : "give it a constant default, or add it nullable, fill it in batches, and make it NOT "
              "NULL in later migrations:" +
                  steps());
  }

  void check_rewrites() {
    const std::string sequence_note =
        "add a plain column, give it a sequence, and fill the old rows in batches:";
    const std::string rewrites =
        fmt::format("rewrites {} and its indexes under ACCESS EXCLUSIVE", table_);
    if (type_.is_serial)
      report("add-column-serial", at_name(),
             fmt::format("a serial column gives every row a number, which {}", rewrites),
             sequence_note + steps());
    if (parts_.identity != nullptr)
      report("add-column-identity", at_name(),
             fmt::format("an identity column gives every row a number, which {}", rewrites),
             sequence_note + steps());
    if (parts_.generated != nullptr)
      report("add-column-generated-stored", at(parts_.generated),
             fmt::format("a stored generated column is computed for every row, which {}", rewrites),
             "add a plain column and a trigger that fills it, and fill the old rows in batches:" +
                 steps());
    const sql::Node* value = parts_.default_value != nullptr
                                 ? parts_.default_value->raw_expr
                                 : locks::default_of_type(type_, context_.catalog());
    if (value == nullptr || locks::is_null(value))
      return;
    const std::string function = locks::volatile_function(value, context_.catalog());
    if (function.empty() && context_.policy().postgres >= kFirstWithFastDefault)
      return;
    const std::string why =
        function.empty() ? fmt::format("before PostgreSQL {} a default", kFirstWithFastDefault)
                         : fmt::format("{}() is called for every row, which", function);
    report("add-column-volatile-default",
           parts_.default_value != nullptr ? at(parts_.default_value) : at_name(),
           fmt::format("{} {}", why, rewrites),
           "add the column alone, set the default for new rows, and fill the old ones in batches:" +
               steps());
  }

  void check_checks() {
    const std::string message = fmt::format(
        "this reads all of {} under ACCESS EXCLUSIVE: nothing else can use it meanwhile", table_);
    if (parts_.check != nullptr)
      report("add-column-check", at(parts_.check), message,
             "add the column alone, then the constraint without looking at the rows, and validate "
             "it after that:" +
                 steps());
    else if (type_.dimensions == 0 && context_.catalog().is_constrained_domain(type_))
      report("add-column-check", at_name(),
             fmt::format("the domain {} has a constraint: {}", catalog::to_string(type_), message),
             "use the domain's base type, and a CHECK that is added as NOT VALID");
  }

  void check_foreign_key() {
    const std::string parent = parts_.foreign_key->pktable == nullptr
                                   ? "the other table"
                                   : Context::spelled(*parts_.foreign_key->pktable);
    const std::string note =
        "add the column alone, and the foreign key in the next migration:" + steps();
    if (has_default())
      report(
          "add-column-fk", at(parts_.foreign_key),
          fmt::format("this looks up every row of {0} while nothing else can use {0} and writes to "
                      "{1} wait",
                      table_, parent),
          note, Severity::kError);
    else
      report("add-column-fk", at(parts_.foreign_key),
             fmt::format("this holds ACCESS EXCLUSIVE on {} and SHARE ROW EXCLUSIVE on {} at once",
                         table_, parent),
             note);
  }

  const PgQuery__ColumnDef& column_;
  const Event& event_;
  Context& context_;
  std::string table_;
  std::string name_;
  locks::ColumnParts parts_;
  catalog::Type type_;
};

void check_add_column(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* column = sql::as<PgQuery__ColumnDef>(event.command->def);
  if (alter.objtype != sql::object::kTable || column == nullptr || alter.relation == nullptr)
    return;
  if (context.is_new(alter.relation)) {
    const FilledTable* filled = context.ledger().filled(context.catalog().resolve(*alter.relation));
    if (filled != nullptr && event.command->missing_ok == 0 && !event.is_conditional)
      ColumnCheck(*column, event, context).run_on_new(*filled);
    return;
  }
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const bool is_there = event.command->missing_ok && table != nullptr && !table->is_uncertain &&
                        table->find_column(column->colname) != nullptr;
  const bool does_nothing =
      is_there ||
      (alter.missing_ok && is_surely_absent(context, context.catalog().resolve(*alter.relation)));
  if (!does_nothing)
    ColumnCheck(*column, event, context).run();
}

constexpr CommandTrigger kCommands[] = {
    {sql::at::kAddColumn, check_add_column},
};

}  // namespace

const Family kAddColumnRules{.name = "added columns", .rules = kRules, .commands = kCommands};

}  // namespace godwit::codegen::lint
