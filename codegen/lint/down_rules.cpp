// SPDX-License-Identifier: Apache-2.0
//
// Rules about down sections: whether there is one, and whether it does what it says. The down is
// run on the catalog as the up section left it; what then differs from the catalog before the up
// was not undone.
#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "catalog/describe.hpp"
#include "lint/context.hpp"
#include "lint/down_leftovers.hpp"
#include "lint/families.hpp"
#include "lint/nested_writes.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

constexpr std::size_t kMaxListed = 12;  ///< differences in one message

constexpr RuleInfo kRules[] = {
    {.id = "missing-down",
     .group = "down",
     .severity = Severity::kOff,
     .summary = "A migration has no down section and does not say that it is irreversible",
     .explanation = "An error where REQUIRE_DOWN is given, else off.",
     .bad = "007_users.sql without `-- godwit:down`",
     .good = "-- Irreversible: the old values are not kept",
     .manual = "docs/rules.md#down"},
    {.id = "missing-verify",
     .group = "down",
     .severity = Severity::kOff,
     .summary = "A migration has no verify section",
     .explanation = "An error where REQUIRE_VERIFY is given, else off.",
     .bad = "007_users.sql without `-- godwit:verify`",
     .good = "-- godwit:verify\nSELECT to_regclass('users') IS NOT NULL;",
     .manual = "docs/rules.md#down"},
    {.id = "down-does-not-undo-up",
     .group = "down",
     .summary = "After up and then down, the schema is not what it was before",
     .explanation =
         "What is left, missing or different is listed. Comments, privileges and rows are not "
         "compared. A warning where SQL that cannot be read (EXECUTE of a computed string, DDL "
         "under a condition) leaves it open, or where only the text of a body differs. Where a "
         "migration cannot be undone, take the down section out and say why in the header: "
         "`Irreversible: reason`.",
     .bad = "ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;\n-- godwit:down\nALTER TABLE "
            "users DROP COLUMN a;",
     .good = "ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;\n-- godwit:down\nALTER TABLE "
             "users DROP COLUMN a, DROP COLUMN b;",
     .manual = "docs/rules.md#down"},
    {.id = "down-drops-preexisting",
     .group = "down",
     .summary = "The down section drops what the up section did not create",
     .explanation =
         "Typical with IF NOT EXISTS: the up section found the table there and did nothing, and "
         "the down section takes it away with its rows.",
     .bad = "CREATE TABLE IF NOT EXISTS users (id bigint);  -- there since 001\n-- godwit:down\n"
            "DROP TABLE users;",
     .good = "-- godwit:down\nSELECT 1;  -- users belongs to 001",
     .manual = "docs/rules.md#down"},
    {.id = "irreversible-not-declared",
     .group = "down",
     .severity = Severity::kWarning,
     .summary = "The up section destroys what its down section cannot bring back",
     .explanation =
         "The rows of a dropped table or column, deleted rows, digits of a narrower type: the down "
         "section gives back an empty shell. A value of an enum cannot be taken out again at all. "
         "Say so in the header, `Irreversible: reason`, with or without a down section.",
     .bad = "ALTER TABLE users DROP COLUMN nickname;\n-- godwit:down\nALTER TABLE users ADD COLUMN "
            "nickname text;",
     .good = "-- Irreversible: the nicknames are gone\nALTER TABLE users DROP COLUMN nickname;",
     .manual = "docs/rules.md#down"},
    {.id = "down-transactional-mismatch",
     .group = "down",
     .severity = Severity::kWarning,
     .summary =
         "The up section builds an index CONCURRENTLY, the down section drops it with a lock",
     .explanation =
         "DROP INDEX takes ACCESS EXCLUSIVE on the table, which the up section took care not to. "
         "DROP INDEX CONCURRENTLY in a transaction is no way out: it fails "
         "(no-transaction-statement).",
     .bad = "-- Transaction: none\nCREATE INDEX CONCURRENTLY i ON users (a);\n-- godwit:down\nDROP "
            "INDEX i;",
     .good =
         "-- Transaction: none\nCREATE INDEX CONCURRENTLY i ON users (a);\n-- godwit:down\nDROP "
         "INDEX CONCURRENTLY i;",
     .manual = "https://www.postgresql.org/docs/15/sql-dropindex.html"},
};

