// SPDX-License-Identifier: Apache-2.0
#include "sql/migration.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

namespace godwit::codegen::sql {
namespace {

/// A function of the application has the transaction that its SQL is in.
void check_code(const Migration& migration, Diagnostics& diagnostics) {
  const Header& header = migration.source->header;
  const auto check = [&](const std::optional<HeaderCode>& code, const TransactionPlan& plan) {
    if (!code || (plan.is_transactional && plan.not_in_transaction.empty()) ||
        header.transaction == false)
      return;
    diagnostics
        .error("invalid-header-value", migration.source->up.file(), code->offset,
               "code cannot stand beside SQL that cannot run in a transaction",
               {"give that SQL a migration of its own"})
        .length = code->name.size();
  };
  check(header.code, migration.up_transaction);
  check(header.code_down, migration.down_transaction);
}

/// Other tools' sets have files of comments alone, which those apply. What has godwit's header and
/// is not released was begun by `godwit new`: applied as it is, what is written into it later would
/// never run.
void report_empty(const MigrationSource& source, Diagnostics& diagnostics) {
  const bool is_begun = source.header.number && !source.is_locked;
  const std::string advice =
      source.is_locked ? "when it is meant to do nothing, turn the rule off"
                       : "write into it what it should do; when that is nothing, SELECT 1 says so, "
                         "or turn the rule off";
  diagnostics.add(is_begun ? Severity::kError : Severity::kWarning, "empty-migration",
                  source.up.file(), 0, "the migration holds no statement", {advice});
}

Migration parse_migration(const MigrationSource& source, int postgres, Diagnostics& diagnostics) {
  Migration migration;
  migration.source = &source;
  if (source.header.unchecked) {
    migration.up = split_only(source.up);
    migration.is_opaque = true;
  } else {
    const std::size_t before = diagnostics.all().size();
    migration.up = parse_section(source.up, postgres, diagnostics);
    migration.is_opaque = diagnostics.all().size() > before;
  }
  if (migration.up.empty() && !migration.is_opaque && !source.header.code)
    report_empty(source, diagnostics);
  const auto parse_other = [&](const Section& section) {
    if (!section.is_present())
      return Script();
    return source.header.unchecked ? split_only(section)
                                   : parse_section(section, postgres, diagnostics);
  };
  const std::size_t before_down = diagnostics.all().size();
  migration.down = parse_other(source.down);
  if (diagnostics.all().size() > before_down) {
    // Sets of other tools hold downs that nobody ever ran. Where the project lets its history pass,
    // such a one is kept as it is, for the server to judge.
    for (std::size_t i = before_down; i < diagnostics.all().size(); ++i)
      diagnostics.all()[i].is_survivable = true;
    migration.down = split_only(source.down);
  }
  migration.verify = parse_other(source.verify);
  migration.require = parse_other(source.require);
  const BatchScope scope = !source.seed.empty()                        ? BatchScope::kSeed
                           : source.header.transaction.value_or(false) ? BatchScope::kOneTransaction
                                                                       : BatchScope::kAny;
  migration.up_batches = read_batches(source.up, migration.up, scope, diagnostics);
  migration.down_batches = read_batches(source.down, migration.down, BatchScope::kAny, diagnostics);
  read_batches(source.verify, migration.verify, BatchScope::kAny, diagnostics);
  read_batches(source.require, migration.require, BatchScope::kAny, diagnostics);
  migration.up_bodies = parse_bodies(source.up, migration.up);
  if (source.down.is_present())
    migration.down_bodies = parse_bodies(source.down, migration.down);
  migration.up_transaction = plan_transaction(migration.up, source.header.transaction,
                                              !migration.up_batches.empty(), &migration.up_bodies);
  // The header's word is about the up section; a down is looked at by itself, unless the header or
  // the directives of the down say that there is no transaction.
  migration.down_transaction = plan_transaction(
      migration.down,
      source.header.transaction == false ? source.header.transaction : source.down_transaction,
      !migration.down_batches.empty(), &migration.down_bodies);
  check_code(migration, diagnostics);
  return migration;
}

}  // namespace

std::vector<Migration> parse_set(const std::vector<MigrationSource>& sources, int postgres,
                                 Diagnostics& diagnostics) {
  std::vector<Migration> migrations(sources.size());
  std::vector<Diagnostics> found(sources.size());
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  run_with_deep_stack(sources.size(), threads, [&](std::size_t i) {
    migrations[i] = parse_migration(sources[i], postgres, found[i]);
  });
  for (Diagnostics& each : found) diagnostics.append(std::move(each));
  return migrations;
}

}  // namespace godwit::codegen::sql
