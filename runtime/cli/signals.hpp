// SPDX-License-Identifier: Apache-2.0
//
// SIGINT and SIGTERM while a command runs that writes: the first asks the run to stop, which
// cancels the statement under way and rolls back; a second one ends the process at once, as it
// would have without us.
#pragma once

#include <csignal>

namespace godwit::cli {

class SignalGuard {
 public:
  SignalGuard();
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

  static bool is_raised() noexcept;

 private:
  struct sigaction old_interrupt_ {};
  struct sigaction old_terminate_ {};
};

}  // namespace godwit::cli