void report_missing(std::string_view rule, Context& context, std::string message,
                    std::string note) {
  const Severity severity = effective_severity(context.policy(), rule, Severity::kOff);
  if (severity != Severity::kOff)
    context.report(rule, Event(), {}, std::move(message), {std::move(note)}, severity);
}

void check_missing_sections(Context& context) {
  if (context.is_down() || context.is_alone())
    return;
  const MigrationSource& source = context.source();
  if (!source.down.is_present() && source.header.irreversible.empty())
    report_missing("missing-down", context, "the migration has no down section",
                   "add `-- godwit:down` and what undoes it, or say in the header why it cannot be "
                   "undone:\n-- Irreversible: <reason>");
  if (!source.verify.is_present())
    report_missing("missing-verify", context, "the migration has no verify section",
                   "add `-- godwit:verify` and queries that each give true");
}

/// The statement of the section, as far as one can be found, that drops what `key` is about.
Place dropping_place(const Context& context, const std::string& key) {
  const std::size_t dot = key.find_last_of(". ");
  std::string name = key.substr(dot + 1);
  name = name.substr(0, name.find('('));
  const std::string_view text = context.section().text();
  for (const sql::Statement& statement : context.script().statements()) {
    if (sql::as<PgQuery__DropStmt>(statement.node) == nullptr &&
        sql::as<PgQuery__AlterTableStmt>(statement.node) == nullptr)
      continue;
    for (const sql::Token& token :
         sql::scan(text, statement.offset, statement.offset + statement.length)) {
      const bool is_name =
          token.kind == sql::TokenKind::kWord || token.kind == sql::TokenKind::kQuotedName;
      if (is_name && catalog::quote_identifier(sql::name_of(text, token)) == name)
        return {token.offset, token.length};
    }
  }
  return {};
}

/// What the up section had touched, as it was before it and as it left it.
struct UpLines {
  catalog::Lines before;
  catalog::Lines after;

  explicit UpLines(const catalog::Catalog& catalog) {
    catalog::describe_touched_before_trial(catalog, before, after);
  }
};

/// Was it there before the up section, still there behind it, and not behind the down section?
bool was_dropped_by_down(const UpLines& up, const catalog::Difference& difference) {
  return difference.kind == catalog::DifferenceKind::kMissing &&
         (up.before.count(difference.key) == 0 || up.after.count(difference.key) != 0);
}

/// Where findings about a section as a whole stand: at its first statement.
Place start_of(const Context& context) {
  const auto& statements = context.script().statements();
  return statements.empty() ? Place() : Place{statements.front().offset, 0};
}

/// An index of a table that others made, such as a partition that a function made: what became of
/// the table became of it.
bool is_on_unknown_table(const catalog::Catalog& catalog, const catalog::Difference& difference) {
  if (difference.kind != catalog::DifferenceKind::kExtra || !difference.key.starts_with("index "))
    return false;
  const auto& all = catalog.indexes.all();
  return std::any_of(all.begin(), all.end(), [&](const auto& entry) {
    return difference.key == "index " + catalog::quote_name(entry.first) &&
           catalog.relations.find(entry.second->table) == nullptr;
  });
}

bool replaces(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return node.view_stmt->replace != 0;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return node.create_function_stmt->replace != 0;
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return node.create_trig_stmt->replace != 0;
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return node.rule_stmt->replace != 0;
    default:
      return false;
  }
}

