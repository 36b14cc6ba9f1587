// SPDX-License-Identifier: Apache-2.0
//
// One file as it was read: its bytes, its checksum, and the way from a byte offset to a line and a
// column. Every position in godwit is a byte offset into SourceFile::text() until it is printed.
// Where placeholders were replaced, text() is what PostgreSQL will see, and positions are those of
// the file: a place in a value is where its placeholder stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "source/comments.hpp"

namespace godwit::codegen {

/// Both count from 1; the column counts bytes, as GCC's diagnostics do.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

/// What stands in the file at [begin, end) and has become `value`.
struct Replacement {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string value;
};

/// [begin, end) in bytes.
struct ByteRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Immutable once it is loaded; safe to read from any thread then.
class SourceFile {
 public:
  /// `path` is absolute and for diagnostics; `display` is what the generated table and run-time
  /// errors show ("migrations/007_x.sql"), so that no path of the build machine reaches a binary.
  SourceFile(std::filesystem::path path, std::string display, std::string bytes);

  const std::filesystem::path& path() const noexcept { return path_; }
  const std::string& display() const noexcept { return display_; }

  /// As they were read.
  std::string_view bytes() const noexcept { return bytes_; }

  /// The bytes without a leading UTF-8 byte order mark; placeholders have their values.
  std::string_view text() const noexcept { return text_; }

  /// text() before any placeholder got its value.
  std::string_view original() const noexcept { return original_; }

  /// Replaces parts of original(), which are in order and apart. No value holds a line end, so
  /// that the lines stay what they are. Once, before anybody has seen text().
  void replace(const std::vector<Replacement>& parts);

  /// Those of text(), which several readers ask for. Found when they are first asked for.
  const std::vector<Comment>& comments() const;

  /// Says that text() depends on this value, as `name=value`; a second time changes nothing.
  void add_value(std::string value) { values_.insert(std::move(value)); }

  /// Where [begin, end) of text() stands in original(). A value that it touches counts with its
  /// whole placeholder.
  ByteRange original_range(std::size_t begin, std::size_t end) const noexcept;

  /// SHA-256 of original() with CRLF read as LF, in hex: what sha256sum prints for an ordinary
  /// file. Computed when it is first asked for.
  const std::string& checksum() const;

  /// The same where the values count too, each as add_value() said it: checksum() where there are
  /// none.
  std::string checksum_with_values() const;

  /// `offset` may be text().size(), the position behind the last byte.
  Position position(std::size_t offset) const noexcept;

  /// The same for an offset into original().
  Position original_position(std::size_t offset) const noexcept;

  /// Offset into original() of the first byte of `line`, which counts from 1.
  std::size_t line_start(std::uint32_t line) const noexcept;

  /// The text of `line` in the file, without its line end.
  std::string_view line_text(std::uint32_t line) const noexcept;

 private:
  std::filesystem::path path_;
  std::string display_;
  /// [begin, end) of text() is [original_begin, original_end) of the file.
  struct Replaced {
    std::size_t begin;
    std::size_t end;
    std::size_t original_begin;
    std::size_t original_end;
  };

  std::string bytes_;
  std::string replaced_bytes_;
  std::vector<Replaced> replaced_;
  std::string_view original_;
  std::string_view text_;
  mutable std::once_flag has_comments_;
  mutable std::vector<Comment> comments_;
  mutable std::once_flag has_checksum_;
  mutable std::string checksum_;
  std::set<std::string> values_;
  std::vector<std::size_t> line_starts_;
};

/// SHA-256 of `bytes`, in 64 hex digits.
std::string sha256_hex(std::string_view bytes);

/// SHA-384 and SHA-1 of `bytes`, in 96 and 40 hex digits: what other tools' histories hold.
std::string sha384_hex(std::string_view bytes);
std::string sha1_hex(std::string_view bytes);

/// `text` with CRLF read as LF.
std::string with_unix_line_ends(std::string_view text);

}  // namespace godwit::codegen
