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

// A migration that brings the connection down this often is not tried again: a server that it
// crashes must not be crashed until the deadline.
constexpr int kMostCuts = 3;

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

std::unique_ptr<Connection> Run::release_connection() {
  if (set_aside_) {
    connection_ = std::move(set_aside_);
  }
  if (connection_ && (connection_->is_cut() || !connection_->is_idle())) {
    connection_.reset();
  }
  if (connection_) {
    connection_->set_notice_handler({});
  }
  return std::move(connection_);
}

// ---- Connecting ------------------------------------------------------------------------------

std::unique_ptr<Connection> Run::open(const Parameters& parameters, bool is_first) {
  milliseconds wait{100};
  std::string said;
  for (;;) {
    try {
      return Connection::open(parameters, deadline_, waiter_);
    } catch (const Error& error) {
      // 28xxx is a refused login, which time does not heal; 57P03 is a server that starts up, and
      // 53300 one that has no connection left.
      const bool is_refused = error.sqlstate().substr(0, 2) == "28";
      const bool is_starting = error.sqlstate() == "57P03" || error.sqlstate() == "53300";
      const bool may_wait = !is_first || is_waiting_ || options_.wait.has_value() || is_starting;
      if (error.kind() != ErrorKind::kCannotConnect || is_refused || !may_wait ||
          is_past_deadline(wait)) {
        throw;
      }
      if (error.detail().message != said) {
        said = error.detail().message;
        emit(EventKind::kRetrying, nullptr, said, wait);
      }
    }
    pause(jittered(wait));
    wait = std::min(wait * 2, milliseconds{1000});
  }
}

void Run::connect() {
  if (!connection_) {
    if (borrowed_ != nullptr) {
      connection_ = Connection::borrow(borrowed_);
    } else {
      connection_ = open(parameters_, true);
    }
  }
  refuse_unusable_connection();
  is_usable_ = true;
  receive_notices();
  report_.run_id = identity_.run_id;
  report_.database = connection_->description();
}

