// SPDX-License-Identifier: Apache-2.0
//
// A step that is run in batches. Each batch is one message: the statement, held to the rows between
// two keys, and in the same transaction the key where it ends, into the history; behind the COMMIT
// the question where the next batch ends. So a batch costs one round trip, and whoever comes after
// a crash reads where to go on: a row is in no batch twice.
#pragma once

#include "batch_sql.hpp"
#include "run.hpp"

#include <optional>

namespace godwit::detail {

class Batches {
 public:
  Batches(Run& run, const Migration& migration, const Step& step, std::size_t number);

  /// Goes on where the history says. That the step has ended is recorded when it returns.
  void run();

 private:
  /// The rows from where the last batch ended up to `last`.
  struct Part {
    BatchKey last;
    std::uint64_t rows = 0;
  };

  void resume();
  void estimate();
  Part find_next();
  std::optional<Part> run_part(const Part& part);
  void finish();
  bool succeeds(const Reply& reply, bool has_statement, const BatchStatement& statement);
  [[noreturn]] void fail(const Reply& reply, ErrorDetail detail, bool has_statement);
  void note_success();
  void tell(bool is_last);
  std::string begin(bool writes) const;
  std::string cursor(const Part& part) const;
  std::string where_it_is() const;
  bool is_short(const Part& part) const { return part.rows < step_.batch.size; }
  /// A short part was the end when its keys were read, which may be a pause ago: only one that
  /// follows it at once is the last.
  bool is_last(const Part& part) const { return was_short_ && is_short(part); }
  static Part read_part(const PGresult* row, std::size_t columns);

  Run& run_;
  const Migration& migration_;
  const Step& step_;
  const std::size_t number_;
  BatchKey behind_;         // where the last batch ended; empty before the first
  bool was_short_ = false;  // that one was
  std::uint64_t rows_ = 0;
  std::uint64_t total_ = 0;        // 0: nobody knows
  std::uint64_t rows_before_ = 0;  // by earlier runs
  Clock::time_point begun_ = Clock::now();
  Clock::time_point told_{};
};

}  // namespace godwit::detail
