// SPDX-License-Identifier: Apache-2.0
//
// One run: what Migrator::up() and status() do, and the state that they share. The parts of it are
// in files of their own:
//
//     run.cpp      the check, and the loop "compare, take the gate, apply"
//     attach.cpp   its connection: made, found fit, made anew after a cut
//     sending.cpp  what it sends, and how it waits
//     read_only.cpp where nothing may be written
//     drift.cpp    migrations that were applied and are others now
//     gate.cpp     who may apply
//     chain.cpp    transactional migrations, many in one message
//     alone.cpp    one that the build could not parse, or that calls a function
//     code.cpp     functions of the application that are migrations
//     hooks.cpp    functions of the application that are called on the way
//     steps.cpp    migrations outside a transaction
//     step_effects.cpp whether a step took effect
//     claim.cpp    who is at work on such a migration
//     session.cpp  the settings of the session in which it runs
//     batches.cpp  a statement of them in many small transactions
//     target.cpp   a part of what is pending
//     phase.cpp    what may be applied before a release, and what after it
//     down.cpp     undoing
//     redo.cpp     undoing what is applied again
//     links.cpp    what a squash of another build stands for
//     needs.cpp    what other sets need of this one
//     status.cpp   what is applied
//     fresh.cpp    emptying the database
//     preview.cpp  what is to come
//     rehearse.cpp all of it, rolled back
//     tenant.cpp   a set in one schema of many
//     schemas.cpp  which of many schemas are behind
//     watch.cpp    who is in the way
//     lost_rows.cpp what the log has and the history has not
//     failure.cpp  errors in words
//
// The loop is the whole error handling: whatever happened (another run was quicker, a lock was not
// to be had, the connection was cut in the middle of a COMMIT), the run looks at the history again
// and goes on from what it says. Progress is only ever what the history says.
#pragma once

#include "connection.hpp"
#include "history.hpp"
#include "message.hpp"
#include "plan.hpp"
#include "schema.hpp"

#include <godwit/adopt.hpp>
#include <godwit/code.hpp>
#include <godwit/database.hpp>
#include <godwit/maintenance.hpp>
#include <godwit/preview.hpp>
#include <godwit/schemas.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace godwit::detail {

class SchemaPatterns;
struct ForeignTable;
struct ForeignMatches;
struct ForeignRow;
enum class ForeignTool : std::uint8_t;
/// In the place of a duration: the migration got a row, and was not run.
inline constexpr milliseconds kRecorded{-1};

/// For locks, for other runs and for reconnecting, unless the caller says.
inline constexpr std::chrono::minutes kDefaultWait{10};
/// When the function of a migration ended the transaction that it was given.
inline constexpr std::string_view kCodeHint =
    "the runtime owns the transaction: take COMMIT and ROLLBACK out of the function (SAVEPOINT is "
    "allowed). Look at what it did, and undo it by hand; then remove its row from the history, if "
    "there is one";

/// Thrown inside a run when the connection is gone; never leaves it.
struct ConnectionLost {
  std::string message;
};

/// A setting of the session as it was before a migration touched it.
struct SavedSetting {
  std::string name;
  std::optional<std::string> value;
  bool is_default = true;
};

/// The claim of this run on a migration outside a transaction.
struct HeldClaim {
  const Migration* migration = nullptr;
  std::size_t ended_steps = 0;
  bool is_in_doubt = false;  ///< whether the next step has taken effect is still to be found out
  bool has_cursor = false;   ///< batches of the next step may have ended
  bool begins_anew = false;  ///< goes back to `ended_steps`, and is kept however few those are
};

/// A migration of another set, and the version of this one that it needs.
struct Need {
  std::string set;
  std::string name;
  std::string schema;  ///< of the tenant that it was applied for, where that is not the run's
  std::int64_t version = 0;
};

/// A row of the history that is to be undone.
struct Undo {
  std::int64_t row_id = 0;
  const Migration* known = nullptr;  ///< in this build; else the SQL is the row's own
  std::string name;
  std::string stored_sql;
  std::string stored_file;
  Statement whole;
  /// The migration with its down section in the place of `up`: what steps.cpp and the mapping of
  /// errors do for one they do for the other.
  Migration script;
  bool is_sent = false;  ///< it may have been undone by this run
  bool is_done = false;
};

/// A change of the history, with what is sent for it.
struct Change : HistoryChange {
  std::uint32_t count = 1;       ///< statements in `sql`; the last gives one row when it worked
  const Row* claimed = nullptr;  ///< the row, where a run outside a transaction may own it
};

