// SPDX-License-Identifier: Apache-2.0
#include "functions.hpp"

#include <code_set.hpp>

#include <cstdint>
#include <string>

namespace godwit::test {
namespace {

// A slice at a time, as one does with a table that is too large for memory.
void split(CodeMigration& migration) {
  migration.execute("INSERT INTO calls (what) VALUES ('split')");
  const std::int64_t total = migration.query("SELECT count(*) FROM people")[0].integer(0);
  std::int64_t last = 0;
  std::uint64_t done = 0;
  for (;;) {
    const Rows rows =
        migration.query("SELECT id, name FROM people WHERE id > $1 ORDER BY id LIMIT 100", {last});
    if (rows.empty()) {
      return;
    }
    for (const Row row : rows) {
      const std::string name(row.text(1));
      const std::size_t blank = name.find(' ');
      migration.execute("UPDATE people SET first_name = $2, last_name = $3 WHERE id = $1",
                        {row.text(0), name.substr(0, blank), name.substr(blank + 1)});
      last = row.integer(0);
      migration.progress(++done, static_cast<std::uint64_t>(total), "people");
    }
  }
}

}  // namespace

Bodies& bodies() {
  static Bodies bodies = honest_bodies();
  return bodies;
}

Bodies honest_bodies() {
  return {split,
          [](CodeMigration& migration) {
            migration.execute("INSERT INTO calls (what) VALUES ('join')");
            migration.execute("UPDATE people SET name = first_name || ' ' || last_name");
          },
          [](CodeMigration& migration) {
            migration.execute("INSERT INTO calls (what) SELECT 'count ' || count(*) FROM people");
          }};
}

}  // namespace godwit::test

namespace code_set {

void split_names(godwit::CodeMigration& migration) {
  godwit::test::bodies().split(migration);
}
void join_names(godwit::CodeMigration& migration) {
  godwit::test::bodies().join(migration);
}
void count_people(godwit::CodeMigration& migration) {
  godwit::test::bodies().count(migration);
}

}  // namespace code_set
