// SPDX-License-Identifier: Apache-2.0
#include "source/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace godwit::codegen {
namespace {

/// Fewer are done before another thread has started: reading a file takes some 10 µs.
constexpr std::size_t kWorthAThread = 32;
/// The kernel answers what several threads ask of one folder hardly faster than what two do.
constexpr std::size_t kMostThreads = 4;

}  // namespace

void for_each_in_parallel(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto take_part = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!failure)
          failure = std::current_exception();
        next = count;
      }
    }
  };
  const std::size_t wanted = std::min<std::size_t>(
      {std::thread::hardware_concurrency(), kMostThreads, count / kWorthAThread});
  std::vector<std::jthread> others;
  try {
    for (std::size_t i = 1; i < wanted; ++i) others.emplace_back(take_part);
  } catch (const std::system_error&) {
    // As many as there could be.
  }
  take_part();
  others.clear();  // joins them
  if (failure)
    std::rethrow_exception(failure);
}

}  // namespace godwit::codegen
