// SPDX-License-Identifier: Apache-2.0
//
// Undoing. Which rows are meant is decided once, by their ids; then one after the other goes
//
//     the gate's BEGIN               so that nobody applies or undoes anything meanwhile
//     SELECT … FOR UPDATE            the row, and the transaction's id
//     the down section as written    a message of its own, for its text may be a stored one
//     DELETE of the row, log, COMMIT if it is still the same transaction
//
// A row that is gone after the connection was cut was undone by this run: ids do not come twice.
#include "migrator_impl.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

// More than a message holds: where nobody counted the statements, all results are the script's.
constexpr std::uint32_t kUncounted = 1U << 24U;

[[noreturn]] void refuse(ErrorKind kind, const Row* row, std::string message, std::string hint) {
  ErrorDetail detail;
  if (row != nullptr) {
    detail.migration = row->version;
    detail.migration_name = row->name;
  }
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  throw Error(kind, std::move(detail));
}

const Migration* known_as(const MigrationSet& set, const Row& row) {
  const auto found =
      std::find_if(set.migrations.begin(), set.migrations.end(),
                   [&](const Migration& migration) { return is_row_of(row, set, migration); });
  return found == set.migrations.end() ? nullptr : &*found;
}

/// One row that may be undone.
struct Candidate {
  const Row* row = nullptr;
  const Migration* known = nullptr;
  bool is_wanted = true;
};

bool depends_on(const Candidate& other, const Candidate& candidate, const MigrationSet& set) {
  if (other.known != nullptr && stands_for(*other.known, *candidate.row->version)) {
    return true;
  }
  const bool is_replaced = squash_of(set, *other.row->version) != nullptr;
  if (other.known == nullptr && is_replaced && candidate.known != nullptr) {
    return false;  // it was there before the squash, and the squash before the candidate
  }
  if (other.known == nullptr) {
    return other.row->id > candidate.row->id;  // nobody here can tell what it needs
  }
  return std::any_of(other.known->dependencies.begin(), other.known->dependencies.end(),
                     [&](const Dependency& dependency) {
                       return (dependency.set.empty() || dependency.set == set.name) &&
                              dependency.version == candidate.row->version;
                     });
}

/// What is applied and needs `candidate`; null for nothing.
const Candidate* dependant_of(const Candidate& candidate, const std::vector<Candidate>& all,
                              const MigrationSet& set) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const Candidate& other) {
    return other.row != candidate.row && depends_on(other, candidate, set);
  });
  return found == all.end() ? nullptr : &*found;
}

std::vector<Candidate> candidates_of(const MigrationSet& set, const Snapshot& snapshot) {
  std::vector<Candidate> all;
  for (const Row& row : snapshot.rows) {
    if (row.set == set.name && row.version) {
      all.push_back({&row, known_as(set, row)});
    }
  }
  return all;
}

// Marks what stands after a target.
void want_after(std::vector<Candidate>& all, const MigrationSet& set, const Snapshot& snapshot,
                std::string_view target) {
  const std::size_t place = place_of(set, snapshot, target);
  for (Candidate& candidate : all) {
    const Migration* at =
        candidate.known != nullptr ? candidate.known : squash_of(set, *candidate.row->version);
    if (at != nullptr) {
      candidate.is_wanted = static_cast<std::size_t>(at - set.migrations.data()) >= place;
    } else {
      candidate.is_wanted =
          place == 0 || *candidate.row->version > set.migrations[place - 1].version;
    }
  }
}

// "-2" means the last two that were applied, which need not be the last two of the set.
std::size_t count_of(const DownOptions& wanted, std::size_t applied) {
  const bool is_step = wanted.to.size() > 1 && wanted.to.front() == '-';
  const auto steps = is_step ? whole_number(std::string_view(wanted.to).substr(1)) : std::nullopt;
  const std::size_t count = wanted.to == "previous" ? 1
                            : steps                 ? static_cast<std::size_t>(*steps)
                                                    : wanted.count;
  if (count > applied && applied > 0) {
    refuse(ErrorKind::kUsage, nullptr,
           compose("{} migrations are to be undone, but {} {} applied", count, applied,
                   applied == 1 ? "is" : "are"),
           compose("a number alone is how many; for all that stands after the version {0}: "
                   "--to={0}; for all: --to=base",
                   count));
  }
  return std::min(count, applied);
}

bool is_place(const std::string& target) {
  return !target.empty() && target.front() != '-' && target != "previous";
}

