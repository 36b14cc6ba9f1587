// SPDX-License-Identifier: Apache-2.0
//
// A statement is proved by its form (CREATE … IF NOT EXISTS, SET, COMMENT), by a statement before
// it (DROP TRIGGER IF EXISTS, then CREATE TRIGGER), or, in a DO block, by the condition around it.
// What is not proved is not idempotent. The forms were run twice on PostgreSQL 15.20.
#include "lint/idempotency.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "lint/idempotent_dml.hpp"
#include "lint/object_names.hpp"
#include "lint/presence.hpp"
#include "lint/second_run.hpp"
#include "sql/kinds.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

using Verdict = IdempotencyVerdict;

Verdict proved() {
  return {};
}

Verdict unproved(std::string problem, std::string advice = {}) {
  Verdict verdict;
  verdict.is_idempotent = false;
  verdict.problem = std::move(problem);
  verdict.advice = std::move(advice);
  return verdict;
}

/// Remembers what the statements so far have seen to, and judges the next one.
class Prover {
 public:
  explicit Prover(const catalog::Catalog* catalog) : own_(catalog) {}

  Verdict judge(const Node& node, const sql::Guard& guard = {}) {
    if (const auto* create = as<PgQuery__CreateFunctionStmt>(&node))
      own_.note(*create);
    Verdict verdict = by_form(node);
    if (!verdict.is_idempotent && is_guarded(node, guard))
      verdict = proved();
    return verdict;
  }

 private:
  static bool removes(const Node& node) {
    return node.node_case == PG_QUERY__NODE__NODE_DROP_STMT ||
           node.node_case == PG_QUERY__NODE__NODE_RENAME_STMT ||
           node.node_case == PG_QUERY__NODE__NODE_DROP_ROLE_STMT ||
           node.node_case == PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT;
  }

  /// A condition proves all that stands under it, where one of these makes it false. An exception
  /// handler has to catch what the second run raises.
  bool is_guarded(const Node& node, const sql::Guard& guard) const {
    if (const std::uint32_t raised = raised_by_second_run(node);
        raised != 0 && (raised & ~guard.caught) == 0)
      return true;
    if (raised_by_second_run(node) == 0 &&
        (removes(node) ? guard.on_undefined : guard.on_duplicate) &&
        node.node_case != PG_QUERY__NODE__NODE_INDEX_STMT)
      return true;
    const auto is_settled = [&](const sql::Presence& presence) {
      return settled_.count(presence.get()) != 0;
    };
    return std::any_of(guard.absent.begin(), guard.absent.end(), is_settled) ||
           std::any_of(guard.present.begin(), guard.present.end(), is_settled);
  }

  /// Which conditions of a DO block do not hold a second time: what they ask for is made, or taken
  /// away, under them. A block is run as a whole or not at all.
  void settle(const sql::Body& body) {
    std::set<const void*> answered;  // queries
    const auto note = [&](const sql::BodyStatement& inner, const sql::Presence& presence,
                          bool is_there) {
      for (const sql::PresenceQuery& query : *presence) {
        if (brings_about(*inner.statement.node, query, is_there))
          answered.insert(&query);
      }
      const bool are_all =
          std::all_of(presence->begin(), presence->end(),
                      [&](const sql::PresenceQuery& query) { return answered.count(&query) != 0; });
      if (are_all)
        settled_.insert(presence.get());
    };
    for (const sql::BodyStatement& inner : body.statements) {
      if (inner.statement.node == nullptr || inner.is_expression)
        continue;
      for (const sql::Presence& presence : inner.guard.absent) note(inner, presence, true);
      for (const sql::Presence& presence : inner.guard.present) note(inner, presence, false);
    }
    // What a computed string makes cannot be compared.
    for (const sql::BodyPlace& place : body.dynamic) {
      for (const sql::Presence& presence : place.guard.absent) settled_.insert(presence.get());
      for (const sql::Presence& presence : place.guard.present) settled_.insert(presence.get());
    }
  }

  /// Made anew by this migration, whatever there was: what is added to it is not there yet.
  bool is_remade(const PgQuery__RangeVar* relation) const {
    return relation != nullptr && (remade_.count(joined(relation)) != 0 ||
                                   (!std::string_view(relation->schemaname).empty() &&
                                    remade_.count(relation->schemaname + std::string(".")) != 0));
  }

