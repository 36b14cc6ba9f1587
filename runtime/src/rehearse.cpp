// SPDX-License-Identifier: Apache-2.0
//
// A rehearsal: what a run would do, in one transaction that is rolled back. The gate's transaction
// is the one, so that no other run interferes, and so that nothing has to be sent to end it:
// without a COMMIT every way in which this process can end is a ROLLBACK.
//
// In a real run each migration has a transaction of its own. What differs when they share one is
// put right between them: settings that a migration changed, and constraints that it made
// immediate. Locks cannot be given back, so that one that a migration takes again is not seen in
// pg_locks; then the build's effects say so.
#include "lock_mode.hpp"
#include "migrator_impl.hpp"
#include "seeds.hpp"
#include "target.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace godwit::detail {
namespace {

using std::chrono::microseconds;

// Of what is no system's. A relation that was dropped has no name any more.
constexpr std::string_view kLocks =
    "SELECT l.relation, l.mode, n.nspname, c.relname, c.relkind, CAST("
    "pg_catalog.pg_partition_root(CAST(l.relation AS pg_catalog.regclass)) AS pg_catalog.oid) FROM "
    "pg_catalog.pg_locks AS l LEFT "
    "JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) l.relation LEFT JOIN "
    "pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE l.locktype "
    "OPERATOR(pg_catalog.=) 'relation' AND l.granted AND l.pid OPERATOR(pg_catalog.=) "
    "pg_catalog.pg_backend_pid() AND l.relation OPERATOR(pg_catalog.>=) CAST(16384 AS "
    "pg_catalog.oid) ORDER BY l.relation, l.mode";

constexpr std::string_view kSettings =
    "SELECT s.name, s.setting FROM pg_catalog.pg_settings AS s WHERE s.source "
    "OPERATOR(pg_catalog.=) 'session'";

// SET CONSTRAINTS takes all of one name in a schema together, and DEFERRED only what may be.
constexpr std::string_view kDeferrable =
    "SELECT pg_catalog.format('%I.%I', n.nspname, c.conname), pg_catalog.bool_or(c.condeferred) "
    "AND "
    "pg_catalog.bool_and(c.condeferrable) FROM pg_catalog.pg_constraint AS c JOIN "
    "pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.connamespace WHERE "
    "pg_catalog.has_schema_privilege(n.oid, 'USAGE') GROUP BY n.nspname, c.conname HAVING "
    "pg_catalog.bool_or(c.condeferrable)";

microseconds since(Clock::time_point start) {
  return std::chrono::duration_cast<microseconds>(Clock::now() - start);
}

std::string name_of_relation(std::string_view schema, std::string_view name) {
  return schema == "public" || schema.empty() ? std::string(name) : compose("{}.{}", schema, name);
}

bool depends_on(const Migration& migration, const Migration& other, const MigrationSet& set) {
  return std::any_of(migration.dependencies.begin(), migration.dependencies.end(),
                     [&](const Dependency& dependency) {
                       return (dependency.set.empty() || dependency.set == set.name) &&
                              dependency.version == other.version;
                     });
}

}  // namespace

class Rehearsal {
 public:
  Rehearsal(Run& run, RehearsalReport& report) : run_(run), report_(report) {}

  /// The down section of a migration where `is_undoing`. Throws Error.
  void perform(const Migration& script, const Migration* known, bool is_undoing);
  void begin();
  /// After the ROLLBACK: what is there now was there before.
  void name_relations();
  /// Why it cannot be rehearsed; empty when it can.
  std::string obstacle(const Migration& script, bool is_undoing) const;
  void leave_out(const Migration& script, std::string reason);

 private:
  struct Relation {
    std::string schema;
    std::string name;
    bool is_index = false;
    bool is_there = false;
    std::int64_t root = 0;  ///< of a partition: the table at the top
  };
  struct Taken {
    std::int64_t oid = 0;
    LockMode mode = LockMode::kNone;
    std::size_t taker = 0;
    std::uint32_t line = 0;
    Clock::time_point since{};
    microseconds held{0};
  };

  Reply send(const Message& message, const Migration& script, const CopyRows* rows = nullptr);
  void run_statement(const Migration& script, std::size_t index);
  void note_locks(const PGresult* rows, std::uint32_t line, Clock::time_point since);
  bool is_meant(const Effect& effect, std::int64_t oid) const;
  void note_again(const Migration& script, std::size_t index, Clock::time_point since);
  void check_constraints(const Migration& script);
  void restore(const Migration& script);
  std::map<std::string, std::string> settings();
  [[noreturn]] void fail(const Migration& script, const PGresult* error, Section section,
                         ErrorDetail detail);

