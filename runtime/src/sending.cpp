// SPDX-License-Identifier: Apache-2.0
//
// How a run talks to the server: what it sends, what it does when that is cut or somebody asks it
// to stop, and how it waits.
#include "run.hpp"
#include "waiting.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {

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
  if (leave_steps_ != nullptr) {
    (this->*leave_steps_)();
  }
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

}  // namespace godwit::detail