  bool was_dropped(std::string_view kind, const std::string& name) const {
    return dropped_.count(fmt::format("{}:{}", kind, name)) != 0;
  }

  void note_drop(std::string_view kind, const std::string& name) {
    dropped_.insert(fmt::format("{}:{}", kind, name));
  }

  Verdict created(std::string_view statement, std::string_view kind, const std::string& name,
                  std::string advice) const {
    if (was_dropped(kind, name))
      return proved();
    return unproved(fmt::format("{} fails when it is there already", statement), std::move(advice));
  }

  static std::string do_block(std::string_view condition) {
    return fmt::format(
        "PostgreSQL has no IF NOT EXISTS for it; ask first:\nDO $$ BEGIN\n  IF NOT EXISTS "
        "({}) THEN\n    …\n  END IF;\nEND $$;",
        condition);
  }

  /// A statement on a table, or in a schema, that this migration dropped and made again.
  bool is_on_remade(const Node& node) const {
    switch (node.node_case) {
      case PG_QUERY__NODE__NODE_INDEX_STMT:
        return is_remade(node.index_stmt->relation);
      case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return is_remade(node.alter_table_stmt->relation);
      case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
        return is_remade(node.create_trig_stmt->relation);
      case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
        return is_remade(node.create_policy_stmt->table);
      case PG_QUERY__NODE__NODE_RULE_STMT:
        return is_remade(node.rule_stmt->relation);
      case PG_QUERY__NODE__NODE_RENAME_STMT:
        return (node.rename_stmt->rename_type == sql::object::kColumn ||
                node.rename_stmt->rename_type == sql::object::kTabconstraint) &&
               is_remade(node.rename_stmt->relation);
      case PG_QUERY__NODE__NODE_CREATE_STMT:
        return is_remade(node.create_stmt->relation);
      case PG_QUERY__NODE__NODE_VIEW_STMT:
        return is_remade(node.view_stmt->view);
      case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return is_remade(node.create_seq_stmt->sequence);
      case PG_QUERY__NODE__NODE_INSERT_STMT:
        return is_remade(node.insert_stmt->relation);
      case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return is_remade(node.update_stmt->relation);
      case PG_QUERY__NODE__NODE_COPY_STMT:
        return is_remade(node.copy_stmt->relation);
      case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT: {
        const auto& create = *node.create_function_stmt;
        return create.n_funcname == 2 &&
               remade_.count(std::string(string_value(create.funcname[0])) + ".") != 0;
      }
      default:
        return false;
    }
  }

