// SPDX-License-Identifier: Apache-2.0
//
// What the tool has to say about a file. Nothing in codegen throws for a user's mistake: it adds a
// Diagnostic and goes on, so that one run reports everything that is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/source_file.hpp"

namespace godwit::codegen {

enum class Severity : std::uint8_t { kOff, kNote, kWarning, kError };

/// A mechanical edit: replace the bytes [start, end) of the file by `text`.
struct Fix {
  std::size_t start = 0;
  std::size_t end = 0;
  std::string text;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  std::string_view rule;             ///< its id; lives as long as the program
  const SourceFile* file = nullptr;  ///< never null
  std::size_t offset = 0;            ///< into file->text()
  std::size_t length = 0;            ///< of what the caret underlines; 0 for a caret alone
  std::string message;               ///< one line, no full stop
  std::vector<std::string> notes;    ///< what to do; may have several lines, such as SQL to paste
  std::optional<Fix> fix;
  /// The build can go on without what is wrong, though the rule is hard: what the policy says of
  /// all findings (WARN_ONLY, BASELINE) reaches this one.
  bool is_survivable = false;
  /// The index of the statement of its section that fails, it says, since it is in a transaction.
  std::optional<std::size_t> fails_in_transaction = std::nullopt;
  /// While a set is linted: by what this is known, where it is said once of the whole set.
  std::string_view said_once = {};
};

/// Collects what is found, in any order. One for each thread; merge with append().
class Diagnostics {
 public:
  Diagnostic& add(Severity severity, std::string_view rule, const SourceFile& file,
                  std::size_t offset, std::string message, std::vector<std::string> notes = {});
  /// Like add(), at Severity::kError.
  Diagnostic& error(std::string_view rule, const SourceFile& file, std::size_t offset,
                    std::string message, std::vector<std::string> notes = {});
  void append(Diagnostics other);

  bool has_errors() const noexcept;
  std::size_t count(Severity severity) const noexcept;

  /// By file, offset, severity, rule: the same order in every run.
  void sort();

  std::vector<Diagnostic>& all() noexcept { return all_; }
  const std::vector<Diagnostic>& all() const noexcept { return all_; }

 private:
  std::vector<Diagnostic> all_;
};

}  // namespace godwit::codegen
