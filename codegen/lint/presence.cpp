// SPDX-License-Identifier: Apache-2.0
//
// Each kind of thing has the catalogs that list it, with the column that its name stands in. A
// statement gives the things that are there, or are gone, once it has run.
#include "lint/presence.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

/// What a statement makes or takes away.
struct Thing {
  std::string_view kind;
  std::string schema = {};  ///< empty where the statement does not say
  std::string name = {};
  std::string table = {};  ///< that it is a part of
  bool is_there = true;
};

/// Where a thing of a kind is listed, and the column of its name; no column where the names are
/// elsewhere, so that the catalog alone has to do.
struct Listing {
  std::string_view kind;
  std::string_view source;
  std::string_view column;
};

constexpr auto kListings = std::to_array<Listing>({
    {"relation", "pg_class", "relname"},
    {"relation", "pg_tables", "tablename"},
    {"relation", "pg_views", "viewname"},
    {"relation", "pg_matviews", "matviewname"},
    {"relation", "pg_sequences", "sequencename"},
    {"relation", "pg_indexes", "indexname"},
    {"relation", "pg_index", "indexrelid"},
    {"relation", "pg_stat_user_tables", "relname"},
    {"relation", "pg_stat_user_indexes", "indexrelname"},
    {"relation", "pg_foreign_table", "ftrelid"},
    {"relation", "tables", "table_name"},
    {"relation", "views", "table_name"},
    {"relation", "columns", "table_name"},
    {"relation", "foreign_tables", "foreign_table_name"},
    {"relation", "sequences", "sequence_name"},
    {"relation", "to_regclass", "to_regclass"},
    {"relation", "pg_type", "typname"},
    {"type", "pg_type", "typname"},
    {"type", "pg_enum", "typname"},
    {"type", "domains", "domain_name"},
    {"type", "user_defined_types", "user_defined_type_name"},
    {"type", "to_regtype", "to_regtype"},
    {"enum value", "pg_enum", "enumlabel"},
    {"column", "columns", "column_name"},
    {"column", "pg_attribute", "attname"},
    {"attribute", "attributes", "attribute_name"},
    {"attribute", "pg_attribute", "attname"},
    {"constraint", "pg_constraint", "conname"},
    {"constraint", "table_constraints", "constraint_name"},
    {"constraint", "check_constraints", "constraint_name"},
    {"constraint", "domain_constraints", "constraint_name"},
    {"constraint", "referential_constraints", "constraint_name"},
    {"constraint", "key_column_usage", "constraint_name"},
    {"constraint", "constraint_column_usage", "constraint_name"},
    {"constraint", "constraint_table_usage", "constraint_name"},
    {"constraint", "pg_class", "relname"},
    {"constraint", "pg_indexes", "indexname"},
    {"primary key", "pg_constraint", "contype"},
    {"primary key", "table_constraints", "constraint_type"},
    {"partition", "pg_inherits", "inhrelid"},
    {"partition", "pg_class", "relname"},
    {"role", "pg_roles", "rolname"},
    {"role", "pg_authid", "rolname"},
    {"role", "pg_user", "usename"},
    {"role", "pg_shadow", "usename"},
    {"role", "pg_group", "groname"},
    {"role", "to_regrole", "to_regrole"},
    {"trigger", "pg_trigger", "tgname"},
    {"trigger", "triggers", "trigger_name"},
    {"policy", "pg_policies", "policyname"},
    {"policy", "pg_policy", "polname"},
    {"rule", "pg_rules", "rulename"},
    {"rule", "pg_rewrite", "rulename"},
    {"function", "pg_proc", "proname"},
    {"function", "routines", "routine_name"},
    {"function", "to_regproc", "to_regproc"},
    {"function", "to_regprocedure", "to_regprocedure"},
    {"schema", "pg_namespace", "nspname"},
    {"schema", "schemata", "schema_name"},
    {"schema", "to_regnamespace", "to_regnamespace"},
    {"extension", "pg_extension", "extname"},
    {"publication", "pg_publication", "pubname"},
    {"published table", "pg_publication_tables", "tablename"},
    {"published table", "pg_publication_rel", "prrelid"},
    {"subscription", "pg_subscription", "subname"},
    {"statistics", "pg_statistic_ext", "stxname"},
    {"collation", "pg_collation", "collname"},
    {"collation", "to_regcollation", "to_regcollation"},
    {"operator", "pg_operator", "oprname"},
    {"operator class", "pg_opclass", "opcname"},
    {"operator family", "pg_opfamily", "opfname"},
    {"text search", "pg_ts_config", "cfgname"},
    {"text search", "pg_ts_dict", "dictname"},
    {"cast", "pg_cast", ""},
    {"language", "pg_language", "lanname"},
    {"database", "pg_database", "datname"},
    {"tablespace", "pg_tablespace", "spcname"},
    {"server", "pg_foreign_server", "srvname"},
    {"server", "foreign_servers", "foreign_server_name"},
    {"foreign data wrapper", "pg_foreign_data_wrapper", "fdwname"},
    {"user mapping", "pg_user_mappings", ""},
    {"user mapping", "pg_user_mapping", ""},
    {"event trigger", "pg_event_trigger", "evtname"},
});

