// SPDX-License-Identifier: Apache-2.0
//
// Code migrations: a version whose body is a function of the application. A small SQL file has the
// header, so that order, dependencies, lock file and history are those of any other migration, and
// names the function:
//
//     -- Migration 012: Split addresses into street and city
//     -- Dependencies: 7
//     -- Code: split_addresses
//
// The header of the set declares it in the namespace of the set; a function that is not there is an
// error of the linker. The application defines it:
//
//     void crm_migrations::split_addresses(godwit::CodeMigration& migration) {
//       for (const godwit::Row row : migration.query("SELECT id, address FROM clients")) {
//         migration.execute("UPDATE clients SET city = $2 WHERE id = $1",
//                           {row.text(0), city_of(row.text(1))});
//       }
//     }
//
// Called in the transaction of its row: both or neither; with many schemas on many threads.
#pragma once

#include <godwit/error.hpp>
#include <godwit/migration.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct pg_conn;    // libpq's PGconn
struct pg_result;  // and PGresult

namespace godwit {

namespace detail {
/// MigrationSet::code_runner; false when the history has to be looked at again.
bool run_code(Run& run, const Migration& migration);
}  // namespace detail

/// What stands for $1, $2, … in a statement; the server finds out its type from where it stands.
class Parameter {
 public:
  Parameter(std::nullptr_t) {}  // NULL
  Parameter(std::string text) : text_(std::move(text)) {}
  Parameter(std::string_view text) : text_(std::in_place, text) {}
  Parameter(const char* text) : text_(std::in_place, text) {}
  template <std::same_as<bool> Bool>
  Parameter(Bool value) : text_(std::in_place, value ? "true" : "false") {}
  template <std::integral Integer>
  requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>) Parameter(Integer value)
      : text_(std::to_string(value)) {}
  template <std::floating_point Float>
  Parameter(Float value) : text_(text_of(value)) {}
  template <typename T>
  Parameter(const std::optional<T>& value) {
    if (value) {
      text_ = Parameter(*value).text_;
    }
  }

  /// None for NULL.
  const std::optional<std::string>& text() const noexcept { return text_; }

 private:
  static std::string text_of(double value);

  std::optional<std::string> text_;
};

class Rows;

/// One row of an answer; valid as long as its Rows.
class Row {
 public:
  /// As the server writes it; empty for NULL. Columns are counted from 0.
  std::string_view text(std::size_t column) const;
  bool is_null(std::size_t column) const;
  /// Throws Error of kind kFailed when it is no whole number of 64 bits, as NULL is none.
  std::int64_t integer(std::size_t column) const;
  bool is_true(std::size_t column) const { return text(column) == "t"; }

 private:
  friend class Rows;
  Row(const Rows& rows, std::size_t number) : rows_(&rows), number_(number) {}
  const Rows* rows_;
  std::size_t number_;
};

/// The rows of an answer, all of them in memory.
class Rows {
 public:
  class Iterator {
   public:
    Row operator*() const { return (*rows_)[number_]; }
    Iterator& operator++() {
      ++number_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    friend class Rows;
    Iterator(const Rows& rows, std::size_t number) : rows_(&rows), number_(number) {}
    const Rows* rows_;
    std::size_t number_;
  };

  std::size_t size() const noexcept;
  bool empty() const noexcept { return size() == 0; }
  Row operator[](std::size_t number) const { return {*this, number}; }
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }
  /// How many rows the statement wrote, or gave.
  std::uint64_t affected() const;

 private:
  friend class CodeMigration;
  friend class Row;
  explicit Rows(std::shared_ptr<pg_result> result) : result_(std::move(result)) {}
  std::shared_ptr<pg_result> result_;
};

/// What a code migration gets: the open transaction, and a way to say how far it is.
///
/// The transaction is the runtime's: a COMMIT or ROLLBACK in it is found out, and the migration is
/// refused as partly applied (kPartiallyApplied); SAVEPOINT is allowed. An exception that leaves
/// the function rolls everything back and becomes an Error of kind kFailed with the exception's
/// text and the file of the migration. A lock timeout, deadlock or serialization failure of
/// query() or execute() that leaves the function has it called again after a pause, and so does a
/// lost connection: what it does outside the database must stand being done twice.
///
/// Not thread-safe, and valid during the call only.
class CodeMigration {
 public:
  CodeMigration(const CodeMigration&) = delete;
  CodeMigration& operator=(const CodeMigration&) = delete;

  /// Sends one statement and waits for all its rows; with parameters, it is the extended protocol's
  /// ($1, $2, …). Ctrl-C, timeouts and who is in the way are seen to, and in a Stepper the event
  /// loop goes on. Throws Error with what the server said; the transaction is then failed, unless
  /// a savepoint was set. Large tables: a slice at a time, `WHERE id > $1 ORDER BY id LIMIT 1000`.
  Rows query(std::string_view sql, std::initializer_list<Parameter> parameters = {});
  /// query() for statements that give no rows. Without parameters there may be several, separated
  /// by semicolons. Gives how many rows the last one wrote.
  std::uint64_t execute(std::string_view sql, std::initializer_list<Parameter> parameters = {});

  /// Says how far it is: an event of kind kProgress, a bar on a terminal, a line every ten seconds
  /// elsewhere. `total` 0: nobody knows. May be called for each row: most calls do nothing but ask
  /// whether to stop, and throw Error of kind kInterrupted then.
  void progress(std::uint64_t done, std::uint64_t total = 0, std::string_view what = {});
  /// Asked for by Options::is_cancelled: a function that computes for long without a query returns
  /// early, or lets progress() throw.
  bool is_cancelled() const;

  /// For libpq, or a library on top of it. In blocking mode, in the open transaction; to be left
  /// without a query, COPY or pipeline under way.
  pg_conn* connection() const noexcept;
  /// Whose function it is; of a `Code-Down`, the migration that is undone.
  const Migration& migration() const noexcept { return migration_; }

 private:
  friend class detail::Run;
  CodeMigration(detail::Run& run, const Migration& migration) : run_(run), migration_(migration) {}
  Rows send(std::string_view sql, std::initializer_list<Parameter> parameters);

  detail::Run& run_;
  const Migration& migration_;
  std::optional<ErrorDetail> last_failure_;
  std::int64_t next_progress_ = 0;  // of the steady clock, in milliseconds
  bool is_interrupted_ = false;
};

}  // namespace godwit
