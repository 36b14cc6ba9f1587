// SPDX-License-Identifier: Apache-2.0
//
// The loop of a run, and what it needs before it may apply anything.
#include "run.hpp"

#include "again.hpp"
#include "seeds.hpp"
#include "squash.hpp"
#include "waiting.hpp"

#include <algorithm>
#include <random>
#include <thread>

namespace godwit::detail {
namespace {

std::size_t count_recorded(const Plan& plan) {
  return static_cast<std::size_t>(
      std::count_if(plan.pending.begin(), plan.pending.end(),
                    [](const Pending& pending) { return pending.is_recorded; }));
}

}  // namespace

std::string names_of(const std::vector<Pending>& pending) {
  std::string names;
  for (std::size_t i = 0; i < pending.size() && i < 3; ++i) {
    names += i == 0 ? "" : ", ";
    names += pending[i].migration->full_name;
  }
  return pending.size() > 3 ? names + ", …" : names;
}

std::string make_uuid(std::uint64_t* seed) {
  std::random_device device;
  std::string uuid = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
  for (char& digit : uuid) {
    const unsigned random = device() & 15U;
    if (digit == 'x') {
      digit = "0123456789abcdef"[random];
    } else if (digit == 'y') {
      digit = "89ab"[random & 3U];
    }
  }
  *seed = (static_cast<std::uint64_t>(device()) << 32U) | device() | 1U;
  return uuid;
}

Run::Run(const MigrationSet& set, const Options& options, Parameters parameters, PGconn* borrowed)
    : set_(set),
      options_(options),
      parameters_(std::move(parameters)),
      borrowed_(borrowed),
      history_(!options.history_table.empty() ? std::string_view(options.history_table)
               : set.history_table.empty()    ? std::string_view("schema_migrations")
                                              : set.history_table,
               options.schema,
               options.schema.empty() ? std::vector<std::string>() : shared_sets(set)) {
  refuse_schema_name(options.schema);
  identity_.run_id = make_uuid(&random_);
  identity_.set = set.name;
  identity_.tool_version = set.tool_version;
  if (options.is_cancelled) {
    waiter_.is_cancelled = [this] {
      try {
        return options_.is_cancelled();
      } catch (...) {
        thrown_by_caller_ = std::current_exception();
        return true;
      }
    };
  }
  deadline_ = start_ + options.wait.value_or(kDefaultWait);
  sends_one_by_one_ = options.hooks.before_each || options.hooks.after_each;
  if (set.table_format != kTableFormat) {
    ErrorDetail detail;
    detail.message = compose(
        "the migration set \"{}\" was generated in format {}, "
        "and this runtime reads format {}",
        set.name, set.table_format, kTableFormat);
    detail.hint = "build the tool `godwit` and godwit::runtime from the same release";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  refuse_unknown_mode(set, options.seed);
}

Run::~Run() {
  if (left_report_ != nullptr) {
    report_.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - start_);
    if (is_undoing_) {
      report_.applied.clear();  // they point into this run
    }
    *left_report_ = std::move(report_);
  }
  if (is_usable_ && connection_ && connection_->is_borrowed() && !connection_->is_cut() &&
      !connection_->is_idle()) {
    connection_->send("ROLLBACK", Waiter{});
  }
}

// ---- The check -------------------------------------------------------------------------------

void Run::check() {
  Reply reply = look_at_history(history_.check(*connection_, identity_));
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  if (!reply.error) {
    const std::size_t at = options_.role.empty() ? 0 : 2;
    snapshot_ = History::read_check(reply.results[at].get(), &backend_pid_);
    is_pooled_ = backend_pid_ != PQbackendPID(connection_->raw());
    is_table_foreign_ = false;
    look_up_replaced();
    return;
  }
  roll_back();
  const std::string_view sqlstate = reply.sqlstate();
  if (sqlstate == "42P01" || sqlstate == "3F000") {
    snapshot_ = Snapshot{};
    return;
  }
  if (sqlstate == "42703") {
    if (is_adopting_) {
      snapshot_ = Snapshot{};
      is_table_foreign_ = true;
      return;
    }
    fail_on_foreign_table();
  }
  ErrorDetail detail;
  describe_error(reply.error.get(), detail);
  fail_in_section(reply.error.get(), Section::kGuard, nullptr, std::move(detail));
}

// ---- The loop --------------------------------------------------------------------------------

Report Run::up() {
  with_after_run([this] { apply_pending(); });
  return std::move(report_);
}

void Run::apply_pending() {
  connect();
  bool is_checked = false;
  for (;;) {
    try {
      if (!is_checked) {
        check();
        is_checked = true;
      }
      if (!advance()) {
        break;
      }
    } catch (const ConnectionLost& lost) {
      recover(lost);
      is_checked = false;
    }
  }
  in_doubt_ = nullptr;
  call_after_each();
  report_.skipped = set_.migrations.size() - report_.applied.size() - report_.planned.size() -
                    report_.postponed.size() - left_out_ - covered_;
  report_.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - start_);
  if (has_started_) {
    emit(EventKind::kFinished, nullptr, {}, report_.duration);
  }
}

