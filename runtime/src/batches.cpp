// SPDX-License-Identifier: Apache-2.0
#include "batches.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

// Where statistics are missing, so many rows are counted at most: about a tenth of a second.
constexpr std::uint64_t kMostCounted = 1'000'000;
constexpr milliseconds kBetweenEvents{250};

// Indices of results: BEGIN and its SET, and then.
constexpr std::size_t kStatement = 2;
constexpr std::size_t kRecord = kStatement + 3;  // behind the two SETs of be_ourselves()
constexpr std::size_t kCommit = kRecord + 1;
constexpr std::size_t kNextKeys = kCommit + 5;  // behind the role, BEGIN and two SETs
// The same where there is no statement.
constexpr std::size_t kLook = 3;

constexpr std::string_view kIsoDates = "SET LOCAL DateStyle = 'ISO, YMD';\n";

bool is_about_locks(std::string_view sqlstate) {
  return sqlstate == "55P03" || sqlstate == "40001" || sqlstate == "40P01";
}

}  // namespace

void run_batches(Run& run, const Migration& migration, const Step& step, std::size_t number) {
  Batches(run, migration, step, number).run();
}

Batches::Batches(Run& run, const Migration& migration, const Step& step, std::size_t number)
    : run_(run), migration_(migration), step_(step), number_(number) {}

void Batches::run() {
  run_.held_.is_in_doubt = false;
  run_.emit(EventKind::kStatement, &migration_, {}, milliseconds{0},
            migration_.up.statements[step_.first_statement].line);
  resume();
  estimate();
  begun_ = Clock::now();
  std::optional<Part> part;
  for (;;) {
    if (!part) {
      part = find_next();
    }
    if (part->rows == 0) {
      finish();
      return;
    }
    const Part done = *std::exchange(part, std::nullopt);
    const bool is_end = is_last(done);
    part = run_part(done);
    if (is_end) {
      return;
    }
    was_short_ = is_short(done);
    run_.pause(milliseconds{was_short_ || (part && part->rows == 0) ? 0 : step_.batch.pause_ms});
  }
}

// ---- Where it is -------------------------------------------------------------------------------

void Batches::resume() {
  // step, rows, total, key, and its values: what cursor() has written.
  constexpr int kBeforeValues = 4;
  constexpr std::size_t kOwnResult = 3;
  const Reply reply =
      run_.ask(run_.as_ourselves(
                   {}, run_.history_.read_cursor(*run_.connection_, run_.identity_, migration_)),
               Section::kGuard);
  const PGresult* rows = reply.results[kOwnResult].get();
  if (PQntuples(rows) < kBeforeValues ||
      integer(rows, 0, 0) != static_cast<std::int64_t>(number_)) {
    return;
  }
  const std::size_t count = static_cast<std::size_t>(PQntuples(rows)) - kBeforeValues;
  if (value(rows, 3, 0) != step_.batch.key || count != step_.batch.columns.size()) {
    ErrorDetail detail;
    detail.message =
        compose("batches of {} were begun by the key {}, and this build has the key {}",
                migration_.full_name, value(rows, 3, 0), step_.batch.key);
    detail.hint = compose(
        "put the key back as it was; or, where the statement may begin anew: UPDATE {} SET "
        "cursor_value = NULL WHERE migration_set = '{}' AND migration_name = '{}'",
        run_.history_.display(), run_.set_.name, migration_.full_name);
    run_.fail_step(migration_, step_, number_, ErrorKind::kPartiallyApplied, std::move(detail));
  }
  rows_ = static_cast<std::uint64_t>(integer(rows, 1, 0));
  total_ = static_cast<std::uint64_t>(integer(rows, 2, 0));
  rows_before_ = rows_;
  for (int i = kBeforeValues; i < PQntuples(rows); ++i) {
    behind_.emplace_back(value(rows, i, 0));
  }
  run_.held_.has_cursor = true;
}

void Batches::estimate() {
  if (total_ > 0) {
    return;
  }
  const auto ask = [&](const std::string& query) {
    for (;;) {
      const Reply reply =
          run_.send_watched(begin(false) + query + ";\nCOMMIT", {}, run_.lock_timeout(migration_));
      if (succeeds(reply, false, {})) {
        return integer(reply.results[kStatement].get(), 0, 0);
      }
    }
  };
  std::int64_t found = ask(estimate_rows(*run_.connection_, step_.batch));
  if (found < 0) {
    found = ask(count_rows(step_.batch, kMostCounted));
    found = found < static_cast<std::int64_t>(kMostCounted) ? found : 0;
  }
  total_ = static_cast<std::uint64_t>(found);
}

