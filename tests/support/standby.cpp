// SPDX-License-Identifier: Apache-2.0
//
// pg_basebackup and pg_ctl, as the user postgres when we are root.
#include "standby.hpp"

#include "server.hpp"

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

void run_as_server(const std::string& command) {
  const std::string prefix = geteuid() == 0 ? "runuser -u postgres -- " : "";
  const std::string path =
      "PATH=\"$PATH:$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)\"; export PATH; cd /; ";
  const std::string line = path + prefix + command + " >/dev/null 2>&1";
  if (std::system(line.c_str()) != 0) {
    throw std::runtime_error("failed: " + command);
  }
}

}  // namespace

Standby::Standby() {
  char pattern[] = "/tmp/gwsb.XXXXXX";
  if (mkdtemp(pattern) == nullptr) {
    throw std::runtime_error("mkdtemp failed");
  }
  directory_ = pattern;
  if (geteuid() == 0 && std::system(("chown postgres " + directory_).c_str()) != 0) {
    throw std::runtime_error("chown failed");
  }
  run_as_server(
      fmt::format("pg_basebackup -d '{}' -D {}/data -R -c fast", server_conninfo(), directory_));
  run_as_server(fmt::format(
      "pg_ctl -D {0}/data -w -t 60 -l {0}/log -o \"-c unix_socket_directories={0} -c port=5432 -c "
      "listen_addresses=\" start",
      directory_));
}

Standby::~Standby() {
  try {
    run_as_server(fmt::format("pg_ctl -D {}/data -m immediate -w stop", directory_));
  } catch (const std::exception&) {
  }
  [[maybe_unused]] const int status = std::system(("rm -rf " + directory_).c_str());
}

std::string Standby::conninfo(const std::string& database) const {
  return fmt::format("host={} port=5432 user=postgres dbname={}", directory_, database);
}

void Standby::catch_up() const {
  const Session primary(server_conninfo() + " dbname=postgres");
  const std::string target = primary.get("SELECT pg_current_wal_flush_lsn()");
  const Session standby(conninfo("postgres"));
  for (int i = 0; i < 500; ++i) {
    if (standby.get(fmt::format("SELECT pg_last_wal_replay_lsn() >= '{}'", target)) == "t") {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  throw std::runtime_error("the standby does not catch up");
}

}  // namespace godwit::test
