// SPDX-License-Identifier: Apache-2.0
//
// A message: the SQL that goes to the server in one piece, and the memory of what each piece of it
// was for. The server answers with results in order and with positions in characters; the parts
// turn both back into a migration and a place in its file.
#pragma once

#include "connection.hpp"

#include <godwit/migration.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::detail {

enum class Section : std::uint8_t {
  kBegin,        ///< BEGIN, SET LOCAL, the lock of the gate
  kProgress,     ///< makes the server flush what it has to say
  kCreate,       ///< of the history table
  kGuard,        ///< the history row
  kRequire,      ///< checks before
  kUp,           ///< the SQL as written
  kConstraints,  ///< SET CONSTRAINTS ALL IMMEDIATE
  kVerify,       ///< checks after
  kFinish,       ///< the duration and the log's line
  kCommit,
  kReset,   ///< of settings that the migration leaked
  kReopen,  ///< the gate again, for what follows in the next message
};

struct Part {
  Section section{};
  const Migration* migration = nullptr;
  std::uint32_t begin = 0;  ///< bytes in the message
  std::uint32_t end = 0;
  std::uint32_t first_result = 0;
  std::uint32_t result_count = 0;
};

class Message {
 public:
  /// `count` statements of ours, each but the last ended by a semicolon.
  void add(Section section, const Migration* migration, std::string_view sql,
           std::uint32_t count = 1);
  /// SQL of a migration: it may end in a comment, with or without a semicolon.
  void add_foreign(Section section, const Migration* migration, std::string_view sql,
                   std::uint32_t count);

  const std::string& text() const noexcept { return text_; }
  bool is_empty() const noexcept { return text_.empty(); }
  std::size_t result_count() const noexcept { return results_; }

  /// The part that the statement with this index, or the byte, belongs to; null when it is none.
  const Part* part_of_result(std::size_t index) const;
  const Part* part_of_byte(std::size_t offset) const;

 private:
  std::string text_;
  std::vector<Part> parts_;
  std::uint32_t results_ = 0;
};

/// Fills in what the server said: message, SQLSTATE, DETAIL, HINT, CONTEXT.
void describe_error(const PGresult* error, ErrorDetail& detail);

/// Fills in migration, file, line, column and source line for an error that came instead of the
/// result `index` of `message`. `counts_bytes`: the server's encoding is SQL_ASCII. Returns the
/// part that failed, or null.
const Part* locate_error(const Message& message, const PGresult* error, std::size_t index,
                         bool counts_bytes, ErrorDetail& detail);

/// Bytes of a sent text that are not of its author.
struct Insertion {
  std::size_t at = 0;
  std::size_t length = 0;
};

/// The same for one statement that was sent alone; `sent` is its text, in which `inserted` is ours.
/// `before` characters of ASCII stood before it in the message.
void locate_in_statement(const Migration& migration, const Script& script,
                         const Statement& statement, std::string_view sent, const PGresult* error,
                         bool counts_bytes, ErrorDetail& detail, std::size_t before = 0,
                         std::span<const Insertion> inserted = {});

/// For SQLSTATE 22P05, whose message names the bytes of a character: where it stands in
/// `migration`.
void locate_untranslatable(const Migration& migration, ErrorDetail& detail);

/// The place of a statement itself.
void locate_statement(std::string_view file, std::string_view sql, const Statement& statement,
                      ErrorDetail& detail);

void name_migration(const Migration& migration, ErrorDetail& detail);

}  // namespace godwit::detail
