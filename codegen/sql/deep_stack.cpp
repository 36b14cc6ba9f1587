// SPDX-License-Identifier: Apache-2.0
//
// The parser, and what copies or walks its trees, recurse as deep as the SQL nests. PostgreSQL
// itself refuses what needs more than max_stack_depth (2 MB by default); these threads have some
// hundred times as much, which is only reserved, and used as far as it is touched.
#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <system_error>
#include <vector>

#include <pthread.h>

#include "sql/parse.hpp"

namespace godwit::codegen::sql {
namespace {

constexpr std::size_t kStackBytes = std::size_t{512} * 1024 * 1024;

struct Pool {
  std::size_t count;
  const std::function<void(std::size_t)>& work;
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
};

/// glibc lets a thread's heap grow by a page or two at a time, with a system call that stops all
/// threads that touch new memory meanwhile. Taking some at once, and giving it back to the heap,
/// leaves it room.
void make_room() {
  constexpr std::size_t kRoom = std::size_t{16} * 1024 * 1024;
  void* volatile room = std::malloc(kRoom);
  std::free(room);
}

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
  make_room();
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
  pthread_attr_t attributes;
  check(pthread_attr_init(&attributes), "pthread_attr_init");
  check(pthread_attr_setstacksize(&attributes, kStackBytes), "pthread_attr_setstacksize");
  std::vector<pthread_t> running;
  int error = 0;
  // Within such work, of whose stack next to nothing is used, the caller takes part.
  const std::size_t wanted = std::clamp<std::size_t>(threads, 1, count) - (is_deep ? 1 : 0);
  while (running.size() < wanted && error == 0) {
    pthread_t thread{};
    error = pthread_create(&thread, &attributes, run_pool, &pool);
    if (error == 0)
      running.push_back(thread);
  }
  pthread_attr_destroy(&attributes);
  if (is_deep)
    take_part(pool);
  else if (running.empty())
    check(error, "pthread_create");
  for (const pthread_t thread : running) pthread_join(thread, nullptr);
  if (pool.failure)
    std::rethrow_exception(pool.failure);
}

}  // namespace godwit::codegen::sql
