// SPDX-License-Identifier: Apache-2.0
//
// Pieces of JSON that several answers have.
#pragma once

#include <godwit/migrator.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace godwit::cli {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json);
/// null for none.
Json optional_number(std::optional<std::int64_t> number);
Json optional_text(std::string_view text);
Json error_object(const Error& error);
/// Its version and full name.
void add_migration(Json& json, const Migration& migration);

}  // namespace godwit::cli
