// SPDX-License-Identifier: Apache-2.0
//
// How it works. A set is cut into as many stretches as there are processors. Each is walked through
// by a thread of its own, which first folds all that comes before its stretch, without a word: that
// is cheap beside the rules. What is found is then put together in the order of the set, and comes
// out as if one thread had walked through all of it: what is said once of a set is left out where
// an earlier stretch has said it, and only then do the allow-comments take findings away.
#include "lint/lint.hpp"

#include <algorithm>
#include <cstddef>
#include <future>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "lint/bodies.hpp"
#include "lint/registry.hpp"
#include "lint/repeated_findings.hpp"
#include "lint/stretches.hpp"
#include "lint/suppression.hpp"
#include "lint/walk.hpp"

namespace godwit::codegen::lint {
namespace {

/// Lints a set.
class Linter {
 public:
  Linter(std::span<const sql::Migration* const> in_order, const Policy& policy,
         Diagnostics& diagnostics, const Observer& observer, const UpObserver& up_observer)
      : in_order_(in_order),
        policy_(policy),
        diagnostics_(diagnostics),
        bodies_(parse_bodies(in_order)),
        route_{in_order, policy, bodies_, functions_, observer, up_observer} {}

  std::vector<FailsInTransaction> run() {
    const std::vector<Stretch> stretches = cut(in_order_, threads());
    const History history(in_order_);
    for (std::size_t n = 0; n < stretches.size(); ++n) {
      walks_.push_back(std::make_unique<Walk>(route_, history));
    }
    judged_.resize(in_order_.size());
    std::promise<bool> begins_late;
    const std::shared_future<bool> does_begin_late = begins_late.get_future().share();
    sql::run_with_deep_stack(stretches.size(), static_cast<unsigned>(stretches.size()),
                             [&](std::size_t n) {
                               if (n == 0)
                                 walk_first(stretches[n], begins_late);
                               else
                                 walk_later(*walks_[n], stretches[n], does_begin_late);
                             });
    // The trees may be as deep as the parser allows.
    sql::run_with_deep_stack(1, 1, [&](std::size_t) { put_together(stretches); });
    return std::move(fails_in_transaction_);
  }

  catalog::Catalog take_catalog() { return std::move(walks_.back()->catalog()); }

 private:
  unsigned threads() const {
    // An observer sees all statements in order.
    return route_.observer ? 1 : std::max(1U, std::thread::hardware_concurrency());
  }

  /// The first migration says whether the set is the whole history, for all the others.
  void walk_first(const Stretch& stretch, std::promise<bool>& begins_late) {
    Walk& walk = *walks_.front();
    bool is_said = false;
    const auto say = [&] {
      if (!std::exchange(is_said, true))
        begins_late.set_value(walk.history().begins_late());
    };
    try {
      for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
        judged_[i] = walk.judge();
        say();
      }
    } catch (...) {
      say();
      throw;
    }
    say();
  }

  void walk_later(Walk& walk, const Stretch& stretch,
                  const std::shared_future<bool>& does_begin_late) {
    for (std::size_t i = 0; i < stretch.begin; ++i) walk.pass();
    if (does_begin_late.get())
      walk.history().note_begins_late();
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) judged_[i] = walk.judge();
  }

  void put_together(const std::vector<Stretch>& stretches) {
    for (std::size_t n = 0; n < stretches.size(); ++n) {
      for (std::size_t i = stretches[n].begin; i < stretches[n].end; ++i) {
        take(*in_order_[i], judged_[i].up, n);
        if (!judged_[i].down)
          continue;
        take(*in_order_[i], *judged_[i].down, n);
        judged_[i].down->suppressions->report_unused(diagnostics_);
      }
    }
    lint_end();
  }

  /// Adds what was found in a section of the n-th stretch.
  void take(const sql::Migration& migration, JudgedSection& judged, std::size_t n) {
    diagnostics_.append(std::move(judged.comments));
    auto& findings = judged.findings;
    std::erase_if(findings, [&](const Diagnostic& finding) {
      return !finding.said_once.empty() &&
             std::any_of(walks_.begin(), walks_.begin() + static_cast<std::ptrdiff_t>(n),
                         [&](const auto& earlier) {
                           return earlier->history().was_said(finding.said_once);
                         });
    });
    judged.suppressions->apply(findings);
    say_once_a_table(findings);
    for (Diagnostic& finding : findings) {
      finding.said_once = {};
      if (finding.fails_in_transaction)
        fails_in_transaction_.push_back({&migration, judged.kind, *finding.fails_in_transaction});
      diagnostics_.all().push_back(std::move(finding));
    }
  }

  /// The rules about the whole, whose findings stand in up sections and are allowed there.
  void lint_end() {
    if (in_order_.empty())
      return;
    Walk& last = *walks_.back();
    for (std::size_t i = 0; i < in_order_.size(); ++i) {
      Context context(policy_, last.catalog(), *in_order_[i], SectionKind::kUp,
                      static_cast<catalog::MigrationIndex>(i), last.session(), last.history());
      for (const Family* family : families()) {
        if (family->after_set != nullptr)
          family->after_set(context);
      }
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
    for (Diagnostic& finding : walks_.back()->judge_again(migration)) {
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
  std::vector<ParsedBodies> bodies_;
  FunctionBodies functions_;
  Route route_;
  std::vector<std::unique_ptr<Walk>> walks_;  ///< one for each stretch
  std::vector<JudgedMigration> judged_;
  std::vector<FailsInTransaction> fails_in_transaction_;
};

}  // namespace

std::vector<FailsInTransaction> lint_set(std::span<const sql::Migration* const> in_order,
                                         const Policy& policy, Diagnostics& diagnostics,
                                         const Observer& observer, catalog::Catalog* end,
                                         const UpObserver& up_observer) {
  Linter linter(in_order, policy, diagnostics, observer, up_observer);
  auto fails_in_transaction = linter.run();
  if (end != nullptr)
    *end = linter.take_catalog();
  return fails_in_transaction;
}

}  // namespace godwit::codegen::lint