Batches::Part Batches::read_part(const PGresult* row, std::size_t columns) {
  Part part;
  for (std::size_t i = 0; i < columns; ++i) {
    part.last.emplace_back(value(row, 0, static_cast<int>(i)));
  }
  part.rows = static_cast<std::uint64_t>(integer(row, 0, static_cast<int>(columns)));
  return part;
}

Batches::Part Batches::find_next() {
  for (;;) {
    const Reply reply =
        run_.send_watched(compose("{}{}{};\nCOMMIT", begin(false), kIsoDates,
                                  next_keys(*run_.connection_, step_.batch, behind_)),
                          {}, run_.lock_timeout(migration_));
    if (succeeds(reply, false, {})) {
      const PGresult* row = reply.results[kLook].get();
      return PQntuples(row) == 0 ? Part{} : read_part(row, step_.batch.columns.size());
    }
  }
}

// ---- A batch -----------------------------------------------------------------------------------

std::string Batches::begin(bool writes) const {
  return compose("BEGIN ISOLATION LEVEL READ COMMITTED READ {};\nSET LOCAL lock_timeout = {};\n",
                 writes ? "WRITE" : "ONLY", run_.lock_timeout(migration_).count());
}

std::string Batches::cursor(const Part& part) const {
  if (is_last(part)) {
    return run_.history_.end_cursor(*run_.connection_, run_.identity_, migration_, number_ + 1);
  }
  std::vector<std::string> values = {std::to_string(number_), std::to_string(rows_ + part.rows),
                                     std::to_string(total_), std::string(step_.batch.key)};
  values.insert(values.end(), part.last.begin(), part.last.end());
  return run_.history_.set_cursor(*run_.connection_, run_.identity_, migration_, values);
}

// Gives the next part, where that is known already.
std::optional<Batches::Part> Batches::run_part(const Part& part) {
  const Connection& connection = *run_.connection_;
  const Statement& source = migration_.up.statements[step_.first_statement];
  const BatchStatement statement =
      with_condition(migration_.up.sql.substr(source.offset, source.length), step_.batch,
                     key_range(connection, step_.batch, behind_, part.last));
  std::string message = begin(true);
  message += statement.sql;
  message += "\n;\n";
  message += run_.be_ourselves(cursor(part));
  const bool asks_for_next = !is_last(part);
  if (asks_for_next) {
    message += compose(";\n{}{}{};\nCOMMIT", begin(false), kIsoDates,
                       next_keys(connection, step_.batch, part.last));
  }
  for (;;) {
    bool is_committed = false;
    std::optional<Part> next;
    ResultSink sink;
    sink.on_result = [&](std::size_t index, const PGresult* result, bool is_end) {
      if (index == kRecord && is_end) {
        // From here on there may be something to go on from.
        run_.held_.has_cursor = true;
      } else if (index == kCommit && is_end) {
        is_committed = true;
        if (!asks_for_next) {
          run_.held_.ended_steps = number_ + 1;
        }
      } else if (index == kNextKeys) {
        next = is_end ? next.value_or(Part{}) : read_part(result, step_.batch.columns.size());
      }
    };
    run_.in_doubt_ = &migration_;
    const Reply reply = run_.send_watched(message, sink, run_.lock_timeout(migration_));
    if (is_committed && reply.error) {
      // What comes after the batch is asked again by itself, where its error has a name.
      run_.in_doubt_ = nullptr;
      run_.roll_back();
      next.reset();
    } else if (!succeeds(reply, true, statement)) {
      continue;
    }
    behind_ = part.last;
    rows_ += part.rows;
    note_success();
    tell(is_last(part));
    return next;
  }
}

// Nothing is left behind the last key.
void Batches::finish() {
  run_.ask(run_.as_ourselves({}, run_.history_.end_cursor(*run_.connection_, run_.identity_,
                                                          migration_, number_ + 1)),
           Section::kFinish);
  run_.held_.ended_steps = number_ + 1;
  tell(true);
}

void Batches::note_success() {
  run_.retried_ = nullptr;
  run_.attempts_ = 0;
  run_.cuts_ = 0;
  run_.last_blockers_.clear();
  // What moves on does not wait: the deadline is for what does not.
  run_.deadline_ =
      std::max(run_.deadline_, Clock::now() + run_.options_.wait.value_or(kDefaultWait));
}

