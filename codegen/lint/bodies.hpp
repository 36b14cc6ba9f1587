// SPDX-License-Identifier: Apache-2.0
//
// The bodies of DO blocks and functions, split and parsed: once for the whole set, whoever asks.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "catalog/objects.hpp"
#include "sql/body_check.hpp"
#include "sql/migration.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {

/// The DO blocks of a section, by the index of the statement.
using Blocks = std::unordered_map<std::size_t, sql::Body>;

/// What the bodies of a migration hold.
struct ParsedBodies {
  Blocks up;
  Blocks down;
  std::vector<sql::BodyError> up_errors;  ///< of functions as well
  std::vector<sql::BodyError> down_errors;
};

/// Of each migration, in parallel; the n-th is of the n-th migration.
std::vector<ParsedBodies> parse_bodies(std::span<const sql::Migration* const> in_order);

/// The bodies of functions that are called. Safe to ask from several threads.
class FunctionBodies {
 public:
  /// Stays valid as long as this is there. `overload` has a section.
  const sql::Body& of(const catalog::Overload& overload);

 private:
  struct Entry {
    std::once_flag once;
    sql::Body body;
  };
  std::mutex mutex_;
  std::map<std::pair<const Section*, std::size_t>, std::unique_ptr<Entry>> entries_;
};

}  // namespace godwit::codegen::lint
