// SPDX-License-Identifier: Apache-2.0
//
// Whether a step outside a transaction took effect, and what one that did not has left behind: of
// indexes the server tells, of any other statement nobody can.
#include "step_effects.hpp"

#include <utility>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

}  // namespace

// The condition on pg_class that picks the index of a CREATE.
std::string Run::has_name(const Step& step) const {
  const std::string name = connection_->literal(step.index);
  return step.probe == Probe::kIndexBuilt
             ? compose("c.relname{}{}", kEquals, name)
             : compose(
                   "pg_catalog.regexp_replace(CAST(c.relname AS pg_catalog.text), "
                   "'_idx[0-9]*$', '_idx'){}{}",
                   kEquals, name);
}

// A step whose owner died: did it take effect?
bool Run::is_step_done(const Migration& migration, const Step& step, std::size_t number) {
  if (step.probe == Probe::kIndexDropped) {
    const Reply reply = ask(compose("SELECT pg_catalog.to_regclass({}) IS NULL",
                                    connection_->literal(in_tenant(step.relation))),
                            Section::kUp);
    return is_true(reply.results[0].get(), 0, 0);
  }
  if (builds_index(step) && !step.index.empty()) {
    const Reply reply =
        ask(compose(

                "SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
                "ON c.oid{0}i.indexrelid WHERE i.indrelid{0}pg_catalog.to_regclass({1}) AND "
                "{2} AND i.indisvalid)",
                kEquals, connection_->literal(step.relation), has_name(step)),
            Section::kUp);
    const bool is_there = is_true(reply.results[0].get(), 0, 0);
    // Without a name it may be one that was there before.
    if (!is_there || step.probe == Probe::kIndexBuilt) {
      return is_there;
    }
  }
  if (step.probe == Probe::kIndexBuilt || step.is_idempotent) {
    return false;  // may run again: rebuilding an index twice is only slow
  }
  ErrorDetail detail;
  const Statement& statement = migration.up.statements[step.first_statement];
  name_migration(migration, detail);
  locate_statement(migration.up.file, migration.up.sql, statement, detail);
  detail.message = compose(
      "the run that {} {} was cut off in this statement "
      "(step {} of {}), and nobody can tell "
      "whether it took effect",
      is_undoing_ ? "was undoing" : "applied", migration.full_name, number + 1,
      migration.up.steps.size());
  detail.hint = compose(
      "look for yourself. If it did: UPDATE {0} SET step = {1}, claim_pid = NULL WHERE "
      "migration_set = '{2}' AND migration_name = '{3}'{6}; if it did not: the same with "
      "step = {4}; "
      "then run {5} again",
      history_.display(), number + 1, set_.name, migration.full_name, number,
      is_undoing_ ? "`down`" : "`up`", history_.display_target());
  fail(ErrorKind::kPartiallyApplied, std::move(detail), &migration);
}

// Drops what an earlier attempt left INVALID; false while somebody is still building it.
bool Run::drop_invalid_indexes(const Step& step) {
  // CREATE: the index of that name, on that table. REINDEX: the transient copies, which are called
  // after the index, and are cut to fit 63 bytes.
  const std::string condition =
      !step.index.empty()
          ? compose("i.indrelid{0}pg_catalog.to_regclass({1}) AND {2}", kEquals,
                    connection_->literal(step.relation), has_name(step))
          : compose(

                "i.indrelid{0}(SELECT o.indrelid FROM pg_catalog.pg_index AS o WHERE "
                "o.indexrelid{0}pg_catalog.to_regclass({1})) AND c.relname "
                "OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$' AND "
                "pg_catalog.starts_with((SELECT CAST(n.relname AS pg_catalog.text) FROM "
                "pg_catalog.pg_class AS n WHERE n.oid{0}pg_catalog.to_regclass({1})), "
                "pg_catalog.regexp_replace(CAST(c.relname AS pg_catalog.text), "
                "'_cc(new|old)[0-9]*$', ''))",
                kEquals, connection_->literal(step.relation));
  const Reply reply =
      ask(compose(

              "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), "
              "EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE "
              "p.index_relid{0}c.oid) FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
              "ON c.oid{0}i.indexrelid JOIN pg_catalog.pg_namespace AS n ON "
              "n.oid{0}c.relnamespace WHERE NOT i.indisvalid AND {1}",
              kEquals, condition),
          Section::kUp);
  const PGresult* found = reply.results[0].get();
  for (int i = 0; i < PQntuples(found); ++i) {
    if (is_true(found, i, 1)) {
      return false;
    }
    emit(EventKind::kNotice, current_,
         compose("dropping the INVALID index {}, left by an earlier attempt", value(found, i, 0)));
    ask(compose("DROP INDEX CONCURRENTLY IF EXISTS {}", value(found, i, 0)), Section::kUp);
  }
  return true;
}

void Run::assert_effect(const Migration& migration, const Step& step) {
  if (!builds_index(step)) {
    return;
  }
  const std::string condition =
      step.index.empty() ? compose("i.indexrelid{}pg_catalog.to_regclass({})", kEquals,
                                   connection_->literal(step.relation))
                         : compose("i.indrelid{0}pg_catalog.to_regclass({1}) AND {2}", kEquals,
                                   connection_->literal(step.relation), has_name(step));
  const Reply reply =
      ask(compose(

              "SELECT EXISTS (SELECT FROM pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c "
              "ON c.oid{}i.indexrelid WHERE i.indisvalid AND {})",
              kEquals, condition),
          Section::kUp);
  if (is_true(reply.results[0].get(), 0, 0)) {
    return;
  }
  const auto number = static_cast<std::size_t>(&step - migration.up.steps.data());
  ErrorDetail detail;
  name_migration(migration, detail);
  locate_statement(migration.up.file, migration.up.sql,
                   migration.up.statements[step.first_statement], detail);
  detail.message = compose("the statement ended, but {} has no valid index {}",
                           step.index.empty() ? std::string_view("the database") : step.relation,
                           step.index.empty() ? step.relation : step.index);
  detail.hint =
      "another index or table may have the same name; IF NOT EXISTS hides it. Rename one of them";
  held_.is_in_doubt = false;
  fail_step(migration, step, number, ErrorKind::kFailed, std::move(detail));
}

}  // namespace godwit::detail