// In the order in which they are to be undone.
std::vector<Candidate> choose(const MigrationSet& set, const Snapshot& snapshot,
                              const DownOptions& wanted) {
  std::vector<Candidate> left = candidates_of(set, snapshot);
  std::size_t count = 0;
  if (is_place(wanted.to)) {
    want_after(left, set, snapshot, wanted.to);
    count = static_cast<std::size_t>(
        std::count_if(left.begin(), left.end(), [](const Candidate& c) { return c.is_wanted; }));
  } else {
    count = count_of(wanted, left.size());
  }
  std::vector<Candidate> chosen;
  const auto take = [&](const Candidate& candidate) {
    chosen.push_back(candidate);
    std::erase_if(left, [row = candidate.row](const Candidate& c) { return c.row == row; });
  };
  // What a run was cut off in comes first: nothing else makes sense before it is gone.
  const auto half = std::find_if(left.begin(), left.end(), [](const Candidate& candidate) {
    return candidate.row->state == "undoing";
  });
  if (half != left.end()) {
    count = std::max<std::size_t>(count, 1);
    take(Candidate(*half));
  }
  while (chosen.size() < count) {
    const auto next = std::find_if(left.rbegin(), left.rend(), [&](const Candidate& candidate) {
      return candidate.is_wanted && dependant_of(candidate, left, set) == nullptr;
    });
    if (next != left.rend()) {
      take(Candidate(*next));
      continue;
    }
    const auto last = std::find_if(left.rbegin(), left.rend(),
                                   [](const Candidate& candidate) { return candidate.is_wanted; });
    if (last == left.rend()) {
      break;
    }
    const Candidate* other = dependant_of(*last, left, set);
    refuse(ErrorKind::kFailed, last->row,
           compose("{} cannot be undone: {} is applied and {}", last->row->name, other->row->name,
                   other->known == nullptr
                       ? "this build does not know whether it needs it: it was applied later"
                       : "depends on it"),
           other->known == nullptr ? "undo it with the build that contains both"
                                   : compose("undo {} first", other->row->name));
  }
  return chosen;
}

}  // namespace

// The script of a row, or why there is none.
void Run::prepare(Undo& undo, const Row& row, const DownOptions& wanted) {
  undo.row_id = row.id;
  undo.name = row.name;
  if (row.state == "running") {
    refuse(ErrorKind::kPartiallyApplied, &row,
           compose("{} was begun outside a transaction and has not ended ({} of {} steps)",
                   row.name, row.step, row.steps),
           "run `up`, which goes on where it stopped; then it can be undone");
  }
  if (undo.known != nullptr) {
    const Migration& known = *undo.known;
    if (has_replaced(known, versions_of(set_, snapshot_))) {
      refuse(ErrorKind::kFailed, &row,
             compose("{} was not run here: it stands for migrations that were applied one by one",
                     known.full_name),
             compose("`forget {}`, and undo those with a build that contains them", known.version));
    }
    if (!known.irreversible.empty()) {
      refuse(ErrorKind::kFailed, &row,
             compose("{} is irreversible: {}", known.full_name, known.irreversible),
             "write a new migration that puts right what is wrong, or restore a backup");
    }
    if (!known.down.is_present) {
      refuse(ErrorKind::kFailed, &row, compose("{} has no down section", known.full_name),
             "write a new migration that undoes it; or give it a down section (a section "
             "`-- godwit:down`, or a file .down.sql) and build again");
    }
    if (row.state == "undoing" &&
        (known.down.is_transactional || row.steps != static_cast<int>(known.down.steps.size()))) {
      refuse(ErrorKind::kPartiallyApplied, &row,
             compose("{} was being undone in {} steps, and its down section in this build has {}",
                     known.full_name, row.steps,
                     known.down.is_transactional ? 1 : known.down.steps.size()),
             "go on with the build that began it");
    }
    undo.script = known;
    undo.script.up = known.down;
    undo.script.require = {};
    undo.script.verify = {};
    if (!is_same_checksum(known, row.checksum)) {
      warn(
          compose("{} was applied with another checksum: it is undone by the down section of this "
                  "build",
                  known.full_name));
    }
    return;
  }
  if (!wanted.use_stored || row.state == "undoing") {
    refuse(ErrorKind::kFailed, &row,
           compose("{} is to be undone, but this build does not contain it", row.name),
           "undo it with the build that does; or let --stored use the SQL that that build left in "
           "the history");
  }
  const Reply reply = ask(with_role(history_.stored_down(*connection_, row.id)), Section::kGuard);
  const PGresult* found = reply.results[options_.role.empty() ? 0 : 2].get();
  if (PQntuples(found) == 0 || PQgetisnull(found, 0, 0) != 0) {
    refuse(ErrorKind::kFailed, &row,
           compose("{} has no down section: its build left no SQL in the history", row.name),
           "undo it with a build that contains it, or write a new migration that undoes it");
  }
  undo.stored_sql = value(found, 0, 0);
  undo.stored_file = row.name + " (stored down)";
}

