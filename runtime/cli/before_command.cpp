// SPDX-License-Identifier: Apache-2.0
//
// The command runs in a process group of its own, with nothing on its stdin, so that all that it
// starts can be ended together. What it prints goes to our stderr as it comes, and the end of it
// into the error. It finds the database by libpq's variables, so that no password is on a command
// line: `pg_dump -Fc -f before.dump` is enough.
#include "before_command.hpp"

#include "signals.hpp"

#include <godwit/hooks.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <fmt/format.h>

extern char** environ;

namespace godwit::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kShownOutput = 2000;  // bytes, of its end
constexpr milliseconds kTick{100};
constexpr milliseconds kGrace{5000};

using Environment = std::vector<std::string>;

/// Ours, with these variables in the place of those of the same names.
Environment environment_with(std::vector<std::pair<std::string, std::string>> variables) {
  Environment all;
  const auto is_replaced = [&](std::string_view entry) {
    const std::string_view name = entry.substr(0, entry.find('='));
    // A service would go before what we know of the connection.
    return name == "PGSERVICE" || name == "PGHOSTADDR" || name == "PGTARGETSESSIONATTRS" ||
           std::any_of(variables.begin(), variables.end(),
                       [&](const auto& variable) { return variable.first == name; });
  };
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!is_replaced(*entry)) {
      all.emplace_back(*entry);
    }
  }
  for (const auto& [name, value] : variables) {
    all.push_back(fmt::format("{}={}", name, value));
  }
  return all;
}

[[noreturn]] void fail(ErrorKind kind, std::string message, std::string output) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.detail = std::move(output);
  detail.hint = "nothing was changed";
  throw Error(kind, std::move(detail));
}

class Process {
 public:
  Process(const std::string& command, const Environment& environment);
  ~Process() {
    if (pid_ > 0) {
      end(SIGKILL);
    }
    dismiss();
    close(output_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Waits a moment for output; passes it on, and keeps its end. False at its end.
  bool read(bool is_quiet, milliseconds wait = kTick);
  bool has_ended();
  /// Ends it and all that it started: the signal, and SIGKILL for what is left after a while.
  void end(int signal);
  int status() const { return status_; }
  std::string tail() const;

 private:
  void watch();
  void dismiss();

  pid_t pid_ = -1;
  pid_t group_ = -1;
  pid_t guard_ = -1;   // a process that ends the group when this one is gone
  int lifeline_ = -1;  // nothing is written to it: its end is that of this process
  int output_ = -1;
  int status_ = 0;
  std::string kept_;
};

Process::Process(const std::string& command, const Environment& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    throw std::system_error(errno, std::generic_category(), "--before-cmd: pipe");
  }
  std::vector<char*> variables;
  for (const std::string& variable : environment) {
    variables.push_back(const_cast<char*>(variable.c_str()));
  }
  variables.push_back(nullptr);
  const char* arguments[] = {"sh", "-c", command.c_str(), nullptr};
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    throw std::system_error(error, std::generic_category(), "--before-cmd: fork");
  }
  if (pid_ == 0) {
    // Nothing here may allocate or lock: only what is allowed after a fork.
    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // until there is a guard
    if (getppid() != parent) {
      _exit(127);
    }
#endif
    sigset_t none;  // threads that work on schemas have all signals blocked
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(ends[1], STDOUT_FILENO) < 0 ||
        dup2(ends[1], STDERR_FILENO) < 0) {
      _exit(127);
    }
    execve("/bin/sh", const_cast<char**>(arguments), variables.data());
    _exit(127);
  }
  setpgid(pid_, pid_);  // whichever of the two is first
  close(ends[1]);
  output_ = ends[0];
  group_ = pid_;
  watch();
}

// A backup that nobody waits for is no use, and the next replica begins one of its own: when this
// process dies, by kill -9 too, somebody has to end what `sh` has started. Until that is done the
// guard keeps the connection of the run open, and with it the gate.
void Process::watch() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return;
  }
  guard_ = fork();
  if (guard_ != 0) {
    close(ends[0]);
    lifeline_ = ends[1];
    return;
  }
  // As above: nothing here may allocate or lock.
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  setpgid(0, 0);  // Ctrl-C is not for it
  close(ends[1]);
  close(output_);
  close(STDIN_FILENO);
  close(STDOUT_FILENO);  // whoever reads there need not wait for it
  close(STDERR_FILENO);
  char nothing = 0;
  while (::read(ends[0], &nothing, 1) < 0 && errno == EINTR) {
  }
  kill(-group_, SIGTERM);
  const int ticks = static_cast<int>(kGrace.count() / kTick.count());
  for (int tick = 0; tick < ticks && kill(-group_, 0) == 0; ++tick) {
    poll(nullptr, 0, static_cast<int>(kTick.count()));
  }
  kill(-group_, SIGKILL);
  _exit(0);
}

