// SPDX-License-Identifier: Apache-2.0
//
// The one place where this library waits. Called as usual it is poll(). Called inside a Fiber, it
// hands over to whoever steps the run, with what is waited for, and comes back when stepped again.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <poll.h>

namespace godwit::detail {

/// As poll() for one descriptor; a negative timeout is none. In a fiber it may come back early,
/// with 0: callers look at the clock.
int wait_for(pollfd& descriptor, std::chrono::milliseconds timeout);

/// Waits for the time alone.
void wait_for(std::chrono::milliseconds timeout);

/// A function with a stack of its own, which can be left in the middle and gone on with. It stays
/// on the thread of who resumes it, one thread at a time.
class Fiber {
 public:
  /// `body` must not throw. Nothing runs before resume().
  explicit Fiber(std::function<void()> body);
  /// The body must have come to its end, or never have begun: what is on its stack is not unwound.
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;
  Fiber(Fiber&&) = delete;
  Fiber& operator=(Fiber&&) = delete;

  /// Runs the body until it waits or ends.
  void resume();
  bool has_begun() const noexcept { return has_begun_; }
  bool is_over() const noexcept { return is_over_; }

  /// What the body waits for; fd is -1 where it is time alone.
  const pollfd& descriptor() const noexcept { return descriptor_; }
  /// When it is to be resumed although the descriptor is not ready; time_point::max() for never.
  std::chrono::steady_clock::time_point until() const noexcept { return until_; }

 private:
  friend int wait_for(pollfd& descriptor, std::chrono::milliseconds timeout);
  struct Context;

  static void enter();
  void suspend(const pollfd& descriptor, std::chrono::milliseconds timeout);

  std::function<void()> body_;
  std::unique_ptr<Context> context_;
  pollfd descriptor_{-1, 0, 0};
  std::chrono::steady_clock::time_point until_{};
  bool has_begun_ = false;
  bool is_over_ = false;
};

}  // namespace godwit::detail
