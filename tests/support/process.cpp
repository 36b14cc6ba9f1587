// SPDX-License-Identifier: Apache-2.0
//
// Children by fork(), so that a set built in memory needs no way to another program.
#include "process.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace godwit::test {

std::mutex& fork_mutex() {
  static std::mutex mutex;
  return mutex;
}

Child::Child(const std::function<int()>& body) {
  int out[2];
  int err[2];
  if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) {
    throw std::runtime_error("pipe failed");
  }
  std::fflush(stdout);
  std::fflush(stderr);
  {
    const std::lock_guard lock(fork_mutex());
    pid_ = fork();
  }
  if (pid_ < 0) {
    throw std::runtime_error("fork failed");
  }
  if (pid_ == 0) {
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    int code = 99;
    try {
      code = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    std::fflush(stdout);
    std::fflush(stderr);
    _exit(code);
  }
  close(out[1]);
  close(err[1]);
  out_pipe_ = out[0];
  err_pipe_ = err[0];
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_pipe_(std::exchange(other.out_pipe_, -1)),
      err_pipe_(std::exchange(other.err_pipe_, -1)),
      out_(std::move(other.out_)),
      err_(std::move(other.err_)) {}

Child::~Child() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    wait();
  }
}

void Child::kill(int signal) const {
  ::kill(pid_, signal);
}

int Child::wait() {
  pollfd descriptors[2] = {{out_pipe_, POLLIN, 0}, {err_pipe_, POLLIN, 0}};
  std::string* const texts[2] = {&out_, &err_};
  int open = 2;
  while (open > 0) {
    if (poll(descriptors, 2, -1) < 0) {
      continue;
    }
    for (int i = 0; i < 2; ++i) {
      if (descriptors[i].revents == 0) {
        continue;
      }
      char buffer[4096];
      const ssize_t count = read(descriptors[i].fd, buffer, sizeof buffer);
      if (count > 0) {
        texts[i]->append(buffer, static_cast<std::size_t>(count));
      } else {
        close(descriptors[i].fd);
        descriptors[i].fd = -1;
        --open;
      }
    }
  }
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

std::string run_on_terminal(const std::function<int()>& body, unsigned short columns) {
  winsize size{};
  size.ws_row = 24;
  size.ws_col = columns;
  int terminal = -1;
  std::fflush(stdout);
  std::fflush(stderr);
  std::unique_lock lock(fork_mutex());
  const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
  lock.unlock();
  if (child < 0) {
    throw std::runtime_error("forkpty failed");
  }
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    std::fflush(stdout);
    _exit(code);
  }
  std::string text;
  char buffer[4096];
  // A terminal whose other end is closed gives EIO.
  for (ssize_t count = 0; (count = read(terminal, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  close(terminal);
  waitpid(child, nullptr, 0);
  return text;
}

TerminalOutcome answer_on_terminal(const std::function<int()>& body, const std::string& input) {
  int terminal = -1;
  std::fflush(stdout);
  std::fflush(stderr);
  std::unique_lock lock(fork_mutex());
  const pid_t pid = forkpty(&terminal, nullptr, nullptr, nullptr);
  lock.unlock();
  if (pid < 0) {
    throw std::runtime_error("forkpty failed");
  }
  if (pid == 0) {
    const int code = body();
    std::fflush(stdout);
    std::fflush(stderr);
    _exit(code);
  }
  if (write(terminal, input.data(), input.size()) != static_cast<ssize_t>(input.size())) {
    throw std::runtime_error("the terminal takes no input");
  }
  TerminalOutcome outcome;
  char buffer[4096];
  // Ends with EIO when the child has closed its side.
  for (ssize_t count = read(terminal, buffer, sizeof buffer); count > 0;
       count = read(terminal, buffer, sizeof buffer)) {
    for (ssize_t i = 0; i < count; ++i) {
      if (buffer[i] != '\r') {
        outcome.screen += buffer[i];
      }
    }
  }
  close(terminal);
  int status = 0;
  waitpid(pid, &status, 0);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  return outcome;
}

}  // namespace godwit::test