void Process::dismiss() {
  if (guard_ > 0) {
    kill(guard_, SIGKILL);
    while (waitpid(guard_, nullptr, 0) < 0 && errno == EINTR) {
    }
    guard_ = -1;
  }
  if (lifeline_ >= 0) {
    close(lifeline_);
    lifeline_ = -1;
  }
}

bool Process::read(bool is_quiet, milliseconds wait) {
  pollfd descriptor{output_, POLLIN, 0};
  if (poll(&descriptor, 1, static_cast<int>(wait.count())) <= 0) {
    return wait.count() > 0;
  }
  char bytes[4096];
  const ssize_t size = ::read(output_, bytes, sizeof bytes);
  if (size <= 0) {
    return size < 0 && errno == EINTR;
  }
  const std::string_view text(bytes, static_cast<std::size_t>(size));
  if (!is_quiet) {
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
  kept_ += text;
  if (kept_.size() > 2 * kShownOutput) {
    kept_.erase(0, kept_.size() - kShownOutput);
  }
  return true;
}

bool Process::has_ended() {
  if (pid_ > 0 && waitpid(pid_, &status_, WNOHANG) == pid_) {
    pid_ = -1;
  }
  return pid_ < 0;
}

void Process::end(int signal) {
  if (has_ended()) {
    return;
  }
  kill(-group_, signal);
  const Clock::time_point patience = Clock::now() + kGrace;
  // The group is there for as long as somebody is in it, also when `sh` is not.
  while (!has_ended() || kill(-group_, 0) == 0) {
    if (Clock::now() >= patience) {
      kill(-group_, SIGKILL);
      if (has_ended()) {
        return;  // who is in it now is only waiting for somebody to take notice
      }
    }
    poll(nullptr, 0, 10);
  }
}

std::string Process::tail() const {
  std::string text = kept_.substr(kept_.size() - std::min(kept_.size(), kShownOutput));
  if (text.size() < kept_.size()) {
    text = "…" + text.substr(std::min(text.find('\n'), text.size()));
  }
  std::erase(text, '\0');  // which would end the text of an error
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) {
    text.pop_back();
  }
  return text;
}

void run_command(const std::string& command, std::chrono::milliseconds timeout, bool is_quiet,
                 const Environment& environment) {
  Process process(command, environment);
  const Clock::time_point begin = Clock::now();
  bool has_output = true;
  // What it has left running in the background may hold the pipe open: the command itself counts.
  while (!process.has_ended()) {
    if (has_output) {
      has_output = process.read(is_quiet);
    } else {
      poll(nullptr, 0, static_cast<int>(kTick.count()));
    }
    if (SignalGuard::is_raised()) {
      process.end(SIGTERM);
      fail(ErrorKind::kInterrupted, "interrupted in --before-cmd", {});
    }
    if (timeout.count() > 0 && Clock::now() - begin > timeout) {
      process.end(SIGTERM);
      fail(ErrorKind::kFailed,
           fmt::format("--before-cmd did not end within {} ms (--before-timeout)", timeout.count()),
           process.tail());
    }
  }
  while (has_output) {
    has_output = process.read(is_quiet, milliseconds{0});
  }
  const int status = process.status();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    return;
  }
  fail(ErrorKind::kFailed,
       WIFEXITED(status)
           ? fmt::format("--before-cmd ended with exit status {}", WEXITSTATUS(status))
           : fmt::format("--before-cmd was ended by signal {} ({})", WTERMSIG(status),
                         strsignal(WTERMSIG(status))),
       process.tail());
}

std::string_view name_of(RunKind kind) {
  switch (kind) {
    case RunKind::kUndo:
      return "down";
    case RunKind::kEmpty:
      return "fresh";
    case RunKind::kApply:
      break;
  }
  return "up";
}

}  // namespace

Options with_before_command(const Arguments& arguments, Options options) {
  if (arguments.before_command.empty()) {
    return options;
  }
  options.hooks.before_run = [command = arguments.before_command,
                              timeout = arguments.before_timeout,
                              is_quiet = arguments.is_quiet || arguments.is_json,
                              has_run = std::make_shared<bool>(false)](const RunHook& run) {
    if (std::exchange(*has_run, true)) {
      return;
    }
    auto variables = libpq_environment(run.connection);
    variables.emplace_back("GODWIT_SET", run.set);
    variables.emplace_back("GODWIT_RUN_ID", run.run_id);
    variables.emplace_back("GODWIT_COMMAND", name_of(run.kind));
    variables.emplace_back("GODWIT_COUNT", std::to_string(run.migrations.size()));
    std::fflush(stdout);
    run_command(command, timeout, is_quiet, environment_with(std::move(variables)));
  };
  return options;
}

}  // namespace godwit::cli