// One turn: compares with the last check, and does the next thing. False when nothing is left.
bool Run::advance() {
  Plan plan = make_plan(set_, snapshot_, options_, history_);
  settle(plan);
  refuse_emptied_tenant(options_.schema);
  handle_drift(plan);
  keep_phase(plan);
  if (selector_) {
    select(plan);
  }
  covered_ = plan.covered + plan.left_out;
  // A row that says nothing new is no reason to fail on a standby.
  const std::size_t recorded = count_recorded(plan);
  if (options_.dry_run || (recorded == plan.pending.size() && is_read_only())) {
    drop_recorded(plan);
  }
  if (plan.pending.empty()) {
    return false;
  }
  if (snapshot_.has_table && refuse_emptied_history()) {
    return true;
  }
  if (options_.dry_run) {
    for (const Pending& pending : plan.pending) {
      report_.planned.push_back(pending.migration);
    }
    return false;
  }
  require_writable(plan);
  if (!has_started_) {
    has_started_ = true;
    pending_count_ = plan.pending.size() - recorded;
    // If it fails, this is what it had nothing to do with.
    report_.skipped =
        set_.migrations.size() - pending_count_ - report_.postponed.size() - left_out_ - covered_;
    emit(EventKind::kStarted, nullptr);
    if (connection_->server_version() / 10000 < set_.postgres) {
      warn(
          compose("the server is PostgreSQL {}, and the migrations were checked for {} and "
                  "later",
                  connection_->server_version() / 10000, set_.postgres));
    }
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
  if (needs_direct(plan)) {
    roll_back();  // on a new database the check could not tell that there is a pooler
    return true;
  }
  // Under the gate the history is the truth: whatever was in doubt was rolled back.
  in_doubt_ = nullptr;
  refuse_what_cuts(*plan.pending.front().migration);
  call_before_run(plan);
  return !apply(plan);
}

// Leaves in the plan what was chosen when the run began.
void Run::select(Plan& plan) {
  if (!selected_) {
    selected_ = selector_(plan);
  }
  const std::size_t count = plan.pending.size();
  const auto is_left_out = [&](const Pending& pending) {
    return !pending.is_recorded &&
           std::find(selected_->begin(), selected_->end(), pending.migration) == selected_->end();
  };
  std::vector<const Migration*> left_out;
  for (const Pending& pending : plan.pending) {
    if (is_left_out(pending)) {
      left_out.push_back(pending.migration);
    }
  }
  // A squash gets its row when all is there that it stands for.
  std::erase_if(plan.pending, [&](const Pending& pending) {
    return is_left_out(pending) ||
           (pending.is_recorded &&
            std::any_of(left_out.begin(), left_out.end(), [&](const Migration* migration) {
              return stands_for(*pending.migration, migration->version);
            }));
  });
  left_out_ = count - plan.pending.size();
}

// Migrations that this run wrote and whose COMMIT was never confirmed count as applied by it.
void Run::settle(const Plan& plan) {
  for (const Migration* migration : plan.written) {
    const bool is_known =
        std::any_of(report_.applied.begin(), report_.applied.end(),
                    [&](const Report::Applied& applied) { return applied.migration == migration; });
    if (!is_known) {
      record_applied(*migration, milliseconds{0});
    }
  }
}

void Run::record_applied(const Migration& migration, milliseconds duration) {
  if (duration == kRecorded) {
    emit(EventKind::kRecorded, &migration);
    return;
  }
  report_.applied.push_back({&migration, duration});
  if (options_.hooks.after_each) {
    unannounced_.push_back(
        {undo_ != nullptr && undo_->known != nullptr ? undo_->known : &migration, duration});
  }
  if (retried_ == &migration) {
    retried_ = nullptr;
    attempts_ = 0;
  }
  last_blockers_.clear();
  cuts_ = 0;
  emit(is_undoing_ ? EventKind::kUndone : EventKind::kApplied, &migration, {}, duration);
}

void Run::emit(EventKind kind, const Migration* migration, std::string message,
               milliseconds duration, std::uint32_t line) {
  Event event;
  event.kind = kind;
  event.line = line;
  event.duration = duration;
  event.message = std::move(message);
  emit(std::move(event), migration);
}

void Run::emit(Event event, const Migration* migration) {
  if (!options_.on_event) {
    return;
  }
  event.migration = undo_ != nullptr && undo_->known != nullptr && migration == &undo_->script
                        ? undo_->known
                        : migration;
  event.count = event.kind == EventKind::kFinished ? report_.applied.size() : pending_count_;
  const bool is_end = event.kind == EventKind::kApplied || event.kind == EventKind::kUndone;
  event.index = report_.applied.size() + (is_end ? 0 : 1);
  options_.on_event(event);
}

void Run::warn(std::string message) {
  emit(EventKind::kWarning, nullptr, message);
  report_.warnings.push_back(std::move(message));
}

}  // namespace godwit::detail
