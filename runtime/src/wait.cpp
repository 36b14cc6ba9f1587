// SPDX-License-Identifier: Apache-2.0
//
// Waiting until somebody else has applied the set (schemas.cpp: to many schemas): a look, a pause,
// the next look, on one connection and with nothing held in between.
#include "migrator_impl.hpp"

#include <algorithm>
#include <utility>

namespace godwit {
namespace detail {
namespace {

constexpr milliseconds kFirstPoll{100};
constexpr milliseconds kSlowestPoll{2000};

}  // namespace

void Run::wait_until_current() {
  wait_until([this] {
    check();
    return what_is_missing();
  });
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

}  // namespace detail

void Migrator::wait_until_current() {
  impl_->run([](detail::Run& run) {
    run.wait_until_current();
    return true;
  });
}

void wait_until_current(std::string conninfo, const MigrationSet& set, Options options) {
  Migrator(std::move(conninfo), set, std::move(options)).wait_until_current();
}

}  // namespace godwit