void Run::refuse_unusable_connection() const {
  ErrorDetail detail;
  if (connection_->is_cut()) {
    detail.message = compose("the connection to {} is lost", connection_->description());
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  if (!connection_->is_idle() || PQpipelineStatus(connection_->raw()) != PQ_PIPELINE_OFF) {
    detail.message = "the connection is busy: a transaction, a query or a pipeline is open on it";
    detail.hint = "hand over an idle connection; migrations have transactions of their own";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  if (connection_->parameter("standard_conforming_strings") == "off") {
    detail.message =
        "standard_conforming_strings is off: the server would read the strings of the migrations "
        "differently from the build";
    detail.hint = compose("ALTER ROLE {} SET standard_conforming_strings = on",
                          PQuser(connection_->raw()) == nullptr ? "" : PQuser(connection_->raw()));
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
}

void Run::receive_notices() {
  if (!options_.on_event) {
    return;
  }
  connection_->set_notice_handler([this](const PGresult* notice) {
    // The server raises this one for the statement that makes it flush (chain.cpp).
    if (error_field(notice, PG_DIAG_SOURCE_FUNCTION) == "parse_tsquery") {
      return;
    }
    const std::string_view sqlstate = error_field(notice, PG_DIAG_SQLSTATE);
    const bool is_ours_creating = sqlstate == "42P07" && current_ == nullptr;
    if (is_ours_creating) {
      return;
    }
    emit(EventKind::kNotice, current_,
         compose("{}: {}", error_field(notice, PG_DIAG_SEVERITY),
                 error_field(notice, PG_DIAG_MESSAGE_PRIMARY)));
  });
}

// ---- Sending ---------------------------------------------------------------------------------

Reply Run::send(const std::string& message, const ResultSink& sink) {
  Reply reply = connection_->send(message, waiter_, sink);
  if (reply.is_cancelled) {
    interrupt();
  }
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  return reply;
}

Reply Run::ask(const std::string& message, Section section) {
  Reply reply = send(message);
  if (reply.error) {
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    roll_back();
    fail_in_section(reply.error.get(), section, nullptr, std::move(detail));
  }
  return reply;
}

void Run::roll_back() {
  if (!connection_->is_cut() && !connection_->is_idle()) {
    connection_->send("ROLLBACK", Waiter{});
  }
}

void Run::interrupt() {
  roll_back();
  drop_claim();
  restore_session();
  if (thrown_by_caller_) {
    std::rethrow_exception(std::exchange(thrown_by_caller_, nullptr));
  }
  ErrorDetail detail;
  detail.message = current_ == nullptr
                       ? std::string("interrupted; nothing is half applied")
                       : compose("interrupted; {} was rolled back", current_->full_name);
  if (current_ != nullptr && !current_->up.is_transactional) {
    detail.message =
        compose("interrupted in {}, which runs outside a transaction", current_->full_name);
  }
  detail.hint = is_undoing_ ? "run the command again to go on" : "run `up` again to go on";
  if (current_ != nullptr) {
    name_migration(*current_, detail);
    detail.file.clear();
    log_failure(*current_, detail);
  }
  throw Error(ErrorKind::kInterrupted, std::move(detail));
}

void Run::pause(milliseconds duration) {
  const Clock::time_point end = Clock::now() + duration;
  for (;;) {
    if (waiter_.is_cancelled && waiter_.is_cancelled()) {
      if (connection_) {
        interrupt();
      }
      ErrorDetail detail;
      detail.message = "interrupted while waiting for the server";
      throw Error(ErrorKind::kInterrupted, std::move(detail));
    }
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left.count() <= 0) {
      return;
    }
    wait_for(std::min(left, milliseconds{100}));
  }
}

milliseconds Run::jittered(milliseconds duration) {
  // xorshift: three quarters to five quarters of the duration.
  random_ ^= random_ << 13U;
  random_ ^= random_ >> 7U;
  random_ ^= random_ << 17U;
  const auto spread = static_cast<std::uint64_t>(duration.count() / 2 + 1);
  return duration * 3 / 4 + milliseconds{static_cast<std::int64_t>(random_ % spread)};
}

bool Run::is_past_deadline(milliseconds margin) const {
  return Clock::now() + margin >= deadline_;
}

std::string Run::with_role(const std::string& query) const {
  if (options_.role.empty()) {
    return query;
  }
  return compose("BEGIN READ ONLY; SET LOCAL ROLE {}; {}; COMMIT",
                 connection_->identifier(options_.role), query);
}

bool Run::counts_bytes() const {
  return connection_->parameter("server_encoding") == "SQL_ASCII";
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

// Called under the gate, with what is next.
void Run::refuse_what_cuts(const Migration& migration) {
  if (cuts_ < kMostCuts || last_cut_ != &migration) {
    return;
  }
  roll_back();
  ErrorDetail detail;
  name_migration(migration, detail);
  detail.message = compose("the connection was lost {} times while {} was being {}", cuts_,
                           migration.full_name, is_undoing_ ? "undone" : "applied");
  detail.hint =
      "it was rolled back; the server's log says what ended its process (an administrator, a "
      "crash, too little memory)";
  fail(ErrorKind::kFailed, std::move(detail), &migration);
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

void Run::handle_drift(const Plan& plan) {
  if (plan.drifted.empty() || has_handled_drift_) {
    return;
  }
  has_handled_drift_ = true;
  const Reply reply = ask(with_role(history_.full_check(*connection_, identity_)), Section::kGuard);
  int pid = 0;
  const std::vector<HistoryRow> rows =
      History::read_full_check(reply.results[options_.role.empty() ? 0 : 2].get(), &pid);
  ErrorDetail first;
  std::string others;
  for (const Migration* migration : plan.drifted) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const HistoryRow& candidate) {
      return migration->has_version() ? candidate.version == migration->version
                                      : candidate.migration_name == migration->full_name;
    });
    if (row == rows.end()) {
      continue;
    }
    const bool is_begun = row->state != "applied";
    std::string text =
        compose("{} was {} on {} with checksum {}, but this build has it with checksum {}",
                migration->full_name, is_begun ? "begun" : "applied", row->executed_at,
                row->checksum, migration->checksum);
    if (options_.on_drift == DriftPolicy::kWarn) {
      warn(std::move(text));
    } else if (first.message.empty()) {
      name_migration(*migration, first);
      first.message = std::move(text);
      first.hint =
          is_begun ? compose(
                         "{} of its {} steps have ended and are not run again; if they are "
                         "unchanged, run with --on-drift=accept",
                         row->step, row->steps)
                   : "put the file back as it was and write a new migration; or, if the change is "
                     "known to make no difference, `accept " +
                         std::string(migration->full_name) +
                         "` (--on-drift=accept takes all of them), or name the old checksum in the "
                         "header: Accept-Checksum: " +
                         row->checksum;
    } else {
      others += (others.empty() ? "" : "\n") + text;
    }
  }
  if (first.message.empty()) {
    return;
  }
  if (options_.on_drift == DriftPolicy::kAccept) {
    accept_drift(plan);
    return;
  }
  first.detail = std::move(others);
  throw Error(ErrorKind::kDrift, std::move(first));
}

void Run::accept_drift(const Plan& plan) {
  if (options_.dry_run || is_waiting_ || is_looking_) {
    return;
  }
  require_writable(plan);
  for (const Migration* migration : plan.drifted) {
    ask(history_.accept(*connection_, identity_, *migration, gate_settings()), Section::kGuard);
    warn(compose("{}: the checksum of this build was accepted", migration->full_name));
  }
  check();
}

void Run::require_writable(const Plan& plan) {
  refuse_read_only(compose("{} {} {} ({})", plan.pending.size(),
                           plan.pending.size() == 1 ? "migration is" : "migrations are",
                           is_undoing_ ? "to be undone" : "pending", names_of(plan.pending)),
                   plan.pending.empty() ? nullptr : plan.pending.front().migration);
}

bool Run::is_read_only() const {
  return connection_->parameter("in_hot_standby") == "on" ||
         connection_->parameter("default_transaction_read_only") == "on";
}

void Run::refuse_read_only(std::string_view what, const Migration* migration) {
  if (!is_read_only()) {
    return;
  }
  const bool is_standby = connection_->parameter("in_hot_standby") == "on";
  ErrorDetail detail;
  if (migration != nullptr) {
    name_migration(*migration, detail);
    detail.file.clear();
  }
  detail.message =
      compose("{}, but {}", what,
              is_standby ? "the server is a read-only standby"
                         : "the connection is read-only (default_transaction_read_only is on)");
  detail.hint = is_standby ? "run it on the primary; a standby follows by itself"
                           : "turn default_transaction_read_only off for this role or connection";
  throw Error(ErrorKind::kReadOnly, std::move(detail));
}

// Migrations outside a transaction need a session of their own, which a transaction pooler does not
// give: the whole run moves to the direct connection, or is refused before anything is applied.
bool Run::needs_direct(const Plan& plan) const {
  return is_pooled_ && !is_direct_ &&
         std::any_of(plan.pending.begin(), plan.pending.end(), [](const Pending& pending) {
           return !pending.migration->up.is_transactional && !pending.is_recorded;
         });
}

void Run::switch_to_direct(const Plan& plan) {
  const auto found =
      std::find_if(plan.pending.begin(), plan.pending.end(), [](const Pending& pending) {
        return !pending.migration->up.is_transactional && !pending.is_recorded;
      });
  if (options_.direct_conninfo.empty()) {
    ErrorDetail detail;
    name_migration(*found->migration, detail);
    detail.message = compose(

        "{} runs outside a transaction and needs a session of its own, but the connection goes "
        "through a pooler",
        found->migration->full_name);
    detail.hint =
        "give a connection string that goes straight to the server: --direct-url, "
        "GODWIT_DIRECT_URL, or Options::direct_conninfo";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  auto direct = open(parameters_of(options_.direct_conninfo), true);
  if (!set_aside_) {
    set_aside_ = std::move(connection_);
  }
  connection_ = std::move(direct);
  is_direct_ = true;
  refuse_unusable_connection();
  receive_notices();
}

// Another process is in the middle of a migration outside a transaction. True when it was waited
// for.
bool Run::wait_for_owner(const Plan& plan) {
  for (const Pending& pending : plan.pending) {
    if (!pending.is_begun) {
      continue;
    }
    const Reply reply =
        ask(with_role(history_.read_claim(*connection_, identity_, *pending.migration)),
            Section::kGuard);
    const Claim claim = History::parse_claim(reply.results[options_.role.empty() ? 0 : 2].get());
    if (claim.is_released || !claim.is_alive || claim.is_ours) {
      continue;
    }
    if (is_past_deadline()) {
      ErrorDetail detail;
      name_migration(*pending.migration, detail);
      detail.message =
          compose("{} is still being applied by another run", pending.migration->full_name);
      detail.blockers = claim.description;
      detail.hint = "wait for it, or give a longer --wait";
      throw Error(in_doubt_ != nullptr ? ErrorKind::kOutcomeUnknown : ErrorKind::kBusy,
                  std::move(detail));
    }
    if (!has_announced_wait_) {
      has_announced_wait_ = true;
      emit(EventKind::kWaiting, pending.migration,
           compose("{} is being applied by {}", pending.migration->full_name, claim.description));
    }
    pause_until_next_poll();
    return true;
  }
  return false;
}

// ---- After a cut -----------------------------------------------------------------------------

void Run::recover(const ConnectionLost& lost) {
  side_.reset();
  ++cuts_;
  ErrorDetail detail;
  if (in_doubt_ != nullptr) {
    if (last_cut_ != in_doubt_) {
      last_cut_ = in_doubt_;
      cuts_ = 1;
    }
    name_migration(*in_doubt_, detail);
  }
  if (in_doubt_ == nullptr && cuts_ >= kMostCuts) {
    detail.message = compose("the connection to {} was lost {} times: {}",
                             connection_->description(), cuts_, lost.message);
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  emit(EventKind::kRetrying, in_doubt_, "the connection was lost: " + lost.message);
  if (parameters_.empty()) {
    parameters_ = connection_->parameters(false);
  }
  const Parameters parameters = is_direct_ ? parameters_of(options_.direct_conninfo) : parameters_;
  if (connection_->is_borrowed()) {
    set_aside_ = std::move(connection_);
  }
  connection_.reset();
  try {
    connection_ = open(parameters, false);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kCannotConnect || in_doubt_ == nullptr) {
      throw;
    }
    detail.message = compose(
        "the connection was lost while {} was being {}, "
        "and the server could not be reached "
        "again before the deadline: {}",
        in_doubt_->full_name, is_undoing_ ? "undone" : "applied", error.detail().message);
    detail.hint = compose(
        "it is either {} completely or not at all; run the command again when the server answers",
        is_undoing_ ? "undone" : "applied");
    throw Error(ErrorKind::kOutcomeUnknown, std::move(detail));
  }
  refuse_unusable_connection();
  receive_notices();
  must_restore_session_ = false;
}

// ---- Status ----------------------------------------------------------------------------------

Status Run::status() {
  connect();
  Status status;
  status.is_standby = connection_->parameter("in_hot_standby") == "on";
  status.server_version = connection_->server_version();
  status.database = connection_->description();
  std::vector<HistoryRow> rows;
  Reply reply = look_at_history(history_.full_check(*connection_, identity_));
  if (reply.is_cut) {
    ErrorDetail detail;
    detail.message =
        compose("the connection to {} was lost: {}", status.database, reply.cut_message);
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  if (!reply.error) {
    rows =
        History::read_full_check(reply.results[options_.role.empty() ? 0 : 2].get(), &backend_pid_);
    status.has_history = true;
    status.is_pooled = backend_pid_ != PQbackendPID(connection_->raw());
  } else {
    roll_back();
    if (reply.sqlstate() == "42703") {
      fail_on_foreign_table();
    }
    if (reply.sqlstate() != "42P01" && reply.sqlstate() != "3F000") {
      ErrorDetail detail;
      describe_error(reply.error.get(), detail);
      fail_in_section(reply.error.get(), Section::kGuard, nullptr, std::move(detail));
    }
    // The failed statement could not tell which server process this is.
    const Reply pid = connection_->send("SELECT pg_catalog.pg_backend_pid()", waiter_);
    status.is_pooled =
        pid.is_ok() && integer(pid.results[0].get(), 0, 0) != PQbackendPID(connection_->raw());
  }
  Versions versions;
  for (const HistoryRow& row : rows) {
    if (row.version) {
      versions.add(*row.version, row.state == "applied");
    }
    Row& seen = snapshot_.rows.emplace_back();
    seen.set = set_.name;
    seen.name = row.migration_name;
    seen.version = row.version;
    seen.state = row.state;
  }
  snapshot_.has_table = status.has_history;
  look_up_replaced();
  versions.replaced = replaced_elsewhere(set_, snapshot_.replaced);
  const bool has_newer = std::any_of(rows.begin(), rows.end(), [&](const HistoryRow& row) {
    return row.version && is_of_newer_release(set_, *row.version);
  });
  for (const Migration& migration : set_.migrations) {
    const bool is_unwanted = is_left_out(migration, options_.seed);
    MigrationStatus entry;
    entry.migration = &migration;
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const HistoryRow& candidate) {
      return migration.has_version()
                 ? candidate.version == migration.version
                 : !candidate.version && candidate.migration_name == migration.full_name;
    });
    if (row == rows.end() && is_unwanted) {
      continue;
    }
    if (row == rows.end()) {
      entry.state = is_covered(set_, migration, versions) ? State::kCovered : State::kPending;
    } else {
      const bool is_again = is_applied_again(migration.kind);
      const bool is_same = is_again ? row->checksum == migration.checksum
                                    : is_same_checksum(migration, row->checksum);
      entry.state = row->state != "applied"  ? State::kPartial
                    : is_same || is_unwanted ? State::kApplied
                    : is_again               ? (has_newer ? State::kNewer : State::kPending)
                                             : State::kDrifted;
      entry.row = std::move(*row);
      rows.erase(row);
    }
    status.migrations.push_back(std::move(entry));
  }
  for (HistoryRow& row : rows) {
    MigrationStatus entry;
    const bool is_replaced = row.version && squash_of(set_, *row.version) != nullptr;
    entry.state = is_replaced ? State::kReplaced : State::kUnknown;
    entry.row = std::move(row);
    status.migrations.push_back(std::move(entry));
  }
  add_last_failures(status);
  return status;
}

// For a role that may not read the log, or where it is gone, there is simply nothing to show.
void Run::add_last_failures(Status& status) {
  if (!status.has_history || status.count(State::kPending) + status.count(State::kPartial) == 0) {
    return;
  }
  const Reply reply =
      connection_->send(with_role(history_.last_failures(*connection_, identity_)), waiter_);
  if (!reply.is_ok()) {
    roll_back();
    return;
  }
  const PGresult* rows = reply.results[options_.role.empty() ? 0 : 2].get();
  for (int i = 0; i < PQntuples(rows); ++i) {
    for (MigrationStatus& entry : status.migrations) {
      if (entry.migration != nullptr && entry.migration->full_name == value(rows, i, 0) &&
          (entry.state == State::kPending || entry.state == State::kPartial)) {
        entry.last_failure = compose("{}: {}", value(rows, i, 1), value(rows, i, 2));
        if (!value(rows, i, 3).empty()) {
          entry.last_failure += compose(" [{}]", value(rows, i, 3));
        }
        if (integer(rows, i, 5) > 0) {
          entry.last_failure += compose(" at {}:{}", value(rows, i, 4), value(rows, i, 5));
        }
      }
    }
  }
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