/// What differs. Of a file by itself, where what was there before is not known: what the up section
/// has made, and the down section has left as it was.
std::vector<catalog::Difference> differences(const Context& context) {
  if (!context.is_alone())
    return catalog::diff_since_recording(context.catalog());
  catalog::Lines before;
  catalog::Lines now;
  catalog::describe_touched(context.catalog(), before, now);
  const UpLines up(context.catalog());
  for (const auto& [name, relation] : context.catalog().relations.all()) {
    // Not made here: merely named by an ALTER TABLE.
    if (relation->made_in != catalog::kMadeElsewhere)
      continue;
    const std::string key = "table " + catalog::quote_name(name);
    if (const auto line = now.find(key); line != now.end())
      before.insert(*line);
  }
  std::vector<catalog::Difference> found = catalog::diff(before, now);
  const auto& statements = context.migration().up.statements();
  const bool has_replaced =
      std::any_of(statements.begin(), statements.end(), [](const sql::Statement& statement) {
        return statement.node != nullptr && replaces(*statement.node);
      });
  std::erase_if(found, [&](const catalog::Difference& difference) {
    const auto made = up.after.find(difference.key);
    const auto left = now.find(difference.key);
    if (difference.kind != catalog::DifferenceKind::kExtra || made == up.after.end() ||
        left == now.end() || made->second.text != left->second.text ||
        made->second.shape != left->second.shape)
      return true;
    const std::string_view key = difference.key;
    return has_replaced && (key.starts_with("view ") || key.starts_with("function ") ||
                            key.starts_with("column ") || key.starts_with("trigger ") ||
                            key.starts_with("procedure ") || key.starts_with("rule "));
  });
  return found;
}

void check_undo(Context& context) {
  if (!context.is_down() || !context.source().header.irreversible.empty() ||
      context.migration().is_opaque || !context.source().up.is_present() ||
      context.source().header.code_down)
    return;
  std::vector<std::string> lines;
  bool is_only_text = true;
  const std::vector<catalog::Difference> found = differences(context);
  std::optional<UpLines> up;  // only where something differs
  if (!found.empty())
    up.emplace(context.catalog());
  for (const catalog::Difference& difference : found) {
    if (is_on_unknown_table(context.catalog(), difference))
      continue;
    if (was_dropped_by_down(*up, difference) && !context.history().is_unknown()) {
      context.report("down-drops-preexisting", Event(), dropping_place(context, difference.key),
                     fmt::format("{} was there before this migration, and the down section drops "
                                 "it",
                                 difference.key),
                     {"leave it to the down section of the migration that made it"});
      continue;
    }
    is_only_text = is_only_text && difference.kind == catalog::DifferenceKind::kRewritten;
    lines.push_back(to_string(difference));
  }
  // Rights and comments break nothing: by themselves they are a warning.
  for (std::string& line : leftovers(context)) lines.push_back(std::move(line));
  const bool is_unknown = context.history().is_unknown();
  if (lines.empty() && !is_unknown)
    return;
  std::vector<std::string> notes(
      lines.begin(),
      lines.begin() + static_cast<std::ptrdiff_t>(std::min(lines.size(), kMaxListed)));
  if (lines.size() > kMaxListed)
    notes.push_back(fmt::format("and {} more", lines.size() - kMaxListed));
  if (is_unknown) {
    notes.emplace_back(
        "what EXECUTE of a computed string does, and DDL under a condition, cannot be told");
    context.report("down-does-not-undo-up", Event(), start_of(context),
                   "it cannot be decided whether the down section undoes the up section",
                   std::move(notes), Severity::kWarning);
    return;
  }
  // Other tools want the section, so that an empty one says no more than that there is none.
  const bool is_empty = context.script().statements().empty();
  context.report("down-does-not-undo-up", Event(), start_of(context),
                 "the down section does not bring back the schema that was there before the up "
                 "section",
                 std::move(notes),
                 is_only_text || is_empty ? std::optional(Severity::kWarning) : std::nullopt);
}

