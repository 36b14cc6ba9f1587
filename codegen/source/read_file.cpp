// SPDX-License-Identifier: Apache-2.0
#include "source/read_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "source/text_check.hpp"

namespace godwit::codegen {

std::string display_name(const std::filesystem::path& path, const std::filesystem::path& root) {
  const std::filesystem::path below = path.lexically_relative(root);
  const bool is_below = !root.empty() && !below.empty() && *below.begin() != "..";
  if (is_below && !root.filename().empty())
    return (root.filename() / below).string();
  const std::filesystem::path folder = path.parent_path().filename();
  return folder.empty() ? path.filename().string() : (folder / path.filename()).string();
}

std::optional<std::string> read_bytes(const std::filesystem::path& path, std::string& reason) {
  if (std::filesystem::is_directory(path)) {
    reason = std::strerror(EISDIR);
    return std::nullopt;
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  std::error_code ignored;
  if (in && std::filesystem::is_regular_file(path, ignored)) {
    in.seekg(0, std::ios::end);
    const auto size = in.tellg();
    if (size > 0) {
      bytes.resize(static_cast<std::size_t>(size));
      in.seekg(0);
      in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    }
  } else if (in) {  // a pipe, such as that of `godwit lint <(…)`
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  if (!in) {
    reason = std::strerror(errno != 0 ? errno : EIO);
    return std::nullopt;
  }
  return bytes;
}

SourceFile* load_file(const std::filesystem::path& path, const std::filesystem::path& root,
                      FileStore& store, Diagnostics& diagnostics) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    diagnostics.error("unreadable-file", store.emplace_back(path, display_name(path, root), ""), 0,
                      "a folder, though it is named as a migration's file is",
                      {"folders are not looked into, but for diesel's and sqitch's: move its files "
                       "up, give it another name, or list it in .godwitignore"});
    return nullptr;
  }
  std::string reason;
  std::optional<std::string> bytes = read_bytes(path, reason);
  const bool is_read = bytes.has_value();
  SourceFile& file =
      store.emplace_back(path, display_name(path, root), std::move(bytes).value_or(""));
  if (!is_read) {
    diagnostics.error("unreadable-file", file, 0, "cannot read the file: " + reason);
    return nullptr;
  }
  if (const auto nul = find_nul(file.text())) {
    diagnostics.error("nul-byte", file, *nul, "NUL byte: PostgreSQL takes none in a statement",
                      {"is this a UTF-16 or a binary file? Save it as UTF-8"});
    return nullptr;
  }
  if (const auto at = find_invalid_utf8(file.text())) {
    diagnostics.error(
        "invalid-utf8", file, *at, "not valid UTF-8",
        {"save the file as UTF-8; the migrations are sent with client_encoding UTF8"});
    return nullptr;
  }
  return &file;
}

const SourceFile* load_sql(const std::filesystem::path& path, const std::filesystem::path& root,
                           Placeholders& placeholders, FileStore& store, Diagnostics& diagnostics) {
  SourceFile* file = load_file(path, root, store, diagnostics);
  if (file != nullptr)
    placeholders.replace(*file, diagnostics);
  return file;
}

}  // namespace godwit::codegen