  Verdict by_form(const Node& node) {
    if (is_on_remade(node))
      return proved();
    switch (node.node_case) {
      case PG_QUERY__NODE__NODE_CREATE_STMT:
        return create_table(*node.create_stmt, "CREATE TABLE");
      case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
        return create_table(*node.create_foreign_table_stmt->base_stmt, "CREATE FOREIGN TABLE");
      case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        return create_table_as(*node.create_table_as_stmt);
      case PG_QUERY__NODE__NODE_INDEX_STMT:
        return create_index(*node.index_stmt);
      case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return node.create_seq_stmt->if_not_exists
                   ? proved()
                   : created("CREATE SEQUENCE", "sequence", joined(node.create_seq_stmt->sequence),
                             "write CREATE SEQUENCE IF NOT EXISTS");
      case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        if (was_dropped("schema", node.create_schema_stmt->schemaname))
          remade_.insert(node.create_schema_stmt->schemaname + std::string("."));
        return node.create_schema_stmt->if_not_exists
                   ? proved()
                   : created("CREATE SCHEMA", "schema", node.create_schema_stmt->schemaname,
                             "write CREATE SCHEMA IF NOT EXISTS");
      case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
        return node.create_extension_stmt->if_not_exists
                   ? proved()
                   : created("CREATE EXTENSION", "extension", node.create_extension_stmt->extname,
                             "write CREATE EXTENSION IF NOT EXISTS");
      case PG_QUERY__NODE__NODE_VIEW_STMT:
        return node.view_stmt->replace
                   ? proved()
                   : created("CREATE VIEW", "view", joined(node.view_stmt->view),
                             "write CREATE OR REPLACE VIEW");
      case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT: {
        const auto& create = *node.create_function_stmt;
        const std::string_view what = create.is_procedure ? "PROCEDURE" : "FUNCTION";
        if (create.replace ||
            was_dropped("function", joined(list(create.funcname, create.n_funcname))))
          return proved();
        return created(fmt::format("CREATE {}", what), "function", signature(create),
                       fmt::format("write CREATE OR REPLACE {}", what));
      }
      case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT: {
        const auto& create = *node.create_trig_stmt;
        const std::string name = fmt::format("{}.{}", joined(create.relation), create.trigname);
        return create.replace ? proved()
                              : created("CREATE TRIGGER", "trigger", name,
                                        "write CREATE OR REPLACE TRIGGER (from PostgreSQL 14), or "
                                        "put DROP TRIGGER IF EXISTS before it");
      }
      case PG_QUERY__NODE__NODE_RULE_STMT: {
        const auto& create = *node.rule_stmt;
        return create.replace
                   ? proved()
                   : created("CREATE RULE", "rule",
                             fmt::format("{}.{}", joined(create.relation), create.rulename),
                             "write CREATE OR REPLACE RULE");
      }
      case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT: {
        const auto& create = *node.create_policy_stmt;
        return created("CREATE POLICY", "policy",
                       fmt::format("{}.{}", joined(create.table), create.policy_name),
                       "put DROP POLICY IF EXISTS before it");
      }
      case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        return created_type("CREATE TYPE", list(node.create_enum_stmt->type_name,
                                                node.create_enum_stmt->n_type_name));
      case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
        return created("CREATE TYPE", "type", joined(node.composite_type_stmt->typevar),
                       do_block("SELECT FROM pg_type WHERE typname = '…'"));
      case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
        return created_type("CREATE TYPE", list(node.create_range_stmt->type_name,
                                                node.create_range_stmt->n_type_name));
      case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        return created_type("CREATE DOMAIN", list(node.create_domain_stmt->domainname,
                                                  node.create_domain_stmt->n_domainname));
      case PG_QUERY__NODE__NODE_DEFINE_STMT:
        return define(*node.define_stmt);
      case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
        return node.create_stats_stmt->if_not_exists
                   ? proved()
                   : created("CREATE STATISTICS", "statistics",
                             joined(list(node.create_stats_stmt->defnames,
                                         node.create_stats_stmt->n_defnames)),
                             "write CREATE STATISTICS IF NOT EXISTS");
      case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
        return node.create_foreign_server_stmt->if_not_exists
                   ? proved()
                   : created("CREATE SERVER", "server", node.create_foreign_server_stmt->servername,
                             "write CREATE SERVER IF NOT EXISTS");
      case PG_QUERY__NODE__NODE_CREATE_USER_MAPPING_STMT:
        return node.create_user_mapping_stmt->if_not_exists
                   ? proved()
                   : unproved("CREATE USER MAPPING fails when it is there already",
                              "write CREATE USER MAPPING IF NOT EXISTS");
      case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
        return created("CREATE PUBLICATION", "publication", node.create_publication_stmt->pubname,
                       "put DROP PUBLICATION IF EXISTS before it");
      case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
        return created("CREATE CAST", "cast", "", "put DROP CAST IF EXISTS before it");
      case PG_QUERY__NODE__NODE_CREATE_EVENT_TRIG_STMT:
        return created("CREATE EVENT TRIGGER", "event trigger",
                       node.create_event_trig_stmt->trigname,
                       "put DROP EVENT TRIGGER IF EXISTS before it");
      case PG_QUERY__NODE__NODE_CREATE_FDW_STMT:
        return created("CREATE FOREIGN DATA WRAPPER", "foreign data wrapper",
                       node.create_fdw_stmt->fdwname,
                       "put DROP FOREIGN DATA WRAPPER IF EXISTS before it");
      case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
        return created("CREATE ROLE", "role", node.create_role_stmt->role,
                       do_block("SELECT FROM pg_roles WHERE rolname = '…'"));
      case PG_QUERY__NODE__NODE_CREATEDB_STMT:
        return unproved("CREATE DATABASE fails when it is there already");
      case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
        return unproved("CREATE TABLESPACE fails when it is there already");
      case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
        return unproved("CREATE SUBSCRIPTION fails when it is there already");
      case PG_QUERY__NODE__NODE_CREATE_OP_CLASS_STMT:
      case PG_QUERY__NODE__NODE_CREATE_OP_FAMILY_STMT:
      case PG_QUERY__NODE__NODE_ALTER_OP_FAMILY_STMT:
      case PG_QUERY__NODE__NODE_CREATE_CONVERSION_STMT:
      case PG_QUERY__NODE__NODE_CREATE_AM_STMT:
      case PG_QUERY__NODE__NODE_IMPORT_FOREIGN_SCHEMA_STMT:
        return unproved("it fails when it is there already");
      case PG_QUERY__NODE__NODE_CREATE_TRANSFORM_STMT:
        return node.create_transform_stmt->replace
                   ? proved()
                   : unproved("CREATE TRANSFORM fails when it is there already",
                              "write CREATE OR REPLACE TRANSFORM");
      case PG_QUERY__NODE__NODE_CREATE_PLANG_STMT:
        return node.create_plang_stmt->replace
                   ? proved()
                   : unproved("CREATE LANGUAGE fails when it is there already",
                              "write CREATE OR REPLACE LANGUAGE");
      case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return alter_table(*node.alter_table_stmt);
      case PG_QUERY__NODE__NODE_DROP_STMT:
        return drop(*node.drop_stmt);
      case PG_QUERY__NODE__NODE_DROP_ROLE_STMT:
        return drop_role(*node.drop_role_stmt);
      case PG_QUERY__NODE__NODE_DROPDB_STMT:
        return node.dropdb_stmt->missing_ok ? proved()
                                            : unproved("DROP DATABASE fails when it is gone",
                                                       "write DROP DATABASE IF EXISTS");
      case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
        return node.drop_table_space_stmt->missing_ok
                   ? proved()
                   : unproved("DROP TABLESPACE fails when it is gone",
                              "write DROP TABLESPACE IF EXISTS");
      case PG_QUERY__NODE__NODE_DROP_SUBSCRIPTION_STMT:
        return node.drop_subscription_stmt->missing_ok
                   ? proved()
                   : unproved("DROP SUBSCRIPTION fails when it is gone",
                              "write DROP SUBSCRIPTION IF EXISTS");
      case PG_QUERY__NODE__NODE_DROP_USER_MAPPING_STMT:
        return node.drop_user_mapping_stmt->missing_ok
                   ? proved()
                   : unproved("DROP USER MAPPING fails when it is gone",
                              "write DROP USER MAPPING IF EXISTS");
      case PG_QUERY__NODE__NODE_RENAME_STMT:
        return rename(*node.rename_stmt);
      case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
        return unproved("SET SCHEMA fails when it is in the other schema already",
                        "ask for its schema first, in a DO block");
      case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
        return alter_enum(*node.alter_enum_stmt);
      case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
        return alter_domain(*node.alter_domain_stmt);
      case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT:
        return node.alter_publication_stmt->action ==
                           PG_QUERY__ALTER_PUBLICATION_ACTION__AP_SetObjects ||
                       node.alter_publication_stmt->n_pubobjects == 0
                   ? proved()
                   : unproved("ALTER PUBLICATION … ADD and DROP fail when it is so already",
                              "write ALTER PUBLICATION … SET with the whole list");
      case PG_QUERY__NODE__NODE_ALTER_EXTENSION_CONTENTS_STMT:
        return unproved("ALTER EXTENSION … ADD and DROP fail when it is so already");
      case PG_QUERY__NODE__NODE_INSERT_STMT:
        return insert(*node.insert_stmt);
      case PG_QUERY__NODE__NODE_UPDATE_STMT: {
        std::string problem = update_problem(*node.update_stmt, own_);
        if (problem.empty())
          problem = nested_problem(node, own_);
        return problem.empty() ? proved()
                               : unproved(problem,
                                          "set a constant, or leave the rows out that are done: "
                                          "WHERE new_column IS NULL");
      }
      case PG_QUERY__NODE__NODE_DELETE_STMT:
        if (node.delete_stmt->where_clause == nullptr && node.delete_stmt->n_using_clause == 0)
          note_drop("rows", joined(node.delete_stmt->relation));
        if (const std::string problem = nested_problem(node, own_); !problem.empty())
          return unproved(problem);
        return proved();
      case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        for (const Node* relation :
             list(node.truncate_stmt->relations, node.truncate_stmt->n_relations))
          note_drop("rows", joined(as<PgQuery__RangeVar>(relation)));
        return proved();
      case PG_QUERY__NODE__NODE_MERGE_STMT: {
        const std::string problem = merge_problem(*node.merge_stmt, own_);
        return problem.empty() ? proved() : unproved(problem);
      }
      case PG_QUERY__NODE__NODE_COPY_STMT:
        return node.copy_stmt->is_from && !was_dropped("rows", joined(node.copy_stmt->relation))
                   ? unproved("COPY adds the rows again")
                   : proved();
      case PG_QUERY__NODE__NODE_SELECT_STMT:
        return select(node);
      case PG_QUERY__NODE__NODE_CALL_STMT:
        return unproved("what the procedure does on a second call is unknown");
      case PG_QUERY__NODE__NODE_DO_STMT:
        return do_block_verdict(*node.do_stmt);
      case PG_QUERY__NODE__NODE_EXECUTE_STMT:
      case PG_QUERY__NODE__NODE_LOAD_STMT:
        return unproved("what it does is unknown");
      case PG_QUERY__NODE__NODE_PREPARE_STMT:
      case PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT:
        return unproved("it fails when the session has one of that name");
      default:
        // SET, COMMENT, GRANT, ALTER … OWNER, SECURITY LABEL, REINDEX, VACUUM, LOCK, BEGIN, …
        return proved();
    }
  }

