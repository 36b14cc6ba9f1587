// SPDX-License-Identifier: Apache-2.0
#include "source/read_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/text_check.hpp"

namespace godwit::codegen {

std::string path_below(const std::filesystem::path& path, const std::filesystem::path& root) {
  const std::string& whole = path.native();
  const std::string& prefix = root.native();
  // Nearly always the one simply goes on where the other ends.
  if (!prefix.empty() && whole.size() > prefix.size() + 1 && whole.starts_with(prefix) &&
      whole[prefix.size()] == '/' && prefix.back() != '/' && whole[prefix.size() + 1] != '/' &&
      whole.find("/.", prefix.size()) == std::string::npos &&
      whole.find("//", prefix.size()) == std::string::npos)
    return whole.substr(prefix.size() + 1);
  const std::filesystem::path below = path.lexically_relative(root);
  const bool is_below = !root.empty() && !below.empty() && *below.begin() != "..";
  return is_below ? below.string() : std::string();
}

std::string display_name(const std::filesystem::path& path, const std::filesystem::path& root) {
  const std::string below = path_below(path, root);
  if (!below.empty() && !root.filename().empty())
    return (root.filename() / below).string();
  const std::filesystem::path folder = path.parent_path().filename();
  return folder.empty() ? path.filename().string() : (folder / path.filename()).string();
}

namespace {

/// A file that is open for reading. A set has hundreds, and each costs what its system calls cost.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (descriptor_ >= 0)
      ::close(descriptor_);
  }

  bool is_open() const noexcept { return descriptor_ >= 0; }
  bool is_directory() const noexcept { return S_ISDIR(status_.st_mode); }

  bool look() noexcept { return ::fstat(descriptor_, &status_) == 0; }

  /// Its size is only a first guess: that of a pipe, such as `godwit lint <(…)`, is 0.
  bool read_into(std::string& bytes) {
    constexpr std::size_t kPiece = std::size_t{64} * 1024;
    const auto expected = static_cast<std::size_t>(std::max<off_t>(status_.st_size, 0));
    std::size_t size = 0;
    bytes.resize(S_ISREG(status_.st_mode) ? expected + 1 : kPiece);
    while (true) {
      const ssize_t got = ::read(descriptor_, bytes.data() + size, bytes.size() - size);
      if (got < 0 && errno == EINTR)
        continue;
      if (got < 0)
        return false;
      if (got == 0)
        break;
      size += static_cast<std::size_t>(got);
      if (size == expected && expected > 0)
        break;
      if (size == bytes.size())
        bytes.resize(size + kPiece);
    }
    bytes.resize(size);
    return true;
  }

 private:
  int descriptor_;
  struct stat status_ {};
};

}  // namespace

FileBytes read_bytes(const std::filesystem::path& path) {
  const auto failed = [](int error) {
    return FileBytes{std::nullopt, std::generic_category().message(error)};
  };
  OpenFile file(path);
  FileBytes read{"", {}};
  if (!file.is_open() || !file.look() || (!file.is_directory() && !file.read_into(*read.bytes)))
    return failed(errno);
  if (file.is_directory())
    return failed(EISDIR);
  return read;
}

namespace {

SourceFile* add_file(const std::filesystem::path& path, FileBytes read,
                     const std::filesystem::path& root, FileStore& store,
                     Diagnostics& diagnostics) {
  const bool is_read = read.bytes.has_value();
  std::error_code ignored;
  if (!is_read && std::filesystem::is_directory(path, ignored)) {
    diagnostics.error("unreadable-file", store.emplace_back(path, display_name(path, root), ""), 0,
                      "a folder, though it is named as a migration's file is",
                      {"folders are not looked into, but for diesel's and sqitch's: move its files "
                       "up, give it another name, or list it in .godwitignore"});
    return nullptr;
  }
  SourceFile& file =
      store.emplace_back(path, display_name(path, root), std::move(read.bytes).value_or(""));
  if (!is_read) {
    diagnostics.error("unreadable-file", file, 0, "cannot read the file: " + read.reason);
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

}  // namespace

SourceFile* load_file(const std::filesystem::path& path, const std::filesystem::path& root,
                      FileStore& store, Diagnostics& diagnostics) {
  return add_file(path, read_bytes(path), root, store, diagnostics);
}

const SourceFile* load_sql(const std::filesystem::path& path, const std::filesystem::path& root,
                           Placeholders& placeholders, FileStore& store, Diagnostics& diagnostics) {
  return load_sql(path, read_bytes(path), root, placeholders, store, diagnostics);
}

const SourceFile* load_sql(const std::filesystem::path& path, FileBytes read,
                           const std::filesystem::path& root, Placeholders& placeholders,
                           FileStore& store, Diagnostics& diagnostics) {
  SourceFile* file = add_file(path, std::move(read), root, store, diagnostics);
  if (file != nullptr)
    placeholders.replace(*file, diagnostics);
  return file;
}

}  // namespace godwit::codegen
