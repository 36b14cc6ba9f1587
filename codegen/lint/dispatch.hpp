// SPDX-License-Identifier: Apache-2.0
//
// Which rules want to see which kind of statement.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "lint/event.hpp"
#include "lint/rule.hpp"

namespace godwit::codegen::lint {

/// The handlers of some families by what they asked for. Immutable; safe to use from any thread.
class Dispatch {
 public:
  explicit Dispatch(std::span<const Family* const> families);

  /// All rules.
  static const Dispatch& all();
  /// Those that have to see every statement of a set, also where others judge: they keep something
  /// in the History.
  static const Dispatch& of_history();
  /// What may be wrong only with a migration that is applied again, behind all others.
  static const Dispatch& of_second_run();

  /// Before a statement runs.
  void show_statement(const Event& event, Context& context) const;
  /// Before a command of an ALTER TABLE does.
  void show_command(const Event& event, Context& context) const;

 private:
  using ByKind = std::unordered_map<int, std::vector<Handler>>;
  static void call(const ByKind& handlers, int kind, const Event& event, Context& context);

  ByKind statements_;
  ByKind commands_;
  std::vector<Handler> every_;
};

}  // namespace godwit::codegen::lint
