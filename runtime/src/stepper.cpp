// SPDX-License-Identifier: Apache-2.0
//
// Migrator::up() in a fiber, which is left whenever the run waits.
#include <godwit/stepper.hpp>

#include "waiting.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <sys/socket.h>

namespace godwit {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kLongestWait{100};
constexpr std::chrono::seconds kPatienceAtTheEnd{5};

}  // namespace

class Stepper::Impl {
 public:
  template <typename Target>
  Impl(Target target, const MigrationSet& set, Options options)
      : migrator_(std::move(target), set, cancellable(std::move(options))),
        fiber_([this] { run(); }) {}

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  ~Impl() {
    is_abandoned_ = true;
    const Clock::time_point patience = Clock::now() + kPatienceAtTheEnd;
    while (fiber_.has_begun() && !fiber_.is_over()) {
      fiber_.resume();
      pollfd descriptor = fiber_.descriptor();
      if (fiber_.is_over()) {
        break;
      }
      if (descriptor.fd >= 0 && Clock::now() >= patience) {
        shutdown(descriptor.fd, SHUT_RDWR);
      }
      poll(&descriptor, 1, static_cast<int>(timeout().count()));
    }
  }

  bool step() {
    if (!fiber_.is_over()) {
      fiber_.resume();
    }
    if (failure_) {
      std::rethrow_exception(std::exchange(failure_, nullptr));
    }
    return !fiber_.is_over();
  }

  int socket() const noexcept { return fiber_.is_over() ? -1 : fiber_.descriptor().fd; }
  bool wants(short what) const noexcept {
    return socket() >= 0 && (fiber_.descriptor().events & what) != 0;
  }

  milliseconds timeout() const noexcept {
    const Clock::time_point now = Clock::now();
    if (fiber_.is_over() || fiber_.until() <= now) {
      return milliseconds{0};
    }
    if (fiber_.until() - now >= kLongestWait) {
      return kLongestWait;
    }
    return std::chrono::ceil<milliseconds>(fiber_.until() - now);
  }

  const Report& report() const noexcept { return report_; }

 private:
  void run() noexcept {
    try {
      report_ = migrator_.up();
    } catch (...) {
      failure_ = std::current_exception();
    }
  }

  Options cancellable(Options options) {
    options.is_cancelled = [this, by_caller = std::move(options.is_cancelled)] {
      return is_abandoned_ || (by_caller && by_caller());
    };
    return options;
  }

  bool is_abandoned_ = false;
  Migrator migrator_;
  Report report_;
  std::exception_ptr failure_;
  detail::Fiber fiber_;
};

Stepper::Stepper(std::string conninfo, const MigrationSet& set, Options options)
    : impl_(std::make_unique<Impl>(std::move(conninfo), set, std::move(options))) {}

Stepper::Stepper(pg_conn* connection, const MigrationSet& set, Options options)
    : impl_(std::make_unique<Impl>(connection, set, std::move(options))) {}

Stepper::Stepper(Stepper&&) noexcept = default;
Stepper& Stepper::operator=(Stepper&&) noexcept = default;
Stepper::~Stepper() = default;

bool Stepper::step() {
  return impl_->step();
}
int Stepper::socket() const noexcept {
  return impl_->socket();
}
bool Stepper::wants_read() const noexcept {
  return impl_->wants(POLLIN);
}
bool Stepper::wants_write() const noexcept {
  return impl_->wants(POLLOUT);
}
milliseconds Stepper::timeout() const noexcept {
  return impl_->timeout();
}
const Report& Stepper::report() const noexcept {
  return impl_->report();
}

}  // namespace godwit
