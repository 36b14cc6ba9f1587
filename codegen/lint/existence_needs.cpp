// SPDX-License-Identifier: Apache-2.0
#include "lint/existence_needs.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::string_value;

const Kinds kRelationKinds = {"table", "view", "materialized view", "foreign table", "sequence"};

/// Is it of a migration that this one should have declared, and has not? Most are not, and need
/// neither a place nor a name.
bool is_undeclared(const Context& context, catalog::MigrationIndex made_in) {
  return !context.is_down() && made_in >= 0 &&
         !context.history().depends_on(context.index(), made_in);
}

}  // namespace

bool is_added_beside(const Event& event, std::string_view name) {
  const auto* alter = as<PgQuery__AlterTableStmt>(event.node);
  if (alter == nullptr)
    return false;
  const auto commands = list(alter->cmds, alter->n_cmds);
  return std::any_of(commands.begin(), commands.end(), [&](const sql::Node* node) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    const auto* definition = command == nullptr ? nullptr : as<PgQuery__ColumnDef>(command->def);
    return definition != nullptr && command->subtype == sql::at::kAddColumn &&
           name == definition->colname;
  });
}

void check_dependency(Context& context, const Event& event, Place place,
                      catalog::MigrationIndex made_in, const std::string& what) {
  if (!is_undeclared(context, made_in) ||
      !context.history().is_first_report(fmt::format("dependency {} {}", context.index(), made_in)))
    return;
  const sql::Migration* other = context.history().migration(made_in);
  context.report("missing-dependency", event, place,
                 fmt::format("{} is of {}, which is not among the declared dependencies", what,
                             context.history().name_of(made_in)),
                 {fmt::format("add it to the header:\n-- Dependencies: …, {}",
                              other == nullptr ? std::string() : dependency_name(*other->source))});
}

const catalog::Relation* need_relation(Context& context, const Event& event,
                                       const catalog::Name& name, Place place) {
  const catalog::Relation* relation = context.catalog().relations.find(name);
  if (relation != nullptr) {
    if (is_undeclared(context, relation->made_in))
      check_dependency(context, event, place, relation->made_in, catalog::quote_name(name));
    return relation;
  }
  // COMMENT ON COLUMN and LIKE take a composite type as well.
  const catalog::UserType* type = context.catalog().types.find(name);
  const bool is_composite = type != nullptr && type->kind == catalog::TypeKind::kComposite;
  if (context.catalog().indexes.find(name) == nullptr && !is_composite &&
      !is_foreign_territory(context, name))
    report_absent(context, event, place, "unknown-relation", "relation", name, kRelationKinds);
  return nullptr;
}

const catalog::Relation* need_relation(Context& context, const Event& event,
                                       const PgQuery__RangeVar* range) {
  if (range == nullptr || std::string_view(range->relpersistence) == "t")
    return nullptr;
  const catalog::Name name = context.catalog().resolve(*range);
  const catalog::Relation* relation = context.catalog().relations.find(name);
  if (relation != nullptr && !is_undeclared(context, relation->made_in))
    return relation;
  return need_relation(context, event, name, context.name_at(event, range->location));
}