  Run& run_;
  RehearsalReport& report_;
  std::map<std::string, std::string> settings_;
  std::map<std::int64_t, Relation> relations_;
  std::set<std::pair<std::int64_t, LockMode>> seen_;
  std::vector<Taken> taken_;
  std::vector<const Migration*> missing_;
};

void Rehearsal::leave_out(const Migration& script, std::string reason) {
  missing_.push_back(&script);
  report_.left_out.push_back({std::string(script.full_name), std::move(reason)});
}

std::string Rehearsal::obstacle(const Migration& script, bool is_undoing) const {
  const std::span<const Step> steps = script.up.steps;
  if (std::any_of(steps.begin(), steps.end(),
                  [](const Step& step) { return step.batch.size > 0; })) {
    return "it runs in batches, each a transaction of its own";
  }
  if (!script.up.is_transactional) {
    return "it cannot run in a transaction";
  }
  if (script.is_unchecked) {
    return "the build could not parse it, so that it might end the transaction";
  }
  if (script.up.code.function != nullptr) {
    return compose(
        "it calls {}(), which might end the transaction, or do something outside the database",
        script.up.code.name);
  }
  for (const Migration* other : missing_) {
    if (is_undoing ? depends_on(*other, script, run_.set_)
                   : depends_on(script, *other, run_.set_)) {
      return is_undoing ? compose("{}, which is left out, depends on it", other->full_name)
                        : compose("it depends on {}, which is left out", other->full_name);
    }
  }
  return {};
}

