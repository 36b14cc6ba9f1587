// SPDX-License-Identifier: Apache-2.0
//
// How a description of the catalog writes names and types: as SQL takes them, for people, or as the
// runtime's queries on a server's own catalog give them, so that the two can be compared.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "catalog/catalog.hpp"

namespace godwit::codegen::catalog {

/// What cannot be told, and is not compared: a type that nobody knows.
inline constexpr std::string_view kUntold = "?";

class Spelling {
 public:
  /// As SQL takes it.
  Spelling() = default;
  /// As a server gives it: names without quotes, types as format_type() prints them. `catalog`
  /// tells which types and functions are the set's own, or were when its recording began; it must
  /// live as long.
  explicit Spelling(const Catalog& catalog);

  bool is_servers() const noexcept { return catalog_ != nullptr; }

  std::string identifier(std::string_view name) const;
  /// Without the schema where that is `public`.
  std::string name(const Name& name) const;
  /// What stands for an expression in a list of columns.
  std::string_view expression() const noexcept { return is_servers() ? "(expression)" : "…"; }
  /// kUntold, as a server would give it, where it is not known which type it is. `is_argument`: of
  /// a function, which has no modifiers.
  std::string type(const Type& type, bool is_argument = false) const;
  /// Likewise.
  std::string function(const Name& function) const;

 private:
  const Catalog* catalog_ = nullptr;
  std::set<Name> gone_types_;
  std::set<Name> gone_functions_;
};

}  // namespace godwit::codegen::catalog
