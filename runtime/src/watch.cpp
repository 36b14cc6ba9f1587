// SPDX-License-Identifier: Apache-2.0
//
// Who is in the way. While a message waits without a result for longer than a lock may sensibly be
// waited for, a second connection asks the server whom our backend waits for; by the time that the
// lock timeout has ended the wait, nobody could tell any more.
#include "activity.hpp"
#include "run.hpp"

#include <algorithm>

namespace godwit::detail {
namespace {

constexpr milliseconds kFirstLook{1000};
constexpr milliseconds kBetweenLooks{2000};
constexpr milliseconds kBetweenPhases{500};
constexpr std::chrono::seconds kSideConnect{2};
constexpr std::chrono::seconds kSideRetry{10};

// What a session of pid b.pid has of the relations for which our backend waits, or wants of them
// before us. The modes are written as in the manual: AccessShareLock is ACCESS SHARE.
constexpr std::string_view kHeld =
    "(SELECT pg_catalog.string_agg(DISTINCT pg_catalog.concat(CASE WHEN h.granted THEN 'holds ' "
    "ELSE 'waits for ' END, pg_catalog.upper(pg_catalog.regexp_replace(pg_catalog.regexp_replace("
    "h.mode, 'Lock$', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')), ' on ', "
    "CAST(h.relation AS pg_catalog.regclass)), ', ') FROM pg_catalog.pg_locks AS w "
    "JOIN pg_catalog.pg_locks AS h ON h.relation OPERATOR(pg_catalog.=) w.relation "
    "AND h.database OPERATOR(pg_catalog.=) w.database "
    "WHERE w.locktype OPERATOR(pg_catalog.=) 'relation' AND NOT w.granted "
    "AND h.locktype OPERATOR(pg_catalog.=) 'relation' AND h.pid OPERATOR(pg_catalog.=) b.pid "
    "AND h.mode OPERATOR(pg_catalog.<>) 'SIReadLock' "
    "AND w.pid OPERATOR(pg_catalog.=) {})";

constexpr int kBehindActivity = 6;  // the columns of kActivity

std::string describe_blockers(const PGresult* result) {
  std::string text;
  for (int i = 0; i < PQntuples(result); ++i) {
    text += i > 0 ? "\n" : "";
    text += describe_session(result, i, 0, value(result, i, kBehindActivity));
  }
  return text;
}

// Our own message begins with settings, so that its first characters say nothing. Behind them, in
// what pg_stat_activity keeps of a query, is the row of the first migration that is sent.
std::string migration_in(std::string_view query, std::string_view table) {
  const std::size_t insert = query.find(compose("INSERT INTO {} (migration_name", table));
  constexpr std::string_view kValues = "VALUES ('";
  const std::size_t values =
      insert == std::string_view::npos ? insert : query.find(kValues, insert);
  if (values == std::string_view::npos) {
    return {};
  }
  const std::string_view name = query.substr(values + kValues.size());
  const std::size_t end = name.find('\'');
  return end == std::string_view::npos
             ? std::string{}
             : compose("applying {}, or what it sent after it", name.substr(0, end));
}

}  // namespace

std::string describe_session(const PGresult* result, int row, int first, std::string_view held,
                             std::string_view doing) {
  const std::string has = held.empty() ? std::string{} : compose(", {}", held);
  if (PQgetisnull(result, row, first) != 0) {
    return compose("a prepared transaction (see pg_prepared_xacts{})", has);
  }
  std::string text = compose("pid {} (user {}, application \"{}\"", value(result, row, first),
                             value(result, row, first + 1), value(result, row, first + 2));
  if (PQgetisnull(result, row, first + 3) == 0) {
    std::string query(doing.empty() ? value(result, row, first + 5) : doing);
    std::replace(query.begin(), query.end(), '\n', ' ');
    return text + compose(", {} for {}{}): {}", value(result, row, first + 3),
                          value(result, row, first + 4), has, query);
  }
  return text + has + "; GRANT pg_read_all_stats to this role shows its state and query)";
}

Connection* Run::side_connection() {
  if (side_ && side_->is_cut()) {
    side_.reset();
  }
  const Clock::time_point now = Clock::now();
  if (!side_ && now >= next_side_attempt_) {
    next_side_attempt_ = now + kSideRetry;
    try {
      side_ = Connection::open(connection_->parameters(true), now + kSideConnect, Waiter{});
    } catch (const Error&) {
      side_.reset();  // no connection left for us: the run itself does not need it
    }
  }
  return side_.get();
}

std::string Run::blockers() {
  Connection* side = side_connection();
  if (side == nullptr) {
    return {};
  }
  const int pid = backend_pid_ != 0 ? backend_pid_ : PQbackendPID(connection_->raw());
  const Reply reply = side->send(
      compose("SELECT {}, {} FROM (SELECT DISTINCT b.pid FROM pg_catalog.unnest("
              "pg_catalog.pg_blocking_pids({})) AS b(pid)) AS b "
              "LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) b.pid",
              kActivity, compose(kHeld, pid), pid),
      Waiter{});
  return reply.is_ok() && !reply.results.empty() ? describe_blockers(reply.results[0].get())
                                                 : std::string{};
}

// Tells how far an index build is; false when none is under way. A role that is no member of
// pg_read_all_stats sees its own.
bool Run::show_index_build() {
  Connection* side = options_.on_event ? side_connection() : nullptr;
  if (side == nullptr) {
    return false;
  }
  const Reply reply =
      side->send(compose("SELECT phase, CASE "
                         "WHEN blocks_total OPERATOR(pg_catalog.>) 0 THEN blocks_done "
                         "OPERATOR(pg_catalog.*) 100 OPERATOR(pg_catalog./) blocks_total "
                         "WHEN tuples_total OPERATOR(pg_catalog.>) 0 THEN tuples_done "
                         "OPERATOR(pg_catalog.*) 100 OPERATOR(pg_catalog./) tuples_total "
                         "WHEN lockers_total OPERATOR(pg_catalog.>) 0 THEN lockers_done "
                         "OPERATOR(pg_catalog.*) 100 OPERATOR(pg_catalog./) lockers_total "
                         "ELSE 0 END FROM pg_catalog.pg_stat_progress_create_index "
                         "WHERE pid OPERATOR(pg_catalog.=) {}",
                         backend_pid_),
                 Waiter{});
  if (!reply.is_ok() || reply.results.empty() || PQntuples(reply.results[0].get()) == 0) {
    return false;
  }
  const PGresult* row = reply.results[0].get();
  Event event;
  event.kind = EventKind::kProgress;
  event.message = std::string(value(row, 0, 0));
  constexpr std::int64_t kWhole = 100;
  event.percent =
      static_cast<std::uint32_t>(std::clamp(integer(row, 0, 1), std::int64_t{0}, kWhole));
  std::string phase = compose("{} {}", event.message, event.percent);
  if (phase != last_phase_) {
    last_phase_ = std::move(phase);
    emit(std::move(event), current_);
  }
  return true;
}

std::string Run::gate_holder() {
  Reply reply = connection_->send(
      compose("SELECT {}, a.query FROM (SELECT {} AS k) AS key, pg_catalog.pg_locks AS l "
              "JOIN pg_catalog.pg_database AS d ON l.database OPERATOR(pg_catalog.=) d.oid "
              "AND d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database() "
              "JOIN pg_catalog.pg_stat_activity AS a ON a.pid OPERATOR(pg_catalog.=) l.pid "
              "WHERE l.locktype OPERATOR(pg_catalog.=) 'advisory' AND l.granted "
              "AND l.objsubid OPERATOR(pg_catalog.=) 1 "
              "AND CAST(l.classid AS bigint) OPERATOR(pg_catalog.=) "
              "((key.k OPERATOR(pg_catalog.>>) 32) OPERATOR(pg_catalog.&) 4294967295) "
              "AND CAST(l.objid AS bigint) OPERATOR(pg_catalog.=) "
              "(key.k OPERATOR(pg_catalog.&) 4294967295)",
              kActivity, history_.gate_key(*connection_, set_.name)),
      Waiter{});
  std::string text;
  const PGresult* rows = reply.is_ok() && !reply.results.empty() ? reply.results[0].get() : nullptr;
  for (int i = 0; rows != nullptr && i < PQntuples(rows); ++i) {
    text += i > 0 ? "\n" : "";
    text += describe_session(
        rows, i, 0, {},
        migration_in(value(rows, i, kBehindActivity), history_.quoted(*connection_)));
  }
  return text;
}

// A query that waits for a lock until the deadline, and for one lock_timeout in any case.
Reply Run::look_at_history(const std::string& query) {
  return send_watched(with_role(query), {}, options_.lock_timeout,
                      std::max(deadline_, Clock::now() + options_.lock_timeout));
}

void Run::give_up_looking() {
  roll_back();
  ErrorDetail detail;
  detail.message =
      compose("{} is locked, and was not free before the deadline", history_.display());
  detail.blockers = last_blockers_;
  detail.hint = "end what holds it, or give a longer --wait";
  throw Error(ErrorKind::kBusy, std::move(detail));
}

// Sends, and while nothing comes back looks for blockers. Does not throw ConnectionLost: what was
// under way is the caller's to say. A query that is still waiting at `give_up` is cancelled.
Reply Run::send_watched(const std::string& message, const ResultSink& sink, milliseconds timeout,
                        Clock::time_point give_up) {
  Waiter waiter = waiter_;
  bool is_late = false;
  if (give_up != Clock::time_point::max()) {
    waiter.is_cancelled = [&] {
      if (waiter_.is_cancelled && waiter_.is_cancelled()) {
        return true;
      }
      is_late = Clock::now() >= give_up;
      return is_late;
    };
  }
  Reply reply = send_watching(message, sink, timeout, std::move(waiter));
  if (reply.is_cancelled && is_late && !reply.is_cut) {
    give_up_looking();
  }
  if (reply.is_cancelled) {
    interrupt();
  }
  return reply;
}

Reply Run::send_watching(const std::string& message, const ResultSink& sink, milliseconds timeout,
                         Waiter waiter, const Values& values) {
  // Before the timeout strikes, with time to connect.
  const milliseconds first = timeout.count() > 0 ? std::min(kFirstLook, timeout / 3) : kFirstLook;
  milliseconds next = first;
  milliseconds seen{0};
  // Results reach us late, so that a statement ended says nothing yet: what was found stays true
  // until another look.
  bool is_stale = false;
  waiter.on_idle = [&](milliseconds idle) {
    if (idle < seen) {
      next = first;
      is_stale = true;
    }
    seen = idle;
    if (idle >= next) {
      const std::string found = blockers();
      if (!found.empty() && found != last_blockers_) {
        emit(EventKind::kBlocked, current_, found);
      }
      if (!found.empty() || is_stale) {
        last_blockers_ = found;
        is_stale = false;
      }
      const bool is_building = found.empty() && show_index_build();
      next = idle + (is_building     ? kBetweenPhases
                     : found.empty() ? kBetweenLooks
                                     : std::min(kBetweenLooks, first * 2));
    }
    return std::max(next - idle, milliseconds{1});
  };
  return connection_->send(message, waiter, sink, values);
}

}  // namespace godwit::detail