  /// Gone with its session.
  static bool is_temporary(const PgQuery__RangeVar* relation) {
    return relation != nullptr && std::string_view(relation->relpersistence) == "t";
  }

  Verdict create_table(const PgQuery__CreateStmt& create, std::string_view statement) {
    if (create.relation != nullptr &&
        (is_temporary(create.relation) || was_dropped("table", joined(create.relation))))
      remade_.insert(joined(create.relation));
    if (create.if_not_exists || is_temporary(create.relation))
      return proved();
    return created(statement, "table", joined(create.relation),
                   fmt::format("write {} IF NOT EXISTS", statement));
  }

  Verdict create_table_as(const PgQuery__CreateTableAsStmt& create) {
    const bool is_matview = create.objtype == sql::object::kMatview;
    if (create.into != nullptr && create.into->rel != nullptr &&
        (is_temporary(create.into->rel) ||
         was_dropped(is_matview ? "materialized view" : "table", joined(create.into->rel))))
      remade_.insert(joined(create.into->rel));
    if (create.if_not_exists || (create.into != nullptr && is_temporary(create.into->rel)))
      return proved();
    const std::string_view statement = is_matview ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
    return created(statement, is_matview ? "materialized view" : "table",
                   joined(create.into == nullptr ? nullptr : create.into->rel),
                   is_matview ? "write CREATE MATERIALIZED VIEW IF NOT EXISTS"
                              : "write CREATE TABLE IF NOT EXISTS … AS");
  }

