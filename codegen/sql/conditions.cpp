// SPDX-License-Identifier: Apache-2.0
#include "sql/conditions.hpp"

#include <array>

#include "source/words.hpp"

namespace godwit::codegen::sql {
namespace {

/// A condition of an exception handler, by its name and by its SQLSTATE.
struct Condition {
  std::string_view name;
  std::string_view state;
  std::uint32_t bits;
};

// https://www.postgresql.org/docs/15/errcodes-appendix.html
constexpr auto kConditions = std::to_array<Condition>({
    {"others", "", condition::kAll},
    {"duplicate_table", "42P07", condition::kDuplicateTable},
    {"duplicate_object", "42710", condition::kDuplicateObject},
    {"duplicate_column", "42701", condition::kDuplicateColumn},
    {"duplicate_function", "42723", condition::kDuplicateFunction},
    {"duplicate_schema", "42P06", condition::kDuplicateSchema},
    {"duplicate_database", "42P04", condition::kDuplicateDatabase},
    {"unique_violation", "23505", condition::kUniqueViolation},
    {"integrity_constraint_violation", "23000", condition::kUniqueViolation},
    {"invalid_table_definition", "42P16", condition::kInvalidTableDefinition},
    {"invalid_object_definition", "42P17", condition::kInvalidObjectDefinition},
    {"object_not_in_prerequisite_state", "55000", condition::kNotInPrerequisiteState},
    {"wrong_object_type", "42809", condition::kWrongObjectType},
    {"undefined_table", "42P01", condition::kUndefinedTable},
    {"undefined_object", "42704", condition::kUndefinedObject},
    {"undefined_column", "42703", condition::kUndefinedColumn},
    {"undefined_function", "42883", condition::kUndefinedFunction},
    {"invalid_schema_name", "3F000", condition::kInvalidSchemaName},
    {"invalid_parameter_value", "22023", condition::kInvalidParameterValue},
    // A class of conditions: all of the names that begin with 42.
    {"syntax_error_or_access_rule_violation", "42000",
     (condition::kDuplicates | condition::kUndefined | condition::kInvalidTableDefinition |
      condition::kInvalidObjectDefinition | condition::kWrongObjectType) &
         ~(condition::kUniqueViolation | condition::kInvalidSchemaName)},
});

}  // namespace

std::uint32_t condition_bits(std::string_view word) {
  const bool is_state = word.size() >= 2 && word.front() == '\'' && word.back() == '\'';
  for (const Condition& known : kConditions) {
    if (is_state ? word.substr(1, word.size() - 2) == known.state
                 : equals_ignoring_case(word, known.name))
      return known.bits;
  }
  return 0;
}

}  // namespace godwit::codegen::sql
