// SPDX-License-Identifier: Apache-2.0
//
// Child processes: a function run in a fork, with its output caught.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include <sys/types.h>

namespace godwit::test {

/// Held while a process is forked. A thread that lives while children are made, as the proxy's
/// does, holds it whenever it runs, and not while it waits: a child that is made while another
/// thread has the allocator's lock would wait for it for ever (seen under AddressSanitizer).
std::mutex& fork_mutex();

/// Runs `body` in a child; its return value is the exit code (an exception is 99 and is printed).
class Child {
 public:
  explicit Child(const std::function<int()>& body);
  /// Kills it if it still runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;

  pid_t pid() const { return pid_; }
  void kill(int signal) const;
  /// The exit code, or 1000 + the signal that ended it.
  int wait();
  const std::string& out() const { return out_; }  ///< after wait()
  const std::string& err() const { return err_; }

 private:
  pid_t pid_ = -1;
  int out_pipe_ = -1;
  int err_pipe_ = -1;
  std::string out_;
  std::string err_;
};

/// Runs `body` in a child whose stdout and stderr are a terminal of so many columns; gives what it
/// wrote there.
std::string run_on_terminal(const std::function<int()>& body, unsigned short columns);

/// What a function says and returns that runs in a child on a terminal of its own, where somebody
/// types `input`. Line ends are "\n".
struct TerminalOutcome {
  int code = 0;
  std::string screen;
};
TerminalOutcome answer_on_terminal(const std::function<int()>& body, const std::string& input);

}  // namespace godwit::test