  Verdict create_index(const PgQuery__IndexStmt& create) {
    const std::string name = create.idxname;
    indexes_.insert(name);
    if (name.empty())
      return unproved("an index without a name is made a second time, under another name",
                      "name it, and write CREATE INDEX IF NOT EXISTS");
    if (create.if_not_exists)
      return proved();
    const std::string schema = create.relation == nullptr ? "" : create.relation->schemaname;
    const std::string full = schema.empty() || schema == "public" ? name : schema + "." + name;
    return create.concurrent
               ? created("CREATE INDEX CONCURRENTLY", "index", full,
                         fmt::format("put before it: DROP INDEX CONCURRENTLY IF EXISTS {}", name))
               : created("CREATE INDEX", "index", full, "write CREATE INDEX IF NOT EXISTS");
  }

  Verdict created_type(std::string_view statement, std::span<Node* const> names) {
    return created(statement, "type", joined(names),
                   do_block("SELECT FROM pg_type WHERE typname = '…'"));
  }

  Verdict define(const PgQuery__DefineStmt& define) {
    if (define.replace || define.if_not_exists)
      return proved();
    const std::string_view kind = kind_of(define.kind);
    return created(fmt::format("CREATE of the {}", kind), kind,
                   joined(list(define.defnames, define.n_defnames)),
                   fmt::format("put a DROP … IF EXISTS of the {} before it", kind));
  }

