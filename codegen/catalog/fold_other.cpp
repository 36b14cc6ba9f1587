// SPDX-License-Identifier: Apache-2.0
#include "catalog/fold_other.hpp"

#include <utility>

#include "catalog/fold_parts.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::list;
using sql::string_value;

/// Empty for kinds that are kept elsewhere, or not at all. Those in a schema end in a blank here,
/// which is taken off.
std::string_view kind_of(PgQuery__ObjectType kind) {
  switch (kind) {
    case sql::object::kStatisticExt:
      return "statistics ";
    case sql::object::kCollation:
      return "collation ";
    case sql::object::kConversion:
      return "conversion ";
    case sql::object::kTsconfiguration:
      return "text search configuration ";
    case sql::object::kTsdictionary:
      return "text search dictionary ";
    case sql::object::kTsparser:
      return "text search parser ";
    case sql::object::kTstemplate:
      return "text search template ";
    case sql::object::kOperator:
      return "operator ";
    case sql::object::kCast:
      return "cast";
    case sql::object::kPublication:
      return "publication";
    case sql::object::kSubscription:
      return "subscription";
    case sql::object::kForeignServer:
      return "server";
    case sql::object::kFdw:
      return "foreign data wrapper";
    case sql::object::kEventTrigger:
      return "event trigger";
    case sql::object::kLanguage:
      return "language";
    case sql::object::kAccessMethod:
      return "access method";
    default:
      return {};
  }
}

Name key_of(const Catalog& catalog, std::string_view kind, std::span<sql::Node* const> names) {
  if (!kind.ends_with(' '))
    return {std::string(kind), names.empty() ? "" : std::string(string_value(names.back()))};
  const Name name = catalog.name_for_creation(names);
  kind.remove_suffix(1);
  return {std::string(kind), name.schema + '.' + name.name};
}

std::string type_text(const Catalog& catalog, const PgQuery__TypeName* type) {
  return type == nullptr ? std::string("none") : to_string(catalog.resolved(read_type(*type)));
}

/// "(int4, int4)", by which operators of one name differ.
std::string operands_of(const Catalog& catalog, const PgQuery__DefineStmt& define) {
  std::string left = "none";
  std::string right = "none";
  for (const sql::Node* node : list(define.definition, define.n_definition)) {
    const auto* option = sql::as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string_view name = option->defname;
    if (name == "leftarg")
      left = type_text(catalog, sql::as<PgQuery__TypeName>(option->arg));
    else if (name == "rightarg")
      right = type_text(catalog, sql::as<PgQuery__TypeName>(option->arg));
  }
  return '(' + left + ", " + right + ')';
}

}  // namespace

OtherObject read_other(const Catalog& catalog, const sql::Node& node) {
  OtherObject object;
  const auto named = [&](std::string_view kind, const char* name) {
    object.kind = kind;
    object.name = name;
  };
  const auto in_schema = [&](PgQuery__ObjectType type, std::span<sql::Node* const> names) {
    const std::string_view kind = kind_of(type);
    if (kind.empty())
      return;
    const Name key = key_of(catalog, kind, names);
    object.kind = key.schema;
    object.name = key.name;
  };
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
      if (node.create_stats_stmt->n_defnames > 0)
        in_schema(sql::object::kStatisticExt,
                  list(node.create_stats_stmt->defnames, node.create_stats_stmt->n_defnames));
      break;
    case PG_QUERY__NODE__NODE_DEFINE_STMT:
      in_schema(node.define_stmt->kind,
                list(node.define_stmt->defnames, node.define_stmt->n_defnames));
      if (node.define_stmt->kind == sql::object::kOperator)
        object.name += operands_of(catalog, *node.define_stmt);
      break;
    case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
      object.kind = "cast";
      object.name = type_text(catalog, node.create_cast_stmt->sourcetype) + " to " +
                    type_text(catalog, node.create_cast_stmt->targettype);
      break;
    case PG_QUERY__NODE__NODE_CREATE_CONVERSION_STMT:
      in_schema(sql::object::kConversion, list(node.create_conversion_stmt->conversion_name,
                                               node.create_conversion_stmt->n_conversion_name));
      break;
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
      named("publication", node.create_publication_stmt->pubname);
      break;
    case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
      named("subscription", node.create_subscription_stmt->subname);
      break;
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
      named("server", node.create_foreign_server_stmt->servername);
      break;
    case PG_QUERY__NODE__NODE_CREATE_FDW_STMT:
      named("foreign data wrapper", node.create_fdw_stmt->fdwname);
      break;
    case PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT:
      named("event trigger", node.create_event_trig_stmt->trigname);
      break;
    case PG_QUERY__NODE__NODE_CREATE_PLANG_STMT:
      named("language", node.create_plang_stmt->plname);
      break;
    case PG_QUERY__NODE__NODE_CREATE_AM_STMT:
      named("access method", node.create_am_stmt->amname);
      break;
    default:
      break;
  }
  return object;
}

Name name_of_other(const Catalog& catalog, PgQuery__ObjectType kind, const sql::Node* object) {
  const auto names = names_of(object);
  if (kind == sql::object::kCast && names.size() == 2)
    return {"cast", type_text(catalog, sql::as<PgQuery__TypeName>(names[0])) + " to " +
                        type_text(catalog, sql::as<PgQuery__TypeName>(names[1]))};
  if (const auto* written = sql::as<PgQuery__ObjectWithArgs>(object);
      written != nullptr && kind == sql::object::kOperator && written->n_objargs == 2) {
    Name key = key_of(catalog, kind_of(kind), names);
    key.name += '(' + type_text(catalog, sql::as<PgQuery__TypeName>(written->objargs[0])) + ", " +
                type_text(catalog, sql::as<PgQuery__TypeName>(written->objargs[1])) + ')';
    return key;
  }
  if (!names.empty())
    return key_of(catalog, kind_of(kind), names);
  return {std::string(kind_of(kind)), std::string(string_value(object))};
}

void create_other(Catalog& catalog, const sql::Node& node, const Occasion& occasion) {
  OtherObject object = read_other(catalog, node);
  if (object.kind.empty())
    return;
  object.made_in = occasion.migration;
  const Name key{object.kind, object.name};
  if (catalog.others.find(key) == nullptr)
    catalog.others.put(key, std::move(object));
}

}  // namespace godwit::codegen::catalog
