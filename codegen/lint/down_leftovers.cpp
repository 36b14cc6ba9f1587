// SPDX-License-Identifier: Apache-2.0
#include "lint/down_leftovers.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;

/// A table, view or sequence that this migration did not make, and that is still there.
bool was_there(const Context& context, const catalog::Name& name) {
  const catalog::Relation* relation = context.catalog().relations.find(name);
  return relation == nullptr ? context.is_alone() : !context.is_new(relation->made_in);
}

bool is_of_tables(const PgQuery__GrantStmt& grant) {
  return grant.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_OBJECT &&
         (grant.objtype == sql::object::kTable || grant.objtype == sql::object::kSequence);
}

/// GRANT is taken back by REVOKE, and the other way round.
bool is_taken_back(const Context& context, const catalog::Name& table, bool is_grant) {
  const auto& statements = context.script().statements();
  return std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
    const auto* grant = as<PgQuery__GrantStmt>(statement.node);
    if (grant == nullptr || grant->is_grant == is_grant)
      return false;
    if (!is_of_tables(*grant))
      return grant->targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_ALL_IN_SCHEMA;
    const auto objects = list(grant->objects, grant->n_objects);
    return std::any_of(objects.begin(), objects.end(), [&](const Node* object) {
      const auto* range = as<PgQuery__RangeVar>(object);
      return range != nullptr && context.catalog().resolve(*range) == table;
    });
  });
}

bool has_statement(const Context& context, PgQuery__Node__NodeCase kind) {
  const auto& statements = context.script().statements();
  return std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
    return statement.node != nullptr && statement.node->node_case == kind;
  });
}

/// What COMMENT ON TABLE, VIEW and COLUMN name, with the column where there is one.
struct Commented {
  catalog::Name relation;
  std::string column;

  friend bool operator==(const Commented&, const Commented&) = default;
};

std::optional<Commented> commented(const Context& context, const Node* node) {
  const auto* comment = as<PgQuery__CommentStmt>(node);
  const auto* names = comment == nullptr ? nullptr : as<PgQuery__List>(comment->object);
  if (names == nullptr)
    return std::nullopt;
  const auto parts = list(names->items, names->n_items);
  switch (comment->objtype) {
    case sql::object::kTable:
    case sql::object::kView:
    case sql::object::kMatview:
      return parts.empty()
                 ? std::nullopt
                 : std::optional(Commented{context.catalog().resolve_relation(parts), {}});
    case sql::object::kColumn:
      if (parts.size() < 2)
        return std::nullopt;
      return Commented{context.catalog().resolve_relation(parts.first(parts.size() - 1)),
                       std::string(sql::string_value(parts.back()))};
    default:
      return std::nullopt;
  }
}

bool is_column_new(const Context& context, const Commented& thing) {
  const catalog::Relation* relation = context.catalog().relations.find(thing.relation);
  if (relation == nullptr || thing.column.empty())
    return false;
  const catalog::Column* column = relation->find_column(thing.column);
  return column == nullptr ? relation->has_known_shape : context.is_new(column->made_in);
}

bool is_commented(const Context& context, const Commented& thing) {
  const auto& statements = context.script().statements();
  return std::any_of(statements.begin(), statements.end(), [&](const sql::Statement& statement) {
    return statement.node != nullptr && commented(context, statement.node) == thing;
  });
}

}  // namespace

std::vector<std::string> leftovers(const Context& context) {
  std::vector<std::string> lines;
  const auto add = [&](const sql::Statement& statement, const std::string& what) {
    const std::size_t line = context.source().up.file().position(statement.offset).line;
    lines.push_back(fmt::format("{}, of line {}, stay as they are", what, line));
  };
  for (const sql::Statement& statement : context.migration().up.statements()) {
    if (const auto* grant = as<PgQuery__GrantStmt>(statement.node);
        grant != nullptr && is_of_tables(*grant)) {
      for (const Node* object : list(grant->objects, grant->n_objects)) {
        const auto* range = as<PgQuery__RangeVar>(object);
        if (range == nullptr)
          continue;
        const catalog::Name table = context.catalog().resolve(*range);
        if (was_there(context, table) && !is_taken_back(context, table, grant->is_grant))
          add(statement, "the rights on " + catalog::quote_name(table));
      }
    } else if (as<PgQuery__AlterDefaultPrivilegesStmt>(statement.node) != nullptr) {
      if (!has_statement(context, PG_QUERY__NODE__NODE_ALTER_DEFAULT_PRIVILEGES_STMT))
        add(statement, "the default rights");
    } else if (const auto thing = commented(context, statement.node);
               thing && was_there(context, thing->relation) && !is_column_new(context, *thing) &&
               !is_commented(context, *thing)) {
      const std::string column =
          thing->column.empty() ? "" : "." + catalog::quote_identifier(thing->column);
      add(statement, "the words about " + catalog::quote_name(thing->relation) + column);
    }
  }
  return lines;
}

}  // namespace godwit::codegen::lint
