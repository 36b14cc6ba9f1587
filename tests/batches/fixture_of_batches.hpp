// SPDX-License-Identifier: Apache-2.0
//
// What the tests of batches begin with: the tables of migration 001, rows in them, and a trigger
// that writes down every row that is changed, so that one that was changed twice, or never, shows.
#pragma once

#include "fixture.hpp"
#include "process.hpp"

#include <batch_migrations.hpp>

#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace godwit::test {

class Batched : public OnDatabase {
 protected:
  Batched() {
    apply("001");
    session_.run(
        "CREATE TABLE touched (id text);"
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO touched VALUES (to_jsonb(OLD) - 'n' - 'state' - 'label'); "
        "RETURN NULL; END $$;");
  }

  static const MigrationSet& set() { return batch_migrations::migrations(); }

  void watch(const std::string& table, const std::string& what = "UPDATE") const {
    session_.run(fmt::format(
        "CREATE TRIGGER touch AFTER {} ON {} FOR EACH ROW EXECUTE FUNCTION touch()", what, table));
  }

  /// Keys with gaps; every third row is done already, and every fifth has no state.
  void fill_items(int count) const {
    session_.run(fmt::format(
        "INSERT INTO items (id, state) SELECT i * 3 + i % 7, CASE WHEN i % 3 = 0 THEN 'done' WHEN "
        "i % 5 = 0 THEN NULL ELSE 'todo' END FROM generate_series(1, {}) AS i",
        count));
    watch("items");
  }

  Report apply(const std::string& target, Options options = {}) const {
    return Migrator(database_.conninfo(), set(), std::move(options)).apply(target);
  }

  Error failing(const std::string& target, Options options = {}) const {
    return failure_of([&] { apply(target, std::move(options)); });
  }

  Child start(const std::string& target) const {
    return Child([this, target] {
      Migrator(database_.conninfo() + " application_name=the_child", set()).apply(target);
      return 0;
    });
  }

  /// "state|step|steps|cursor" of a row, and whether somebody holds it.
  std::string row(int version) const {
    return session_.get(fmt::format(
        "SELECT concat_ws('|', state, step, steps, coalesce(cursor_value, 'no cursor'), CASE WHEN "
        "claim_backend_start IS NULL THEN 'free' ELSE 'held' END) FROM schema_migrations WHERE "
        "migration_number = {}",
        version));
  }
  void wait_for_cursor(int version) const {
    wait_for(fmt::format(
        "SELECT count(*) > 0 FROM schema_migrations WHERE migration_number = {} AND cursor_value "
        "IS NOT NULL",
        version));
  }
  /// "rows|different rows" that the trigger saw.
  std::string touched() const {
    return session_.get("SELECT count(*) || '|' || count(DISTINCT id) FROM touched");
  }
};

}  // namespace godwit::test