std::vector<Undo> Run::choose_undone(const DownOptions& wanted) {
  std::vector<Undo> list;
  std::vector<const Row*> rows;
  for (const Candidate& candidate : choose(set_, snapshot_, wanted)) {
    rows.push_back(candidate.row);
    Undo undo;
    undo.known = candidate.known;
    prepare(undo, *candidate.row, wanted);
    list.push_back(std::move(undo));
  }
  refuse_needed_elsewhere(rows, false);
  // Only now do the texts stay where they are.
  for (Undo& undo : list) {
    if (undo.known != nullptr) {
      continue;
    }
    const auto row = std::find_if(snapshot_.rows.begin(), snapshot_.rows.end(),
                                  [&](const Row& found) { return found.id == undo.row_id; });
    undo.script.version = row->version.value_or(0);
    undo.script.name = undo.name;
    undo.script.full_name = undo.name;
    undo.script.up.is_present = true;
    undo.script.up.file = undo.stored_file;
    undo.script.up.sql = undo.stored_sql;
    undo.whole = {0, static_cast<std::uint32_t>(undo.stored_sql.size()), 1, 1};
    undo.script.up.statements = {&undo.whole, 1};
  }
  return list;
}

DownReport Run::down(const DownOptions& wanted) {
  is_undoing_ = true;
  kind_ = RunKind::kUndo;
  DownReport report;
  with_after_run([&] { report = undo_all(wanted); });
  return report;
}

DownReport Run::undo_all(const DownOptions& wanted) {
  connect();
  const std::vector<Undo>& list = undo_list_;
  bool is_checked = false;
  bool is_chosen = false;
  for (;;) {
    try {
      if (!is_checked) {
        check();
        is_checked = true;
      }
      if (!is_chosen) {
        undo_list_ = choose_undone(wanted);
        refuse_unrepeatable();
        is_chosen = true;
        pending_count_ = list.size();
        if (!options_.dry_run && !list.empty() && wanted.confirm) {
          std::vector<std::string> names;
          for (const Undo& undo : list) {
            names.push_back(undo.name);
          }
          if (!wanted.confirm(names)) {
            refuse(ErrorKind::kInterrupted, nullptr, "not confirmed; nothing was done", {});
          }
        }
      }
      if (options_.dry_run || !undo_next()) {
        break;
      }
      call_after_each();
    } catch (const ConnectionLost& lost) {
      recover(lost);
      is_checked = false;
    }
  }
  call_after_each();
  DownReport report;
  for (const Report::Applied& applied : report_.applied) {
    const auto undo = std::find_if(list.begin(), list.end(), [&](const Undo& candidate) {
      return &candidate.script == applied.migration;
    });
    report.undone.push_back({undo->known, undo->name, applied.duration});
  }
  for (const Undo& undo : list) {
    if (!undo.is_done) {
      report.planned.push_back({undo.known, undo.name, milliseconds{0}});
    }
  }
  report.left = candidates_of(set_, snapshot_).size() - report.planned.size();
  report.warnings = std::move(report_.warnings);
  report.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - start_);
  report.run_id = identity_.run_id;
  report.database = connection_->description();
  undo_ = nullptr;
  if (has_started_) {
    emit(EventKind::kFinished, nullptr, {}, report.duration);
  }
  return report;
}

// Undoes the next one, or finds out that it is undone. False when nothing is left.
bool Run::undo_next() {
  const Row* row = nullptr;
  Undo* next = nullptr;
  for (Undo& undo : undo_list_) {
    if (undo.is_done) {
      continue;
    }
    const auto found = std::find_if(snapshot_.rows.begin(), snapshot_.rows.end(),
                                    [&](const Row& other) { return other.id == undo.row_id; });
    if (found != snapshot_.rows.end()) {
      next = &undo;
      row = &*found;
      break;
    }
    undo.is_done = true;
    undo_ = &undo;
    if (undo.is_sent) {
      record_applied(undo.script, milliseconds{0});
    } else {
      warn(compose("{} was undone by another run meanwhile", undo.name));
    }
  }
  if (next == nullptr) {
    in_doubt_ = nullptr;
    return false;
  }
  undo_ = next;
  Plan plan;
  const bool is_begun = row->state == "undoing";
  plan.pending.push_back({&next->script, is_begun, is_begun ? row->step : 0, false});
  require_writable(plan);
  if (!has_started_) {
    has_started_ = true;
    emit(EventKind::kStarted, nullptr);
  }
  if (needs_direct(plan)) {
    switch_to_direct(plan);
    check();
    return true;
  }
  if (wait_for_owner(plan)) {
    check();
    return true;
  }
  if (!take_gate(plan)) {
    return true;
  }
  in_doubt_ = nullptr;
  refuse_what_cuts(next->script);
  const std::vector<Candidate> applied = candidates_of(set_, snapshot_);
  for (const Candidate& candidate : applied) {
    const Candidate* other =
        candidate.row->id == next->row_id ? dependant_of(candidate, applied, set_) : nullptr;
    if (other != nullptr) {
      roll_back();
      refuse(ErrorKind::kFailed, candidate.row,
             compose("{} cannot be undone any more: {} was applied meanwhile", next->name,
                     other->row->name),
             "another process applies migrations at this very time: stop it first");
    }
  }
  call_before_run(plan);
  call_before_each(next->script);
  next->is_sent = true;
  const bool is_done = next->script.up.is_transactional || next->script.up.code.function != nullptr
                           ? undo_in_transaction(*next)
                           : set_.step_runner(*this, plan.pending.front());
  next->is_done = is_done;
  check();
  return true;
}