// ---- Errors ------------------------------------------------------------------------------------

// False when the message is to be sent again. Throws for any other error.
bool Batches::succeeds(const Reply& reply, bool has_statement, const BatchStatement& statement) {
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  run_.in_doubt_ = nullptr;
  if (!reply.error) {
    return true;
  }
  ErrorDetail detail;
  describe_error(reply.error.get(), detail);
  const Statement& source = migration_.up.statements[step_.first_statement];
  if (has_statement && reply.count == kStatement) {
    locate_in_statement(migration_, migration_.up, source, statement.sql, reply.error.get(),
                        run_.counts_bytes(), detail, begin(true).size(), statement.inserted);
  } else {
    name_migration(migration_, detail);
    locate_statement(migration_.up.file, migration_.up.sql, source, detail);
  }
  run_.roll_back();
  if (is_about_locks(detail.sqlstate)) {
    run_.plan_retry(&migration_, std::move(detail));
    run_.pause(std::exchange(run_.back_off_, milliseconds{0}));
    return false;
  }
  fail(reply, std::move(detail), has_statement);
}

void Batches::fail(const Reply& reply, ErrorDetail detail, bool has_statement) {
  if (has_statement && reply.count == kRecord) {
    if (detail.sqlstate == "22012") {
      detail = ErrorDetail{};
      detail.message = compose(
          "the claim on {} was taken away while it was being applied: its row in {} was changed",
          migration_.full_name, run_.history_.display());
      detail.hint = "the last batch was rolled back; run `up` again when nobody else works on it";
      run_.fail_step(migration_, step_, number_, ErrorKind::kPartiallyApplied, std::move(detail));
    }
    run_.add_dropped_history(detail);
  }
  if (!behind_.empty()) {
    detail.hint += compose("{}{}; {} goes on there", detail.hint.empty() ? "" : "\n", where_it_is(),
                           run_.is_undoing_ ? "`down`" : "`up`");
  }
  run_.fail_in_step(migration_, step_, number_, std::move(detail));
}

std::string Batches::where_it_is() const {
  std::string key;
  for (const std::string& part : behind_) {
    key += (key.empty() ? "" : ", ") + part;
  }
  return compose("the batches up to {} = {} ({}{} rows) have ended and stay", step_.batch.key, key,
                 rows_, total_ > 0 ? compose(" of about {}", total_) : std::string());
}

// ---- Progress ----------------------------------------------------------------------------------

void Batches::tell(bool is_last) {
  const Clock::time_point now = Clock::now();
  if (!is_last && now - told_ < kBetweenEvents) {
    return;
  }
  told_ = now;
  constexpr std::uint64_t kPerSecond = 1000;
  constexpr std::uint64_t kWhole = 100;
  const auto spent = static_cast<std::uint64_t>(
      std::max<std::int64_t>(std::chrono::duration_cast<milliseconds>(now - begun_).count(), 1));
  Event event;
  event.kind = EventKind::kProgress;
  event.line = migration_.up.statements[step_.first_statement].line;
  event.rows = rows_;
  // More than there were thought to be: then this is as good a guess as any.
  event.total_rows = is_last || (total_ > 0 && total_ < rows_) ? rows_ : total_;
  event.rows_per_second = (rows_ - rows_before_) * kPerSecond / spent;
  if (is_last) {
    event.percent = static_cast<std::uint32_t>(kWhole);
  } else if (event.total_rows > 0) {
    event.percent =
        static_cast<std::uint32_t>(std::min(rows_ * kWhole / event.total_rows, kWhole - 1));
    if (event.rows_per_second > 0) {
      event.left = milliseconds{static_cast<std::int64_t>((event.total_rows - rows_) * kPerSecond /
                                                          event.rows_per_second)};
    }
  }
  event.message = is_last || event.total_rows == 0
                      ? compose("{} rows, {} rows/s", rows_, event.rows_per_second)
                      : compose("{} of about {} rows, {} rows/s, {} s left", rows_,
                                event.total_rows, event.rows_per_second,
                                (event.left.count() + static_cast<std::int64_t>(kPerSecond) - 1) /
                                    static_cast<std::int64_t>(kPerSecond));
  run_.emit(std::move(event), &migration_);
}

}  // namespace godwit::detail