  Verdict drop(const PgQuery__DropStmt& drop) {
    const std::string_view kind = kind_of(drop.remove_type);
    for (const Node* object : list(drop.objects, drop.n_objects)) {
      const auto* function = as<PgQuery__ObjectWithArgs>(object);
      if (kind == "index")
        indexes_.erase(std::string(last_name_of(object)));
      if (kind == "function" && function != nullptr)
        note_drop(kind, signature(*function));
      else
        note_drop(kind, kind == "cast" ? std::string() : joined(object));
      remade_.erase(joined(object));
    }
    if (drop.missing_ok)
      return proved();
    return unproved(fmt::format("DROP fails when the {} is gone", kind), "write DROP … IF EXISTS");
  }

  Verdict drop_role(const PgQuery__DropRoleStmt& drop) {
    for (const Node* node : list(drop.roles, drop.n_roles)) {
      if (const auto* role = as<PgQuery__RoleSpec>(node))
        note_drop("role", role->rolename);
    }
    return drop.missing_ok
               ? proved()
               : unproved("DROP ROLE fails when it is gone", "write DROP ROLE IF EXISTS");
  }

  /// ALTER TABLE IF EXISTS old RENAME TO new finds nothing the second time.
  static Verdict rename(const PgQuery__RenameStmt& rename) {
    switch (rename.rename_type) {
      case sql::object::kTable:
      case sql::object::kView:
      case sql::object::kMatview:
      case sql::object::kIndex:
      case sql::object::kSequence:
        if (rename.missing_ok)
          return proved();
        return unproved("RENAME fails when it has the new name already",
                        "write ALTER … IF EXISTS … RENAME TO");
      default:
        return unproved("RENAME fails when it has the new name already",
                        "ask for the old name first, in a DO block");
    }
  }

  static Verdict alter_enum(const PgQuery__AlterEnumStmt& alter) {
    if (!std::string_view(alter.old_val).empty())
      return unproved("RENAME VALUE fails when it was renamed already",
                      "ask pg_enum for the old label first, in a DO block");
    if (alter.skip_if_new_val_exists)
      return proved();
    return unproved("ADD VALUE fails when the value is there already",
                    "write ALTER TYPE … ADD VALUE IF NOT EXISTS");
  }

  Verdict alter_domain(const PgQuery__AlterDomainStmt& alter) {
    const std::string_view subtype = alter.subtype;
    const std::string domain = joined(list(alter.type_name, alter.n_type_name));
    if (subtype == "X") {
      note_drop("constraint", fmt::format("{}.{}", domain, alter.name));
      return alter.missing_ok ? proved()
                              : unproved("DROP CONSTRAINT fails when it is gone",
                                         "write DROP CONSTRAINT IF EXISTS");
    }
    if (subtype != "C")
      return proved();
    const auto* constraint = as<PgQuery__Constraint>(alter.def);
    return created("ADD CONSTRAINT", "constraint",
                   fmt::format("{}.{}", domain, constraint == nullptr ? "" : constraint->conname),
                   "put DROP CONSTRAINT IF EXISTS before it");
  }

  Verdict alter_table(const PgQuery__AlterTableStmt& alter) {
    const std::string table = joined(alter.relation);
    const bool is_type = alter.objtype == sql::object::kType;
    const auto commands = list(alter.cmds, alter.n_cmds);
    Verdict first_problem;
    for (std::size_t i = 0; i < commands.size(); ++i) {
      const auto* command = as<PgQuery__AlterTableCmd>(commands[i]);
      if (command == nullptr)
        continue;
      Verdict verdict = is_type ? alter_attribute(*command) : alter_command(table, *command);
      if (!verdict.is_idempotent && first_problem.is_idempotent) {
        verdict.command = i;
        verdict.has_command = true;
        first_problem = std::move(verdict);
      }
    }
    return first_problem;
  }

