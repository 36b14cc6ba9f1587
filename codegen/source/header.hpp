// SPDX-License-Identifier: Apache-2.0
//
// The metadata in the comment block at the top of a migration, in the form of
//
//     -- ================================================
//     -- Migration 010: Fix team_members schema alignment
//     -- Created: 2025-11-08
//     -- Idempotency: YES
//     -- Dependencies: 7
//     -- ================================================
//
// Keys are read whatever their case. A comment that is not `Key: value` is prose and is left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <godwit/migration.hpp>

#include "source/diagnostic.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen {

/// One name after `Dependencies:`, not resolved yet: a version, another set's version, or an alias.
struct DependencyName {
  std::string set;                      ///< of `set:version`, else empty
  std::optional<std::int64_t> version;  ///< else `text` is an alias or a full name
  std::string text;                     ///< as written
  std::size_t offset = 0;               ///< of `text` in the file
};

/// `1-120` after `Replaces:`; one version is a range of itself.
struct ReplacedRange {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::size_t offset = 0;  ///< in the file
  std::size_t length = 0;

  bool has(std::int64_t version) const noexcept { return version >= first && version <= last; }
};

struct HeaderSetting {
  std::string name;
  std::string value;
};

/// `Code:` or `Code-Down:`, the name of a function of the application.
struct HeaderCode {
  std::string name;
  std::size_t offset = 0;  ///< of the name in the file
};

/// What the header says. Texts are trimmed; absent keys are empty.
struct Header {
  bool is_present = false;             ///< at least one key was read
  std::optional<std::int64_t> number;  ///< of `Migration 010: …`
  std::size_t number_offset = 0;
  std::string description;  ///< of `Migration 010: …`, or `Description:`
  std::string purpose;
  std::string created;
  std::string author;
  std::optional<bool> idempotency;
  std::size_t idempotency_offset = 0;
  bool declares_dependencies = false;
  std::vector<DependencyName> dependencies;
  std::optional<bool> transaction;  ///< false for `Transaction: none`
  std::size_t transaction_offset = 0;
  std::optional<HeaderCode> code;
  std::optional<HeaderCode> code_down;
  std::optional<std::int32_t> lock_timeout_ms;
  std::optional<std::int32_t> statement_timeout_ms;
  std::vector<HeaderSetting> settings;
  Phase phase = Phase::kNone;
  std::size_t phase_offset = 0;
  bool is_breaking = false;
  std::string irreversible;  ///< the reason
  std::string tag;
  std::size_t tag_offset = 0;
  std::vector<std::string> aliases;
  std::optional<std::string> unchecked;  ///< the reason of `Syntax: unchecked reason`
  std::vector<std::string> accepted_checksums;
  std::vector<ReplacedRange> replaces;  ///< of a squash
  std::string seed;                     ///< the mode of a seed: "reference"
  std::size_t seed_offset = 0;
};

/// Reads the header of `file`. What cannot be read is reported (rules `unknown-header-key`,
/// `invalid-header-value`) and left at its default.
Header read_header(const SourceFile& file, Diagnostics& diagnostics);

/// Every key, as documentation spells it, in the order of the manual.
std::span<const std::string_view> header_keys();

}  // namespace godwit::codegen
