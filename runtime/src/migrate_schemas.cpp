// SPDX-License-Identifier: Apache-2.0
//
// Catching up many schemas: threads that take one after the other, each with a connection and a
// Run of its own. The caller's thread works on none: it hands on what they tell, and asks whether
// to stop. Nothing is shared between the threads but the list of schemas, the queue of what there
// is to tell, and the wish to stop.
#include "run.hpp"
#include "schema_patterns.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <signal.h>

namespace godwit {
namespace detail {
namespace {

// How often the caller is asked whether to stop, when there is nothing else to tell.
constexpr milliseconds kBetweenQuestions{50};

/// While it lives, signals go to other threads, and threads that are made inherit that: handlers
/// are the application's, and run on threads of its own.
class SignalsElsewhere {
 public:
  SignalsElsewhere() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsElsewhere() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsElsewhere(const SignalsElsewhere&) = delete;
  SignalsElsewhere& operator=(const SignalsElsewhere&) = delete;

 private:
  sigset_t before_{};
};

class Crew {
 public:
  Crew(const MigrationSet& set, const SchemasOptions& how, const Options& options,
       Parameters parameters, SchemasReport& report)
      : set_(set),
        how_(how),
        options_(options),
        parameters_(std::move(parameters)),
        report_(report) {}
  ~Crew() { stop(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Catches up the schemas of the report with these indexes. May be called again.
  void work(std::vector<std::size_t> todo);
  bool is_stopped() const { return is_stopping_; }

 private:
  struct News {
    std::size_t schema = 0;
    Event event;
    bool is_result = false;
  };

  void run_worker();
  void catch_up(std::size_t index, std::unique_ptr<Connection>& connection);
  Hooks hooks();
  void begin_once(const RunHook& run);
  void tell(News news);
  void listen();
  void stop();

  const MigrationSet& set_;
  const SchemasOptions& how_;
  const Options& options_;
  const Parameters parameters_;
  SchemasReport& report_;

  std::vector<std::size_t> todo_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> is_stopping_{false};
  std::vector<std::thread> threads_;

  std::mutex hooks_mutex_;  // held while a hook of the application runs
  bool has_begun_ = false;

  std::mutex mutex_;  // of what follows
  std::condition_variable has_news_;
  std::deque<News> news_;
  std::size_t at_work_ = 0;
};

void Crew::work(std::vector<std::size_t> todo) {
  todo_ = std::move(todo);
  next_ = 0;
  const std::size_t count = std::min(std::max<std::size_t>(how_.jobs, 1), todo_.size());
  {
    const SignalsElsewhere guard;
    for (std::size_t i = 0; i < count; ++i) {
      {
        const std::lock_guard<std::mutex> lock(mutex_);
        ++at_work_;
      }
      try {
        threads_.emplace_back([this] { run_worker(); });
      } catch (const std::system_error&) {
        const std::lock_guard<std::mutex> lock(mutex_);
        --at_work_;
        if (threads_.empty()) {
          throw;
        }
        break;  // with those that there are
      }
    }
  }
  listen();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void Crew::stop() {
  is_stopping_ = true;
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
}

void Crew::tell(News news) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    news_.push_back(std::move(news));
  }
  has_news_.notify_one();
}

// On the thread of the caller, until all workers have ended.
void Crew::listen() {
  for (;;) {
    News news;
    bool has_one = false;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      has_news_.wait_for(lock, kBetweenQuestions, [&] { return !news_.empty() || at_work_ == 0; });
      if (!news_.empty()) {
        news = std::move(news_.front());
        news_.pop_front();
        has_one = true;
      } else if (at_work_ == 0) {
        return;
      }
    }
    if (has_one && news.is_result) {
      if (how_.on_result) {
        how_.on_result(report_.schemas[news.schema]);
      }
    } else if (has_one && how_.on_event) {
      how_.on_event(report_.schemas[news.schema].schema, news.event);
    }
    if (!report_.is_interrupted && options_.is_cancelled && options_.is_cancelled()) {
      report_.is_interrupted = true;
      is_stopping_ = true;
    }
  }
}

void Crew::run_worker() {
  std::unique_ptr<Connection> connection;
  for (;;) {
    const std::size_t place = next_++;
    if (place >= todo_.size() || is_stopping_) {
      break;
    }
    catch_up(todo_[place], connection);
    News news;
    news.schema = todo_[place];
    news.is_result = true;
    tell(std::move(news));
  }
  connection.reset();
  {
    // Under the lock to the end, since the caller may go as soon as he sees it.
    const std::lock_guard<std::mutex> lock(mutex_);
    --at_work_;
    has_news_.notify_one();
  }
}

// Whoever is the first to have something to apply calls it for all; the others wait in their gates
// for how it ends.
void Crew::begin_once(const RunHook& run) {
  const std::lock_guard<std::mutex> lock(hooks_mutex_);
  if (has_begun_) {
    return;
  }
  if (is_stopping_) {
    ErrorDetail detail;
    detail.message = "not begun: before_run failed";
    throw Error(ErrorKind::kInterrupted, std::move(detail));
  }
  try {
    options_.hooks.before_run(run);
  } catch (...) {
    is_stopping_ = true;
    throw;
  }
  has_begun_ = true;
}

// The application's, one at a time.
Hooks Crew::hooks() {
  Hooks hooks;
  if (options_.hooks.before_run) {
    hooks.before_run = [this](const RunHook& run) { begin_once(run); };
  }
  const auto in_turn = [this](const auto& hook) {
    return [this, &hook](const auto& what) {
      const std::lock_guard<std::mutex> lock(hooks_mutex_);
      hook(what);
    };
  };
  if (options_.hooks.after_run) {
    hooks.after_run = in_turn(options_.hooks.after_run);
  }
  if (options_.hooks.before_each) {
    hooks.before_each = in_turn(options_.hooks.before_each);
  }
  if (options_.hooks.after_each) {
    hooks.after_each = in_turn(options_.hooks.after_each);
  }
  return hooks;
}

// A result belongs to this thread until it is told of.
void Crew::catch_up(std::size_t index, std::unique_ptr<Connection>& connection) {
  SchemaResult& result = report_.schemas[index];
  Options options = options_;
  options.schema = result.schema;
  options.is_cancelled = [this] { return is_stopping_.load(); };
  options.hooks = hooks();
  options.on_event = {};
  if (how_.on_event) {
    options.on_event = [this, index](const Event& event) {
      News news;
      news.schema = index;
      news.event = event;
      tell(std::move(news));
    };
  }
  ErrorDetail unforeseen;
  try {
    Run run(set_, options, parameters_, nullptr);
    run.reuse(std::move(connection));
    run.leave_report_in(&result.report);
    run.narrow(how_.selection);
    Report report = run.up();
    result.outcome = !report.applied.empty()   ? SchemaOutcome::kMigrated
                     : !report.planned.empty() ? SchemaOutcome::kPlanned
                                               : SchemaOutcome::kCurrent;
    connection = run.release_connection();
    run.leave_report_in(nullptr);
    result.report = std::move(report);
    return;
  } catch (const Error& error) {
    result.error = error;
  } catch (const std::exception& error) {
    unforeseen.message = error.what();
    result.error.emplace(ErrorKind::kFailed, std::move(unforeseen));
  }
  const ErrorKind kind = result.error->kind();
  if (kind == ErrorKind::kInterrupted) {
    result.outcome = SchemaOutcome::kNotReached;
  } else if (kind == ErrorKind::kUsage && result.error->sqlstate() == "3F000") {
    result.outcome = SchemaOutcome::kGone;
  } else {
    result.outcome = SchemaOutcome::kFailed;
  }
  // Then the others could only find out the same, one deadline after the other.
  if (kind == ErrorKind::kCannotConnect || kind == ErrorKind::kOutcomeUnknown) {
    is_stopping_ = true;
  }
}

}  // namespace
}  // namespace detail

std::size_t SchemasReport::count(SchemaOutcome outcome) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(schemas.begin(), schemas.end(),
                    [&](const SchemaResult& result) { return result.outcome == outcome; }));
}

SchemasReport migrate_schemas(const std::string& conninfo, const MigrationSet& set,
                              std::string_view schemas, const SchemasOptions& how,
                              const Options& options) {
  const auto start = detail::Clock::now();
  const SchemasStatus status = check_schemas(conninfo, set, schemas, options);
  if (how.on_checked) {
    how.on_checked(status);
  }
  SchemasReport report;
  report.unmatched = status.unmatched;
  report.database = status.database;
  std::vector<std::size_t> todo;
  for (const SchemaStatus& schema : status.schemas) {
    SchemaResult& result = report.schemas.emplace_back();
    result.schema = schema.schema;
    if (schema.is_current) {
      result.outcome = SchemaOutcome::kCurrent;
    } else {
      todo.push_back(report.schemas.size() - 1);
    }
  }
  detail::Crew crew(set, how, options, detail::parameters_of(conninfo), report);
  if (!status.has_history && !todo.empty()) {
    // One makes the history table, instead of all waiting for the one who does.
    crew.work({todo.front()});
    todo.erase(todo.begin());
  }
  if (!crew.is_stopped()) {
    crew.work(std::move(todo));
  }
  report.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(detail::Clock::now() - start);
  return report;
}

}  // namespace godwit