Reply Rehearsal::send(const Message& message, const Migration& script, const CopyRows* rows) {
  ResultSink sink;
  sink.on_result = [](std::size_t, const PGresult*, bool) {};  // rows are thrown away
  sink.copy_rows = [rows](std::size_t) { return rows == nullptr ? nullptr : &rows->chunks; };
  Reply reply = run_.send_watched(message.text(), sink, run_.lock_timeout(script));
  if (reply.is_cut) {
    ErrorDetail detail;
    name_migration(script, detail);
    detail.message = compose("the connection was lost while {} was rehearsed: {}", script.full_name,
                             reply.cut_message);
    detail.hint = "the server rolls it back; nothing is left of it";
    throw Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  return reply;
}

void Rehearsal::fail(const Migration& script, const PGresult* error, Section section,
                     ErrorDetail detail) {
  run_.roll_back();
  if (!missing_.empty()) {
    detail.hint += detail.hint.empty() ? "" : "\n";
    detail.hint +=
        compose("{} was left out of the rehearsal, which may be why", missing_.front()->full_name);
  }
  if (detail.sqlstate == "55P03" || detail.sqlstate == "40001" || detail.sqlstate == "40P01") {
    detail.blockers = run_.last_blockers_;
    detail.hint += detail.hint.empty() ? "" : "\n";
    detail.hint += "a real run would roll this migration back and try it again, until --wait";
    run_.fail(ErrorKind::kBusy, std::move(detail), &script);
  }
  run_.fail_in_section(error, section, &script, std::move(detail));
}

std::map<std::string, std::string> Rehearsal::settings() {
  const Reply reply = run_.ask(std::string(kSettings), Section::kBegin);
  std::map<std::string, std::string> found;
  const PGresult* rows = reply.results[0].get();
  for (int i = 0; i < PQntuples(rows); ++i) {
    found.emplace(value(rows, i, 0), value(rows, i, 1));
  }
  return found;
}

void Rehearsal::begin() {
  settings_ = settings();
  const Reply reply = run_.ask(std::string(kLocks), Section::kBegin);
  const PGresult* rows = reply.results[0].get();
  for (int i = 0; i < PQntuples(rows); ++i) {
    seen_.emplace(integer(rows, i, 0), lock_mode(value(rows, i, 1)));
  }
}

void Rehearsal::note_locks(const PGresult* rows, std::uint32_t line, Clock::time_point since) {
  for (int i = 0; i < PQntuples(rows); ++i) {
    const std::int64_t oid = integer(rows, i, 0);
    const LockMode mode = lock_mode(value(rows, i, 1));
    Relation& relation = relations_[oid];
    if (PQgetisnull(rows, i, 3) == 0) {
      relation.schema = value(rows, i, 2);
      relation.name = value(rows, i, 3);
      const std::string_view kind = value(rows, i, 4);
      relation.root = PQgetisnull(rows, i, 5) == 0 ? integer(rows, i, 5) : 0;
      relation.is_index = kind == "i" || kind == "I" || kind == "t";
    }
    if (seen_.emplace(oid, mode).second) {
      taken_.push_back({oid, mode, report_.rehearsed.size() - 1, line, since, microseconds{0}});
    }
  }
}

// An effect on a table is one on its partitions.
bool Rehearsal::is_meant(const Effect& effect, std::int64_t oid) const {
  const auto found = relations_.find(oid);
  if (found == relations_.end()) {
    return false;
  }
  const Relation& relation = found->second;
  return (relation.name == effect.relation &&
          (effect.schema.empty() || relation.schema == effect.schema)) ||
         (relation.root != 0 && relation.root != oid && is_meant(effect, relation.root));
}

// What an earlier migration has locked already.
void Rehearsal::note_again(const Migration& script, std::size_t index, Clock::time_point since) {
  const std::size_t taker = report_.rehearsed.size() - 1;
  for (const Effect& effect : script.up.effects) {
    if (effect.statement != index || effect.mode == LockMode::kNone || !effect.is_certain) {
      continue;
    }
    for (const auto& [oid, mode] : seen_) {
      if (mode < effect.mode || !is_meant(effect, oid)) {
        continue;
      }
      const bool is_known =
          std::any_of(taken_.begin(), taken_.end(), [&, oid = oid](const Taken& taken) {
            return taken.taker == taker && taken.oid == oid && taken.mode >= effect.mode;
          });
      if (!is_known) {
        taken_.push_back(
            {oid, effect.mode, taker, script.up.statements[index].line, since, microseconds{0}});
      }
      if (relations_[oid].root == 0) {
        break;
      }
    }
  }
}

void Rehearsal::run_statement(const Migration& script, std::size_t index) {
  const Statement& statement = script.up.statements[index];
  const std::string_view text = script.up.sql.substr(statement.offset, statement.length);
  Message message;
  message.add_foreign(Section::kUp, &script, text, 1);
  const Clock::time_point start = Clock::now();
  const Reply reply = send(message, script, rows_of(script.up, index));
  report_.rehearsed.back().statements.push_back({statement.line, since(start)});
  if (reply.error) {
    ErrorDetail detail;
    describe_error(reply.error.get(), detail);
    name_migration(script, detail);
    locate_in_statement(script, script.up, statement, text, reply.error.get(), run_.counts_bytes(),
                        detail);
    fail(script, reply.error.get(), Section::kUp, std::move(detail));
  }
  const Reply locks = run_.ask(std::string(kLocks), Section::kBegin);
  note_locks(locks.results[0].get(), statement.line, start);
  note_again(script, index, start);
}

// As SET CONSTRAINTS ALL IMMEDIATE at the end of a transaction of its own, without a word on the
// constraints that later migrations make.
void Rehearsal::check_constraints(const Migration& script) {
  const Reply reply = run_.ask(std::string(kDeferrable), Section::kConstraints);
  std::string all;
  std::string deferred;
  const PGresult* rows = reply.results[0].get();
  for (int i = 0; i < PQntuples(rows); ++i) {
    all += all.empty() ? "" : ", ";
    all += value(rows, i, 0);
    if (is_true(rows, i, 1)) {
      deferred += deferred.empty() ? "" : ", ";
      deferred += value(rows, i, 0);
    }
  }
  Message message;
  if (!all.empty()) {
    message.add(Section::kConstraints, &script, compose("SET CONSTRAINTS {} IMMEDIATE", all));
  }
  if (!script.verify.guarded_sql.empty()) {
    message.add_foreign(Section::kVerify, &script, script.verify.guarded_sql,
                        static_cast<std::uint32_t>(script.verify.statements.size()));
  }
  run_.add_role_reset(message, script);
  if (!deferred.empty()) {
    message.add(Section::kReset, &script, compose("SET CONSTRAINTS {} DEFERRED", deferred));
  }
  const Reply checked = send(message, script);
  if (checked.error) {
    ErrorDetail detail;
    describe_error(checked.error.get(), detail);
    const Part* part =
        locate_error(message, checked.error.get(), checked.count, run_.counts_bytes(), detail);
    fail(script, checked.error.get(), part == nullptr ? Section::kConstraints : part->section,
         std::move(detail));
  }
}

// The next one finds the settings as this one found them.
void Rehearsal::restore(const Migration& script) {
  Message message;
  for (const auto& [name, setting] : settings()) {
    const auto before = settings_.find(name);
    if (before == settings_.end()) {
      message.add(Section::kReset, &script, run_.restore_setting(name));
    } else if (before->second != setting) {
      message.add(
          Section::kReset, &script,
          compose("SELECT pg_catalog.set_config({}, {}, true)", run_.connection_->literal(name),
                  run_.connection_->literal(before->second)));
    }
  }
  for (const std::string_view name : script.up.leaked_settings) {
    if (name.find('.') != std::string_view::npos) {  // pg_settings does not have it
      message.add(Section::kReset, &script, run_.restore_setting(name));
    }
  }
  for (const std::string_view statement : script.up.leftovers) {
    message.add(Section::kReset, &script, std::string(statement));
  }
  if (!message.is_empty()) {
    run_.ask(message.text(), Section::kReset);
  }
}

void Rehearsal::perform(const Migration& script, const Migration* known, bool is_undoing) {
  run_.current_ = &script;
  run_.is_undoing_ = is_undoing;
  run_.emit(is_undoing ? EventKind::kUndoing : EventKind::kApplying, known);
  RehearsalReport::Rehearsed entry;
  entry.migration = known;
  entry.is_undoing = is_undoing;
  entry.has_failed = true;
  report_.rehearsed.push_back(std::move(entry));
  const std::size_t taker = report_.rehearsed.size() - 1;
  if (!script.up.begin_options.empty()) {
    report_.warnings.push_back(compose("{} asks for {}: it was rehearsed in READ COMMITTED",
                                       script.full_name, script.up.begin_options));
  }
  const Clock::time_point start = Clock::now();
  const auto end = [&] {
    report_.rehearsed[taker].duration = since(start);
    // One moment for all: what one statement took is held equally long.
    const Clock::time_point now = Clock::now();
    for (Taken& taken : taken_) {
      if (taken.taker == taker) {
        taken.held = std::chrono::duration_cast<microseconds>(now - taken.since);
      }
    }
  };
  try {
    Message before;
    before.add(Section::kBegin, &script,
               compose("SET LOCAL lock_timeout = {};\nSET LOCAL statement_timeout = {}",
                       run_.lock_timeout(script).count(), run_.statement_timeout(script).count()),
               2);
    run_.add_settings(before, script);
    if (!script.require.guarded_sql.empty()) {
      before.add_foreign(Section::kRequire, &script, script.require.guarded_sql,
                         static_cast<std::uint32_t>(script.require.statements.size()));
    }
    const Reply reply = send(before, script);
    if (reply.error) {
      ErrorDetail detail;
      describe_error(reply.error.get(), detail);
      const Part* part =
          locate_error(before, reply.error.get(), reply.count, run_.counts_bytes(), detail);
      fail(script, reply.error.get(), part == nullptr ? Section::kBegin : part->section,
           std::move(detail));
    }
    for (std::size_t i = 0; i < script.up.statements.size(); ++i) {
      run_statement(script, i);
    }
    check_constraints(script);
  } catch (const Error&) {
    end();
    throw;
  }
  end();
  restore(script);
  report_.rehearsed[taker].has_failed = false;
  run_.current_ = nullptr;
}

void Rehearsal::name_relations() {
  std::string oids;
  for (const Taken& taken : taken_) {
    oids += oids.empty() ? "" : ",";
    oids += std::to_string(taken.oid);
  }
  if (!oids.empty() && !run_.connection_->is_cut()) {
    const Reply reply = run_.connection_->send(
        compose("SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class AS c JOIN "
                "pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace WHERE "
                "c.oid OPERATOR(pg_catalog.=) ANY (CAST({} AS pg_catalog.oid[]))",
                run_.connection_->literal("{" + oids + "}")),
        Waiter{});
    const PGresult* rows = reply.is_ok() ? reply.results[0].get() : nullptr;
    for (int i = 0; rows != nullptr && i < PQntuples(rows); ++i) {
      const std::string_view kind = value(rows, i, 3);
      relations_[integer(rows, i, 0)] = {std::string(value(rows, i, 1)),
                                         std::string(value(rows, i, 2)),
                                         kind == "i" || kind == "I" || kind == "t", true, 0};
    }
  }
  for (const Taken& taken : taken_) {
    const Relation& relation = relations_[taken.oid];
    if (relation.name.empty()) {
      continue;  // made and dropped by one statement
    }
    report_.locks.push_back({name_of_relation(relation.schema, relation.name), taken.mode,
                             !relation.is_there, relation.is_index, taken.taker, taken.line,
                             taken.held});
  }
}

// Takes the gate, and says what is to be done under it. False when there is nothing.
bool Run::begin_rehearsal(const RehearsalOptions& wanted, std::vector<const Migration*>& undone,
                          std::vector<const Migration*>& applied) {
  const bool is_up = wanted.direction == RehearsalOptions::Direction::kUp;
  check();
  for (;;) {
    undone.clear();
    applied.clear();
    Plan plan;
    if (is_up) {
      plan = make_plan(set_, snapshot_, options_, history_);
      handle_drift(plan);
      keep_phase(plan);
      if (selector_) {
        select(plan);
      }
      for (const Pending& pending : plan.pending) {
        applied.push_back(pending.migration);
      }
    } else {
      undo_list_ = choose_undone(wanted.down);
      is_redoing_ = wanted.direction == RehearsalOptions::Direction::kRedo;
      refuse_unrepeatable();
      for (const Undo& undo : undo_list_) {
        plan.pending.push_back({&undo.script, false, 0, false});
        undone.push_back(&undo.script);
        if (wanted.direction == RehearsalOptions::Direction::kRedo && undo.known != nullptr) {
          applied.push_back(undo.known);
        }
      }
      std::sort(applied.begin(), applied.end());  // they are of one table, in the order of the set
    }
    if (plan.pending.empty()) {
      return false;
    }
    require_writable(plan);
    if (take_gate(plan)) {
      pending_count_ = undone.size() + applied.size();
      return true;
    }
  }
}

RehearsalReport Run::rehearse(const RehearsalOptions& wanted) {
  is_looking_ = true;
  narrow(wanted.selection);
  connect();
  RehearsalReport report;
  report.database = connection_->description();
  std::vector<const Migration*> undone;
  std::vector<const Migration*> applied;
  bool has_begun = false;
  for (bool is_settled = false; !is_settled;) {
    try {
      has_begun = begin_rehearsal(wanted, undone, applied);
      is_settled = true;
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
  Rehearsal rehearsal(*this, report);
  try {
    if (has_begun) {
      rehearsal.begin();
    }
    for (const Undo& undo : undo_list_) {
      std::string obstacle = undo.known == nullptr
                                 ? std::string(
                                       "this build does not contain it, and the SQL that is "
                                       "stored might end the transaction")
                                 : rehearsal.obstacle(undo.script, true);
      if (obstacle.empty()) {
        rehearsal.perform(undo.script, undo.known, true);
      } else {
        std::erase(applied, undo.known);
        rehearsal.leave_out(undo.script, std::move(obstacle));
      }
    }
    for (const Migration* migration : applied) {
      std::string obstacle = rehearsal.obstacle(*migration, false);
      if (obstacle.empty()) {
        rehearsal.perform(*migration, migration, false);
      } else {
        rehearsal.leave_out(*migration, std::move(obstacle));
      }
    }
  } catch (const Error& error) {
    report.failure = error;
  } catch (const ConnectionLost& lost) {
    ErrorDetail detail;
    detail.message = compose("the connection was lost in the rehearsal: {}", lost.message);
    detail.hint = "the server rolls it back; nothing is left of it";
    report.failure = Error(ErrorKind::kCannotConnect, std::move(detail));
  }
  roll_back();
  rehearsal.name_relations();
  report.postponed = report_.postponed;
  report.warnings.insert(report.warnings.begin(), report_.warnings.begin(), report_.warnings.end());
  report.duration = std::chrono::duration_cast<milliseconds>(Clock::now() - start_);
  undo_ = nullptr;
  return report;
}

}  // namespace godwit::detail

namespace godwit {

RehearsalReport Migrator::rehearse(const RehearsalOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.rehearse(options); });
}

}  // namespace godwit
