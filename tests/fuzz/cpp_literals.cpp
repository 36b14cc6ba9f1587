// SPDX-License-Identifier: Apache-2.0
//
// Phases of translation of the C++ standard, [lex.phases]: nothing in here needs one before the
// third, since neither trigraphs nor line splices may stand in what the tool writes.
#include "cpp_literals.hpp"

#include <cstddef>

#include "support.hpp"

namespace godwit::fuzz {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view source) : source_(source) {}

  std::vector<std::string> read() {
    require(source_.find("??") == std::string_view::npos, "no trigraph can be in the source");
    while (at_ < source_.size()) {
      if (source_.substr(at_).starts_with("//") || source_[at_] == '#') {
        at_ = std::min(source_.find('\n', at_), source_.size());
      } else if (source_.substr(at_).starts_with("{\"")) {
        ++at_;
        values_.push_back(initialiser());
      } else if (source_[at_] == '"') {
        literal();  // of a static_assert
      } else {
        ++at_;
      }
    }
    return std::move(values_);
  }

 private:
  char peek() const {
    require(at_ < source_.size(), "a literal ends");
    return source_[at_];
  }

  bool take(char c) {
    if (peek() != c)
      return false;
    ++at_;
    return true;
  }

  /// Literals side by side, a comma and the length.
  std::string initialiser() {
    std::string value;
    while (peek() == '"' || peek() == '\n' || peek() == ' ') {
      if (peek() == '"')
        value += literal();
      else
        ++at_;
    }
    require(take(',') && take(' '), "the length is behind the literal");
    std::size_t length = 0;
    while (peek() >= '0' && peek() <= '9') length = length * 10 + digit();
    require(take('}'), "the length ends the initialiser");
    require(length == value.size(), "the length is that of the literal");
    return value;
  }

  std::size_t digit() { return static_cast<std::size_t>(source_[at_++] - '0'); }

  std::string literal() {
    std::string value;
    ++at_;
    while (!take('"')) {
      if (take('\\')) {
        value += escape();
      } else {
        require(peek() >= ' ' && peek() <= '~', "a literal is printable ASCII");
        value += source_[at_++];
      }
    }
    return value;
  }

  char escape() {
    if (peek() >= '0' && peek() <= '7') {
      std::size_t byte = 0;
      for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i) byte = byte * 8 + digit();
      require(byte <= 255, "an octal escape is a byte");
      return static_cast<char>(byte);
    }
    const char c = source_[at_++];
    if (c == 'n')
      return '\n';
    require(c == '"' || c == '\\' || c == '?', "an escape is one that every compiler knows");
    return c;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::vector<std::string> values_;
};

}  // namespace

std::vector<std::string> read_literals(std::string_view source) {
  return Reader(source).read();
}

}  // namespace godwit::fuzz
