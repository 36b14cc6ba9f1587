// SPDX-License-Identifier: Apache-2.0
//
// A file that is judged by itself: what it did not make is taken to be there. What it has itself
// dropped or renamed is not, and to use that again fails wherever the file runs.
//
// How it works. The statements are gone through in order; what they take away is noted by name, and
// forgotten where it is made again, or where something comes between that may bring it back: a body
// of PL/pgSQL, a ROLLBACK, another search_path.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;
using sql::string_value;

class Pass {
 public:
  explicit Pass(Context& context) : context_(context) {}

  void run() {
    const auto& statements = context_.script().statements();
    for (std::size_t i = 0; i < statements.size(); ++i) {
      if (statements[i].node == nullptr)
        continue;
      event_ = event_of(context_, i);
      look(*statements[i].node);
    }
  }

 private:
  using Gone = std::map<std::string, std::size_t, std::less<>>;  ///< to where it went

  static std::string key_of(const PgQuery__RangeVar& range) {
    const std::string_view schema = range.schemaname;
    return fmt::format("{}.{}", schema.empty() ? std::string_view("public") : schema,
                       range.relname);
  }

  static std::string key_of(std::span<Node* const> names) {
    return fmt::format(
        "{}.{}",
        names.size() < 2 ? std::string_view("public") : string_value(names[names.size() - 2]),
        string_value(names.back()));
  }

  std::size_t line_of(std::size_t offset) const {
    return context_.section().file().position(offset).line;
  }

  bool report_gone(const Gone& gone, const std::string& key, std::string_view rule,
                   const std::string& what, Place place) {
    const auto found = gone.find(key);
    if (found == gone.end())
      return false;
    context_.report(rule, event_, place,
                    fmt::format("{}: line {} drops or renames it", what, line_of(found->second)));
    return true;
  }

  void use(const PgQuery__RangeVar* range) {
    if (range == nullptr)
      return;
    report_gone(relations_, key_of(*range), "unknown-relation",
                fmt::format("there is no relation {}", Context::spelled(*range)),
                context_.name_at(event_, range->location));
  }

  /// With all that is said of its columns and constraints.
  void make(const std::string& relation) {
    relations_.erase(relation);
    const auto forget = [&](Gone& parts) {
      std::erase_if(parts,
                    [&](const auto& part) { return part.first.starts_with(relation + '.'); });
    };
    forget(columns_);
    forget(constraints_);
  }

  void make(const PgQuery__RangeVar* range) {
    if (range == nullptr)
      return;
    make(key_of(*range));
    if (std::string_view(range->relpersistence) == "t")
      temporary_.insert(key_of(*range));
  }

  void take(const std::string& relation) {
    make(relation);
    // Behind a temporary table may be another of its name.
    if (temporary_.count(relation) == 0)
      relations_[relation] = event_.place.offset;
  }

  void look(const Node& node);
  void drop(const PgQuery__DropStmt& drop);
  void rename(const PgQuery__RenameStmt& rename);
  void alter(const PgQuery__AlterTableStmt& alter);
  void use_part(const PgQuery__AlterTableStmt& alter, const PgQuery__AlterTableCmd& command);

  Context& context_;
  Event event_;
  Gone relations_;
  Gone columns_;      ///< schema.table.column
  Gone constraints_;  ///< schema.table.constraint
  std::set<std::string, std::less<>> temporary_;
};

void Pass::drop(const PgQuery__DropStmt& drop) {
  switch (drop.remove_type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
    case sql::object::kIndex:
      break;
    default:
      return;
  }
  const bool is_index = drop.remove_type == sql::object::kIndex;
  const auto objects = list(drop.objects, drop.n_objects);
  std::vector<std::string> keys;  // taken behind all: a name may be in the list twice
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const auto* names = as<PgQuery__List>(objects[i]);
    if (names == nullptr || names->n_items == 0)
      continue;
    const auto parts = list(names->items, names->n_items);
    const std::string key = key_of(parts);
    if (!drop.missing_ok)
      report_gone(relations_, key, is_index ? "unknown-index" : "unknown-relation",
                  fmt::format("there is no {} {}", is_index ? "index" : "relation",
                              catalog::quote_identifier(string_value(parts.back()))),
                  context_.object_place(event_, i));
    keys.push_back(key);
  }
  for (const std::string& key : keys) take(key);
}

void Pass::rename(const PgQuery__RenameStmt& rename) {
  if (rename.relation == nullptr)
    return;
  if (!rename.missing_ok)
    use(rename.relation);
  const std::string table = key_of(*rename.relation);
  switch (rename.rename_type) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
    case sql::object::kIndex: {
      const std::string schema = table.substr(0, table.find('.'));
      take(table);
      return make(fmt::format("{}.{}", schema, rename.newname));
    }
    case sql::object::kColumn:
      columns_.erase(fmt::format("{}.{}", table, rename.newname));
      columns_[fmt::format("{}.{}", table, rename.subname)] = event_.place.offset;
      return;
    case sql::object::kTabconstraint:
      constraints_.erase(fmt::format("{}.{}", table, rename.newname));
      constraints_[fmt::format("{}.{}", table, rename.subname)] = event_.place.offset;
      return;
    default:
      return;
  }
}

