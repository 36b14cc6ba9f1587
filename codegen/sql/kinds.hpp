// SPDX-License-Identifier: Apache-2.0
//
// Short names for the enumerators of the parse tree that are compared all over the place:
// `at::kAddColumn` is PostgreSQL's AT_AddColumn, `constr::kCheck` its CONSTR_CHECK,
// `object::kTable` its OBJECT_TABLE.
#pragma once

#include "sql/ast.hpp"

namespace godwit::codegen::sql::at {

inline constexpr auto kAddColumn = PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn;
inline constexpr auto kAddColumnRecurse = PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumnRecurse;
inline constexpr auto kAddColumnToView = PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumnToView;
inline constexpr auto kColumnDefault = PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault;
inline constexpr auto kCookedColumnDefault = PG_QUERY__ALTER_TABLE_TYPE__AT_CookedColumnDefault;
inline constexpr auto kDropNotNull = PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull;
inline constexpr auto kSetNotNull = PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull;
inline constexpr auto kDropExpression = PG_QUERY__ALTER_TABLE_TYPE__AT_DropExpression;
inline constexpr auto kCheckNotNull = PG_QUERY__ALTER_TABLE_TYPE__AT_CheckNotNull;
inline constexpr auto kSetStatistics = PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics;
inline constexpr auto kSetOptions = PG_QUERY__ALTER_TABLE_TYPE__AT_SetOptions;
inline constexpr auto kResetOptions = PG_QUERY__ALTER_TABLE_TYPE__AT_ResetOptions;
inline constexpr auto kSetStorage = PG_QUERY__ALTER_TABLE_TYPE__AT_SetStorage;
inline constexpr auto kSetCompression = PG_QUERY__ALTER_TABLE_TYPE__AT_SetCompression;
inline constexpr auto kDropColumn = PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn;
inline constexpr auto kDropColumnRecurse = PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumnRecurse;
inline constexpr auto kAddIndex = PG_QUERY__ALTER_TABLE_TYPE__AT_AddIndex;
inline constexpr auto kReAddIndex = PG_QUERY__ALTER_TABLE_TYPE__AT_ReAddIndex;
inline constexpr auto kAddConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint;
inline constexpr auto kAddConstraintRecurse = PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraintRecurse;
inline constexpr auto kReAddConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_ReAddConstraint;
inline constexpr auto kReAddDomainConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_ReAddDomainConstraint;
inline constexpr auto kAlterConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_AlterConstraint;
inline constexpr auto kValidateConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint;
inline constexpr auto kValidateConstraintRecurse =
    PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraintRecurse;
inline constexpr auto kAddIndexConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_AddIndexConstraint;
inline constexpr auto kDropConstraint = PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint;
inline constexpr auto kDropConstraintRecurse = PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraintRecurse;
inline constexpr auto kReAddComment = PG_QUERY__ALTER_TABLE_TYPE__AT_ReAddComment;
inline constexpr auto kAlterColumnType = PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType;
inline constexpr auto kAlterColumnGenericOptions =
    PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnGenericOptions;
inline constexpr auto kChangeOwner = PG_QUERY__ALTER_TABLE_TYPE__AT_ChangeOwner;
inline constexpr auto kClusterOn = PG_QUERY__ALTER_TABLE_TYPE__AT_ClusterOn;
inline constexpr auto kDropCluster = PG_QUERY__ALTER_TABLE_TYPE__AT_DropCluster;
inline constexpr auto kSetLogged = PG_QUERY__ALTER_TABLE_TYPE__AT_SetLogged;
inline constexpr auto kSetUnLogged = PG_QUERY__ALTER_TABLE_TYPE__AT_SetUnLogged;
inline constexpr auto kDropOids = PG_QUERY__ALTER_TABLE_TYPE__AT_DropOids;
inline constexpr auto kSetAccessMethod = PG_QUERY__ALTER_TABLE_TYPE__AT_SetAccessMethod;
inline constexpr auto kSetTableSpace = PG_QUERY__ALTER_TABLE_TYPE__AT_SetTableSpace;
inline constexpr auto kSetRelOptions = PG_QUERY__ALTER_TABLE_TYPE__AT_SetRelOptions;
inline constexpr auto kResetRelOptions = PG_QUERY__ALTER_TABLE_TYPE__AT_ResetRelOptions;
inline constexpr auto kReplaceRelOptions = PG_QUERY__ALTER_TABLE_TYPE__AT_ReplaceRelOptions;
inline constexpr auto kEnableTrig = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrig;
inline constexpr auto kEnableAlwaysTrig = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysTrig;
inline constexpr auto kEnableReplicaTrig = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaTrig;
inline constexpr auto kDisableTrig = PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrig;
inline constexpr auto kEnableTrigAll = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigAll;
inline constexpr auto kDisableTrigAll = PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigAll;
inline constexpr auto kEnableTrigUser = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableTrigUser;
inline constexpr auto kDisableTrigUser = PG_QUERY__ALTER_TABLE_TYPE__AT_DisableTrigUser;
inline constexpr auto kEnableRule = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRule;
inline constexpr auto kEnableAlwaysRule = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableAlwaysRule;
inline constexpr auto kEnableReplicaRule = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableReplicaRule;
inline constexpr auto kDisableRule = PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRule;
inline constexpr auto kAddInherit = PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit;
inline constexpr auto kDropInherit = PG_QUERY__ALTER_TABLE_TYPE__AT_DropInherit;
inline constexpr auto kAddOf = PG_QUERY__ALTER_TABLE_TYPE__AT_AddOf;
inline constexpr auto kDropOf = PG_QUERY__ALTER_TABLE_TYPE__AT_DropOf;
inline constexpr auto kReplicaIdentity = PG_QUERY__ALTER_TABLE_TYPE__AT_ReplicaIdentity;
inline constexpr auto kEnableRowSecurity = PG_QUERY__ALTER_TABLE_TYPE__AT_EnableRowSecurity;
inline constexpr auto kDisableRowSecurity = PG_QUERY__ALTER_TABLE_TYPE__AT_DisableRowSecurity;
inline constexpr auto kForceRowSecurity = PG_QUERY__ALTER_TABLE_TYPE__AT_ForceRowSecurity;
inline constexpr auto kNoForceRowSecurity = PG_QUERY__ALTER_TABLE_TYPE__AT_NoForceRowSecurity;
inline constexpr auto kGenericOptions = PG_QUERY__ALTER_TABLE_TYPE__AT_GenericOptions;
inline constexpr auto kAttachPartition = PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition;
inline constexpr auto kDetachPartition = PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition;
inline constexpr auto kDetachPartitionFinalize =
    PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartitionFinalize;
inline constexpr auto kAddIdentity = PG_QUERY__ALTER_TABLE_TYPE__AT_AddIdentity;
inline constexpr auto kSetIdentity = PG_QUERY__ALTER_TABLE_TYPE__AT_SetIdentity;
inline constexpr auto kDropIdentity = PG_QUERY__ALTER_TABLE_TYPE__AT_DropIdentity;
inline constexpr auto kReAddStatistics = PG_QUERY__ALTER_TABLE_TYPE__AT_ReAddStatistics;

}  // namespace godwit::codegen::sql::at