  /// ALTER TYPE … ADD ATTRIBUTE, which has no IF NOT EXISTS.
  static Verdict alter_attribute(const PgQuery__AlterTableCmd& command) {
    if (command.subtype == sql::at::kAddColumn)
      return unproved("ADD ATTRIBUTE fails when it is there already",
                      "catch duplicate_column in a DO block");
    if (command.subtype == sql::at::kDropColumn && !command.missing_ok)
      return unproved("DROP ATTRIBUTE fails when it is gone", "write DROP ATTRIBUTE IF EXISTS");
    return proved();
  }

  Verdict alter_command(const std::string& table, const PgQuery__AlterTableCmd& command) {
    const std::string name = fmt::format("{}.{}", table, command.name);
    switch (command.subtype) {
      case sql::at::kAddColumn: {
        if (command.missing_ok)
          return proved();
        const auto* column = as<PgQuery__ColumnDef>(command.def);
        return created("ADD COLUMN", "column",
                       fmt::format("{}.{}", table, column == nullptr ? "" : column->colname),
                       "write ADD COLUMN IF NOT EXISTS");
      }
      case sql::at::kDropColumn:
        note_drop("column", name);
        return command.missing_ok
                   ? proved()
                   : unproved("DROP COLUMN fails when it is gone", "write DROP COLUMN IF EXISTS");
      case sql::at::kDropConstraint:
        note_drop("constraint", name);
        indexes_.erase(command.name);  // with the constraint goes its index
        return command.missing_ok ? proved()
                                  : unproved("DROP CONSTRAINT fails when it is gone",
                                             "write DROP CONSTRAINT IF EXISTS");
      case sql::at::kAddConstraint: {
        const auto* constraint = as<PgQuery__Constraint>(command.def);
        const std::string_view constraint_name =
            constraint == nullptr ? std::string_view() : constraint->conname;
        if (constraint_name.empty())
          return unproved("ADD CONSTRAINT without a name adds it a second time, or fails",
                          "name it, and put DROP CONSTRAINT IF EXISTS before it");
        // The DROP CONSTRAINT before it takes the index along, which is not there to be used then.
        if (const std::string_view index = constraint->indexname;
            !index.empty() && indexes_.count(index) == 0)
          return unproved(
              "ADD CONSTRAINT … USING INDEX fails when the index is a constraint's already",
              "ask pg_constraint in a DO block");
        return created("ADD CONSTRAINT", "constraint", fmt::format("{}.{}", table, constraint_name),
                       "put DROP CONSTRAINT IF EXISTS before it, or ask pg_constraint in a DO "
                       "block");
      }
      case sql::at::kAlterColumnType:
        return using_reads_column(command)
                   ? unproved("the USING expression is applied to the changed column again",
                              "use a cast alone, USING column::type, which may be repeated")
                   : proved();
      case sql::at::kAddIdentity:
        return unproved("ADD GENERATED … AS IDENTITY fails when it is one already");
      case sql::at::kDropIdentity:
      case sql::at::kDropExpression:
        return command.missing_ok
                   ? proved()
                   : unproved("it fails when it was done already", "write DROP … IF EXISTS");
      case sql::at::kAttachPartition:
        return unproved("ATTACH PARTITION fails when it is attached already");
      case sql::at::kDetachPartition:
      case sql::at::kDetachPartitionFinalize:
        return unproved("DETACH PARTITION fails when it is detached already");
      case sql::at::kAddInherit:
      case sql::at::kDropInherit:
        return unproved("INHERIT and NO INHERIT fail when it is so already");
      case sql::at::kAddOf:
      case sql::at::kDropOf:
        return unproved("OF and NOT OF fail when it is so already");
      default:
        return proved();  // switches and settings
    }
  }

