// SPDX-License-Identifier: Apache-2.0
//
// A walk through a set: through everything that its migrations execute, in order, with the catalog
// as it stands before each statement.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/fold.hpp"
#include "lint/context.hpp"
#include "lint/dispatch.hpp"
#include "lint/function_bodies.hpp"
#include "lint/history.hpp"
#include "lint/lint.hpp"
#include "lint/policy.hpp"
#include "lint/suppression.hpp"
#include "source/diagnostic.hpp"
#include "sql/migration.hpp"

namespace godwit::codegen::lint {

/// What the walks through a set share. All of it outlives them.
struct Route {
  std::span<const sql::Migration* const> in_order;
  const Policy& policy;
  FunctionBodies& functions;
  const Observer& observer;
  const UpObserver& up_observer;
};

/// What was found in a section; nothing is allowed by a comment yet.
struct JudgedSection {
  SectionKind kind = SectionKind::kUp;
  Diagnostics comments;  ///< about the allow-comments themselves
  std::unique_ptr<Suppressions> suppressions;
  std::vector<Diagnostic> findings;
};

struct JudgedMigration {
  std::unique_ptr<FileAllows> file_allows;
  JudgedSection up;
  std::optional<JudgedSection> down;
};

/// Not safe to use from several threads; several walks are. Wants run_with_deep_stack().
class Walk {
 public:
  Walk(const Route& route, History history);

  /// Folds the next migration's up section into the catalog, and says nothing.
  void pass();
  /// Shows the next migration to the rules and folds it; its down section is tried out.
  JudgedMigration judge();
  /// Runs a repeatable migration again, behind all others, as far as that alone may be wrong. The
  /// catalog stays as it is.
  std::vector<Diagnostic> judge_again(const sql::Migration& migration);

  catalog::Catalog& catalog() noexcept { return catalog_; }
  History& history() noexcept { return history_; }
  const Session& session() const noexcept { return session_; }

 private:
  void start(std::size_t index);
  void finish_up(const sql::Migration& migration);
  JudgedSection judge_section(const sql::Migration& migration, SectionKind kind,
                              const sql::SectionBodies& bodies, FileAllows& file_allows);
  void run_section(Context& context, const sql::SectionBodies& bodies);
  void run_statement(const Event& event, const sql::Statement& statement, Context& context);
  void run_commands(const PgQuery__AlterTableStmt& alter, const Event& event,
                    const catalog::Occasion& occasion, Context& context, const Dispatch& dispatch);
  void run_body(const sql::Body& body, const Event& around, Context& context, int depth);
  void note_session(const sql::Node& node);
  void run_called_functions(const Event& event, Context& context, int deeper);
  void run_function(const catalog::Overload& overload, const std::string& name, const Event& event,
                    Context& context, int deeper);

  const Route& route_;
  catalog::Catalog catalog_;
  History history_;
  Session session_;
  catalog::MigrationIndex index_ = -1;
  bool is_judging_ = false;
  int call_depth_ = 0;
  std::map<std::pair<const Section*, std::size_t>, CalledBody> called_;
  /// Functions that are being gone through.
  std::set<std::pair<const Section*, std::size_t>> running_;
};

}  // namespace godwit::codegen::lint
