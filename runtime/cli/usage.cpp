// SPDX-License-Identifier: Apache-2.0
//
// Words about the command line itself.
#include "usage.hpp"

#include "json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <utility>

namespace godwit::cli {
namespace {

constexpr std::size_t kColumns = 80;
/// Where CLI11 begins the description of an option or a command.
constexpr std::size_t kDescription = 30;

/// Letters to insert, remove, replace or swap with their neighbour.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> last(other.size() + 1);
  std::vector<std::size_t> row(other.size() + 1);
  for (std::size_t j = 0; j <= other.size(); ++j) {
    row[j] = j;
  }
  for (std::size_t i = 1; i <= one.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      const std::size_t change = one[i - 1] == other[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row[other.size()];
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

/// The byte behind the first `columns` characters.
std::size_t offset_of(std::string_view line, std::size_t columns) {
  std::size_t at = 0;
  for (; at < line.size(); ++at) {
    if (!is_continuation(line[at])) {
      if (columns == 0) {
        break;
      }
      --columns;
    }
  }
  return at;
}

void append_wrapped(std::string& text, std::string_view line) {
  const bool is_described = line.size() > kDescription && line.substr(0, 2) == "  " &&
                            line[kDescription - 1] == ' ' && line[kDescription] != ' ';
  const std::size_t indent =
      is_described ? kDescription : std::min(line.find_first_not_of(' '), line.size());
  for (bool is_first = true;; is_first = false) {
    const std::size_t begin = is_first ? 0 : indent;
    text.append(begin, ' ');
    const std::size_t fits = offset_of(line, kColumns - begin);
    // One character more may be the blank at which the line ends.
    const std::size_t blank = fits < line.size() ? line.rfind(' ', fits) : std::string_view::npos;
    const std::size_t least = is_first ? indent : 0;
    if (blank == std::string_view::npos || blank <= least) {
      text += line;
      return;
    }
    text += line.substr(0, blank);
    text += '\n';
    line.remove_prefix(blank + 1);
  }
}

}  // namespace

int usage_error(bool is_json, std::string message, std::string hint) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  const Error error(ErrorKind::kUsage, std::move(detail));
  std::fflush(stdout);
  if (is_json) {
    std::puts(json_error(error).c_str());
  } else {
    std::fprintf(stderr, "%s\n", error.what());
  }
  return static_cast<int>(error.kind());
}

std::string closest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kLong = 5;  // a word of so many letters may have two wrong
  std::size_t nearest = word.size() < kLong ? 2 : 3;
  std::string found;
  for (const std::string& candidate : known) {
    const std::size_t away = distance(word, candidate);
    if (away < nearest) {
      nearest = away;
      found = candidate;
    }
  }
  return found;
}

std::string wrapped(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    append_wrapped(result, text.substr(0, end));
    result += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace godwit::cli
