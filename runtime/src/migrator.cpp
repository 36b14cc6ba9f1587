// SPDX-License-Identifier: Apache-2.0
//
// The public face: a Migrator keeps the way to its database and its connection between calls; each
// call is a Run of its own.
#include <godwit/migrator.hpp>

#include "run.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

std::size_t Status::count(State state) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(migrations.begin(), migrations.end(),
                    [&](const MigrationStatus& entry) { return entry.state == state; }));
}

class Migrator::Impl {
 public:
  Impl(const std::string& conninfo, const MigrationSet& set, Options options)
      : set_(&set), options_(std::move(options)), parameters_(detail::parameters_of(conninfo)) {}

  Impl(pg_conn* connection, const MigrationSet& set, Options options)
      : set_(&set), options_(std::move(options)), borrowed_(connection) {
    if (connection == nullptr) {
      ErrorDetail error;
      error.message = "the connection is a null pointer";
      throw Error(ErrorKind::kUsage, std::move(error));
    }
  }

  Report up() {
    detail::Run run(*set_, options_, parameters_, borrowed_);
    run.reuse(std::move(connection_));
    Report report = run.up();
    keep(run);
    return report;
  }

  void wait_until_current() {
    detail::Run run(*set_, options_, parameters_, borrowed_);
    run.reuse(std::move(connection_));
    run.wait_until_current();
    keep(run);
  }

  Status status() {
    detail::Run run(*set_, options_, parameters_, borrowed_);
    run.reuse(std::move(connection_));
    Status status = run.status();
    keep(run);
    return status;
  }

 private:
  // A borrowed connection goes back to its owner at the end of each call.
  void keep(detail::Run& run) {
    if (borrowed_ == nullptr) {
      connection_ = run.release_connection();
    }
  }

  const MigrationSet* set_;
  Options options_;
  detail::Parameters parameters_;
  pg_conn* borrowed_ = nullptr;
  std::unique_ptr<detail::Connection> connection_;
};

Migrator::Migrator(std::string conninfo, const MigrationSet& set, Options options)
    : impl_(std::make_unique<Impl>(std::move(conninfo), set, std::move(options))) {}

Migrator::Migrator(pg_conn* connection, const MigrationSet& set, Options options)
    : impl_(std::make_unique<Impl>(connection, set, std::move(options))) {}

Migrator::Migrator(Migrator&&) noexcept = default;
Migrator& Migrator::operator=(Migrator&&) noexcept = default;
Migrator::~Migrator() = default;

Report Migrator::up() {
  return impl_->up();
}
void Migrator::wait_until_current() {
  impl_->wait_until_current();
}
Status Migrator::status() {
  return impl_->status();
}

Report migrate(std::string conninfo, const MigrationSet& set, Options options) {
  return Migrator(std::move(conninfo), set, std::move(options)).up();
}

void wait_until_current(std::string conninfo, const MigrationSet& set, Options options) {
  Migrator(std::move(conninfo), set, std::move(options)).wait_until_current();
}

Report migrate(pg_conn* connection, const MigrationSet& set, Options options) {
  return Migrator(connection, set, std::move(options)).up();
}

}  // namespace godwit
