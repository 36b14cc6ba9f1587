// SPDX-License-Identifier: Apache-2.0
#include "catalog/settings.hpp"

#include <string_view>

#include <fmt/format.h>

#include "sql/kinds.hpp"

namespace godwit::codegen::catalog {
namespace {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

/// A value as text; of an expression that has none, its shape.
std::string value_text(const Node* node) {
  if (node == nullptr)
    return {};
  if (const auto* integer = as<PgQuery__Integer>(node))
    return std::to_string(integer->ival);
  if (const auto* number = as<PgQuery__Float>(node))
    return number->fval;
  if (const auto* boolean = as<PgQuery__Boolean>(node))
    return boolean->boolval != 0 ? "true" : "false";
  if (const auto* constant = as<PgQuery__AConst>(node)) {
    if (constant->isnull != 0)
      return "NULL";
    switch (constant->val_case) {
      case PG_QUERY__A__CONST__VAL_IVAL:
        return std::to_string(constant->ival->ival);
      case PG_QUERY__A__CONST__VAL_FVAL:
        return constant->fval->fval;
      case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return constant->boolval->boolval != 0 ? "true" : "false";
      case PG_QUERY__A__CONST__VAL_SVAL:
        return fmt::format("'{}'", constant->sval->sval);
      default:
        break;
    }
  }
  if (const auto* type = as<PgQuery__TypeName>(node))
    return std::string(type->n_names == 0 ? "" : string_value(type->names[type->n_names - 1]));
  if (const auto* names = as<PgQuery__List>(node)) {
    std::string text;
    for (const Node* name : list(names->items, names->n_items))
      text += (text.empty() ? "" : ".") + value_text(name);
    return text;
  }
  if (as<PgQuery__String>(node) != nullptr)
    return std::string(string_value(node));
  return fmt::format("#{:x}", sql::shape_of(node));
}

/// MINVALUE and MAXVALUE stand in the raw tree as columns of that name.
std::string_view end_of_range(const Node* node) {
  const auto* reference = as<PgQuery__ColumnRef>(node);
  const std::string_view word = reference == nullptr || reference->n_fields != 1
                                    ? std::string_view()
                                    : string_value(reference->fields[0]);
  if (word == "minvalue")
    return "MINVALUE";
  return word == "maxvalue" ? std::string_view("MAXVALUE") : std::string_view();
}

std::string values_text(std::span<Node* const> values) {
  std::string text;
  for (const Node* node : values) {
    text += text.empty() ? "" : ", ";
    const auto* datum = as<PgQuery__PartitionRangeDatum>(node);
    if (const std::string_view end = end_of_range(node); !end.empty())
      text += end;
    else if (datum == nullptr)
      text += value_text(node);
    else if (datum->kind == PG_QUERY__PARTITION_RANGE_DATUM_KIND__PARTITION_RANGE_DATUM_MINVALUE)
      text += "MINVALUE";
    else if (datum->kind == PG_QUERY__PARTITION_RANGE_DATUM_KIND__PARTITION_RANGE_DATUM_MAXVALUE)
      text += "MAXVALUE";
    else
      text += value_text(datum->value);
  }
  return text;
}

/// Takes a setting away where it is at its default.
void put(Settings& settings, std::string_view name, std::string value, std::string_view standard) {
  if (value == standard)
    settings.erase(std::string(name));
  else
    settings[std::string(name)] = std::move(value);
}

/// What a column's type has where nobody says otherwise.
std::string_view storage_of_type(const Type& type) {
  if (type.dimensions > 0)
    return "extended";
  for (const std::string_view fixed :
       {"bool", "int2", "int4", "int8", "float4", "float8", "date", "time", "timetz", "timestamp",
        "timestamptz", "interval", "uuid", "money", "oid", "macaddr", "point", "box", "circle"}) {
    if (type.name == fixed)
      return "plain";
  }
  return type.name == "numeric" || type.name == "inet" || type.name == "cidr" ? "main" : "extended";
}

bool is_true(const Node* node) {
  const std::string text = value_text(node);
  return node == nullptr || text == "true" || text == "1";
}

void apply_column_setting(Column& column, const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kSetStatistics:
      return put(column.settings, "statistics", value_text(command.def), "-1");
    case sql::at::kSetStorage: {
      std::string storage;
      for (const char c : value_text(command.def))
        storage += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      return put(column.settings, "storage", std::move(storage), storage_of_type(column.type));
    }
    case sql::at::kSetCompression:
      return put(column.settings, "compression", value_text(command.def), "default");
    case sql::at::kSetOptions:
      if (const auto* options = as<PgQuery__List>(command.def))
        apply_storage_options(column.settings, list(options->items, options->n_items));
      return;
    case sql::at::kResetOptions:
      if (const auto* options = as<PgQuery__List>(command.def)) {
        for (const Node* node : list(options->items, options->n_items)) {
          if (const auto* option = as<PgQuery__DefElem>(node))
            column.settings.erase(option->defname);
        }
      }
      return;
    case sql::at::kSetIdentity:
      if (const auto* options = as<PgQuery__List>(command.def)) {
        for (const Node* node : list(options->items, options->n_items)) {
          const auto* option = as<PgQuery__DefElem>(node);
          // ATTRIBUTE_IDENTITY_ALWAYS of pg_attribute.h
          if (option != nullptr && std::string_view(option->defname) == "generated")
            column.is_identity_always = value_text(option->arg) == std::to_string('a');
        }
      }
      return;
    default:
      return;
  }
}

}  // namespace