void Pass::use_part(const PgQuery__AlterTableStmt& alter, const PgQuery__AlterTableCmd& command) {
  const std::string key = fmt::format("{}.{}", key_of(*alter.relation), command.name);
  const std::string table = Context::spelled(*alter.relation);
  const std::string part = catalog::quote_identifier(command.name);
  const auto use_of = [&](const Gone& gone, std::string_view rule, std::string_view what) {
    report_gone(gone, key, rule, fmt::format("{} has no {} {}", table, what, part),
                context_.command_place(event_));
  };
  switch (command.subtype) {
    case sql::at::kDropColumn:
      if (!command.missing_ok)
        use_of(columns_, "unknown-column", "column");
      return;
    case sql::at::kAlterColumnType:
    case sql::at::kColumnDefault:
    case sql::at::kSetNotNull:
    case sql::at::kDropNotNull:
    case sql::at::kSetStatistics:
    case sql::at::kSetStorage:
    case sql::at::kAddIdentity:
      return use_of(columns_, "unknown-column", "column");
    case sql::at::kDropConstraint:
      if (!command.missing_ok)
        use_of(constraints_, "unknown-constraint", "constraint");
      return;
    case sql::at::kValidateConstraint:
      return use_of(constraints_, "unknown-constraint", "constraint");
    default:
      return;
  }
}

void Pass::alter(const PgQuery__AlterTableStmt& alter) {
  if (alter.relation == nullptr)
    return;
  if (!alter.missing_ok)
    use(alter.relation);
  const auto commands = list(alter.cmds, alter.n_cmds);
  // The server drops first, whatever the order of the commands.
  for (std::size_t i = 0; i < commands.size(); ++i) {
    event_.command_index = i;
    if (const auto* command = as<PgQuery__AlterTableCmd>(commands[i]))
      use_part(alter, *command);
  }
  const std::string table = key_of(*alter.relation);
  for (const Node* node : commands) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    if (command != nullptr && command->subtype == sql::at::kDropColumn)
      columns_[fmt::format("{}.{}", table, command->name)] = event_.place.offset;
    else if (command != nullptr && command->subtype == sql::at::kDropConstraint)
      constraints_[fmt::format("{}.{}", table, command->name)] = event_.place.offset;
  }
  for (const Node* node : commands) {
    const auto* command = as<PgQuery__AlterTableCmd>(node);
    if (command == nullptr)
      continue;
    if (const auto* column = as<PgQuery__ColumnDef>(command->def);
        column != nullptr && command->subtype == sql::at::kAddColumn) {
      columns_.erase(fmt::format("{}.{}", table, column->colname));
      constraints_.clear();  // it may bring some
    } else if (command->subtype == sql::at::kAddConstraint) {
      const auto* constraint = as<PgQuery__Constraint>(command->def);
      const std::string_view name = constraint == nullptr ? "" : constraint->conname;
      if (name.empty())
        constraints_.clear();
      else
        constraints_.erase(fmt::format("{}.{}", table, name));
    }
  }
}

void Pass::look(const Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return drop(*node.drop_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return rename(*node.rename_stmt);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return alter(*node.alter_table_stmt);
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return make(node.create_stmt->relation);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return make(node.view_stmt->view);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return make(node.create_seq_stmt->sequence);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      if (node.create_table_as_stmt->into != nullptr)
        make(node.create_table_as_stmt->into->rel);
      return;
    case PG_QUERY__NODE__NODE_INDEX_STMT: {
      use(node.index_stmt->relation);
      const PgQuery__RangeVar* table = node.index_stmt->relation;
      const std::string_view name = node.index_stmt->idxname;
      if (name.empty() || table == nullptr)
        return;
      const std::string_view schema = table->schemaname;
      return make(fmt::format("{}.{}", schema.empty() ? "public" : schema, name));
    }
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return use(node.insert_stmt->relation);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return use(node.update_stmt->relation);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return use(node.delete_stmt->relation);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      for (const Node* item : list(node.truncate_stmt->relations, node.truncate_stmt->n_relations))
        use(as<PgQuery__RangeVar>(item));
      return;
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
    case PG_QUERY__NODE__NODE_GRANT_STMT:
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      return;
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      if (std::string_view(node.variable_set_stmt->name).ends_with("_timeout"))
        return;
      break;
    default:
      break;
  }
  // Settings, bodies, functions that are called, ROLLBACK: it may be there again.
  relations_.clear();
  columns_.clear();
  constraints_.clear();
}

void check(Context& context) {
  if (context.is_alone())
    Pass(context).run();
}

}  // namespace

const Family kAloneRules{.name = "files by themselves", .rules = {}, .before_section = check};

}  // namespace godwit::codegen::lint
