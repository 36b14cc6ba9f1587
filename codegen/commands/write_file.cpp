// SPDX-License-Identifier: Apache-2.0
#include "commands/write_file.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include <unistd.h>

namespace godwit::codegen::commands {
namespace {

bool holds(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) != bytes.size() || error)
    return false;
  std::ifstream in(path, std::ios::binary);
  const std::string present{std::istreambuf_iterator<char>(in), {}};
  return in && present == bytes;
}

}  // namespace

bool write_if_different(const std::filesystem::path& path, std::string_view bytes) {
  if (holds(path, bytes))
    return false;
  std::filesystem::path temporary = path;
  temporary += "." + std::to_string(getpid()) + ".tmp";
  errno = 0;
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) {
    const int cause = errno != 0 ? errno : EIO;
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    throw std::system_error(cause, std::generic_category(), "cannot write " + path.string());
  }
  std::filesystem::rename(temporary, path);
  return true;
}

}  // namespace godwit::codegen::commands
