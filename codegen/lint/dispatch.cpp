// SPDX-License-Identifier: Apache-2.0
#include "lint/dispatch.hpp"

#include "lint/context.hpp"
#include "lint/families.hpp"
#include "lint/registry.hpp"

namespace godwit::codegen::lint {

Dispatch::Dispatch(std::span<const Family* const> families) {
  for (const Family* family : families) {
    if (family->every_statement != nullptr)
      every_.push_back(family->every_statement);
    for (const StatementTrigger& trigger : family->statements)
      statements_[trigger.kind].push_back(trigger.handler);
    for (const CommandTrigger& trigger : family->commands)
      commands_[trigger.kind].push_back(trigger.handler);
  }
}

const Dispatch& Dispatch::all() {
  static const Dispatch kDispatch{families()};
  return kDispatch;
}

const Dispatch& Dispatch::of_history() {
  static constexpr const Family* kFamilies[] = {&kPendingRules};
  static const Dispatch kDispatch{kFamilies};
  return kDispatch;
}

const Dispatch& Dispatch::of_second_run() {
  static constexpr const Family* kFamilies[] = {&kDependentRules};
  static const Dispatch kDispatch{kFamilies};
  return kDispatch;
}

void Dispatch::show_statement(const Event& event, Context& context) const {
  for (const Handler handler : every_) handler(event, context);
  call(statements_, event.node->node_case, event, context);
}

void Dispatch::show_command(const Event& event, Context& context) const {
  call(commands_, event.command->subtype, event, context);
}

void Dispatch::call(const ByKind& handlers, int kind, const Event& event, Context& context) {
  const auto found = handlers.find(kind);
  if (found == handlers.end())
    return;
  for (const Handler handler : found->second) handler(event, context);
}

}  // namespace godwit::codegen::lint
