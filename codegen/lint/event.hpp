// SPDX-License-Identifier: Apache-2.0
//
// A statement that is about to run, as rules see it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "source/section.hpp"
#include "sql/ast.hpp"
#include "sql/plpgsql.hpp"

namespace godwit::codegen::lint {

/// [offset, offset + length) of the file.
struct Place {
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// The function that a statement of a body belongs to, where that is one of another section.
struct CalledBody {
  std::string function;
  const Section* section = nullptr;
};

/// Something that runs: a statement of a section, of a DO block, or of a function that is called.
struct Event {
  const sql::Node* node = nullptr;
  /// Set while the commands of an ALTER TABLE are shown one by one.
  const PgQuery__AlterTableCmd* command = nullptr;
  std::size_t command_index = 0;
  Place place;                              ///< of the statement
  std::size_t statement_index = 0;          ///< of the section's own statement that it belongs to
  const sql::TextOrigin* origin = nullptr;  ///< of locations in the tree; null: they are the file's
  bool is_in_body = false;                  ///< in a DO block or a function
  bool is_conditional = false;              ///< may not run
  bool is_built = false;                    ///< of an EXECUTE's string that is put together
  sql::Guard guard;                         ///< what its condition says
  /// Set for a function of another file: everything is reported at the call.
  std::optional<Place> call;
  bool is_fired = false;               ///< of a function that a trigger runs
  const CalledBody* called = nullptr;  ///< then too: the place is one of its section
};

}  // namespace godwit::codegen::lint
