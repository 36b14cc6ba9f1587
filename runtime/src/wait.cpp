// SPDX-License-Identifier: Apache-2.0
//
// Waiting until somebody else has applied the set, to one schema or to many: a look, a pause, the
// next look, on one connection and with nothing held in between.
#include "run.hpp"
#include "schema_patterns.hpp"

#include <godwit/schemas.hpp>

#include <algorithm>
#include <utility>

namespace godwit {
namespace detail {
namespace {

constexpr milliseconds kFirstPoll{100};
constexpr milliseconds kSlowestPoll{2000};

// So many schemas are named in an error.
constexpr std::size_t kNamed = 5;

}  // namespace

void Run::wait_until_current() {
  wait_until([this] {
    check();
    return what_is_missing();
  });
}

SchemasStatus Run::wait_until_current(const SchemaPatterns& patterns) {
  SchemasStatus status;
  wait_until([&] {
    status = check_schemas(patterns);
    return what_is_missing(status);
  });
  return status;
}

// `look` tells what is missing, if anything.
void Run::wait_until(const std::function<std::string()>& look) {
  is_waiting_ = true;
  connect();
  milliseconds poll = kFirstPoll;
  for (;;) {
    std::string missing;
    try {
      missing = look();
      cuts_ = 0;
    } catch (const ConnectionLost& lost) {
      recover(lost);
      continue;
    }
    if (missing.empty()) {
      return;
    }
    if (is_past_deadline()) {
      ErrorDetail detail;
      detail.message = compose("{}, and nobody applied it before the deadline", missing);
      detail.hint = "look at the job or replica that migrates, or give a longer --wait";
      throw Error(ErrorKind::kBusy, std::move(detail));
    }
    if (!has_announced_wait_) {
      has_announced_wait_ = true;
      emit(EventKind::kWaiting, nullptr, missing);
    }
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - Clock::now());
    pause(std::clamp(left, milliseconds{1}, jittered(poll)));
    poll = std::min(poll * 2, kSlowestPoll);
  }
}

// What a run that only waits still waits for; empty when the set is applied.
std::string Run::what_is_missing() {
  try {
    Plan plan = make_plan(set_, snapshot_, options_, history_);
    handle_drift(plan);
    keep_phase(plan);
    drop_recorded(plan);
    pending_count_ = plan.pending.size();
    return plan.pending.empty()
               ? std::string{}
               : compose("{} {} pending ({})", plan.pending.size(),
                         plan.pending.size() == 1 ? "migration is" : "migrations are",
                         names_of(plan.pending));
  } catch (const Error& error) {
    // A dependency, such as one on another set, may come too.
    if (error.kind() != ErrorKind::kFailed) {
      throw;
    }
    return error.detail().message;
  }
}

// The same of schemas. Throws what waiting does not heal.
std::string Run::what_is_missing(const SchemasStatus& status) {
  std::string names;
  std::size_t behind = 0;
  for (const SchemaStatus& schema : status.schemas) {
    if (schema.error && schema.error->kind() != ErrorKind::kFailed) {
      ErrorDetail detail = schema.error->detail();
      detail.message = compose("{}: {}", schema.schema, detail.message);
      throw Error(schema.error->kind(), std::move(detail));
    }
    if (schema.is_current || (schema.pending == 0 && !schema.error)) {
      continue;
    }
    ++behind;
    if (behind <= kNamed) {
      names += compose("{}{}", behind == 1 ? "" : ", ", schema.schema);
    }
  }
  if (behind == 0) {
    return {};
  }
  return compose("{} of {} schemas {} behind ({}{})", behind, status.schemas.size(),
                 behind == 1 ? "is" : "are", names, behind > kNamed ? ", …" : "");
}

}  // namespace detail

SchemasStatus wait_until_current(const std::string& conninfo, const MigrationSet& set,
                                 std::string_view schemas, const Options& options) {
  const detail::SchemaPatterns patterns(schemas);
  Options own = options;
  own.schema.clear();
  return detail::Run(set, own, detail::parameters_of(conninfo), nullptr)
      .wait_until_current(patterns);
}

}  // namespace godwit
