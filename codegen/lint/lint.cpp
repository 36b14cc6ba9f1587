// SPDX-License-Identifier: Apache-2.0
//
// How it works. Several threads walk through the set, each from its beginning: one judges from the
// first migration on, another folds a part of the set without a word, which is cheap beside the
// rules, and judges what lies behind. What is found is then put together in the order of the set,
// and comes out as if one thread had walked through all of it: what is said once of a set is left
// out where a migration before has said it, and only then do the allow-comments take findings away.
#include "lint/lint.hpp"

#include <algorithm>
#include <cstddef>
#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "lint/division.hpp"
#include "lint/function_bodies.hpp"
#include "lint/registry.hpp"
#include "lint/repeated_findings.hpp"
#include "lint/suppression.hpp"
#include "lint/walk.hpp"

namespace godwit::codegen::lint {
namespace {

/// Lints a set.
class Linter {
 public:
  Linter(std::span<const sql::Migration* const> in_order, const Policy& policy,
         Diagnostics& diagnostics, const Observer& observer, const UpObserver& up_observer,
         unsigned threads)
      : in_order_(in_order),
        policy_(policy),
        diagnostics_(diagnostics),
        route_{in_order, policy, functions_, observer, up_observer},
        division_(in_order, threads_for(observer, threads)),
        judged_(in_order.size()) {}

  std::vector<FailsInTransaction> run() {
    const History history(in_order_);
    for (std::size_t n = 0; n < division_.walkers(); ++n)
      walks_.push_back(std::make_unique<Walk>(route_, history));
    std::promise<bool> begins_late;
    const std::shared_future<bool> does_begin_late = begins_late.get_future().share();
    sql::run_with_deep_stack(walks_.size(), static_cast<unsigned>(walks_.size()),
                             [&](std::size_t n) {
                               if (n == 0)
                                 walk_first(begins_late);
                               else
                                 walk_later(n, does_begin_late);
                             });
    put_together();
    return std::move(fails_in_transaction_);
  }

  catalog::Catalog take_catalog() { return std::move(last_walk().catalog()); }

 private:
  static unsigned threads_for(const Observer& observer, unsigned threads) {
    if (observer)
      return 1;  // it sees all statements in order
    return threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency());
  }

  /// The one that came to the end.
  Walk& last_walk() {
    return *walks_[in_order_.empty() ? 0 : division_.walker_of(in_order_.size() - 1)];
  }

  /// The first migration says whether the set is the whole history, for all the others.
  void walk_first(std::promise<bool>& begins_late) {
    Walk& walk = *walks_.front();
    bool is_said = false;
    const auto say = [&] {
      if (!std::exchange(is_said, true))
        begins_late.set_value(walk.history().begins_late());
    };
    try {
      for (std::size_t i = 0; i < in_order_.size() && division_.take(0, i); ++i) {
        judged_[i] = walk.judge();
        say();
      }
    } catch (...) {
      say();
      throw;
    }
    say();
  }

  void walk_later(std::size_t n, const std::shared_future<bool>& does_begin_late) {
    Walk& walk = *walks_[n];
    std::size_t i = 0;
    while (i < in_order_.size() && !(division_.should_begin(n, i) && division_.take(n, i))) {
      walk.pass();
      ++i;
    }
    if (i == in_order_.size())
      return;
    if (does_begin_late.get())
      walk.history().note_begins_late();
    do {
      judged_[i] = walk.judge();
      ++i;
    } while (i < in_order_.size() && division_.take(n, i));
  }

  void put_together() {
    std::size_t found = diagnostics_.all().size();
    for (const JudgedMigration& judged : judged_)
      found += judged.up.findings.size() + (judged.down ? judged.down->findings.size() : 0);
    diagnostics_.all().reserve(found);
    for (std::size_t i = 0; i < in_order_.size(); ++i) {
      take(i, judged_[i].up);
      if (!judged_[i].down)
        continue;
      take(i, *judged_[i].down);
      judged_[i].down->suppressions->report_unused(diagnostics_);
    }
    lint_end();
  }

