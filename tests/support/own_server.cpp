// SPDX-License-Identifier: Apache-2.0
//
// initdb, pg_basebackup and pg_ctl, as the user postgres when we are root.
#include "own_server.hpp"

#include "server.hpp"

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

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

std::string make_directory() {
  char pattern[] = "/tmp/gwsv.XXXXXX";
  if (mkdtemp(pattern) == nullptr) {
    throw std::runtime_error("mkdtemp failed");
  }
  if (geteuid() == 0 && std::system((std::string("chown postgres ") + pattern).c_str()) != 0) {
    throw std::runtime_error("chown failed");
  }
  return pattern;
}

}  // namespace

OwnServer::OwnServer() : directory_(make_directory()) {
  run_as_server(fmt::format(
      "initdb -D {}/data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync", directory_));
  start();
}

OwnServer OwnServer::standby_of(const std::string& primary) {
  OwnServer standby(make_directory());
  run_as_server(
      fmt::format("pg_basebackup -d '{}' -D {}/data -R -c fast", primary, standby.directory_));
  standby.start();
  return standby;
}

OwnServer::OwnServer(OwnServer&& other) noexcept
    : directory_(std::exchange(other.directory_, {})) {}

OwnServer::~OwnServer() {
  if (directory_.empty()) {
    return;
  }
  try {
    crash();
  } catch (const std::exception&) {
    // It was stopped already.
  }
  [[maybe_unused]] const int status = std::system(("rm -rf " + directory_).c_str());
}

std::string OwnServer::conninfo(const std::string& database) const {
  return fmt::format("host={} port=5432 user=postgres dbname={}", directory_, database);
}

void OwnServer::control(const std::string& what) const {
  run_as_server(fmt::format("pg_ctl -D {0}/data -w -t 60 -l {0}/log {1}", directory_, what));
}

void OwnServer::crash() const {
  control("-m immediate stop");
}

void OwnServer::start() const {
  control(fmt::format(
      "-o \"-c unix_socket_directories={} -c port=5432 -c listen_addresses= -c fsync=off "
      "-c max_connections=200\" start",
      directory_));
}

void OwnServer::promote() const {
  control("promote");
}

std::string OwnServer::log_end() const {
  constexpr std::size_t kEnough = 2000;
  std::ifstream file(directory_ + "/log");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return text.size() > kEnough ? text.substr(text.size() - kEnough) : text;
}

void OwnServer::catch_up(const std::string& primary) const {
  const Session writer(primary);
  const std::string target = writer.get("SELECT pg_current_wal_flush_lsn()");
  const Session standby(conninfo("postgres"));
  for (int i = 0; i < 3000; ++i) {
    if (standby.get(fmt::format("SELECT pg_last_wal_replay_lsn() >= '{}'", target)) == "t") {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  throw std::runtime_error(fmt::format(
      "the standby does not catch up: {} replayed, {} wanted; its receiver is {}; it says\n{}",
      standby.get("SELECT pg_last_wal_replay_lsn()"), target,
      standby.get("SELECT concat_ws(' ', status, flushed_lsn) FROM pg_stat_wal_receiver"),
      log_end()));
}

}  // namespace godwit::test
