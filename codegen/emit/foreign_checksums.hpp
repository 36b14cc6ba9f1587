// SPDX-License-Identifier: Apache-2.0
//
// What other tools remember of a file, worked out while its bytes are at hand, so that `adopt` can
// tell at run time whether the file is the one that they applied.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <godwit/migration.hpp>

#include "source/migration_source.hpp"

namespace godwit::codegen::emit {

struct ForeignValue {
  ForeignKind kind = ForeignKind::kFlyway;
  std::string value;
};

/// Flyway's checksum: https://github.com/flyway/flyway, ChecksumCalculator. CRC-32 (of zlib) over
/// the lines without their ends, BOM left out, as a signed number of 32 bits.
std::string flyway_checksum(std::string_view text);

/// Those of the tools that could have applied the file, by its name: each is 5 to 100 bytes in the
/// application.
std::vector<ForeignValue> foreign_checksums(const MigrationSource& source);

}  // namespace godwit::codegen::emit
