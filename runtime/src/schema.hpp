// SPDX-License-Identifier: Apache-2.0
//
// The schema that the applied migrations add up to, from what the build wrote down of each, and how
// a server's own differs from it. No connection: server_schema.cpp asks for the other side.
#pragma once

#include <godwit/maintenance.hpp>
#include <godwit/migration.hpp>

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace godwit::detail {

/// What the history says of a migration.
enum class Stage : std::uint8_t {
  kPending,
  kPartial,
  kApplied,
  kCovered  ///< a squash stands for it: neither applied nor to be
};

/// A schema as lines: by key ("column crm.notes.body") what is said about it ("text not null").
using SchemaLines = std::map<std::string, std::string>;

/// Some object of the schema, as far as it is known.
struct Expected {
  enum class Kind : std::uint8_t { kAbsent, kPresent, kKnown, kUnknown };
  Kind kind = Kind::kAbsent;
  std::string text;                  ///< of kKnown
  const Migration* doubt = nullptr;  ///< applied later, and may have changed it unseen

  bool is_same(const Expected& other) const { return kind == other.kind && text == other.text; }
};

/// By key.
using ExpectedSchema = std::map<std::string, Expected>;

/// What the migrations of a set add up to of which `stage` says that they are applied.
ExpectedSchema expected_schema(const MigrationSet& set,
                               const std::function<Stage(const Migration&)>& stage);

/// `newer`: the history has a row that this build does not know, whose SQL may have changed
/// anything.
SchemaReport compare_schemas(const ExpectedSchema& expected, const SchemaLines& found,
                             std::string_view newer);

/// The query for SchemaLines: two columns, key and text. `home`, a literal, is the schema whose
/// name is left out. The search path has to be pg_catalog alone, which is also what makes every
/// function and operator in it the system's own. For a tenant, the schema public is the only other
/// one that is looked at.
std::string server_schema_query(std::string_view home, bool is_tenant);

}  // namespace godwit::detail
