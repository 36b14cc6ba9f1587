// SPDX-License-Identifier: Apache-2.0
#include "source/source_file.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <openssl/evp.h>

namespace godwit::codegen {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string digest_hex(std::string_view bytes, const EVP_MD* algorithm) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, algorithm, nullptr) != 1)
    throw std::runtime_error("OpenSSL could not compute a checksum");
  constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(std::size_t{2} * size);
  for (unsigned int i = 0; i < size; ++i) {
    out.push_back(kHex[digest[i] >> 4]);
    out.push_back(kHex[digest[i] & 15]);
  }
  return out;
}

}  // namespace

std::string with_unix_line_ends(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n')
      continue;
    out.push_back(text[i]);
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_sha256());
}

std::string sha384_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_sha384());
}

std::string sha1_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_sha1());
}

SourceFile::SourceFile(std::filesystem::path path, std::string display, std::string bytes)
    : path_(std::move(path)), display_(std::move(display)), bytes_(std::move(bytes)) {
  text_ = bytes_;
  if (text_.starts_with(kByteOrderMark))
    text_.remove_prefix(kByteOrderMark.size());
  original_ = text_;
  line_starts_.push_back(0);
  for (std::size_t i = text_.find('\n'); i != std::string_view::npos; i = text_.find('\n', i + 1))
    line_starts_.push_back(i + 1);
}

const std::vector<Comment>& SourceFile::comments() const {
  std::call_once(has_comments_, [&] { comments_ = find_comments(text_); });
  return comments_;
}

const std::string& SourceFile::checksum() const {
  std::call_once(has_checksum_, [&] {
    checksum_ = original_.find('\r') == std::string_view::npos
                    ? sha256_hex(original_)
                    : sha256_hex(with_unix_line_ends(original_));
  });
  return checksum_;
}

std::string SourceFile::checksum_with_values() const {
  if (values_.empty())
    return checksum();
  std::string all = checksum();
  for (const std::string& value : values_) all += "\n" + value;
  return sha256_hex(all);
}

void SourceFile::replace(const std::vector<Replacement>& parts) {
  std::size_t at = 0;
  for (const Replacement& part : parts) {
    replaced_bytes_ += original_.substr(at, part.begin - at);
    const std::size_t begin = replaced_bytes_.size();
    replaced_bytes_ += part.value;
    replaced_.push_back({begin, replaced_bytes_.size(), part.begin, part.end});
    at = part.end;
  }
  if (parts.empty())
    return;
  replaced_bytes_ += original_.substr(at);
  text_ = replaced_bytes_;
}

ByteRange SourceFile::original_range(std::size_t begin, std::size_t end) const noexcept {
  const auto in_original = [&](std::size_t offset, bool is_end) {
    // The last one that begins before the offset, or at it.
    auto next = std::upper_bound(
        replaced_.begin(), replaced_.end(), offset,
        [](std::size_t value, const Replaced& replaced) { return value < replaced.begin; });
    if (next != replaced_.begin() && is_end && std::prev(next)->begin == offset && offset > begin)
      --next;  // what ends where a value begins does not touch it
    if (next == replaced_.begin())
      return offset;
    const Replaced& last = *std::prev(next);
    if (offset >= last.end)
      return last.original_end + (offset - last.end);
    return is_end ? last.original_end : last.original_begin;
  };
  begin = std::min(begin, text_.size());
  end = std::clamp(end, begin, text_.size());
  const std::size_t first = in_original(begin, false);
  return {first, end == begin ? first : in_original(end, true)};
}

Position SourceFile::position(std::size_t offset) const noexcept {
  return original_position(original_range(offset, offset).begin);
}

Position SourceFile::original_position(std::size_t offset) const noexcept {
  offset = std::min(offset, original_.size());
  const auto next = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const auto line = static_cast<std::size_t>(next - line_starts_.begin());
  return {static_cast<std::uint32_t>(line),
          static_cast<std::uint32_t>(offset - line_starts_[line - 1] + 1)};
}

std::size_t SourceFile::line_start(std::uint32_t line) const noexcept {
  return line == 0 || line > line_starts_.size() ? original_.size() : line_starts_[line - 1];
}

std::string_view SourceFile::line_text(std::uint32_t line) const noexcept {
  if (line == 0 || line > line_starts_.size())
    return {};
  const std::size_t begin = line_starts_[line - 1];
  std::string_view rest = original_.substr(begin);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r'))
    rest.remove_suffix(1);
  return rest;
}

}  // namespace godwit::codegen
