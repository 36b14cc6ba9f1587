// SPDX-License-Identifier: Apache-2.0
//
// The metadata.toml that may lie beside a diesel migration's up.sql.
#pragma once

#include <filesystem>
#include <optional>

#include "source/diagnostic.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen {

/// `run_in_transaction` of the metadata.toml in `folder`; empty when the file is not there or says
/// nothing. What is wrong with it is reported as `invalid-header-value`, in that file.
std::optional<bool> read_run_in_transaction(const std::filesystem::path& folder,
                                            const std::filesystem::path& root, FileStore& store,
                                            Diagnostics& diagnostics);

}  // namespace godwit::codegen