class Run {
 public:
  /// `borrowed` may be null; then connections are made with `parameters`.
  Run(const MigrationSet& set, const Options& options, Parameters parameters, PGconn* borrowed);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Takes over a connection of an earlier run, and gives it back for the next.
  void reuse(std::unique_ptr<Connection> connection) { connection_ = std::move(connection); }
  std::unique_ptr<Connection> release_connection();

  /// Where the destructor leaves the report of a call that threw.
  void leave_report_in(Report* place) { left_report_ = place; }

  Report up();
  // target.cpp
  Report up_to(std::string_view target);
  Report up_next(std::size_t count);
  Report seed();
  Report apply_only(std::string_view target);
  Report up_these(const std::vector<const Migration*>& migrations);
  void narrow(const Selection& selection);
  // preview.cpp
  PlanReport plan(const Selection& selection);
  // fresh.cpp: the database is empty after it
  FreshReport empty_database(const FreshOptions& wanted);
  // rehearse.cpp
  RehearsalReport rehearse(const RehearsalOptions& wanted);
  // down.cpp
  DownReport down(const DownOptions& wanted);
  // redo.cpp: the half that undoes, when the other half may follow
  DownReport undo_for_redo(const DownOptions& wanted);
  // needs.cpp
  std::vector<std::string> broken_dependencies();
  // stamp.cpp, repair.cpp: what is to be changed
  HistoryReport stamp(std::string_view target, bool is_baseline, const HistoryOptions& wanted);
  HistoryReport forget(std::string_view target, const HistoryOptions& wanted);
  HistoryReport accept(std::string_view target, const HistoryOptions& wanted);
  HistoryReport repair(const HistoryOptions& wanted);
  // adopt.cpp
  AdoptReport adopt(const AdoptOptions& wanted);
  // verify.cpp
  VerifyReport verify();
  // server_schema.cpp
  SchemaReport compare_schema();
  std::vector<LogEntry> log();
  // script.cpp: no connection is made
  std::string script(std::string_view from, std::string_view to);
  // wait.cpp
  void wait_until_current();
  // status.cpp
  Status status();
  // schemas.cpp
  SchemasStatus check_schemas(const SchemaPatterns& patterns);
  SchemasStatus wait_until_current(const SchemaPatterns& patterns);

 private:
  // run.cpp
  void apply_pending();
  void check();
  bool advance();
  void select(Plan& plan);
  void settle(const Plan& plan);
  void record_applied(const Migration& migration, milliseconds duration);

  // attach.cpp
  void connect();
  std::unique_ptr<Connection> open(const Parameters& parameters, bool is_first);
  void refuse_unusable_connection() const;
  void receive_notices();
  bool needs_direct(const Plan& plan) const;
  void switch_to_direct(const Plan& plan);
  void recover(const ConnectionLost& lost);
  void refuse_what_cuts(const Migration& migration);

  // read_only.cpp
  bool is_read_only() const;
  void require_writable(const Plan& plan);
  void refuse_read_only(std::string_view what, const Migration* migration);

  // drift.cpp
  void handle_drift(const Plan& plan);
  void accept_drift(const Plan& plan);

  // phase.cpp
  void keep_phase(Plan& plan);
  std::vector<const Migration*> late_in(std::size_t begin, std::size_t end) const;

  // wait.cpp
  void wait_until(const std::function<std::string()>& look);
  std::string what_is_missing();

  // status.cpp
  void add_last_failures(Status& status);

  // sending.cpp
  // The one way to send. Throws ConnectionLost, or Error of kind kInterrupted; other errors are the
  // caller's.
  Reply send(const std::string& message, const ResultSink& sink = {});
  /// For messages of ours that have no reason to fail: throws Error for an error.
  Reply ask(const std::string& message, Section section);
  /// Says who is in the way meanwhile, and throws nothing.
  Reply send_watching(const std::string& message, const ResultSink& sink, milliseconds lock_timeout,
                      Waiter waiter, const Values& values = {});
  Reply send_watched(const std::string& message, const ResultSink& sink, milliseconds lock_timeout,
                     Clock::time_point give_up = Clock::time_point::max());
  Reply look_at_history(const std::string& query);
  [[noreturn]] void give_up_looking();
  void roll_back();
  void pause(milliseconds duration);
  [[noreturn]] void interrupt();
  milliseconds jittered(milliseconds duration);
  bool is_past_deadline(milliseconds margin = milliseconds{0}) const;
  std::string with_role(const std::string& query) const;
  bool counts_bytes() const;

