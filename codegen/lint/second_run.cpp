// SPDX-License-Identifier: Apache-2.0
#include "lint/second_run.hpp"

#include <string_view>

#include "sql/conditions.hpp"
#include "sql/kinds.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::as;
using sql::list;
using sql::Node;

/// What a second run of a command raises; 0 where it raises nothing, or nobody measured it.
std::uint32_t raised_by(const PgQuery__AlterTableCmd& command) {
  switch (command.subtype) {
    case sql::at::kAddColumn:
      return command.missing_ok ? 0 : sql::condition::kDuplicateColumn;
    case sql::at::kDropColumn:
      return command.missing_ok ? 0 : sql::condition::kUndefinedColumn;
    case sql::at::kDropConstraint:
      return command.missing_ok ? 0 : sql::condition::kUndefinedObject;
    case sql::at::kAddConstraint: {
      const auto* constraint = as<PgQuery__Constraint>(command.def);
      if (constraint == nullptr)
        return 0;
      if (!std::string_view(constraint->indexname).empty())
        return sql::condition::kNotInPrerequisiteState;
      switch (constraint->contype) {
        case sql::constr::kPrimary:
          return sql::condition::kInvalidTableDefinition;
        case sql::constr::kUnique:
        case sql::constr::kExclusion:
          return sql::condition::kDuplicateTable;
        default:
          return sql::condition::kDuplicateObject;
      }
    }
    case sql::at::kAddIdentity:
    case sql::at::kDropIdentity:
    case sql::at::kDropExpression:
      return command.missing_ok ? 0 : sql::condition::kNotInPrerequisiteState;
    case sql::at::kAttachPartition:
      return sql::condition::kWrongObjectType;
    case sql::at::kDetachPartition:
    case sql::at::kDropInherit:
      return sql::condition::kUndefinedTable;
    case sql::at::kAddInherit:
      return sql::condition::kDuplicateTable;
    default:
      return 0;
  }
}

std::uint32_t raised_by(const PgQuery__RenameStmt& rename) {
  switch (rename.rename_type) {
    case sql::object::kTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kIndex:
    case sql::object::kSequence:
      return sql::condition::kUndefinedTable;
    case sql::object::kColumn:
    case sql::object::kAttribute:
      return sql::condition::kUndefinedColumn;
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
      return sql::condition::kUndefinedFunction;
    case sql::object::kSchema:
      return sql::condition::kInvalidSchemaName;
    default:
      return sql::condition::kUndefinedObject;
  }
}

std::uint32_t raised_by_drop(PgQuery__ObjectType kind) {
  switch (kind) {
    case sql::object::kTable:
    case sql::object::kForeignTable:
    case sql::object::kView:
    case sql::object::kMatview:
    case sql::object::kSequence:
      return sql::condition::kUndefinedTable;
    case sql::object::kFunction:
    case sql::object::kProcedure:
    case sql::object::kRoutine:
    case sql::object::kAggregate:
    case sql::object::kOperator:
      return sql::condition::kUndefinedFunction;
    case sql::object::kSchema:
      return sql::condition::kInvalidSchemaName;
    default:
      return sql::condition::kUndefinedObject;
  }
}

}  // namespace

std::uint32_t raised_by_second_run(const Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    case PG_QUERY__NODE__NODE_VIEW_STMT:
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return sql::condition::kDuplicateTable;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      // Without a name it is made again, and nothing is raised.
      return std::string_view(node.index_stmt->idxname).empty() ? 0
                                                                : sql::condition::kDuplicateTable;
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
    case PG_QUERY__NODE__NODE_RULE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
    case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_CAST_STMT:
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_SERVER_STMT:
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
    case PG_QUERY__NODE__NODE_ALTER_PUBLICATION_STMT:
      return sql::condition::kDuplicateObject;
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return sql::condition::kDuplicateFunction;
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
      return sql::condition::kDuplicateSchema;
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
      return sql::condition::kDuplicateDatabase;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return sql::condition::kUniqueViolation;
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return raised_by_drop(node.drop_stmt->remove_type);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return raised_by(*node.rename_stmt);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT: {
      std::uint32_t raised = 0;
      for (const Node* item : list(node.alter_table_stmt->cmds, node.alter_table_stmt->n_cmds)) {
        if (const auto* command = as<PgQuery__AlterTableCmd>(item))
          raised |= raised_by(*command);
      }
      return raised;
    }
    default:
      return 0;
  }
}

}  // namespace godwit::codegen::lint