bool is_system_column(std::string_view name) {
  constexpr auto kNames =
      std::to_array<std::string_view>({"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"});
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

void need_column(Context& context, const Event& event, const catalog::Relation& relation,
                 std::string_view name, Place place) {
  if (name.empty() || is_system_column(name) || is_added_beside(event, name))
    return;
  if (const catalog::Column* column = relation.find_column(name)) {
    if (is_undeclared(context, column->made_in))
      check_dependency(context, event, place, column->made_in,
                       fmt::format("{}.{}", catalog::quote_name(relation.name),
                                   catalog::quote_identifier(name)));
    return;
  }
  if (is_certain(relation))
    report_absent_part(context, event, place, "unknown-column", "column", relation, name);
}

void need_column(Context& context, const Event& event, const catalog::Relation& relation,
                 std::string_view name) {
  const catalog::Column* column = relation.find_column(name);
  if (column != nullptr && !is_undeclared(context, column->made_in))
    return;
  need_column(context, event, relation, name, context.column_place(event, name));
}

void need_columns(Context& context, const Event& event, const catalog::Relation* relation,
                  std::span<sql::Node* const> names) {
  if (relation == nullptr)
    return;
  for (const sql::Node* name : names) need_column(context, event, *relation, string_value(name));
}

void need_type(Context& context, const Event& event, const PgQuery__TypeName* written) {
  if (written == nullptr || written->pct_type != 0)
    return;
  const catalog::Type type = context.catalog().resolved(catalog::read_type(*written));
  const catalog::Name name{type.schema.empty() ? "public" : type.schema, type.name};
  if (const catalog::UserType* known = context.catalog().types.find(name)) {
    if (is_undeclared(context, known->made_in))
      check_dependency(context, event, context.name_at(event, written->location), known->made_in,
                       catalog::quote_name(name));
    return;
  }
  if (context.catalog().relations.find(name) != nullptr || is_foreign_type(context, type) ||
      is_foreign_territory(context, name))
    return;
  report_absent(context, event, context.name_at(event, written->location), "unknown-type", "type",
                name, {"type"});
}

void need_all(Context& context, const Event& event, const catalog::Analysis& analysis) {
  for (const catalog::RelationUse& use : analysis.relations) {
    const catalog::Relation* relation = context.catalog().relations.find(use.name);
    if (relation == nullptr || is_undeclared(context, relation->made_in))
      need_relation(context, event, use.name,
                    context.name_at(event, use.range == nullptr ? -1 : use.range->location));
  }
  for (const catalog::ColumnUse& use : analysis.columns) {
    const catalog::Relation* relation = context.catalog().relations.find(use.relation);
    const catalog::Column* column =
        relation == nullptr ? nullptr : relation->find_column(use.column);
    if (column != nullptr && is_undeclared(context, column->made_in))
      check_dependency(context, event, event.place, column->made_in,
                       fmt::format("{}.{}", catalog::quote_name(use.relation),
                                   catalog::quote_identifier(use.column)));
  }
  // In the body of a function a bare name may be a variable.
  if (event.is_in_body)
    return;
  for (const catalog::MissingColumn& missing : analysis.missing_columns) {
    const catalog::Relation* relation = context.catalog().relations.find(missing.relation_name);
    const Place place = missing.location < 0 ? context.column_place(event, missing.column)
                                             : context.name_at(event, missing.location);
    if (relation != nullptr) {
      need_column(context, event, *relation, missing.column, place);
    } else if (const auto severity = certainty(context, {"public", missing.column})) {
      context.report("unknown-column", event, place,
                     fmt::format("none of the tables in reach has a column {}",
                                 catalog::quote_identifier(missing.column)),
                     {}, severity);
    }
  }
  for (const catalog::TypeUse& use : analysis.types) need_type(context, event, use.type);
}

void need_index_of(Context& context, const Event& event, const catalog::Relation& relation,
                   std::string_view index) {
  const catalog::Name name{relation.name.schema, std::string(index)};
  if (!index.empty() && context.catalog().indexes.find(name) == nullptr && is_certain(relation))
    report_absent(context, event, context.column_place(event, index), "unknown-index", "index",
                  name, {"index"});
}

void need_type_name(Context& context, const Event& event, std::span<sql::Node* const> names) {
  if (!names.empty())
    need_type_name(context, event, context.catalog().resolve_type(names));
}

void need_type_name(Context& context, const Event& event, const catalog::Name& name) {
  if (const catalog::UserType* known = context.catalog().types.find(name))
    return check_dependency(context, event, event.place, known->made_in, catalog::quote_name(name));
  catalog::Type type;
  type.schema = name.schema == "public" ? "" : name.schema;
  type.name = name.name;
  // ALTER TYPE of a table's row type changes the table's columns, which it may not; leave it.
  if (context.catalog().relations.find(name) == nullptr && !is_foreign_type(context, type) &&
      !is_foreign_territory(context, name))
    report_absent(context, event, context.column_place(event, name.name), "unknown-type", "type",
                  name, {"type"});
}

}  // namespace godwit::codegen::lint
