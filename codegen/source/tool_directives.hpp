// SPDX-License-Identifier: Apache-2.0
//
// The comments by which dbmate, goose and sql-migrate are told what is what in a file:
//
//     -- migrate:up transaction:false      -- +goose Up                  -- +migrate Up
//     notransaction
//     -- migrate:down                      -- +goose Down                -- +migrate Down
//                                          -- +goose StatementBegin      -- +migrate StatementBegin
//                                          -- +goose NO TRANSACTION
//
// Of tern and MyBatis there is only the one behind which the down section stands; their files are
// numbered otherwise as godwit's own are:
//
//     ---- create above / drop below ----  -- //@UNDO
//
// They are read whatever their case.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "source/diagnostic.hpp"
#include "source/layout.hpp"
#include "source/section.hpp"
#include "source/source_file.hpp"

namespace godwit::codegen {

struct ToolDirective {
  enum class What : std::uint8_t { kUp, kDown, kBoundary, kNoTransaction, kEnvSub, kUnknown };
  Layout tool = Layout::kAuto;
  What what = What::kUnknown;
  std::string_view arguments;  ///< behind the word
};

/// Whether `text` may hold a directive of any of these tools; cheap.
bool may_have_tool_directives(std::string_view text) noexcept;

/// What a `--` comment means to one of the tools; empty for any other comment.
std::optional<ToolDirective> read_tool_directive(std::string_view comment);

struct ToolMark {
  Layout tool;
  std::size_t offset;  ///< of the comment
};

/// The first directive of another tool in `file`.
std::optional<ToolMark> first_tool_directive(const SourceFile& file);

/// Whether goose (`NO TRANSACTION`), sql-migrate (`notransaction`) or dbmate (`transaction:false`)
/// would run this section of the file, kUp or kDown, without a transaction.
bool says_no_transaction(const SourceFile& file, SectionKind section);

/// Reports what only the tool itself could do: variables of the environment between
/// `-- +goose ENVSUB ON` and `OFF`, and directives that the tool does not know either.
void check_tool_directives(const SourceFile& file, Diagnostics& diagnostics);

}  // namespace godwit::codegen
