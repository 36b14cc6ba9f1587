// SPDX-License-Identifier: Apache-2.0
//
// Names of things in the database, as the catalog keys them and as messages print them.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace godwit::codegen::catalog {

inline constexpr std::string_view kTemporarySchema = "pg_temp";

/// A schema and a name in it, both as PostgreSQL stores them: folded, unquoted, at most 63 bytes.
struct Name {
  std::string schema;
  std::string name;

  friend bool operator==(const Name&, const Name&) = default;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of <=> for a pointer
  friend auto operator<=>(const Name&, const Name&) = default;
};

struct NameHash {
  std::size_t operator()(const Name& key) const noexcept {
    // Most names are in one schema: its own hash would add nothing but time.
    return std::hash<std::string_view>()(key.name) * 31 + key.schema.size();
  }
};

/// As SQL takes it: quoted where it has to be.
std::string quote_identifier(std::string_view name);

/// Likewise, without the schema where that is `public`, which is how people write it.
std::string quote_name(const Name& name);

}  // namespace godwit::codegen::catalog
