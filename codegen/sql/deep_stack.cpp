// SPDX-License-Identifier: Apache-2.0
//
// The parser, and what copies or walks its trees, recurse as deep as the SQL nests. PostgreSQL
// itself refuses what needs more than max_stack_depth (2 MB by default); these threads have some
// hundred times as much, which is only reserved, and used as far as it is touched.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <deque>
#include <exception>
#include <mutex>
#include <system_error>
#include <vector>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sql/parse.hpp"

namespace godwit::codegen::sql {
namespace {

constexpr std::size_t kStackBytes = std::size_t{512} * 1024 * 1024;

/// Stacks of threads that have ended, for those that come after: giving one back to the kernel
/// stops all threads for a moment, and the next one would begin with no page of it there.
class Stacks {
 public:
  /// The lowest address of a stack of kStackBytes; null when there is no memory for one.
  void* take() {
    {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        void* stack = free_.back();
        free_.pop_back();
        return stack;
      }
    }
    void* stack =
        mmap(nullptr, kStackBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED)
      return nullptr;
    // What runs over meets the page that stays closed.
    const auto guard = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    if (mprotect(static_cast<char*>(stack) + guard, kStackBytes - guard, PROT_READ | PROT_WRITE) !=
        0) {
      munmap(stack, kStackBytes);
      return nullptr;
    }
    return stack;
  }

  void give_back(void* stack) {
    const std::scoped_lock lock(mutex_);
    free_.push_back(stack);
  }

  static Stacks& all() {
    static Stacks& stacks = *new Stacks();  // threads may still run when static objects end
    return stacks;
  }

 private:
  std::mutex mutex_;
  std::vector<void*> free_;
};

/// A thread on a stack of its own; joined as it goes.
class Thread {
 public:
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() {
    if (is_running_)
      pthread_join(thread_, nullptr);
    if (stack_ != nullptr)
      Stacks::all().give_back(stack_);
  }

  /// The number of an error, or 0.
  int start(void* (*run)(void*), void* argument) {
    stack_ = Stacks::all().take();
    if (stack_ == nullptr)
      return EAGAIN;
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
      return error;
    error = pthread_attr_setstack(&attributes, stack_, kStackBytes);
    if (error == 0)
      error = pthread_create(&thread_, &attributes, run, argument);
    pthread_attr_destroy(&attributes);
    is_running_ = error == 0;
    return error;
  }

 private:
  pthread_t thread_{};
  void* stack_ = nullptr;
  bool is_running_ = false;
};

struct Pool {
  std::size_t count;
  const std::function<void(std::size_t)>& work;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
};

/// Has this thread such a stack?
thread_local bool is_deep = false;

void take_part(Pool& pool) {
  for (std::size_t i = pool.next++; i < pool.count; i = pool.next++) {
    try {
      pool.work(i);
    } catch (...) {
      const std::scoped_lock lock(pool.mutex);
      if (!pool.failure)
        pool.failure = std::current_exception();
      pool.next = pool.count;
    }
  }
}

void* run_pool(void* argument) {
  is_deep = true;
  take_part(*static_cast<Pool*>(argument));
  return nullptr;
}

void check(int error, const char* what) {
  if (error != 0)
    throw std::system_error(error, std::generic_category(), what);
}

}  // namespace

void run_with_deep_stack(std::size_t count, unsigned threads,
                         const std::function<void(std::size_t)>& work) {
  if (count == 0)
    return;
  Pool pool{count, work, {}, {}, {}};
  std::deque<Thread> running;
  int error = 0;
  // Within such work, of whose stack next to nothing is used, the caller takes part.
  const std::size_t wanted = std::clamp<std::size_t>(threads, 1, count) - (is_deep ? 1 : 0);
  while (running.size() < wanted && error == 0) {
    error = running.emplace_back().start(run_pool, &pool);
    if (error != 0)
      running.pop_back();
  }
  if (is_deep)
    take_part(pool);
  else if (running.empty())
    check(error, "pthread_create");
  running.clear();  // joins them
  if (pool.failure)
    std::rethrow_exception(pool.failure);
}

}  // namespace godwit::codegen::sql
