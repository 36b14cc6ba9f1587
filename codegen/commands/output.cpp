// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

#include "commands/commands.hpp"

namespace godwit::codegen::commands {
namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' && std::string_view(value) != "0";
}

}  // namespace

bool use_color(Color color, int descriptor) {
  if (color != Color::kAuto)
    return color == Color::kAlways;
  if (const char* no_color = std::getenv("NO_COLOR"); no_color != nullptr && *no_color != '\0')
    return false;
  if (is_set("CLICOLOR_FORCE"))
    return true;
  const char* terminal = std::getenv("TERM");
  return isatty(descriptor) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

void require_directory(const std::filesystem::path& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw UsageError(fmt::format("{}: {}; name the directory of the migrations with -d",
                                 directory.string(), error ? error.message() : "not a directory"));
}

SourceFiles files_of(const std::filesystem::path& directory, Layout layout,
                     std::vector<Define> defines, const std::filesystem::path& seeds) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error))
    throw UsageError(directory.string() + ": " +
                     (error ? error.message() : "not a directory of migrations"));
  if (!seeds.empty() && !std::filesystem::is_directory(seeds, error))
    throw UsageError(seeds.string() + ": " +
                     (error ? error.message() : "not a directory of seeds"));
  SourceFiles files = list_directory(directory, layout);
  files.defines = std::move(defines);
  if (!seeds.empty())
    list_seeds(seeds, files);
  return files;
}

}  // namespace godwit::codegen::commands
