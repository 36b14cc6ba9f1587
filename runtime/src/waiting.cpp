// SPDX-License-Identifier: Apache-2.0
//
// Fibers by ucontext (https://man7.org/linux/man-pages/man3/makecontext.3.html).
//
// What belongs to a stack and is no register is changed with it: the exceptions that are being
// handled, of which the C++ runtime has one list for each thread, and what AddressSanitizer thinks
// of the stack.
#include "waiting.hpp"

#include <cstdint>
#include <cstring>
#include <new>

#include <cxxabi.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define GODWIT_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GODWIT_HAS_ASAN 1
#endif
#endif
#ifdef GODWIT_HAS_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace godwit::detail {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// Room for libpq's look-ups and TLS and for the caller's event handler. Only what is touched takes
// memory.
constexpr std::size_t kStackSize = std::size_t{1} << 20U;

/// As the C++ ABI has it (https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html, section 2.2.2).
struct ExceptionState {
  void* caught;
  unsigned int uncaught_count;

  static ExceptionState take() {
    ExceptionState state{};
    std::memcpy(&state, abi::__cxa_get_globals(), sizeof state);
    return state;
  }
  void put() const { std::memcpy(abi::__cxa_get_globals(), this, sizeof *this); }
};

thread_local Fiber* t_current = nullptr;

}  // namespace

struct Fiber::Context {
  Context() {
    page_ = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* memory = mmap(nullptr, kStackSize + page_, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED) {
      throw std::bad_alloc();
    }
    memory_ = memory;
    // An overflow ends in the page below instead of in somebody's data.
    mprotect(memory_, page_, PROT_NONE);
  }
  ~Context() { munmap(memory_, kStackSize + page_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  Context(Context&&) = delete;
  Context& operator=(Context&&) = delete;

  void* stack() const { return static_cast<char*>(memory_) + page_; }

  // From `from` to `to`; the destination is a stack that begins at `bottom`. `is_last` when nobody
  // comes back.
  static void change(ucontext_t& from, ucontext_t& to, [[maybe_unused]] const void* bottom,
                     [[maybe_unused]] std::size_t size, [[maybe_unused]] bool is_last) {
    const ExceptionState exceptions = ExceptionState::take();
#ifdef GODWIT_HAS_ASAN
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(is_last ? nullptr : &fake_stack, bottom, size);
#endif
    swapcontext(&from, &to);
#ifdef GODWIT_HAS_ASAN
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
    exceptions.put();
  }

  ucontext_t inside{};
  ucontext_t outside{};
  const void* outside_bottom = nullptr;
  std::size_t outside_size = 0;

 private:
  void* memory_ = nullptr;
  std::size_t page_ = 0;
};

Fiber::Fiber(std::function<void()> body)
    : body_(std::move(body)), context_(std::make_unique<Context>()) {
  getcontext(&context_->inside);
  context_->inside.uc_stack.ss_sp = context_->stack();
  context_->inside.uc_stack.ss_size = kStackSize;
  context_->inside.uc_link = nullptr;
  makecontext(&context_->inside, &Fiber::enter, 0);
}

Fiber::~Fiber() = default;

void Fiber::enter() {
  Fiber& self = *t_current;
#ifdef GODWIT_HAS_ASAN
  __sanitizer_finish_switch_fiber(nullptr, &self.context_->outside_bottom,
                                  &self.context_->outside_size);
#endif
  ExceptionState{nullptr, 0}.put();
  self.body_();
  self.is_over_ = true;
  Context::change(self.context_->inside, self.context_->outside, self.context_->outside_bottom,
                  self.context_->outside_size, true);
}

void Fiber::resume() {
  Fiber* const before = t_current;
  t_current = this;
  has_begun_ = true;
  Context::change(context_->outside, context_->inside, context_->stack(), kStackSize, false);
  t_current = before;
}

void Fiber::suspend(const pollfd& descriptor, milliseconds timeout) {
  descriptor_ = descriptor;
  descriptor_.revents = 0;
  until_ = timeout.count() < 0 ? Clock::time_point::max() : Clock::now() + timeout;
  Context::change(context_->inside, context_->outside, context_->outside_bottom,
                  context_->outside_size, false);
}

int wait_for(pollfd& descriptor, milliseconds timeout) {
  if (t_current == nullptr) {
    return poll(&descriptor, 1, static_cast<int>(timeout.count()));
  }
  if (timeout.count() != 0) {
    t_current->suspend(descriptor, timeout);
  }
  return descriptor.fd < 0 ? 0 : poll(&descriptor, 1, 0);
}

void wait_for(milliseconds timeout) {
  pollfd none{-1, 0, 0};
  wait_for(none, timeout);
}

}  // namespace godwit::detail
