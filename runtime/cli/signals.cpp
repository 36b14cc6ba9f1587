// SPDX-License-Identifier: Apache-2.0
//
// Signal handling.
#include "signals.hpp"

namespace godwit::cli {
namespace {

volatile std::sig_atomic_t g_raised = 0;

}  // namespace

extern "C" {
static void godwit_on_signal(int /*number*/) {
  g_raised = 1;
}
}

SignalGuard::SignalGuard() {
  g_raised = 0;
  struct sigaction action {};
  action.sa_handler = godwit_on_signal;
  // One shot: the second signal does what it did before.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &old_interrupt_);
  sigaction(SIGTERM, &action, &old_terminate_);
}

SignalGuard::~SignalGuard() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
}

bool SignalGuard::is_raised() noexcept {
  return g_raised != 0;
}

}  // namespace godwit::cli
