// SPDX-License-Identifier: Apache-2.0
//
// Memory that is taken piece by piece and dropped as a whole: what trees live in.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace godwit::codegen::sql {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    for (void* block : blocks_) std::free(block);
  }

  /// Uninitialised memory. `alignment` is a power of two, and not more than malloc's.
  void* take(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
    std::size_t skipped = -reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1);
    if (skipped + size > left_) {
      begin_block(std::max(size, block_));
      skipped = 0;
    }
    char* taken = next_ + skipped;
    next_ += skipped + size;
    left_ -= skipped + size;
    return taken;
  }

 private:
  // Most migrations are small, so that blocks begin small and grow.
  static constexpr std::size_t kFirstBlock = std::size_t{2} * 1024;
  static constexpr std::size_t kLargestBlock = std::size_t{128} * 1024;

  void begin_block(std::size_t size) {
    block_ = std::min(2 * block_, kLargestBlock);
    next_ = static_cast<char*>(std::malloc(size));
    if (next_ == nullptr)
      throw std::bad_alloc();
    blocks_.push_back(next_);
    left_ = size;
  }

  std::vector<void*> blocks_;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t block_ = kFirstBlock;
};

}  // namespace godwit::codegen::sql