/// Columns of the catalogs that hold the table of a part.
constexpr auto kTableColumns =
    std::to_array<std::string_view>({"attrelid", "conrelid", "event_object_table", "indrelid",
                                     "polrelid", "relname", "table_name", "tablename", "tgrelid"});

/// Columns that hold a schema.
constexpr auto kSchemaColumns = std::to_array<std::string_view>(
    {"connamespace", "constraint_schema", "domain_schema", "event_object_schema", "nspname",
     "pronamespace", "relnamespace", "routine_schema", "schemaname", "sequence_schema",
     "table_schema", "trigger_schema", "typnamespace"});

bool has(const std::vector<std::string>& values, std::string_view wanted) {
  return std::find(values.begin(), values.end(), wanted) != values.end();
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Where the query names one, it has to be this; where the statement does not, it may be any.
template <std::size_t N>
bool agrees(const sql::PresenceQuery& query, const std::array<std::string_view, N>& columns,
            std::string_view wanted, std::string_view except) {
  return wanted.empty() ||
         std::all_of(columns.begin(), columns.end(), [&](std::string_view column) {
           const auto values = query.values.find(column);
           return column == except || values == query.values.end() || values->second.empty() ||
                  has(values->second, wanted);
         });
}

bool is_listed(const Thing& thing, const sql::PresenceQuery& query, const Listing& listing) {
  if (!has(query.sources, listing.source))
    return false;
  if (!agrees(query, kTableColumns, thing.table, listing.column) ||
      !agrees(query, kSchemaColumns, thing.schema, listing.column))
    return false;
  if (listing.column.empty())
    return true;
  const auto values = query.values.find(listing.column);
  if (values != query.values.end())
    return has(values->second, thing.name);
  // Any of them will do, and once this one is there, one is.
  return thing.is_there &&
         std::all_of(query.values.begin(), query.values.end(), [](const auto& one) {
           return is_one_of(kTableColumns, one.first) || is_one_of(kSchemaColumns, one.first);
         });
}

bool is_asked_for(const Thing& thing, const sql::PresenceQuery& query) {
  if (query.is_unsound)
    return false;
  if (thing.kind == "rows")
    return has(query.sources, thing.name);
  return std::any_of(kListings.begin(), kListings.end(), [&](const Listing& listing) {
    return listing.kind == thing.kind && is_listed(thing, query, listing);
  });
}

// ---- what a statement makes --------------------------------------------------------------------

class Reader {
 public:
  std::vector<Thing> things(const Node& node) {
    read(node);
    return std::move(things_);
  }

 private:
  void add(std::string_view kind, std::string_view name, bool is_there = true) {
    things_.push_back({kind, {}, std::string(name), {}, is_there});
  }

  void add_named(std::string_view kind, std::span<Node* const> names, bool is_there = true) {
    if (names.empty())
      return;
    const std::string schema(names.size() >= 2 ? string_value(names[names.size() - 2]) : "");
    things_.push_back({kind, schema, std::string(string_value(names.back())), {}, is_there});
  }

  void add_relation(const PgQuery__RangeVar* range, std::string_view kind = "relation",
                    bool is_there = true) {
    if (range != nullptr)
      things_.push_back({kind, range->schemaname, range->relname, {}, is_there});
  }

  void add_part(std::string_view kind, const PgQuery__RangeVar* table, std::string_view name,
                bool is_there = true) {
    if (table != nullptr)
      things_.push_back({kind, table->schemaname, std::string(name), table->relname, is_there});
  }

  void add_both(std::string_view kind, const PgQuery__RangeVar* table, std::string_view name) {
    add_part(kind, table, name, true);
    add_part(kind, table, name, false);
  }

  void read(const Node& node);
  void read_more(const Node& node);
  void read_command(const PgQuery__AlterTableStmt& alter, const PgQuery__AlterTableCmd& command);
  void read_constraint(const PgQuery__RangeVar& table, const PgQuery__Constraint& constraint);
  void read_drop(const PgQuery__DropStmt& drop);
  void read_rename(const PgQuery__RenameStmt& rename);

  std::vector<Thing> things_;
};

void Reader::read_constraint(const PgQuery__RangeVar& table,
                             const PgQuery__Constraint& constraint) {
  const std::string name = constraint.conname;
  if (!name.empty())
    add_part("constraint", &table, name);
  if (constraint.contype != sql::constr::kPrimary)
    return;
  add_part("primary key", &table, "p");
  add_part("primary key", &table, "PRIMARY KEY");
  if (name.empty())
    add_part("constraint", &table, std::string(table.relname) + "_pkey");
}

void Reader::read_command(const PgQuery__AlterTableStmt& alter,
                          const PgQuery__AlterTableCmd& command) {
  const PgQuery__RangeVar* table = alter.relation;
  const std::string_view part = alter.objtype == sql::object::kType ? "attribute" : "column";
  switch (command.subtype) {
    case sql::at::kAddColumn:
      if (const auto* column = as<PgQuery__ColumnDef>(command.def))
        add_part(part, table, column->colname);
      return;
    case sql::at::kDropColumn:
      return add_part(part, table, command.name, false);
    case sql::at::kAddConstraint:
      if (const auto* constraint = as<PgQuery__Constraint>(command.def); constraint != nullptr)
        read_constraint(*table, *constraint);
      return;
    case sql::at::kDropConstraint:
      add_part("constraint", table, command.name, false);
      if (std::string_view(command.name) == table->relname + std::string("_pkey")) {
        add_part("primary key", table, "p", false);
        add_part("primary key", table, "PRIMARY KEY", false);
      }
      return;
    case sql::at::kAttachPartition:
    case sql::at::kDetachPartition:
      if (const auto* partition = as<PgQuery__PartitionCmd>(command.def))
        add_relation(partition->name, "partition", command.subtype == sql::at::kAttachPartition);
      return;
    case sql::at::kAddInherit:
    case sql::at::kDropInherit:
      return add_relation(table, "partition", command.subtype == sql::at::kAddInherit);
    default:
      // What else a column may be asked for: its type, whether it is an identity or generated.
      if (!std::string_view(command.name).empty())
        add_both(part, table, command.name);
      return;
  }
}

void Reader::read_drop(const PgQuery__DropStmt& drop) {
  for (const Node* object : list(drop.objects, drop.n_objects)) {
    std::span<Node* const> names;
    if (const auto* written = as<PgQuery__List>(object))
      names = list(written->items, written->n_items);
    else if (const auto* type = as<PgQuery__TypeName>(object))
      names = list(type->names, type->n_names);
    else if (const auto* function = as<PgQuery__ObjectWithArgs>(object))
      names = list(function->objname, function->n_objname);
    const auto part = [&](std::string_view kind) {
      if (names.size() >= 2)
        things_.push_back(
            {kind, std::string(names.size() >= 3 ? string_value(names[names.size() - 3]) : ""),
             std::string(string_value(names.back())),
             std::string(string_value(names[names.size() - 2])), false});
    };
    switch (drop.remove_type) {
      case sql::object::kTable:
      case sql::object::kForeignTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kIndex:
      case sql::object::kSequence:
        add_named("relation", names, false);
        break;
      case sql::object::kType:
      case sql::object::kDomain:
        add_named("type", names, false);
        break;
      case sql::object::kFunction:
      case sql::object::kProcedure:
      case sql::object::kRoutine:
      case sql::object::kAggregate:
        add_named("function", names, false);
        break;
      case sql::object::kTrigger:
        part("trigger");
        break;
      case sql::object::kPolicy:
        part("policy");
        break;
      case sql::object::kRule:
        part("rule");
        break;
      case sql::object::kSchema:
        add("schema", string_value(object), false);
        break;
      case sql::object::kExtension:
        add("extension", string_value(object), false);
        break;
      case sql::object::kPublication:
        add("publication", string_value(object), false);
        break;
      case sql::object::kForeignServer:
        add("server", string_value(object), false);
        break;
      case sql::object::kEventTrigger:
        add("event trigger", string_value(object), false);
        break;
      case sql::object::kStatisticExt:
        add_named("statistics", names, false);
        break;
      case sql::object::kCollation:
        add_named("collation", names, false);
        break;
      case sql::object::kOperator:
        add_named("operator", names, false);
        break;
      case sql::object::kCast:
        add("cast", "", false);
        break;
      default:
        break;
    }
  }
}

void Reader::read_rename(const PgQuery__RenameStmt& rename) {
  const PgQuery__RangeVar* table = rename.relation;
  switch (rename.rename_type) {
    case sql::object::kColumn:
    case sql::object::kAttribute: {
      const std::string_view part =
          rename.rename_type == sql::object::kColumn ? "column" : "attribute";
      add_part(part, table, rename.subname, false);
      return add_part(part, table, rename.newname);
    }
    case sql::object::kTabconstraint:
      add_part("constraint", table, rename.subname, false);
      return add_part("constraint", table, rename.newname);
    case sql::object::kTrigger:
      add_part("trigger", table, rename.subname, false);
      return add_part("trigger", table, rename.newname);
    case sql::object::kPolicy:
      add_part("policy", table, rename.subname, false);
      return add_part("policy", table, rename.newname);
    case sql::object::kTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kIndex:
    case sql::object::kSequence:
    case sql::object::kForeignTable:
      add_relation(table, "relation", false);
      if (table != nullptr)
        things_.push_back({"relation", table->schemaname, rename.newname, {}, true});
      return;
    case sql::object::kSchema:
      add("schema", rename.subname, false);
      return add("schema", rename.newname);
    case sql::object::kRole:
      add("role", rename.subname, false);
      return add("role", rename.newname);
    case sql::object::kType:
    case sql::object::kDomain:
      if (const auto* names = as<PgQuery__List>(rename.object))
        add_named("type", list(names->items, names->n_items), false);
      return add("type", rename.newname);
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
      if (const auto* function = as<PgQuery__ObjectWithArgs>(rename.object))
        add_named("function", list(function->objname, function->n_objname), false);
      return add("function", rename.newname);
    case sql::object::kDomconstraint:
      add("constraint", rename.subname, false);
      return add("constraint", rename.newname);
    default:
      return;
  }
}

void Reader::read(const Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return add_relation(node.create_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
      return add_relation(node.create_foreign_table_stmt->base_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      if (node.create_table_as_stmt->into != nullptr)
        add_relation(node.create_table_as_stmt->into->rel);
      return;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return add_relation(node.view_stmt->view);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return add_relation(node.create_seq_stmt->sequence);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      if (node.index_stmt->relation != nullptr)
        things_.push_back({"relation",
                           node.index_stmt->relation->schemaname,
                           node.index_stmt->idxname,
                           {},
                           true});
      return;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      for (const Node* item : list(node.alter_table_stmt->cmds, node.alter_table_stmt->n_cmds)) {
        if (const auto* command = as<PgQuery__AlterTableCmd>(item);
            command != nullptr && node.alter_table_stmt->relation != nullptr)
          read_command(*node.alter_table_stmt, *command);
      }
      return;
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return read_drop(*node.drop_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return read_rename(*node.rename_stmt);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return add_named("type",
                       list(node.create_enum_stmt->type_name, node.create_enum_stmt->n_type_name));
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
      return add_named(
          "type", list(node.create_range_stmt->type_name, node.create_range_stmt->n_type_name));
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return add_named(
          "type", list(node.create_domain_stmt->domainname, node.create_domain_stmt->n_domainname));
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return add_relation(node.composite_type_stmt->typevar, "type");
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return add_part("trigger", node.create_trig_stmt->relation, node.create_trig_stmt->trigname);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return add_part("policy", node.create_policy_stmt->table,
                      node.create_policy_stmt->policy_name);
    case PG_QUERY__NODE__NODE_RULE_STMT:
      return add_part("rule", node.rule_stmt->relation, node.rule_stmt->rulename);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return add_named("function", list(node.create_function_stmt->funcname,
                                        node.create_function_stmt->n_funcname));
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
      return add("schema", node.create_schema_stmt->schemaname);
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
      return add("extension", node.create_extension_stmt->extname);
    case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
      return add("role", node.create_role_stmt->role);
    case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
      for (const Node* item : list(node.drop_role_stmt->roles, node.drop_role_stmt->n_roles)) {
        if (const auto* role = as<PgQuery__RoleSpec>(item))
          add("role", role->rolename, false);
      }
      return;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return add_relation(node.insert_stmt->relation, "rows");
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return add_relation(node.copy_stmt->relation, "rows");
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return add_relation(node.delete_stmt->relation, "rows", false);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      add_relation(node.update_stmt->relation, "rows", true);
      return add_relation(node.update_stmt->relation, "rows", false);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      add_relation(node.merge_stmt->relation, "rows", true);
      return add_relation(node.merge_stmt->relation, "rows", false);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT: {
      const auto& alter = *node.alter_enum_stmt;
      add("enum value", alter.new_val);
      if (!std::string_view(alter.old_val).empty())
        add("enum value", alter.old_val, false);
      return;
    }
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT: {
      const auto& alter = *node.alter_domain_stmt;
      if (const auto* constraint = as<PgQuery__Constraint>(alter.def))
        add("constraint", constraint->conname);
      else if (std::string_view(alter.subtype) == "X")
        add("constraint", alter.name, false);
      return;
    }
    default:
      return read_more(node);
  }
}

void Reader::read_more(const Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT: {
      const auto& alter = *node.alter_object_schema_stmt;
      if (alter.relation != nullptr) {
        things_.push_back({"relation", {}, alter.relation->relname, {}, true});
        things_.push_back({"relation", {}, alter.relation->relname, {}, false});
      }
      return;
    }
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
      return add("publication", node.create_publication_stmt->pubname);
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT: {
      const auto& alter = *node.alter_publication_stmt;
      for (const Node* item : list(alter.pubobjects, alter.n_pubobjects)) {
        const auto* object = as<PgQuery__PublicationObjSpec>(item);
        if (object != nullptr && object->pubtable != nullptr)
          add_relation(object->pubtable->relation, "published table",
                       alter.action == PG_QUERY__ALTER_PUBLICATION_ACTION__AP_AddObjects);
      }
      return;
    }
    case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
      return add("subscription", node.create_subscription_stmt->subname);
    case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
      return add("subscription", node.drop_subscription_stmt->subname, false);
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
      return add_named("statistics",
                       list(node.create_stats_stmt->defnames, node.create_stats_stmt->n_defnames));
    case PG_QUERY__NODE__NODE_DEFINE_STMT: {
      const auto names = list(node.define_stmt->defnames, node.define_stmt->n_defnames);
      switch (node.define_stmt->kind) {
        case sql::object::kType:
          return add_named("type", names);
        case sql::object::kAggregate:
          return add_named("function", names);
        case sql::object::kOperator:
          return add_named("operator", names);
        case sql::object::kCollation:
          return add_named("collation", names);
        default:
          return add_named("text search", names);
      }
    }
    case PG_QUERY__NODE__NODE_CREATE_OP_CLASS_STMT:
      return add_named("operator class", list(node.create_op_class_stmt->opclassname,
                                              node.create_op_class_stmt->n_opclassname));
    case PG_QUERY__NODE__NODE_CREATE_OP_FAMILY_STMT:
      return add_named("operator family", list(node.create_op_family_stmt->opfamilyname,
                                               node.create_op_family_stmt->n_opfamilyname));
    case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
      return add("cast", "");
    case PG_QUERY__NODE__NODE_CREATE_PLANG_STMT:
      return add("language", node.create_plang_stmt->plname);
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
      return add("server", node.create_foreign_server_stmt->servername);
    case PG_QUERY__NODE__NODE_CREATE_FDW_STMT:
      return add("foreign data wrapper", node.create_fdw_stmt->fdwname);
    case PG_QUERY__NODE__NODE_CREATE_USER_MAPPING_STMT:
      return add("user mapping", "");
    case PG_QUERY__NODE__NODE_DROP_USER_MAPPING_STMT:
      return add("user mapping", "", false);
    case PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT:
      return add("event trigger", node.create_event_trig_stmt->trigname);
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
      return add("database", node.createdb_stmt->dbname);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
      return add("tablespace", node.create_table_space_stmt->tablespacename);
    default:
      return;
  }
}

}  // namespace

bool brings_about(const sql::Node& node, const sql::PresenceQuery& query, bool is_there) {
  const std::vector<Thing> things = Reader().things(node);
  return std::any_of(things.begin(), things.end(), [&](const Thing& thing) {
    return thing.is_there == is_there && is_asked_for(thing, query);
  });
}

}  // namespace godwit::codegen::lint
