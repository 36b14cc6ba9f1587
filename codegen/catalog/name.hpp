// SPDX-License-Identifier: Apache-2.0
//
// Names of things in the database, as the catalog keys them and as messages print them.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace godwit::codegen::catalog {

inline constexpr std::string_view kTemporarySchema = "pg_temp";

/// A schema and a name in it, both as PostgreSQL stores them: folded, unquoted, at most 63 bytes.
struct Name {
  std::string schema;
  std::string name;

  // The names first: most are in one schema.
  friend bool operator==(const Name& a, const Name& b) noexcept {
    return a.name == b.name && a.schema == b.schema;
  }
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the 0 of <=> for a pointer
  friend auto operator<=>(const Name&, const Name&) = default;
};

/// Not noexcept, so that the standard library's maps keep the hash of each key: without it they
/// hash their keys again as they look for one.
struct NameHash {
  std::size_t operator()(const Name& key) const {
    // Most names are in one schema: its own hash would add nothing but time. Of a name, both ends
    // and its length tell it from nearly all others.
    const auto word_at = [&](std::size_t at) {
      std::uint64_t word = 0;
      std::memcpy(&word, key.name.data() + at, std::min(key.name.size() - at, sizeof(word)));
      return word;
    };
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 by the golden ratio
    const std::size_t size = key.name.size();
    const std::uint64_t end =
        word_at(size > sizeof(std::uint64_t) ? size - sizeof(std::uint64_t) : 0);
    const std::uint64_t mixed = (word_at(0) * kOdd ^ word_at(size / 2)) * kOdd ^ end;
    return (mixed * kOdd >> 16U) + size + key.schema.size();
  }
};

/// As SQL takes it: quoted where it has to be.
std::string quote_identifier(std::string_view name);

/// Likewise, without the schema where that is `public`, which is how people write it.
std::string quote_name(const Name& name);

}  // namespace godwit::codegen::catalog
