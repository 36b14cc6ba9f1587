// SPDX-License-Identifier: Apache-2.0
//
// What a file's name says: which migration the file belongs to, and which part of it the file is.
//
//     007_name.sql   007_name.up.sql   007_name.down.sql   007_name.verify.sql
//     007-name.sql   007.name.sql   007 name.sql   007.sql
//     20251118120000_name.sql   2023-01-01-000000_name.sql
//     V007__name.sql   V1.2.3__name.sql   U007__name.sql   B007__name.sql
//     00.05.01_name.sql and V007.name.sql, where all files of the folder are named so
//     007_name/up.sql   007_name/down.sql   007_name/migration.sql
//     007_name.rollback.sql, 007.undo.name.sql and 007-name-down.sql, which are down files
//     R__name.sql, which has no version: it is applied again whenever it changes
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/section.hpp"

namespace godwit::codegen {

/// How a file is named; migrations of one folder are named alike.
enum class NameStyle : std::uint8_t {
  kPlain,   ///< 007_name.sql
  kPaired,  ///< 007_name.up.sql, .down.sql, .verify.sql
  kFlyway,  ///< V007__name.sql, U…, B…
  kFolder,  ///< 007_name/up.sql or migration.sql
};

struct FileName {
  std::int64_t version = 0;             ///< of Pop's 20 digits, those but the 15th and 16th
  std::string digits;                   ///< the version as written, without dashes
  std::string name;                     ///< behind the version; `migration` where nothing is
  SectionKind part = SectionKind::kUp;  ///< kUp, kDown or kVerify
  NameStyle style = NameStyle::kPlain;
  /// The numbers of a version 1.2.3, or the one of V007; none of a plain name without dots.
  /// `version` is the first of them until encode_versions().
  std::vector<std::int64_t> parts;
  bool has_one_dot = false;    ///< V007.name.sql: one dot where Flyway has `__`
  bool is_baseline = false;    ///< Flyway's B007: stands for all migrations up to 7
  bool is_repeatable = false;  ///< R__name.sql: `version` and `digits` mean nothing
};

/// `file_name` without a folder. Empty when it is not understood, or holds control characters or
/// bytes that are no UTF-8.
std::optional<FileName> parse_file_name(std::string_view file_name);

/// Also understands `<version>_name/up.sql`, of which the last two components are looked at.
std::optional<FileName> parse_file_path(const std::filesystem::path& path);

/// Whether a folder of this name is one migration, `007_name` or `2023-01-01-000000_name`.
bool is_migration_folder(std::string_view name);

/// Why `file_name` is not understood and which name would be: one sentence for an error.
std::string explain_file_name(std::string_view file_name);

/// What Flyway does with a file that is no migration: "a callback"; empty for any other name.
std::string_view flyway_kind(std::string_view file_name);

/// How many digits each part of the version has: 2.2.2 of `00.05.01`, 3 of `007`.
std::string version_shape(const FileName& name);

/// Gives versions with parts numbers that compare as Flyway compares them: when one of `names` has
/// dots, the parts of all are put into one number, each part at a fixed width, so that 1.2.3 is
/// 1000200030000. The widths are the first of a short list that all of them fit. False, with
/// nothing changed, when they fit none.
bool encode_versions(const std::vector<FileName*>& names);

}  // namespace godwit::codegen