  /// Does USING do more than cast the column itself?
  static bool using_reads_column(const PgQuery__AlterTableCmd& command) {
    const auto* definition = as<PgQuery__ColumnDef>(command.def);
    if (definition == nullptr || definition->raw_default == nullptr)
      return false;
    const Node* expression = definition->raw_default;
    while (const auto* cast = as<PgQuery__TypeCast>(expression)) expression = cast->arg;
    if (const auto* column = as<PgQuery__ColumnRef>(expression);
        column != nullptr && column->n_fields == 1 &&
        string_value(column->fields[0]) == command.name)
      return false;
    bool reads = false;
    sql::walk(definition->raw_default, [&](const Node& node) {
      const auto* column = as<PgQuery__ColumnRef>(&node);
      if (column != nullptr && column->n_fields > 0 &&
          string_value(column->fields[column->n_fields - 1]) == command.name)
        reads = true;
      return true;
    });
    return reads;
  }

  Verdict insert(const PgQuery__InsertStmt& insert) {
    if (was_dropped("rows", joined(insert.relation)) ||
        was_dropped("table", joined(insert.relation)))
      return proved();
    const std::string problem = insert_problem(insert, own_);
    return problem.empty()
               ? proved()
               : unproved(problem,
                          "write INSERT … ON CONFLICT DO NOTHING, with a unique key that "
                          "the rows would break");
  }

  Verdict select(const Node& node) {
    const auto& select = *node.select_stmt;
    if (select.into_clause != nullptr)
      return unproved("SELECT INTO fails when the table is there already",
                      "write CREATE TABLE IF NOT EXISTS … AS");
    const std::string problem = query_problem(node, own_);
    return problem.empty() ? proved() : unproved(problem);
  }

  Verdict do_block_verdict(const PgQuery__DoStmt& block) {
    sql::BodyText text;
    text.language = "plpgsql";
    for (const Node* argument : list(block.args, block.n_args)) {
      const auto* option = as<PgQuery__DefElem>(argument);
      if (option == nullptr)
        continue;
      if (std::string_view(option->defname) == "as")
        text.text = string_value(option->arg);
      else if (std::string_view(option->defname) == "language")
        text.language = string_value(option->arg);
    }
    if (text.language != "plpgsql" && text.language != "sql")
      return unproved(fmt::format("what a DO block in {} does is unknown", text.language));
    const sql::Body body = sql::parse_body(std::move(text));
    settled_.clear();
    settle(body);
    for (const sql::BodyStatement& inner : body.statements) {
      Verdict verdict = judge(*inner.statement.node, inner.guard);
      if (!verdict.is_idempotent) {
        verdict.has_command = false;
        verdict.problem = fmt::format("in the DO block, {}", verdict.problem);
        return verdict;
      }
    }
    for (const sql::BodyPlace& dynamic : body.dynamic) {
      const sql::Guard& guard = dynamic.guard;
      if (!guard.if_absent && !guard.if_present && !guard.on_duplicate && !guard.on_undefined)
        return unproved("in the DO block, what EXECUTE of a computed string does is unknown",
                        "put it under IF NOT EXISTS (SELECT …), or catch duplicate_object");
    }
    return proved();
  }

  OwnFunctions own_;
  std::set<std::string, std::less<>> dropped_;
  /// Made by this migration, and not dropped since: indexes that ADD CONSTRAINT may use.
  std::set<std::string, std::less<>> indexes_;
  std::set<std::string, std::less<>> remade_;  ///< tables; schemas with a dot behind
  /// Conditions of the DO block that is gone through that do not hold a second time.
  std::set<const void*> settled_;
};

}  // namespace

std::vector<IdempotencyVerdict> prove_idempotent(const sql::Script& script,
                                                 const catalog::Catalog* catalog) {
  std::vector<IdempotencyVerdict> verdicts;
  verdicts.reserve(script.statements().size());
  Prover prover(catalog);
  for (const sql::Statement& statement : script.statements()) {
    if (statement.node == nullptr)
      verdicts.push_back(unproved("the statement was not parsed"));
    else
      verdicts.push_back(prover.judge(*statement.node));
  }
  return verdicts;
}

std::vector<bool> idempotent_statements(const sql::Script& script) {
  std::vector<bool> result;
  for (const IdempotencyVerdict& verdict : prove_idempotent(script))
    result.push_back(verdict.is_idempotent);
  return result;
}

}  // namespace godwit::codegen::lint
