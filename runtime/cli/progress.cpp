// SPDX-License-Identifier: Apache-2.0
//
// A bar of the migrations that are done, what is under way, and for an index build the phase.
#include "progress.hpp"

#include "output.hpp"

#include <cstdio>
#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

constexpr std::size_t kBarWidth = 20;
constexpr std::size_t kUsualColumns = 80;
constexpr std::chrono::seconds kBetweenLines{10};

bool has_cursor() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

std::size_t columns_of_terminal() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col
                                                                         : kUsualColumns;
}

std::string text_of(const Event& event) {
  std::string text =
      fmt::format("{} ({} of {})", event.migration->full_name, event.index, event.count);
  if (event.kind == EventKind::kProgress) {
    text += fmt::format(", {}", event.message);
    if (event.percent > 0) {
      text += fmt::format(" {} %", event.percent);
    }
  }
  return text;
}

}  // namespace

std::size_t terminal_columns() {
  return isatty(STDOUT_FILENO) == 1 ? columns_of_terminal() : 0;
}

std::string bar(std::size_t done, std::size_t count, std::size_t width) {
  const std::size_t filled = count == 0 ? width : done * width / count;
  std::string text(filled, '=');
  if (filled < width) {
    text += '>';
    text.append(width - filled - 1, ' ');
  }
  return '[' + text + ']';
}

std::string shortened(std::string_view text, std::size_t columns) {
  std::size_t seen = 0;
  std::size_t last_whole = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_start = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (!is_start) {
      continue;
    }
    if (seen + 1 == columns) {
      last_whole = i;
    }
    if (++seen > columns) {
      return std::string(text.substr(0, last_whole)) + "…";
    }
  }
  return std::string(text);
}

ProgressLine::ProgressLine(bool has_color) : is_terminal_(has_cursor()), has_color_(has_color) {}

void ProgressLine::show(const Event& event) {
  if (event.migration == nullptr) {
    return;
  }
  if (is_terminal_) {
    show(event.index - 1, event.count, text_of(event));
    return;
  }
  const auto now = std::chrono::steady_clock::now();
  if (event.kind != EventKind::kProgress) {
    last_line_ = now;  // of what is quick, nothing is said
  } else if (now - last_line_ >= kBetweenLines) {
    last_line_ = now;
    std::puts(fmt::format("applying {}", text_of(event)).c_str());
    std::fflush(stdout);
  }
}

void ProgressLine::show(std::size_t done, std::size_t count, std::string_view text) {
  if (!is_terminal_) {
    return;
  }
  // The last column stays free, since writing there wraps on some terminals.
  const std::size_t columns = columns_of_terminal() - 1;
  const std::string line =
      shortened(fmt::format("{} {}", bar(done, count, kBarWidth), text), columns);
  std::fputs(fmt::format("\r\x1b[K{}", paint(line, Color::kDim, has_color_)).c_str(), stdout);
  std::fflush(stdout);
  is_open_ = true;
}

void ProgressLine::clear() {
  if (is_open_) {
    std::fputs("\r\x1b[K", stdout);
    std::fflush(stdout);
    is_open_ = false;
  }
}

}  // namespace godwit::cli