// The gate is open; its transaction ends with the row.
bool Run::undo_in_transaction(Undo& undo) {
  const Migration& script = undo.script;
  current_ = &script;
  emit(EventKind::kUndoing, current_);
  const Clock::time_point begin = Clock::now();

  Message before;
  add_begin(before, script, true, false);
  add_settings(before, script);
  before.add(Section::kGuard, &script, history_.lock_row(*connection_, undo.row_id));
  Reply reply = send_watched(before.text(), {}, lock_timeout(script));
  if (!reply.is_ok()) {
    return handle_failure(before, reply);
  }
  if (PQntuples(reply.results.back().get()) != 1) {
    roll_back();
    return false;
  }
  const std::string transaction(value(reply.results.back().get(), 0, 0));
  if (script.up.code.function != nullptr && !set_.code_runner(*this, script)) {
    return false;
  }

  Message text;
  text.add_foreign(Section::kUp, &script, script.up.sql,
                   undo.known == nullptr || script.is_unchecked
                       ? kUncounted
                       : static_cast<std::uint32_t>(script.up.statements.size()));
  ResultSink sink;
  sink.on_result = [](std::size_t, const PGresult*, bool) {};  // rows are thrown away
  reply = send_watched(text.text(), sink, lock_timeout(script));
  if (!reply.is_ok()) {
    if (reply.sqlstate() == "25001" && undo.known == nullptr) {
      refuse_ended_transaction(undo);
    }
    return handle_failure(text, reply);
  }

  Message after;
  after.add(Section::kConstraints, &script, "SET CONSTRAINTS ALL IMMEDIATE");
  add_role_reset(after, script);
  after.add(
      Section::kFinish, &script,
      history_.finish_undo(*connection_, identity_,
                           compose("id OPERATOR(pg_catalog.=) {} AND pg_catalog.txid_current() "
                                   "OPERATOR(pg_catalog.=) {}",
                                   undo.row_id, transaction),
                           std::chrono::duration_cast<milliseconds>(Clock::now() - begin)));
  after.add(Section::kCommit, &script, "COMMIT");
  add_leak_reset(after, script);
  bool is_gone = false;
  milliseconds duration{0};
  sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
    const Part* part = after.part_of_result(index);
    if (part == nullptr) {
      return;
    }
    if (part->section == Section::kFinish && !is_end) {
      is_gone = true;
      duration = milliseconds{integer(result, 0, 0)};
    } else if (part->section == Section::kCommit && is_end && is_gone) {
      undo.is_done = true;
      record_applied(script, duration);
    }
  };
  reply = send_watched(after.text(), sink, lock_timeout(script));
  if (!reply.is_ok()) {
    return handle_failure(after, reply) || undo.is_done;
  }
  if (!is_gone) {
    refuse_ended_transaction(undo);
  }
  current_ = nullptr;
  return true;
}

// The script was not what this build took it for.
void Run::refuse_ended_transaction(const Undo& undo) {
  const bool is_open = !connection_->is_idle();
  roll_back();
  ErrorDetail detail;
  name_migration(undo.script, detail);
  if (is_open) {
    detail.message = compose("the stored down of {} cannot run in a transaction", undo.name);
    detail.hint = "nothing was done; undo it with the build that contains it";
    fail(ErrorKind::kFailed, std::move(detail), &undo.script);
  }
  detail.message = compose(
      "the down section of {} ended its own transaction: it was partly undone outside our control",
      undo.name);
  detail.hint =
      "take BEGIN, COMMIT and ROLLBACK out of it: the runtime owns the transaction. Look at what "
      "it "
      "did, finish it by hand, and then: `forget` removes its row";
  fail(ErrorKind::kPartiallyApplied, std::move(detail), &undo.script);
}

}  // namespace godwit::detail

namespace godwit {

DownReport Migrator::down(const DownOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.down(options); });
}

}  // namespace godwit
