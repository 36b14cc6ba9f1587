// SPDX-License-Identifier: Apache-2.0
//
// What is behind a Migrator: the way to its database, and the connection between two calls. In a
// header of its own so that the calls which few applications make are defined in files of their
// own, and do not enter the binary of one that only ever calls up().
#pragma once

#include "run.hpp"

#include <godwit/migrator.hpp>

#include <memory>
#include <string>
#include <utility>

namespace godwit {

class Migrator::Impl {
 public:
  Impl(const std::string& conninfo, const MigrationSet& set, Options options);
  Impl(pg_conn* connection, const MigrationSet& set, Options options);

  /// Each call is a Run of its own, on the connection that the last one left.
  template <typename Action>
  auto run(Action action) {
    detail::Run run(*set_, options_, parameters_, borrowed_);
    run.reuse(std::move(connection_));
    run.leave_report_in(&partial_report_);
    auto result = action(run);
    // A borrowed connection goes back to its owner at the end of each call.
    if (borrowed_ == nullptr) {
      connection_ = run.release_connection();
    }
    return result;
  }

  const MigrationSet& set() const noexcept { return *set_; }
  const Report& partial_report() const noexcept { return partial_report_; }
  bool is_dry_run() const noexcept { return options_.dry_run; }

 private:
  const MigrationSet* set_;
  Options options_;
  detail::Parameters parameters_;
  pg_conn* borrowed_ = nullptr;
  std::unique_ptr<detail::Connection> connection_;
  Report partial_report_;
};

}  // namespace godwit