namespace godwit::codegen::sql::constr {

inline constexpr auto kNull = PG_QUERY__CONSTR_TYPE__CONSTR_NULL;
inline constexpr auto kNotnull = PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL;
inline constexpr auto kDefault = PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT;
inline constexpr auto kIdentity = PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY;
inline constexpr auto kGenerated = PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED;
inline constexpr auto kCheck = PG_QUERY__CONSTR_TYPE__CONSTR_CHECK;
inline constexpr auto kPrimary = PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
inline constexpr auto kUnique = PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE;
inline constexpr auto kExclusion = PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION;
inline constexpr auto kForeign = PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN;
inline constexpr auto kAttrDeferrable = PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRABLE;
inline constexpr auto kAttrNotDeferrable = PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_NOT_DEFERRABLE;
inline constexpr auto kAttrDeferred = PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_DEFERRED;
inline constexpr auto kAttrImmediate = PG_QUERY__CONSTR_TYPE__CONSTR_ATTR_IMMEDIATE;

}  // namespace godwit::codegen::sql::constr

namespace godwit::codegen::sql::object {

inline constexpr auto kAccessMethod = PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD;
inline constexpr auto kAggregate = PG_QUERY__OBJECT_TYPE__OBJECT_AGGREGATE;
inline constexpr auto kAmop = PG_QUERY__OBJECT_TYPE__OBJECT_AMOP;
inline constexpr auto kAmproc = PG_QUERY__OBJECT_TYPE__OBJECT_AMPROC;
inline constexpr auto kAttribute = PG_QUERY__OBJECT_TYPE__OBJECT_ATTRIBUTE;
inline constexpr auto kCast = PG_QUERY__OBJECT_TYPE__OBJECT_CAST;
inline constexpr auto kColumn = PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;
inline constexpr auto kCollation = PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION;
inline constexpr auto kConversion = PG_QUERY__OBJECT_TYPE__OBJECT_CONVERSION;
inline constexpr auto kDatabase = PG_QUERY__OBJECT_TYPE__OBJECT_DATABASE;
inline constexpr auto kDefault = PG_QUERY__OBJECT_TYPE__OBJECT_DEFAULT;
inline constexpr auto kDefacl = PG_QUERY__OBJECT_TYPE__OBJECT_DEFACL;
inline constexpr auto kDomain = PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN;
inline constexpr auto kDomconstraint = PG_QUERY__OBJECT_TYPE__OBJECT_DOMCONSTRAINT;
inline constexpr auto kEventTrigger = PG_QUERY__OBJECT_TYPE__OBJECT_EVENT_TRIGGER;
inline constexpr auto kExtension = PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION;
inline constexpr auto kFdw = PG_QUERY__OBJECT_TYPE__OBJECT_FDW;
inline constexpr auto kForeignServer = PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_SERVER;
inline constexpr auto kForeignTable = PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE;
inline constexpr auto kFunction = PG_QUERY__OBJECT_TYPE__OBJECT_FUNCTION;
inline constexpr auto kIndex = PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;
inline constexpr auto kLanguage = PG_QUERY__OBJECT_TYPE__OBJECT_LANGUAGE;
inline constexpr auto kLargeobject = PG_QUERY__OBJECT_TYPE__OBJECT_LARGEOBJECT;
inline constexpr auto kMatview = PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
inline constexpr auto kOpclass = PG_QUERY__OBJECT_TYPE__OBJECT_OPCLASS;
inline constexpr auto kOperator = PG_QUERY__OBJECT_TYPE__OBJECT_OPERATOR;
inline constexpr auto kOpfamily = PG_QUERY__OBJECT_TYPE__OBJECT_OPFAMILY;
inline constexpr auto kParameterAcl = PG_QUERY__OBJECT_TYPE__OBJECT_PARAMETER_ACL;
inline constexpr auto kPolicy = PG_QUERY__OBJECT_TYPE__OBJECT_POLICY;
inline constexpr auto kProcedure = PG_QUERY__OBJECT_TYPE__OBJECT_PROCEDURE;
inline constexpr auto kPublication = PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION;
inline constexpr auto kPublicationNamespace = PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION_NAMESPACE;
inline constexpr auto kPublicationRel = PG_QUERY__OBJECT_TYPE__OBJECT_PUBLICATION_REL;
inline constexpr auto kRole = PG_QUERY__OBJECT_TYPE__OBJECT_ROLE;
inline constexpr auto kRoutine = PG_QUERY__OBJECT_TYPE__OBJECT_ROUTINE;
inline constexpr auto kRule = PG_QUERY__OBJECT_TYPE__OBJECT_RULE;
inline constexpr auto kSchema = PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA;
inline constexpr auto kSequence = PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE;
inline constexpr auto kSubscription = PG_QUERY__OBJECT_TYPE__OBJECT_SUBSCRIPTION;
inline constexpr auto kStatisticExt = PG_QUERY__OBJECT_TYPE__OBJECT_STATISTIC_EXT;
inline constexpr auto kTabconstraint = PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT;
inline constexpr auto kTable = PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;
inline constexpr auto kTablespace = PG_QUERY__OBJECT_TYPE__OBJECT_TABLESPACE;
inline constexpr auto kTransform = PG_QUERY__OBJECT_TYPE__OBJECT_TRANSFORM;
inline constexpr auto kTrigger = PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER;
inline constexpr auto kTsconfiguration = PG_QUERY__OBJECT_TYPE__OBJECT_TSCONFIGURATION;
inline constexpr auto kTsdictionary = PG_QUERY__OBJECT_TYPE__OBJECT_TSDICTIONARY;
inline constexpr auto kTsparser = PG_QUERY__OBJECT_TYPE__OBJECT_TSPARSER;
inline constexpr auto kTstemplate = PG_QUERY__OBJECT_TYPE__OBJECT_TSTEMPLATE;
inline constexpr auto kType = PG_QUERY__OBJECT_TYPE__OBJECT_TYPE;
inline constexpr auto kUserMapping = PG_QUERY__OBJECT_TYPE__OBJECT_USER_MAPPING;
inline constexpr auto kView = PG_QUERY__OBJECT_TYPE__OBJECT_VIEW;

}  // namespace godwit::codegen::sql::object
