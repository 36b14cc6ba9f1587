// SPDX-License-Identifier: Apache-2.0
//
// The proxy: one thread, poll() over all sockets.
#include "wire_proxy.hpp"

#include "process.hpp"
#include "server.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw std::runtime_error("socket path too long: " + path);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

int connect_to(const std::string& path) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(path);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (written <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

class WireProxy::Impl {
 public:
  Impl() {
    char pattern[] = "/tmp/gwpx.XXXXXX";
    if (mkdtemp(pattern) == nullptr) {
      throw std::runtime_error("mkdtemp failed");
    }
    directory_ = pattern;
    const char* host = std::getenv("GODWIT_TEST_PGHOST");
    const char* port = std::getenv("GODWIT_TEST_PGPORT");
    if (host == nullptr) {
      throw std::runtime_error("GODWIT_TEST_PGHOST is not set");
    }
    port_ = port == nullptr ? "5432" : port;
    server_path_ = fmt::format("{}/.s.PGSQL.{}", host, port_);
    path_ = fmt::format("{}/.s.PGSQL.{}", directory_, port_);
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_un address = address_of(path_);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 128) != 0 || pipe2(wake_, O_CLOEXEC) != 0) {
      throw std::runtime_error("the proxy cannot listen on " + path_);
    }
    // A child must not be forked while the thread is still being made, for the same reason as
    // fork_mutex() has.
    thread_ = std::thread([this] { serve(); });
    is_serving_.wait(false);
  }

  ~Impl() {
    is_stopping_ = true;
    write_all_to_pipe();
    thread_.join();
    for (Link& link : links_) {
      close_link(link);
    }
    close(listener_);
    close(wake_[0]);
    close(wake_[1]);
    unlink(path_.c_str());
    rmdir(directory_.c_str());
  }

  std::string conninfo(const std::string& database) const {
    return fmt::format("host={} port={} user=postgres dbname={}", directory_, port_, database);
  }

  struct Cut {
    std::string text;
    bool is_on_request = false;
    bool passes_on = false;
  };
  struct ByteCut {
    bool is_on_request = false;
    std::size_t at = 0;
  };

  void arm(Cut cut) {
    const std::lock_guard lock(mutex_);
    cut_ = std::move(cut);
    ++cuts_armed_;
  }

  void arm(ByteCut cut) {
    const std::lock_guard lock(mutex_);
    byte_cut_ = cut;
  }

  std::size_t bytes(bool from_client) const {
    const std::lock_guard lock(mutex_);
    return bytes_[from_client ? 0 : 1];
  }

  void hold(std::string text) {
    const std::lock_guard lock(mutex_);
    held_text_ = std::move(text);
  }

  void claim(std::string major) {
    const std::lock_guard lock(mutex_);
    major_ = std::move(major);
  }

  std::atomic<int> connections{0};
  std::atomic<int> round_trips{0};
  std::atomic<int> cuts{0};
  std::atomic<bool> is_refusing{false};

  std::string sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }

 private:
  struct Link {
    int client = -1;
    int server = -1;
    bool had_answer = true;  // the next thing the client sends begins a round trip
    std::string answers;     // the tail, for texts that are split over two reads
    std::string requests;
    int cuts_armed = 0;  // when they were written to
    std::string held;    // what the server is to get when another connection has gone
  };

  static void close_link(Link& link) {
    close(link.client);
    close(link.server);
    link.client = -1;
  }

  void write_all_to_pipe() const {
    const char byte = 0;
    [[maybe_unused]] const ssize_t written = write(wake_[1], &byte, 1);
  }

  void serve() {
    std::unique_lock running(fork_mutex());
    is_serving_ = true;
    is_serving_.notify_one();
    while (!is_stopping_) {
      std::vector<pollfd> descriptors{{listener_, POLLIN, 0}, {wake_[0], POLLIN, 0}};
      for (const Link& link : links_) {
        descriptors.push_back({link.client, POLLIN, 0});
        descriptors.push_back({link.server, POLLIN, 0});
      }
      running.unlock();
      const int ready = poll(descriptors.data(), descriptors.size(), -1);
      running.lock();
      if (ready < 0) {
        continue;
      }
      std::size_t i = 2;
      for (Link& link : links_) {
        const short from_client = descriptors[i].revents;
        const short from_server = descriptors[i + 1].revents;
        i += 2;
        if (from_server != 0 && link.client >= 0) {
          relay(link, false);
        }
        if (from_client != 0 && link.client >= 0) {
          relay(link, true);
        }
      }
      if (links_.remove_if([](const Link& link) { return link.client < 0; }) > 0) {
        pass_on_held();
      }
      if ((descriptors[0].revents & POLLIN) != 0) {
        accept_client();
      }
    }
  }

  void pass_on_held() {
    for (Link& link : links_) {
      write_all(link.server, link.held);
      link.held.clear();
    }
  }

  void accept_client() {
    Link link;
    link.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    link.server = is_refusing ? -1 : connect_to(server_path_);
    if (link.server < 0) {
      close(link.client);
      return;
    }
    ++connections;
    links_.push_back(std::move(link));
  }

  void relay(Link& link, bool from_client) {
    char buffer[65536];
    const ssize_t count = recv(from_client ? link.client : link.server, buffer, sizeof buffer, 0);
    if (count <= 0) {
      close_link(link);
      return;
    }
    const std::string_view bytes(buffer, static_cast<std::size_t>(count));
    if (!from_client) {
      change_version(buffer, bytes);
    }
    if (from_client) {
      if (link.had_answer) {
        // 'X', the goodbye, has no answer and is no round trip.
        round_trips += bytes.front() == 'X' ? 0 : 1;
        link.had_answer = false;
      }
    } else {
      link.had_answer = true;
    }
    std::optional<Cut> cut;
    std::optional<std::size_t> passed_before_cut;
    {
      const std::lock_guard lock(mutex_);
      std::size_t& total = bytes_[from_client ? 0 : 1];
      if (byte_cut_ && byte_cut_->is_on_request == from_client &&
          total + bytes.size() > byte_cut_->at) {
        passed_before_cut = byte_cut_->at - std::min(byte_cut_->at, total);
        byte_cut_.reset();
      }
      total += bytes.size();
      if (link.cuts_armed != cuts_armed_) {  // what was said before does not count
        link.cuts_armed = cuts_armed_;
        link.requests.clear();
        link.answers.clear();
      }
      std::string& tail = from_client ? link.requests : link.answers;
      tail += bytes;
      if (from_client) {
        sent_ += bytes;
      }
      if (cut_ && cut_->is_on_request == from_client &&
          tail.find(cut_->text) != std::string::npos) {
        cut.swap(cut_);
      }
      if (tail.size() > 4096) {
        tail.erase(0, tail.size() - 4096);
      }
    }
    if (passed_before_cut) {
      ++cuts;
      write_all(from_client ? link.server : link.client, bytes.substr(0, *passed_before_cut));
      close_link(link);
      return;
    }
    if (cut) {
      ++cuts;
      if (from_client && cut->passes_on) {
        write_all(link.server, bytes);
      }
      close_link(link);
      return;
    }
    if (from_client && is_held(bytes)) {
      link.held += bytes;
      return;
    }
    if (!write_all(from_client ? link.server : link.client, bytes)) {
      close_link(link);
    }
  }

  bool is_held(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    const bool is_it = !held_text_.empty() && bytes.find(held_text_) != std::string_view::npos;
    if (is_it) {
      held_text_.clear();
    }
    return is_it;
  }

  // The value of ParameterStatus begins with the major.
  void change_version(char* buffer, std::string_view bytes) const {
    using namespace std::string_view_literals;
    constexpr std::string_view kName = "server_version\0"sv;
    const std::lock_guard lock(mutex_);
    const std::size_t found = bytes.find(kName);
    if (!major_.empty() && found != std::string_view::npos) {
      major_.copy(buffer + found + kName.size(), 2);
    }
  }

  std::string directory_;
  std::string port_;
  std::string path_;
  std::string server_path_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::list<Link> links_;
  std::atomic<bool> is_serving_{false};
  std::atomic<bool> is_stopping_{false};
  mutable std::mutex mutex_;
  std::optional<Cut> cut_;
  int cuts_armed_ = 0;
  std::optional<ByteCut> byte_cut_;
  std::size_t bytes_[2] = {0, 0};
  std::string sent_;
  std::string major_;
  std::string held_text_;
  std::thread thread_;
};