  /// Adds what was found in a section of the i-th migration.
  void take(std::size_t i, JudgedSection& judged) {
    const std::size_t walker = division_.walker_of(i);
    diagnostics_.append(std::move(judged.comments));
    auto& findings = judged.findings;
    std::erase_if(findings, [&](const Diagnostic& finding) {
      return !finding.said_once.empty() &&
             std::any_of(walks_.begin(), walks_.begin() + static_cast<std::ptrdiff_t>(walker),
                         [&](const auto& earlier) {
                           return earlier->history().was_said(finding.said_once);
                         });
    });
    judged.suppressions->apply(findings);
    say_once_a_table(findings);
    for (Diagnostic& finding : findings) {
      finding.said_once = {};
      if (finding.fails_in_transaction)
        fails_in_transaction_.push_back({in_order_[i], judged.kind, *finding.fails_in_transaction});
      diagnostics_.all().push_back(std::move(finding));
    }
  }

  /// The rules about the whole, whose findings stand in up sections and are allowed there.
  void lint_end() {
    if (in_order_.empty())
      return;
    Walk& last = last_walk();
    std::vector<std::unique_ptr<Context>> contexts;
    for (std::size_t i = 0; i < in_order_.size(); ++i)
      contexts.push_back(std::make_unique<Context>(
          policy_, last.catalog(), *in_order_[i], SectionKind::kUp,
          static_cast<catalog::MigrationIndex>(i), last.session(), last.history()));
    for (const Family* family : families()) {
      if (family->after_set != nullptr)
        family->after_set(contexts);
    }
    for (std::size_t i = 0; i < in_order_.size(); ++i) {
      Context& context = *contexts[i];
      if (in_order_[i]->source->is_repeatable && in_order_[i]->source->seed.empty())
        lint_again(*in_order_[i], context);
      judged_[i].up.suppressions->apply(context.findings());
      judged_[i].up.suppressions->report_unused(diagnostics_);
      judged_[i].file_allows->report_unused(diagnostics_);
      for (Diagnostic& finding : context.findings()) {
        finding.said_once = {};
        diagnostics_.all().push_back(std::move(finding));
      }
    }
  }

  /// A repeatable is applied again when it changes, to a database where all others are by then, its
  /// own earlier text and those that stand behind it among them.
  void lint_again(const sql::Migration& migration, Context& first) {
    for (Diagnostic& finding : last_walk().judge_again(migration)) {
      const auto& known = diagnostics_.all();
      if (std::any_of(known.begin(), known.end(), [&](const Diagnostic& other) {
            return other.rule == finding.rule && other.file == finding.file &&
                   other.offset == finding.offset;
          }))
        continue;
      constexpr std::string_view kFails = "this fails: ";
      if (finding.message.starts_with(kFails))
        finding.message.replace(0, kFails.size(), "this fails when it is applied again: ");
      finding.notes.emplace_back(
          "it is applied again when this file has changed, and then all the others are there");
      first.findings().push_back(std::move(finding));
    }
  }

  std::span<const sql::Migration* const> in_order_;
  const Policy& policy_;
  Diagnostics& diagnostics_;
  FunctionBodies functions_;
  Route route_;
  Division division_;
  std::vector<std::unique_ptr<Walk>> walks_;  ///< in the order of what they judge
  std::vector<JudgedMigration> judged_;
  std::vector<FailsInTransaction> fails_in_transaction_;
};

}  // namespace

std::vector<FailsInTransaction> lint_set(std::span<const sql::Migration* const> in_order,
                                         const Policy& policy, Diagnostics& diagnostics,
                                         const Observer& observer, catalog::Catalog* end,
                                         const UpObserver& up_observer, unsigned threads) {
  Linter linter(in_order, policy, diagnostics, observer, up_observer, threads);
  auto fails_in_transaction = linter.run();
  if (end != nullptr)
    *end = linter.take_catalog();
  return fails_in_transaction;
}

}  // namespace godwit::codegen::lint
