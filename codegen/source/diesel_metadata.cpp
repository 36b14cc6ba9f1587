// SPDX-License-Identifier: Apache-2.0
#include "source/diesel_metadata.hpp"

#include <string>

#include <toml++/toml.h>

#include "source/read_file.hpp"

namespace godwit::codegen {
namespace {

constexpr const char* kFileName = "metadata.toml";
constexpr const char* kKey = "run_in_transaction";

/// toml++ counts lines and columns from 1.
std::size_t offset_of(const SourceFile& file, const toml::source_position& position) {
  return file.line_start(position.line) + (position.column > 0 ? position.column - 1 : 0);
}

}  // namespace

std::optional<bool> read_run_in_transaction(const std::filesystem::path& folder,
                                            const std::filesystem::path& root, FileStore& store,
                                            Diagnostics& diagnostics) {
  const std::filesystem::path path = folder / kFileName;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored))
    return std::nullopt;
  const SourceFile* file = load_file(path, root, store, diagnostics);
  if (file == nullptr)
    return std::nullopt;
  try {
    const toml::table table = toml::parse(file->text());
    const toml::node* node = table.get(kKey);
    if (node == nullptr)
      return std::nullopt;
    if (const auto* value = node->as_boolean(); value != nullptr)
      return value->get();
    diagnostics.error("invalid-header-value", *file, offset_of(*file, node->source().begin),
                      std::string("`") + kKey + "` is true or false",
                      {"write `run_in_transaction = false` for statements that cannot run in a "
                       "transaction, and leave the file out otherwise"});
  } catch (const toml::parse_error& error) {
    diagnostics.error("invalid-header-value", *file, offset_of(*file, error.source().begin),
                      "this is no TOML: " + std::string(error.description()));
  }
  return std::nullopt;
}

}  // namespace godwit::codegen
