// SPDX-License-Identifier: Apache-2.0
//
// The one exception of the runtime. It has properties, not a hierarchy: callers ask what to do
// (is_retryable(), may_have_committed(), kind()), operators read what() and the exit code.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace godwit {

/// Why a run did not end well. The value is the exit code of the command line.
enum class ErrorKind : std::uint8_t {
  kFailed = 1,   ///< a migration failed and was rolled back, or needs one that is not applied
  kUsage = 2,    ///< the options contradict each other, or the sets do
  kPending = 3,  ///< `check`: something is not applied
  kDrift =
      4,  ///< an applied migration differs, a late arrival is refused, or a table is another tool's
  kNewerDatabase = 5,  ///< the database has a breaking migration that this build does not know
  kBusy = 6,           ///< another run, or a lock, was in the way past the deadline
  kCannotConnect = 7,  ///< no server, or it refused
  kReadOnly = 8,  ///< something is pending, but the server is read-only or a privilege is missing
  kPartiallyApplied =
      9,  ///< a step outside a transaction was interrupted and nobody can tell how far it came
  kOutcomeUnknown =
      10,              ///< the connection was lost and no server answered again before the deadline
  kVerifyFailed = 11,  ///< a verify or require query was not true; rolled back
  kInterrupted = 130,  ///< cancelled by the caller; rolled back
};

/// Everything known about one failure. The strings are empty and the numbers 0 where a thing is not
/// known.
struct ErrorDetail {
  // Out of line: inlined at each place that makes one, eleven strings cost 40 kB of code.
  ErrorDetail();
  ErrorDetail(const ErrorDetail&);
  ErrorDetail(ErrorDetail&&) noexcept;
  ErrorDetail& operator=(const ErrorDetail&);
  ErrorDetail& operator=(ErrorDetail&&) noexcept;
  ~ErrorDetail();

  std::string message;                    ///< the bare text, without position and SQLSTATE
  std::string sqlstate;                   ///< five characters, from the server
  std::optional<std::int64_t> migration;  ///< its version; 0 is a version
  std::string migration_name;             ///< "007_crm_system_schema"
  std::string file;                       ///< as it was at build time
  std::uint32_t line = 0;                 ///< from 1
  std::uint32_t column = 0;               ///< in bytes, from 1
  std::string source_line;                ///< the text of that line, for the caret
  std::string detail;                     ///< the server's DETAIL
  std::string hint;                       ///< the server's HINT, or ours: what to do next
  std::string context;   ///< the server's CONTEXT, such as the line of a PL/pgSQL function
  std::string blockers;  ///< who is in the way: pid, user, application, state, age, query
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, ErrorDetail detail);

  /// The exit code and the kind are one.
  ErrorKind kind() const noexcept { return kind_; }
  const ErrorDetail& detail() const noexcept { return detail_; }

  std::string_view sqlstate() const noexcept { return detail_.sqlstate; }
  std::optional<std::int64_t> migration() const noexcept { return detail_.migration; }
  std::string_view file() const noexcept { return detail_.file; }
  std::uint32_t line() const noexcept { return detail_.line; }
  std::uint32_t column() const noexcept { return detail_.column; }

  /// The same call may succeed later without a change to anything: serialization failure, deadlock,
  /// lock timeout, another run in the way, no connection.
  bool is_retryable() const noexcept;

  /// The connection was lost while a COMMIT was under way and the outcome could not be settled
  /// before the deadline. The next run settles it.
  bool may_have_committed() const noexcept { return kind_ == ErrorKind::kOutcomeUnknown; }

 private:
  ErrorKind kind_;
  ErrorDetail detail_;
};

}  // namespace godwit
