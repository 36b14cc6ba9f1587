// SPDX-License-Identifier: Apache-2.0
//
// Starts pgbouncer as a child. It refuses to run as root, and then runs as nobody.
#include "pooler.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>
#include <libpq-fe.h>

namespace godwit::test {
namespace {

constexpr int kPort = 6432;

}  // namespace

Pooler::Pooler(int pool_size) {
  char pattern[] = "/tmp/gwpb.XXXXXX";
  if (mkdtemp(pattern) == nullptr) {
    throw std::runtime_error("mkdtemp failed");
  }
  directory_ = pattern;
  const char* host = std::getenv("GODWIT_TEST_PGHOST");
  const char* port = std::getenv("GODWIT_TEST_PGPORT");
  const std::string ini = directory_ + "/pgbouncer.ini";
  std::ofstream(directory_ + "/users.txt") << "\"postgres\" \"\"\n";
  std::ofstream(ini) << fmt::format(
      "[databases]\n* = host={} port={} user=postgres\n[pgbouncer]\nlisten_addr =\n"
      "listen_port = {}\nunix_socket_dir = {}\nauth_type = any\nauth_file = {}/users.txt\n"
      "pool_mode = transaction\ndefault_pool_size = {}\nmax_client_conn = 500\nlogfile = {}/log\n",
      host == nullptr ? "" : host, port == nullptr ? "5432" : port, kPort, directory_, directory_,
      pool_size, directory_);
  // The server's socket directory may be closed to everybody but the server's user.
  const passwd* user = geteuid() == 0 ? getpwnam("postgres") : nullptr;
  if (user == nullptr && geteuid() == 0) {
    user = getpwnam("nobody");
  }
  if (user != nullptr) {
    for (const char* name : {"", "/users.txt", "/pgbouncer.ini"}) {
      if (chown((directory_ + name).c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error("chown failed");
      }
    }
  }
  pid_ = fork();
  if (pid_ == 0) {
    const int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    if (user != nullptr && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0)) {
      _exit(126);
    }
    execlp("pgbouncer", "pgbouncer", ini.c_str(), nullptr);
    execl("/usr/sbin/pgbouncer", "pgbouncer", ini.c_str(), nullptr);
    _exit(127);
  }
  for (int i = 0; i < 250; ++i) {
    PGconn* connection = PQconnectdb(conninfo("postgres").c_str());
    const bool is_up = PQstatus(connection) == CONNECTION_OK;
    PQfinish(connection);
    if (is_up) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  std::ifstream log(directory_ + "/log");
  const std::string text((std::istreambuf_iterator<char>(log)), std::istreambuf_iterator<char>());
  throw std::runtime_error("pgbouncer did not start: " + text);
}

Pooler::~Pooler() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string Pooler::conninfo(const std::string& database) const {
  return fmt::format("host={} port={} user=postgres dbname={}", directory_, kPort, database);
}

}  // namespace godwit::test
