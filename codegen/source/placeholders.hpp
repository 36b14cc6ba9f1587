// SPDX-License-Identifier: Apache-2.0
//
// `${name}` in the SQL of a set that has DEFINE values. The value takes its place before anything
// is parsed, so that what is linted, embedded and explained is what the server will get; a value
// goes in as it is, without quotes. Comments keep theirs, and checksums are of the file as it is.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

/// Adds `name=value`. Throws std::invalid_argument, with a message for the user, when the name is
/// no word or is there already, or the value holds a line end, a NUL byte or invalid UTF-8.
void add_definition(std::vector<Define>& defines, std::string_view text);

/// The values of a set, and which of them its files have used so far.
class Placeholders {
 public:
  explicit Placeholders(const std::vector<Define>& defines) : defines_(defines) {}

  /// Gives each placeholder of `file` its value. One that has none is an error,
  /// `undefined-placeholder`; without any DEFINE `${` is text like any other.
  /// `cuts` are parts that hold none, in order, and that are replaced too.
  void replace(SourceFile& file, Diagnostics& diagnostics, std::vector<Replacement> cuts = {});

  /// An error, `unused-define`, for each value that no file has used. They stand for `root`, which
  /// is where they were given for.
  void report_unused(const std::filesystem::path& root, FileStore& store,
                     Diagnostics& diagnostics) const;

 private:
  const Define* find(std::string_view name) const;
  /// The placeholders of [begin, end) of the file. The text so far is `longer` than the original.
  void replace_between(const SourceFile& file, std::size_t begin, std::size_t end,
                       const std::ptrdiff_t& longer, const std::function<void(Replacement)>& add,
                       Diagnostics& diagnostics);

  const std::vector<Define>& defines_;
  std::set<std::string, std::less<>> used_;
};

/// The placeholder `${name}` that begins at `offset`, with its braces; empty where there is none.
std::string_view placeholder_at(std::string_view text, std::size_t offset) noexcept;

}  // namespace godwit::codegen
