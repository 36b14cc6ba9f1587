// SPDX-License-Identifier: Apache-2.0
#include "emit/foreign_checksums.hpp"

#include <array>
#include <cstdint>

#include "source/file_name.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen::emit {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320;  // of zlib's CRC-32, bits reversed

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kCrcTable = make_crc_table();

}  // namespace

std::string flyway_checksum(std::string_view text) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) {
    if (c != '\r' && c != '\n')
      crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  }
  return std::to_string(static_cast<std::int32_t>(~crc));
}

std::vector<ForeignValue> foreign_checksums(const MigrationSource& source) {
  std::vector<ForeignValue> values;
  const SourceFile& file = source.up.file();
  if (!source.sqitch_id.empty()) {
    values.push_back({ForeignKind::kSqitchId, source.sqitch_id});
    values.push_back({ForeignKind::kSqitch, sha1_hex(file.bytes())});
  } else if (const auto name = parse_file_path(file.path())) {
    if (name->style == NameStyle::kFlyway)
      values.push_back({ForeignKind::kFlyway, flyway_checksum(file.text())});
    if (name->style == NameStyle::kPlain || name->style == NameStyle::kPaired) {
      values.push_back({ForeignKind::kSqlx, sha384_hex(file.bytes())});
      // Where a checkout has changed the line ends, the file that was applied had the others.
      if (file.text().find('\r') != std::string_view::npos)
        values.push_back({ForeignKind::kSqlx, sha384_hex(with_unix_line_ends(file.text()))});
    }
  }
  if (std::string bytes = sha256_hex(file.bytes()); bytes != file.checksum())
    values.push_back({ForeignKind::kFileSha256, std::move(bytes)});
  return values;
}

}  // namespace godwit::codegen::emit