bool apply_function_option(Overload& overload, const PgQuery__DefElem& option) {
  const std::string_view what = option.defname;
  if (what == "volatility") {
    const std::string value(string_value(option.arg));
    overload.is_volatile = value == "volatile";
    put(overload.settings, "volatility", value, "volatile");
  } else if (what == "security") {
    overload.is_security_definer = is_true(option.arg);
    put(overload.settings, "security", overload.is_security_definer ? "definer" : "invoker",
        "invoker");
  } else if (what == "strict" || what == "leakproof" || what == "window") {
    put(overload.settings, what, is_true(option.arg) ? "true" : "false", "false");
  } else if (what == "parallel") {
    put(overload.settings, what, value_text(option.arg), "unsafe");
  } else if (what == "cost" || what == "rows" || what == "support") {
    put(overload.settings, what, value_text(option.arg), "");
  } else if (what == "set") {
    const auto* set = as<PgQuery__VariableSetStmt>(option.arg);
    if (set == nullptr)
      return false;
    if (set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL) {
      std::erase_if(overload.settings,
                    [](const auto& entry) { return entry.first.starts_with("set "); });
    } else {
      const bool resets = set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET ||
                          set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT;
      std::string value = set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT
                              ? std::string("current")
                              : values_text(list(set->args, set->n_args));
      put(overload.settings, "set " + std::string(set->name),
          resets ? std::string() : "= " + std::move(value), "");
    }
  } else {
    return false;
  }
  return true;
}

void apply_storage_options(Settings& settings, std::span<sql::Node* const> options) {
  for (const Node* node : options) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string space = option->defnamespace;
    const std::string name = (space.empty() ? "" : space + ".") + option->defname;
    const std::string_view standard =
        name == "fillfactor" ? "100" : (name.ends_with("autovacuum_enabled") ? "true" : "");
    std::string value = value_text(option->arg);
    if (value.empty() || value == "on")
      value = "true";
    else if (value == "off")
      value = "false";
    put(settings, name, std::move(value), standard);
  }
}

void apply_sequence_options(Settings& settings, std::span<sql::Node* const> options) {
  for (const Node* node : options) {
    const auto* option = as<PgQuery__DefElem>(node);
    if (option == nullptr)
      continue;
    const std::string_view name = option->defname;
    if (name == "owned_by" || name == "restart" || name == "sequence_name" || name == "start")
      continue;
    const bool is_one = name == "increment" || name == "cache";
    std::string value = value_text(option->arg);
    if (name == "minvalue" && value == "1")
      value.clear();
    if (name == "as" && value == "int8")
      value.clear();
    put(settings, name, std::move(value), is_one ? "1" : (name == "cycle" ? "false" : ""));
  }
}

std::string bound_text(const PgQuery__PartitionBoundSpec& bound) {
  if (bound.is_default != 0)
    return "default";
  if (bound.n_listdatums != 0)
    return fmt::format("in ({})", values_text(list(bound.listdatums, bound.n_listdatums)));
  if (bound.modulus != 0)
    return fmt::format("modulus {} remainder {}", bound.modulus, bound.remainder);
  return fmt::format("from ({}) to ({})", values_text(list(bound.lowerdatums, bound.n_lowerdatums)),
                     values_text(list(bound.upperdatums, bound.n_upperdatums)));
}

void apply_setting(Relation& table, const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kSetRelOptions:
      if (const auto* options = as<PgQuery__List>(command.def))
        apply_storage_options(table.settings, list(options->items, options->n_items));
      return;
    case sql::at::kResetRelOptions:
      if (const auto* options = as<PgQuery__List>(command.def)) {
        for (const Node* node : list(options->items, options->n_items)) {
          const auto* option = as<PgQuery__DefElem>(node);
          if (option == nullptr)
            continue;
          const std::string space = option->defnamespace;
          table.settings.erase((space.empty() ? "" : space + ".") + option->defname);
        }
      }
      return;
    case sql::at::kReplicaIdentity: {
      const auto* identity = as<PgQuery__ReplicaIdentityStmt>(command.def);
      if (identity == nullptr)
        return;
      const std::string_view kind = identity->identity_type;
      std::string text;
      if (kind == "f")
        text = "full";
      else if (kind == "n")
        text = "nothing";
      else if (kind == "i")
        text = fmt::format("using index {}", identity->name);
      return put(table.settings, "replica identity", std::move(text), "");
    }
    case sql::at::kClusterOn:
      return put(table.settings, "cluster on", command.name, "");
    case sql::at::kDropCluster:
      table.settings.erase("cluster on");
      return;
    default:
      if (Column* column = table.find_column(command.name))
        apply_column_setting(*column, command);
      return;
  }
}

std::string to_text(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings)
    text += fmt::format(" {}{}{}", name, value.empty() ? "" : " ", value);
  return text;
}

}  // namespace godwit::codegen::catalog
