// SPDX-License-Identifier: Apache-2.0
//
// A file holds one section, or several behind `-- godwit:up`, `-- godwit:down`, `-- godwit:verify`
// and `-- godwit:require`, or behind the directives of dbmate (`-- migrate:up`), goose
// (`-- +goose Up`) and sql-migrate (`-- +migrate Up`). A section's text is as long as its file:
// what belongs to other sections is blanked out, so that an offset into a section is an offset into
// the file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen {

enum class SectionKind : std::uint8_t { kUp, kDown, kVerify, kRequire };

std::string_view to_string(SectionKind kind) noexcept;

class Section {
 public:
  Section() = default;
  /// The whole of `file`.
  Section(SectionKind kind, const SourceFile& file)
      : kind_(kind), file_(&file), text_(file.text()) {}
  /// Part of `file`; `text` is as long as file.text().
  Section(SectionKind kind, const SourceFile& file, std::string text)
      : kind_(kind),
        file_(&file),
        storage_(std::make_unique<std::string>(std::move(text))),
        text_(*storage_) {}

  bool is_present() const noexcept { return file_ != nullptr; }
  SectionKind kind() const noexcept { return kind_; }
  const SourceFile& file() const noexcept { return *file_; }
  /// NUL-terminated, for libpg_query.
  std::string_view text() const noexcept { return text_; }

  /// Of a verify section: its queries need not return true, they must only not fail, which is what
  /// sqitch asks of its verify scripts.
  bool is_satisfied_by_any_result() const noexcept { return is_satisfied_by_any_result_; }
  void accept_any_result() noexcept { is_satisfied_by_any_result_ = true; }

 private:
  bool is_satisfied_by_any_result_ = false;
  SectionKind kind_ = SectionKind::kUp;
  const SourceFile* file_ = nullptr;
  std::unique_ptr<std::string> storage_;
  std::string_view text_;
};

/// The sections of `file`, at most one of each kind; text before the first directive belongs to
/// `first`. Unknown `-- godwit:` directives and sections that do not belong into a file of this
/// kind are reported as `unknown-directive`.
std::vector<Section> split_sections(const SourceFile& file, SectionKind first,
                                    Diagnostics& diagnostics);

}  // namespace godwit::codegen
