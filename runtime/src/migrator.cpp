// SPDX-License-Identifier: Apache-2.0
//
// The public face: what every application calls.
#include <godwit/migrator.hpp>

#include "migrator_impl.hpp"

#include <utility>

namespace godwit {

Migrator::Impl::Impl(const std::string& conninfo, const MigrationSet& set, Options options)
    : set_(&set), options_(std::move(options)), parameters_(detail::parameters_of(conninfo)) {}

Migrator::Impl::Impl(pg_conn* connection, const MigrationSet& set, Options options)
    : set_(&set), options_(std::move(options)), borrowed_(connection) {
  if (connection == nullptr) {
    ErrorDetail error;
    error.message = "the connection is a null pointer";
    throw Error(ErrorKind::kUsage, std::move(error));
  }
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): what users call stays as it is
Migrator::Migrator(std::string conninfo, const MigrationSet& set, Options options)
    : impl_(std::make_unique<Impl>(conninfo, set, std::move(options))) {}

Migrator::Migrator(pg_conn* connection, const MigrationSet& set, Options options)
    : impl_(std::make_unique<Impl>(connection, set, std::move(options))) {}

Migrator::Migrator(Migrator&&) noexcept = default;
Migrator& Migrator::operator=(Migrator&&) noexcept = default;
Migrator::~Migrator() = default;

Report Migrator::up() {
  return impl_->run([](detail::Run& run) { return run.up(); });
}
const Report& Migrator::partial_report() const noexcept {
  return impl_->partial_report();
}

Report migrate(std::string conninfo, const MigrationSet& set, Options options) {
  return Migrator(std::move(conninfo), set, std::move(options)).up();
}

Report migrate(pg_conn* connection, const MigrationSet& set, Options options) {
  return Migrator(connection, set, std::move(options)).up();
}

}  // namespace godwit