  // gate.cpp
  bool wait_for_owner(const Plan& plan);
  bool take_gate(const Plan& plan);
  std::string gate_message(const Plan& plan, std::size_t* settings) const;
  void refuse_moved_history(const std::vector<std::string>& other_tables);
  void wait_for_gate();
  void pause_until_next_poll();
  std::string begin_settings(milliseconds lock_timeout, milliseconds statement_timeout) const;
  std::string gate_settings() const;
  std::string reopen_gate() const;
  std::vector<std::string_view> leaked_settings(const Plan& plan) const;
  std::vector<std::string_view> leaked_settings(const Script& script) const;
  std::vector<std::string> restore_statements(std::span<const std::string_view> names) const;
  std::string restore_setting(std::string_view name) const;

  // tenant.cpp
  bool has_tenant() const noexcept { return !options_.schema.empty(); }
  std::string tenant_name() const;
  std::string tenant_path() const;
  std::string usage_of_tenant() const;
  std::string last_look_at_tenant() const;
  bool explain_lost_tenant(Section section, const Migration* migration, ErrorDetail& detail) const;
  std::string in_tenant(std::string_view name) const;
  [[noreturn]] void refuse_missing_tenant();
  void refuse_emptied_tenant(std::string_view schema) const;
  [[noreturn]] void refuse_unusable_tenant();

  // schemas.cpp
  static std::string what_is_missing(const SchemasStatus& status);
  std::string schemas_query(const SchemaPatterns& patterns, bool has_table) const;
  SchemasStatus judge_schemas(const PGresult* answer, const SchemaPatterns& patterns,
                              bool has_table);
  SchemaStatus judge_schema(std::string_view name);

  // chain.cpp
  bool apply(const Plan& plan);
  bool has_row(const Migration& migration) const;
  bool apply_chain(const std::vector<Pending>& pending, std::size_t* next);
  void add_block(Message& message, const Migration& migration, bool continues_gate,
                 bool creates_tables);
  void add_record(Message& message, const Migration& squash, bool continues_gate);
  void add_begin(Message& message, const Migration& migration, bool continues_gate,
                 bool creates_tables);
  void add_creation(Message& message);
  void add_settings(Message& message, const Migration& migration) const;
  void add_links(Message& message, const Migration& migration) const;
  void add_role_reset(Message& message, const Migration& migration) const;
  void add_leak_reset(Message& message, const Migration& migration) const;
  bool handle_failure(const Message& message, const Reply& reply);
  void refuse_foreign_row(const Migration* migration);
  bool plan_retry(const Migration* migration, ErrorDetail detail);
  milliseconds lock_timeout(const Migration& migration) const;
  milliseconds statement_timeout(const Migration& migration) const;

  // alone.cpp
  bool apply_alone(const Migration& migration);
  bool begin_alone(const Migration& migration);
  bool run_alone(const Migration& migration);
  bool finish_alone(const Migration& migration);

  // code.cpp
  friend class godwit::CodeMigration;
  friend bool run_code(Run& run, const Migration& migration);
  bool call_code(const Migration& migration);
  bool judge_code(const Migration& migration, std::optional<ErrorDetail> failure,
                  const std::string& transaction);
  bool leave_clean();
  static void locate_code(const Migration& migration, ErrorDetail& detail);

  // hooks.cpp
  void call_before_run(const Plan& plan);
  void call_before_each(const Migration& migration);
  void call_after_each();
  void with_after_run(const std::function<void()>& action);
  void call_after_run(const Error* error);
  void call_hook(std::string_view name, const std::function<void()>& hook);
  bool has_slow_hooks() const;

  // steps.cpp
  friend bool run_steps(Run& run, const Pending& pending);
  bool apply_steps(const Pending& pending);
  void run_steps(const Pending& pending, int first_step, bool is_in_doubt);
  bool run_step(const Migration& migration, const Step& step, std::size_t number, bool is_in_doubt);
  bool run_atomic_step(const Migration& migration, const Step& step, std::size_t number);
  bool record_step(const Migration& migration, std::size_t number);
  [[noreturn]] void fail_in_step(const Migration& migration, const Step& step, std::size_t number,
                                 ErrorDetail detail);
  void look_at_tenant_again(const Migration& migration);
  void finish_steps(const Migration& migration);
  [[noreturn]] void fail_step(const Migration& migration, const Step& step, std::size_t number,
                              ErrorKind kind, ErrorDetail detail);

