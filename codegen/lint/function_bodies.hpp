// SPDX-License-Identifier: Apache-2.0
//
// The bodies of functions that are called, parsed once, whoever calls them.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "catalog/objects.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {

/// Safe to use from several threads.
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
