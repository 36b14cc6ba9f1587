// SPDX-License-Identifier: Apache-2.0
//
// Signal handling.
#include "signals.hpp"

#include <atomic>

namespace godwit::cli {
namespace {

// Set by the handler, and read by the threads of migrate_schemas() as well.
std::atomic<bool> g_raised{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a handler may take no lock");

}  // namespace

extern "C" {
static void godwit_on_signal(int /*number*/) {
  g_raised = true;
}
}

SignalGuard::SignalGuard() {
  g_raised = false;
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
  return g_raised;
}

}  // namespace godwit::cli
