// SPDX-License-Identifier: Apache-2.0
//
// SQL text to statements with their trees, by PostgreSQL's own parser. Locations in the tree are
// byte offsets into the section, and so into the file.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "source/diagnostic.hpp"
#include "source/section.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::sql {

class Arena;

/// One statement. [offset, offset + length) is its text without leading comments and without the
/// semicolon.
struct Statement {
  std::size_t offset = 0;
  std::size_t length = 0;
  const Node* node = nullptr;  ///< null in a section that is `Syntax: unchecked`
};

/// The statements of a text and the memory of their trees. Movable; nodes stay where they are.
class Script {
 public:
  Script();
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  Script(Script&&) noexcept;
  Script& operator=(Script&&) noexcept;
  ~Script();

  const std::vector<Statement>& statements() const noexcept { return statements_; }
  bool empty() const noexcept { return statements_.empty(); }

 private:
  friend struct ScriptBuilder;
  std::vector<std::unique_ptr<Arena>> arenas_;
  std::vector<Statement> statements_;
};

/// A syntax error at a byte offset of the parsed text.
struct SyntaxError {
  std::size_t offset = 0;
  std::string message;  ///< PostgreSQL's: `syntax error at or near "x"`
};

/// The statements of `text` that parse, and an error for each that does not. `text` is
/// NUL-terminated. Recursion in the parser is as deep as the SQL's nesting: call it on a thread
/// made by run_with_deep_stack().
Script parse(std::string_view text, std::vector<SyntaxError>& errors);

/// parse() for a section; errors become diagnostics of the rules `syntax-error` (with a hint to
/// `newer-syntax` where `postgres` is newer than the grammar) and `psql-meta-command`.
Script parse_section(const Section& section, int postgres, Diagnostics& diagnostics);

/// Splits without parsing, for `Syntax: unchecked`: statements have no node.
Script split_only(const Section& section);

/// The PostgreSQL whose grammar libpg_query has.
inline constexpr int kGrammarMajor = 15;

/// Runs `work(i)` for each i below `count` on up to `threads` threads whose stacks are deep enough
/// for any nesting that PostgreSQL itself accepts, and then some; called from such work, this
/// thread is one of them. The first exception is rethrown here. Their stacks, of which what was
/// touched stays in memory, serve the threads of later calls. Throws std::system_error when there
/// can be no such thread.
void run_with_deep_stack(std::size_t count, unsigned threads,
                         const std::function<void(std::size_t)>& work);

}  // namespace godwit::codegen::sql