// ---- what cannot be undone ---------------------------------------------------------------------

bool claims_to_undo(const Context& context) {
  return !context.is_down() && context.source().down.is_present() &&
         context.source().header.irreversible.empty();
}

void report_irreversible(const Event& event, Context& context, Place place,
                         const std::string& what) {
  // One is enough: the header is about the migration.
  if (!context.history().is_first_report(fmt::format("irreversible {}", context.index())))
    return;
  context.report("irreversible-not-declared", event, place,
                 fmt::format("{}, and the down section cannot bring that back", what),
                 {"say so in the header:\n-- Irreversible: <what is lost>"});
}

void check_dropped_table(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (!claims_to_undo(context) || drop.remove_type != sql::object::kTable)
    return;
  const auto objects = sql::list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto* names = sql::as<PgQuery__List>(objects[i]);
    const catalog::Name name =
        names == nullptr
            ? catalog::Name()
            : context.catalog().resolve_relation(sql::list(names->items, names->n_items));
    const bool is_there = context.catalog().relations.find(name) != nullptr || context.is_alone();
    if (is_there && !context.is_new(name))
      report_irreversible(event, context, context.object_place(event, i),
                          fmt::format("the rows of {} are lost", catalog::quote_name(name)));
  }
}

void check_dropped_column(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  if (!claims_to_undo(context) || alter.relation == nullptr || context.is_new(alter.relation))
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const catalog::Column* column =
      table == nullptr ? nullptr : table->find_column(event.command->name);
  if (column == nullptr ? !context.is_alone()
                        : context.is_new(column->made_in) || column->is_generated)
    return;
  report_irreversible(event, context, context.command_place(event),
                      fmt::format("the values of {}.{} are lost", Context::spelled(*alter.relation),
                                  catalog::quote_identifier(event.command->name)));
}

void check_truncated(const Event& event, Context& context) {
  const auto& truncate = *event.node->truncate_stmt;
  if (!claims_to_undo(context))
    return;
  for (const sql::Node* node : sql::list(truncate.relations, truncate.n_relations)) {
    const auto* range = sql::as<PgQuery__RangeVar>(node);
    if (range != nullptr && !context.is_new(range))
      report_irreversible(event, context, context.name_at(event, range->location),
                          fmt::format("the rows of {} are lost", Context::spelled(*range)));
  }
}

void check_deleted(const Event& event, Context& context) {
  if (!claims_to_undo(context))
    return;
  for (const sql::Node* write : writes_of(*event.node)) {
    const PgQuery__RangeVar* range = written_table(*write);
    if (write->node_case == PG_QUERY__NODE__NODE_DELETE_STMT && !context.is_new(range))
      report_irreversible(event, context, context.name_at(event, range->location),
                          fmt::format("rows of {} are lost", Context::spelled(*range)));
  }
}

void check_added_value(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_enum_stmt;
  if (!claims_to_undo(context) || !std::string_view(alter.old_val).empty())
    return;
  const catalog::Name name =
      context.catalog().resolve_type(sql::list(alter.type_name, alter.n_type_name));
  const catalog::UserType* type = context.catalog().types.find(name);
  if (type == nullptr ? context.is_alone() : !context.is_new(type->made_in))
    report_irreversible(event, context, event.place,
                        fmt::format("PostgreSQL cannot take a value out of the enum {} again",
                                    catalog::quote_name(name)));
}

