// SPDX-License-Identifier: Apache-2.0
//
// The families that there are; each is defined in the file of its name.
#pragma once

#include "lint/rule.hpp"

namespace godwit::codegen::lint {

extern const Family kFileRules;             // file_rules.cpp
extern const Family kHeaderRules;           // header_rules.cpp
extern const Family kOrderRules;            // order_rules.cpp
extern const Family kSyntaxRules;           // syntax_rules.cpp
extern const Family kSuppressionRules;      // suppression_rules.cpp
extern const Family kTransactionRules;      // transaction_rules.cpp
extern const Family kDestructiveRules;      // destructive_rules.cpp
extern const Family kCompatibilityRules;    // compatibility_rules.cpp
extern const Family kIndexRules;            // index_rules.cpp
extern const Family kPartitionRules;        // partition_rules.cpp
extern const Family kConstraintRules;       // constraint_rules.cpp
extern const Family kAddColumnRules;        // add_column_rules.cpp
extern const Family kRewriteRules;          // rewrite_rules.cpp
extern const Family kLockRules;             // lock_rules.cpp
extern const Family kNullabilityRules;      // nullability_rules.cpp
extern const Family kColumnTypeRules;       // column_type_rules.cpp
extern const Family kIdempotencyRules;      // idempotency_rules.cpp
extern const Family kDownRules;             // down_rules.cpp
extern const Family kHeldLockRules;         // held_lock_rules.cpp
extern const Family kTimeoutRules;          // timeout_rules.cpp
extern const Family kUncommittedRules;      // uncommitted_rules.cpp
extern const Family kDeferredRules;         // deferred_rules.cpp
extern const Family kDuplicateColumnRules;  // duplicate_column_rules.cpp
extern const Family kHistoryRules;          // history_rules.cpp
extern const Family kColumnStyleRules;      // column_style_rules.cpp
extern const Family kTableStyleRules;       // table_style_rules.cpp
extern const Family kTenantRules;           // tenant_rules.cpp
extern const Family kNameRules;             // name_rules.cpp
extern const Family kSecurityRules;         // security_rules.cpp
extern const Family kSessionRules;          // session_rules.cpp
extern const Family kExistenceRules;        // existence_rules.cpp
extern const Family kDuplicateRules;        // duplicate_rules.cpp
extern const Family kDependentRules;        // dependent_rules.cpp
extern const Family kKeyRules;              // key_rules.cpp
extern const Family kFinalRules;            // final_rules.cpp
extern const Family kPendingRules;          // pending_rules.cpp
extern const Family kPhaseRules;            // phase_rules.cpp
extern const Family kSeedRules;             // seed_rules.cpp
extern const Family kBatchRules;            // batch_rules.cpp
extern const Family kQualifiedRules;        // qualified_rules.cpp
extern const Family kVersionRules;          // version_rules.cpp
extern const Family kAloneRules;            // alone_rules.cpp
extern const Family kTypePartRules;         // type_part_rules.cpp

}  // namespace godwit::codegen::lint
