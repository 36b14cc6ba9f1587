// SPDX-License-Identifier: Apache-2.0
//
// The errors that a second run of a migration raises, which a handler in its DO block may catch.
#pragma once

#include <cstdint>
#include <string_view>

namespace godwit::codegen::sql {

/// Conditions that an EXCEPTION handler may catch, as bits, by what raises them (measured on
/// PostgreSQL 15.20: a second CREATE TABLE, INDEX, VIEW or UNIQUE constraint is duplicate_table, a
/// second CHECK or foreign key, type, policy, trigger or role duplicate_object).
namespace condition {
inline constexpr std::uint32_t kDuplicateTable = 1U << 0;
inline constexpr std::uint32_t kDuplicateObject = 1U << 1;
inline constexpr std::uint32_t kDuplicateColumn = 1U << 2;
inline constexpr std::uint32_t kDuplicateFunction = 1U << 3;
inline constexpr std::uint32_t kDuplicateSchema = 1U << 4;
inline constexpr std::uint32_t kDuplicateDatabase = 1U << 5;
inline constexpr std::uint32_t kUniqueViolation = 1U << 6;
inline constexpr std::uint32_t kInvalidTableDefinition = 1U << 7;
inline constexpr std::uint32_t kNotInPrerequisiteState = 1U << 8;
inline constexpr std::uint32_t kWrongObjectType = 1U << 9;
inline constexpr std::uint32_t kUndefinedTable = 1U << 10;
inline constexpr std::uint32_t kUndefinedObject = 1U << 11;
inline constexpr std::uint32_t kUndefinedColumn = 1U << 12;
inline constexpr std::uint32_t kUndefinedFunction = 1U << 13;
inline constexpr std::uint32_t kInvalidSchemaName = 1U << 14;
inline constexpr std::uint32_t kInvalidParameterValue = 1U << 15;
inline constexpr std::uint32_t kInvalidObjectDefinition = 1U << 16;
inline constexpr std::uint32_t kAll = ~0U;

/// What a second run of a CREATE or INSERT raises, and what that of a DROP does.
inline constexpr std::uint32_t kDuplicates = kDuplicateTable | kDuplicateObject | kDuplicateColumn |
                                             kDuplicateFunction | kDuplicateSchema |
                                             kDuplicateDatabase | kUniqueViolation;
inline constexpr std::uint32_t kUndefined =
    kUndefinedTable | kUndefinedObject | kUndefinedColumn | kUndefinedFunction | kInvalidSchemaName;
}  // namespace condition

/// What `WHEN word` catches; `word` is the name of a condition, or the literal behind SQLSTATE. 0
/// for those that say nothing about a second run.
std::uint32_t condition_bits(std::string_view word);

}  // namespace godwit::codegen::sql