void check_narrowed(const Event& event, Context& context) {
  const auto& alter = *event.node->alter_table_stmt;
  const auto* definition = sql::as<PgQuery__ColumnDef>(event.command->def);
  if (!claims_to_undo(context) || alter.relation == nullptr || context.is_new(alter.relation) ||
      definition == nullptr || definition->type_name == nullptr)
    return;
  const catalog::Relation* table = context.catalog().find_relation(*alter.relation);
  const catalog::Column* column =
      table == nullptr ? nullptr : table->find_column(event.command->name);
  if (column == nullptr || !column->type.is_known() || context.is_new(column->made_in))
    return;
  const catalog::Type to = context.catalog().resolved(catalog::read_type(*definition->type_name));
  // Digits behind the point, or a time of day: what a narrower type rounds off. What does not fit
  // at all fails instead.
  const auto loses = [](std::string_view from, std::string_view into) {
    const bool was_fraction = from == "numeric" || from == "float8" || from == "float4";
    const bool is_integer = into == "int2" || into == "int4" || into == "int8";
    return (was_fraction && is_integer) || (from == "float8" && into == "float4") ||
           ((from == "timestamp" || from == "timestamptz") && into == "date");
  };
  if (loses(column->type.name, to.name))
    report_irreversible(
        event, context, context.command_place(event),
        fmt::format("what {} cannot hold of {}.{} is lost", to_string(to),
                    Context::spelled(*alter.relation), catalog::quote_identifier(column->name)));
}

// ---- indexes -----------------------------------------------------------------------------------

bool is_built_concurrently(const Context& context, const catalog::Name& index) {
  const auto& statements = context.migration().up.statements();
  return std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
    const auto* create = sql::as<PgQuery__IndexStmt>(statement.node);
    return create != nullptr && create->concurrent != 0 && index.name == create->idxname;
  });
}

void check_dropped_index(const Event& event, Context& context) {
  const auto& drop = *event.node->drop_stmt;
  if (!context.is_down() || drop.remove_type != sql::object::kIndex || drop.concurrent != 0 ||
      context.migration().up_transaction.is_transactional)
    return;
  const auto objects = sql::list(drop.objects, drop.n_objects);
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto* names = sql::as<PgQuery__List>(objects[i]);
    if (names == nullptr)
      continue;
    const catalog::Name name =
        context.catalog().resolve_relation(sql::list(names->items, names->n_items));
    const catalog::Index* index = context.catalog().indexes.find(name);
    const catalog::Relation* table =
        index == nullptr ? nullptr : context.catalog().relations.find(index->table);
    if (!is_built_concurrently(context, name) ||
        (table != nullptr && context.is_new(table->made_in)))
      continue;
    context.report("down-transactional-mismatch", event, context.object_place(event, i),
                   fmt::format("the up section builds {} CONCURRENTLY; this DROP INDEX takes "
                               "ACCESS EXCLUSIVE on its table",
                               catalog::quote_name(name)),
                   {fmt::format("DROP INDEX CONCURRENTLY {};", catalog::quote_name(name))});
  }
}

void check_drop(const Event& event, Context& context) {
  check_dropped_table(event, context);
  check_dropped_index(event, context);
}

constexpr StatementTrigger kStatements[] = {
    {PG_QUERY__NODE__NODE_DROP_STMT, check_drop},
    {PG_QUERY__NODE__NODE_TRUNCATE_STMT, check_truncated},
    {PG_QUERY__NODE__NODE_DELETE_STMT, check_deleted},
    {PG_QUERY__NODE__NODE_SELECT_STMT, check_deleted},
    {PG_QUERY__NODE__NODE_INSERT_STMT, check_deleted},
    {PG_QUERY__NODE__NODE_UPDATE_STMT, check_deleted},
    {PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT, check_deleted},
    {PG_QUERY__NODE__NODE_ALTER_ENUM_STMT, check_added_value},
};

constexpr CommandTrigger kCommands[] = {
    {sql::at::kDropColumn, check_dropped_column},
    {sql::at::kAlterColumnType, check_narrowed},
};

}  // namespace

const Family kDownRules{.name = "down",
                        .rules = kRules,
                        .statements = kStatements,
                        .commands = kCommands,
                        .before_section = check_missing_sections,
                        .after_section = check_undo};

}  // namespace godwit::codegen::lint