  // step_effects.cpp
  std::string has_name(const Step& step) const;
  bool is_step_done(const Migration& migration, const Step& step, std::size_t number);
  bool drop_invalid_indexes(const Step& step);
  void assert_effect(const Migration& migration, const Step& step);

  // session.cpp
  void save_session(const std::vector<std::string>& names);
  void set_session(const Migration& migration);
  void restore_session();
  void replay_session(const Migration& migration, std::size_t first_step);

  // claim.cpp
  std::string as_ourselves(std::string_view settings, std::string_view sql) const;
  std::string be_ourselves(std::string_view sql) const;
  void drop_claim();
  void leave_steps();

  // preview.cpp
  void look_up_relations(PlanReport& report);
  Reply ask_about(const PlanReport& report, bool with_sizes);

  // fresh.cpp
  FreshReport delete_all(const FreshOptions& wanted);
  std::string inventory_query() const;
  bool send_or_retry(const std::string& message, Reply* reply);
  static void confirm_fresh(const FreshOptions& wanted, const FreshReport& report);

  // batches.cpp
  friend class Batches;

  // rehearse.cpp
  friend class Rehearsal;
  bool begin_rehearsal(const RehearsalOptions& wanted, std::vector<const Migration*>& undone,
                       std::vector<const Migration*>& applied);

  // target.cpp
  void warn_of_late_arrivals(const std::vector<const Migration*>& chosen, const Plan& plan);

  // down.cpp
  DownReport undo_all(const DownOptions& wanted);
  std::vector<Undo> choose_undone(const DownOptions& wanted);
  void prepare(Undo& undo, const Row& row, const DownOptions& wanted);
  bool undo_next();
  bool undo_in_transaction(Undo& undo);
  void refuse_ended_transaction(const Undo& undo);

  // redo.cpp
  void refuse_unrepeatable();

  // links.cpp
  void look_up_replaced();
  bool may_be_replaced() const;
  std::vector<ReplacedRange> read_replaced(bool is_everywhere);
  Reply look_at_links(const std::string& query);

  // needs.cpp
  std::vector<Need> read_needs();
  void refuse_needed_elsewhere(const std::vector<const Row*>& rows, bool is_forgotten);

  // verify.cpp
  void verify_one(const Migration& migration, VerifyReport& report);

  // server_schema.cpp
  SchemaLines read_schema();
  SchemaReport compare_with(const SchemaLines& found) const;

  // script.cpp
  std::size_t fixed_place(std::string_view target) const;
  const Migration* own_squash(const Migration& migration, std::size_t place) const;
  std::string starting_state(std::size_t place, std::size_t end) const;
  std::string steps_script(const Migration& migration);
  // batch_script.cpp
  std::string batch_script(const Migration& migration, std::size_t number) const;
  std::string down_script(const Migration& migration);

  // stamp.cpp
  void refuse_stamp_of(const Migration& migration) const;
  void warn_of_skipped(const Migration& migration);

  // change.cpp
  HistoryReport change_history(const HistoryOptions& wanted,
                               const std::function<std::vector<Change>()>& choose);
  bool write_changes(std::vector<Change>& changes, const HistoryOptions& wanted,
                     HistoryReport& report);
  bool verify_and_write(std::vector<Change>& changes, HistoryReport& report);

  // lost_rows.cpp
  bool refuse_emptied_history();
  const Migration* pending_before(const Migration& migration) const;
  void add_lost_row(const Migration& migration, ErrorDetail& detail);
  Reply read_recorded();
  // adopt.cpp
  std::optional<ForeignTable> find_foreign_table(const AdoptOptions& wanted);
  std::vector<Change> choose_adopted(const AdoptOptions& wanted, AdoptReport& report);
  void describe_matches(const ForeignMatches& matches, const AdoptOptions& wanted,
                        AdoptReport& report);
  void warn_of_missing(AdoptReport& report) const;
  bool has_adopted_from(ForeignTool tool);
  std::vector<ForeignRow> read_foreign_rows(const ForeignTable& table);
  Change taking_over(const ForeignTable& table);
  std::vector<Change> adopting_changes(const ForeignTable& table, const ForeignMatches& matches);

  // watch.cpp
  std::string blockers();
  std::string gate_holder();
  bool show_index_build();
  Connection* side_connection();