WireProxy::WireProxy() : impl_(std::make_unique<Impl>()) {}
WireProxy::~WireProxy() = default;

std::string WireProxy::conninfo(const std::string& database) const {
  return impl_->conninfo(database);
}
int WireProxy::connections() const {
  return impl_->connections;
}
int WireProxy::round_trips() const {
  return impl_->round_trips;
}
int WireProxy::cuts() const {
  return impl_->cuts;
}
std::string WireProxy::sent() const {
  return impl_->sent();
}
void WireProxy::cut_on_request(std::string text, bool pass_on) {
  impl_->arm(Impl::Cut{std::move(text), true, pass_on});
}
void WireProxy::cut_on_answer(std::string text) {
  impl_->arm(Impl::Cut{std::move(text), false, false});
}
void WireProxy::cut_after(Side side, std::size_t bytes) {
  impl_->arm(Impl::ByteCut{side == Side::kClient, bytes});
}
std::size_t WireProxy::bytes(Side side) const {
  return impl_->bytes(side == Side::kClient);
}
void WireProxy::hold_request(std::string text) {
  impl_->hold(std::move(text));
}
void WireProxy::claim_major(std::string major) {
  impl_->claim(std::move(major));
}
void WireProxy::refuse(bool is_refusing) {
  impl_->is_refusing = is_refusing;
}

}  // namespace godwit::test
