// SPDX-License-Identifier: Apache-2.0
//
// What a rule is, and how a family of rules plugs into the linter.
//
// How it works: a walk (walk.cpp) goes through everything that the migrations execute, in order,
// and folds each statement into the catalog. Just before a statement is folded, the rules that
// asked for its kind see it, together with the catalog as it stands then. An ALTER TABLE is shown a
// command at a time, since PostgreSQL reads it so and since allow-comments bind to a command.
// Nobody walks all trees: a family names the kinds of statements that it wants.
//
// Several walks share a set, each with a catalog and a History of its own, and judge a part of it
// (lint.cpp). A rule that is said once of the whole set therefore asks History::say_once(), and one
// that keeps in the History what it has seen of earlier migrations stands in
// Dispatch::of_history().
//
// To add a rule: describe it in its family's table of RuleInfo, write a handler, list the handler
// in the family's triggers, and put its cases under tests/lint/<rule>/. A new family is one .cpp
// and one line in registry.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "source/diagnostic.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {

/// What the manual says of a rule, and how it is treated.
struct RuleInfo {
  std::string_view id;     ///< kebab-case; names the danger; never renamed after a release
  std::string_view group;  ///< "destructive", "locks", "transactions", …: a heading of the manual
  Severity severity = Severity::kError;  ///< unless the finding's context or the policy says else
  /// Says that the build cannot go on: never muted by WARN_ONLY, BASELINE, RULES_OFF, RULES_WARN or
  /// an allow-comment.
  bool is_hard = false;
  std::string_view summary;      ///< one line, no full stop
  std::string_view explanation;  ///< why, and what to do instead; whole sentences
  std::string_view bad;          ///< SQL, or a header line, that it fires on
  std::string_view good;         ///< the same intent, done so that it does not
  std::string_view manual;       ///< page of PostgreSQL's or godwit's manual
  /// What is wrong with an option of the rule, `NAME=severity:option`; empty when nothing is. Null
  /// for a rule that has none.
  std::string (*check_option)(std::string_view option) = nullptr;
};

class Context;
struct Event;

using Handler = void (*)(const Event& event, Context& context);
using Hook = void (*)(Context& context);
/// One for each migration of the set, in order; there is at least one.
using SetHook = void (*)(std::span<const std::unique_ptr<Context>> contexts);

/// Calls `handler` before statements of this kind run.
struct StatementTrigger {
  PgQuery__Node__NodeCase kind;
  Handler handler;
};

/// Calls `handler` before commands of this kind of an ALTER TABLE (also of ALTER VIEW, ALTER
/// INDEX…) run.
struct CommandTrigger {
  PgQuery__AlterTableType kind;
  Handler handler;
};

/// A file of rules.
struct Family {
  std::string_view name;
  std::span<const RuleInfo> rules;
  std::span<const StatementTrigger> statements = {};
  std::span<const CommandTrigger> commands = {};
  Handler every_statement = nullptr;  ///< before each statement, whatever its kind
  Hook before_section = nullptr;      ///< before the first statement of an up or down section
  Hook after_section = nullptr;       ///< after its last one
  /// When the whole history has been folded, with a context for the up section of each migration:
  /// what is found stands there, and the catalog is that of the end.
  SetHook after_set = nullptr;
};

}  // namespace godwit::codegen::lint
