// SPDX-License-Identifier: Apache-2.0
//
// Whose folder a set is: how the tool that it was written for names its files, and in which order
// it applies them. Most folders tell by themselves; `LAYOUT` and `--layout` say it for the rest,
// and hold those to it that tell.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace godwit::codegen {

enum class Layout : std::uint8_t {
  kAuto,           ///< whatever the files say
  kNumbered,       ///< 007_name.sql, godwit's own; also 007_name.up.sql beside it
  kGolangMigrate,  ///< 007_name.up.sql and 007_name.down.sql, as sqlx and others have it too
  kFlyway,         ///< V1.2.3__name.sql, U…, B…, R__name.sql
  kDiesel,         ///< <version>_name/up.sql, down.sql, metadata.toml
  kGoose,          ///< `-- +goose Up`
  kDbmate,         ///< `-- migrate:up`
  kSqlMigrate,     ///< `-- +migrate Up`
  kSqitch,         ///< sqitch.plan, deploy/, revert/, verify/
};

/// As `LAYOUT` and `--layout` spell it.
std::string_view layout_name(Layout layout) noexcept;

/// Empty when there is no such layout.
std::optional<Layout> parse_layout(std::string_view name) noexcept;

/// All names, `auto` first.
std::span<const std::string_view> layout_names() noexcept;

}  // namespace godwit::codegen
