// SPDX-License-Identifier: Apache-2.0
//
// Rows that somebody took out of the history by hand. The history alone cannot tell them from
// migrations that are still to come, and would have them applied again; the log, which only ever
// grows, can. It is asked where that costs nothing that counts: when the history has no row of the
// set at all, and when a migration has failed.
#include "run.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {

// A role may not be allowed to read the log, or there may be none: then it tells nothing.
Reply Run::read_recorded() {
  Reply reply =
      connection_->send(with_role(history_.read_recorded(*connection_, identity_)), Waiter{});
  if (reply.error && !reply.is_cut) {
    roll_back();
  }
  return reply;
}

// True when the history has rows after all: another run's, written between the two looks.
bool Run::refuse_emptied_history() {
  const bool has_rows = std::any_of(snapshot_.rows.begin(), snapshot_.rows.end(),
                                    [&](const Row& row) { return row.set == set_.name; });
  if (has_rows || has_asked_log_) {
    return false;
  }
  const Reply reply = read_recorded();
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  has_asked_log_ = true;
  if (!reply.is_ok()) {
    return false;
  }
  const PGresult* recorded = reply.results[options_.role.empty() ? 0 : 2].get();
  const int count = PQntuples(recorded);
  if (count == 0) {
    return false;
  }
  const Snapshot before = std::move(snapshot_);
  check();
  if (snapshot_ != before) {
    has_asked_log_ = false;
    return true;
  }
  ErrorDetail detail;
  detail.message = compose(
      "the history has nothing of the set \"{}\", but its log says that {} {} applied (the last, "
      "{}, on {} by {}): rows were removed by hand; nothing was done",
      set_.name, count, count == 1 ? "migration is" : "migrations are", value(recorded, 0, 0),
      value(recorded, 0, 1), value(recorded, 0, 2));
  detail.hint = compose(
      "put the rows of {0} back from a backup, or record what the database has: `stamp {1}`; or, "
      "if all of it was undone by hand as well, say so in the log: DELETE FROM {2} WHERE "
      "migration_set = '{3}'{4}",
      history_.display(), value(recorded, 0, 0), history_.display_log(), set_.name,
      history_.display_target());
  roll_back();
  throw Error(ErrorKind::kDrift, std::move(detail));
}

// The last one before it that is not applied; null for none.
const Migration* Run::pending_before(const Migration& migration) const {
  const Versions versions = versions_of(set_, snapshot_);
  const Migration* found = nullptr;
  for (const Migration& other : set_.migrations) {
    // Undone or rehearsed, a migration may be a copy of that of the set.
    if (other.full_name == migration.full_name) {
      break;
    }
    const Row* row = find_row(snapshot_, set_, other);
    const bool is_there =
        (row != nullptr && row->state == "applied") || is_covered(set_, other, versions) ||
        std::any_of(report_.applied.begin(), report_.applied.end(),
                    [&](const Report::Applied& applied) { return applied.migration == &other; });
    found = is_there ? found : &other;
  }
  return found;
}

// What a migration makes is there already. Called after it was rolled back.
void Run::add_lost_row(const Migration& migration, ErrorDetail& detail) {
  constexpr std::string_view kIsThere[] = {"42P07", "42701", "42710", "42723", "42P06"};
  if (std::find(std::begin(kIsThere), std::end(kIsThere), detail.sqlstate) == std::end(kIsThere) ||
      migration.kind == Kind::kSeed || connection_->is_cut() || !connection_->is_idle()) {
    return;
  }
  // `stamp` alone takes along what stands before, which has not run.
  const Migration* before = pending_before(migration);
  std::string text = compose(
      "if all is as the migration makes it, record that: `stamp {}{}`; `verify` tells "
      "whether it is",
      before == nullptr ? "" : "--only ", migration.full_name);
  if (is_looking_ && before != nullptr) {
    text = compose(
        "if all is as the migration makes it, apply what stands before it (`up --to={}`), and then "
        "record that: `stamp --only {}`; `verify` tells whether it is",
        before->full_name, migration.full_name);
  }
  const Reply reply = read_recorded();
  if (reply.is_ok()) {
    const PGresult* recorded = reply.results[options_.role.empty() ? 0 : 2].get();
    for (int i = 0; i < PQntuples(recorded); ++i) {
      if (value(recorded, i, 0) == migration.full_name) {
        text = compose("the log says that it was applied on {} by {}, and its row is gone; {}",
                       value(recorded, i, 1), value(recorded, i, 2), text);
      }
    }
  }
  detail.hint += (detail.hint.empty() ? "" : "\n") + text;
}

}  // namespace godwit::detail
