// SPDX-License-Identifier: Apache-2.0
//
// Files are written whole or not at all, and are not touched when nothing changes.
#pragma once

#include <filesystem>
#include <string_view>

namespace godwit::codegen::commands {

/// Makes `path` hold `bytes`, by way of a temporary file beside it and a rename. False when it held
/// them already. Throws std::system_error.
bool write_if_different(const std::filesystem::path& path, std::string_view bytes);

}  // namespace godwit::codegen::commands
