// SPDX-License-Identifier: Apache-2.0
//
// A run that never waits, for services with an event loop: while it migrates, the loop goes on to
// answer liveness probes.
//
//     godwit::Stepper stepper(conninfo, crm_migrations::migrations(), options);
//     while (stepper.step()) {
//       loop.wait(stepper.socket(), stepper.wants_read(), stepper.wants_write(),
//       stepper.timeout());
//     }
//     use(stepper.report());
#pragma once

#include <godwit/migrator.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace godwit {

/// What Migrator::up() does, in steps. It has no thread: everything runs inside step(), event
/// handlers too, on a stack of 1 MiB of its own. Not thread-safe; movable between threads while no
/// step is under way. Two short things block: the look-up of a host name (give `hostaddr` to do
/// without) and a cancel request.
class Stepper {
 public:
  /// Does nothing before the first step.
  Stepper(std::string conninfo, const MigrationSet& set, Options options = {});
  /// Borrows a connection, as Migrator does; it is given back when the run is over.
  Stepper(pg_conn* connection, const MigrationSet& set, Options options = {});
  Stepper(Stepper&&) noexcept;
  Stepper& operator=(Stepper&&) noexcept;
  Stepper(const Stepper&) = delete;
  Stepper& operator=(const Stepper&) = delete;
  /// A run that is not over is cancelled and rolled back, which takes a round trip or two; after
  /// five seconds without an answer its connection is shut.
  ~Stepper();

  /// Does what can be done without waiting. True: call it again when the socket is ready or the
  /// time is up; earlier does no harm. False: the run is over. Throws Error, once, when it failed;
  /// it is over then as well.
  bool step();

  /// What the last step ended at: a socket of libpq, which may be another after each step, or -1
  /// where there is only time to wait for.
  int socket() const noexcept;
  bool wants_read() const noexcept;
  bool wants_write() const noexcept;
  /// How long from now until step() is to be called although the socket is not ready; 0 for at
  /// once. At most a tenth of a second.
  std::chrono::milliseconds timeout() const noexcept;

  /// What the run did. Empty before it is over, and after a failure.
  const Report& report() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace godwit