  // failure.cpp
  [[noreturn]] void fail(ErrorKind kind, ErrorDetail detail, const Migration* migration);
  [[noreturn]] void fail_in_section(const PGresult* error, Section section,
                                    const Migration* migration, ErrorDetail detail);
  void log_failure(const Migration& migration, const ErrorDetail& detail);
  [[noreturn]] void fail_on_foreign_table();
  static void add_advice(ErrorDetail& detail);
  void add_dropped_history(ErrorDetail& detail) const;
  void add_missing_grant(Section section, ErrorDetail& detail) const;

  void emit(Event event, const Migration* migration);
  void emit(EventKind kind, const Migration* migration, std::string message = {},
            milliseconds duration = milliseconds{0}, std::uint32_t line = 0);
  void warn(std::string message);

  const MigrationSet& set_;
  const Options& options_;
  // Which of the pending migrations are meant, asked once; all where it is empty.
  std::function<std::vector<const Migration*>(const Plan&)> selector_;
  std::optional<std::vector<const Migration*>> selected_;
  std::size_t left_out_ = 0;
  std::size_t covered_ = 0;  // a squash stands for them, or they are seeds of another mode
  bool is_undoing_ = false;
  bool is_redoing_ = false;
  std::vector<Undo> undo_list_;
  const Undo* undo_ = nullptr;  // what is being undone
  Parameters parameters_;
  PGconn* borrowed_;
  History history_;
  RunIdentity identity_;
  Waiter waiter_;

  std::exception_ptr thrown_by_caller_;  // by is_cancelled, to go on when all is put back

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<Connection> set_aside_;  // the caller's, while a direct or a new one is in use
  std::unique_ptr<Connection> side_;
  Clock::time_point next_side_attempt_{};
  int backend_pid_ = 0;
  bool is_pooled_ = false;
  bool is_direct_ = false;
  bool is_looking_ = false;  // plan(), rehearse(): nothing is to be left behind
  bool is_waiting_ = false;  // wait_until_current(): time heals, until the deadline
  bool is_usable_ = false;   // a transaction on it is ours

  Clock::time_point start_ = Clock::now();
  Clock::time_point deadline_;
  std::uint64_t random_ = 0;

  Snapshot snapshot_;
  std::int64_t rows_ = 0;  // that the history has to have, as this run goes on
  bool has_schema_ = true;
  bool is_adopting_ = false;  // another tool's table in the history's place is no reason to end
  bool is_table_foreign_ = false;   // there is one
  bool has_check_interval_ = true;  // until a server says that it has not
  std::string session_role_ = "none";
  std::string session_user_;
  std::vector<SavedSetting> saved_settings_;
  bool must_restore_session_ = false;       // settings were changed for steps
  const Script* session_script_ = nullptr;  // of the steps that it was changed for
  HeldClaim held_;
  void (Run::*leave_steps_)() = nullptr;  // where steps were begun

  milliseconds poll_{50};
  Clock::time_point waiting_since_{};
  bool has_announced_wait_ = false;

  const Migration* retried_ = nullptr;  // the migration that failed on a lock
  int attempts_ = 0;
  milliseconds back_off_{0};
  std::string last_blockers_;
  std::string last_phase_;  // of an index build, as it was last told

  bool sends_one_by_one_ = false;  // to find out which migration a server cannot read

  const Migration* guarded_ = nullptr;  // whose guard found a row already
  int guard_hits_ = 0;

  std::string home_schema_;  // whose name people leave out

  const Migration* in_doubt_ = nullptr;  // what was under way when the connection was cut
  const Migration* last_cut_ = nullptr;
  int cuts_ = 0;

  RunKind kind_ = RunKind::kApply;
  bool has_called_before_run_ = false;
  const Migration* begun_ = nullptr;          // before_each was called for it
  std::vector<Report::Applied> unannounced_;  // for after_each, as soon as nothing is under way

  const Migration* current_ = nullptr;  // for notices
  bool has_started_ = false;
  bool has_handled_drift_ = false;
  bool has_asked_log_ = false;
  std::size_t pending_count_ = 0;
  Report report_;
  Report* left_report_ = nullptr;
};

/// The other sets that a set depends on: where it runs in a schema, their rows that are of none
/// count too.
std::vector<std::string> shared_sets(const MigrationSet& set);
/// Throws Error of kind kUsage for a name that no tenant's schema may have.
void refuse_schema_name(std::string_view schema);

/// A random UUID, version 4.
std::string make_uuid(std::uint64_t* seed);
/// The first three, for a message.
std::string names_of(const std::vector<Pending>& pending);

}  // namespace godwit::detail
