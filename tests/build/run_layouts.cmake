# SPDX-License-Identifier: Apache-2.0
#
# Folders of other tools as add_migrations() finds them: each layout is built, as it is and named; where the migrations are
# in subfolders, one that is added, changed or removed is noticed by the build, without configuring by hand.
#
#   cmake -DPREFIX=<installed godwit> -DWORK_DIR=... -DCXX=... -P run_layouts.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(PREFIX WORK_DIR CXX)

file(REMOVE_RECURSE "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/one_set/" DESTINATION "${WORK_DIR}/project")
set(project "${WORK_DIR}/project")
set(build "${WORK_DIR}/build")
file(WRITE "${project}/main.cpp" [=[
#include <crm.hpp>

#include <cstdio>
#include <string>

int main() {
  for (const godwit::Migration& migration : crm::migrations().migrations)
    std::printf("%s%s%s ", std::string(migration.full_name).c_str(), migration.down.sql.empty() ? "" : "-",
                migration.up.is_transactional ? "" : "!");
}
]=])

# put(<file> <text>): a file of the folder `sql`.
function(put file text)
  file(WRITE "${sql}/${file}" "${text}")
endfunction()

# builds(<ok|fails> <step>): `output` holds what the tool says.
function(builds expected step)
  message(STATUS "${step}")
  run(${expected} "${CMAKE_COMMAND}" --build "${build}")
  set(output "${output}" PARENT_SCOPE)
endfunction()

# holds(<names>): the migrations that are compiled in: `-` where there is a down section, `!` without a transaction.
function(holds expected)
  run(ok "${build}/app")
  expect_equal("the migrations" "${output}" "${expected} ")
endfunction()

# starts(<layout>): the folder `sql` is that layout's from here on; it is built with the layout named, and found out.
macro(starts layout)
  foreach(options "LAYOUT ${layout}" "")
    file(WRITE "${project}/call.cmake" "add_migrations(crm DIRECTORY ${layout} ${options} WERROR RULES_OFF unlocked-migration down-does-not-undo-up)
add_executable(app main.cpp)
target_link_libraries(app PRIVATE crm)\n")
    message(STATUS "${layout}: ${options}")
    run(ok "${CMAKE_COMMAND}" -G Ninja -S "${project}" -B "${build}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
      "-DCMAKE_CXX_COMPILER=${CXX}" "-DCALL=${project}/call.cmake")
    builds(ok "build")
    holds("${ARGV1}")
  endforeach()
endmacro()

set(table "CREATE TABLE a (id bigint PRIMARY KEY);\n")
set(column "ALTER TABLE a ADD COLUMN b text;\n")
set(index "CREATE INDEX CONCURRENTLY a_b ON a (b);\n")

set(sql "${project}/diesel")
put(00000000000000_diesel_initial_setup/up.sql "SELECT 1;\n")
put(2024-01-01-000000_a/up.sql "${table}")
put(2024-01-01-000000_a/down.sql "DROP TABLE a;\n")
put(2024-01-01-000000_a/notes.sql "this is no SQL")
put(2024-01-02-000000_b/up.sql "${column}")
put(drafts/up.sql "this is no SQL")
starts(diesel "00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b")
put(2024-01-03-000000_c/up.sql "ALTER TABLE a ADD COLUMN IF NOT EXISTS c text;\n")
put(2024-01-03-000000_c/metadata.toml "run_in_transaction = false\n")
builds(ok "a folder is added")
holds("00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b 20240103000000_c!")
put(2024-01-03-000000_c/metadata.toml "run_in_transaction = true\n")
builds(ok "metadata.toml is changed")
holds("00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b 20240103000000_c")
put(2024-01-03-000000_c/metadata.toml "run_in_transaction = \"no\"\n")
builds(fails "metadata.toml is wrong")
expect_output("metadata.toml:1:22: error: `run_in_transaction` is true or false [invalid-header-value]")
file(REMOVE "${sql}/2024-01-03-000000_c/metadata.toml")
builds(ok "metadata.toml is removed")
holds("00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b 20240103000000_c")
put(2024-01-03-000000_c/metadata.toml "run_in_transaction = false\n")
builds(ok "metadata.toml is added")
holds("00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b 20240103000000_c!")
file(REMOVE_RECURSE "${sql}/2024-01-03-000000_c")
builds(ok "a folder is removed")
holds("00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b")
put(.godwitignore "2024-01-02-000000_b/\n")
builds(ok ".godwitignore is added")
holds("00000000000000_diesel_initial_setup 20240101000000_a-")
file(REMOVE "${sql}/.godwitignore")
builds(ok ".godwitignore is removed")
holds("00000000000000_diesel_initial_setup 20240101000000_a- 20240102000000_b")
file(REMOVE "${sql}/2024-01-01-000000_a/down.sql")
builds(ok "a down.sql is removed")
holds("00000000000000_diesel_initial_setup 20240101000000_a 20240102000000_b")

# Prisma's folders are diesel's with another file.
file(REMOVE_RECURSE "${sql}")
put(migration_lock.toml "provider = \"postgresql\"\n")
put(20240101000000_a/migration.sql "${table}")
put(20240102000000_b/migration.sql "${column}")
starts(diesel "20240101000000_a 20240102000000_b")
put(20240103000000_c/migration.sql "ALTER TABLE a ADD COLUMN IF NOT EXISTS c text;\n")
put(20240103000000_c/down.sql "ALTER TABLE a DROP COLUMN c;\n")
builds(ok "a folder is added")
holds("20240101000000_a 20240102000000_b 20240103000000_c-")

set(sql "${project}/sqitch")
set(who "Ann <ann@example.com>")
put(sqitch.plan "%project=shop\n\nz 2024-01-01T00:00:00Z ${who}\n")
put(deploy/z.sql "BEGIN;\n${table}COMMIT;\n")
put(revert/z.sql "BEGIN;\nDROP TABLE a;\nCOMMIT;\n")
put(verify/z.sql "SELECT id FROM a WHERE false;\n")
starts(sqitch "20240101000000_z-")
put(deploy/deep/b.sql "${column}")
put(sqitch.plan "%project=shop\n\nz 2024-01-01T00:00:00Z ${who}\ndeep/b [z] 2024-01-01T00:00:00Z ${who}\n")
builds(ok "a change is planned")
holds("20240101000000_z- 20240101000001_deep/b")
file(REMOVE "${sql}/deploy/deep/b.sql")
builds(fails "its script is removed")
expect_output("sqitch.plan:4:1: error: there is no deploy/deep/b.sql for this change [invalid-plan]")
put(sqitch.plan "%project=shop\n\nz 2024-01-01T00:00:00Z ${who}\n")
builds(ok "the change is taken out of the plan")
holds("20240101000000_z-")

set(sql "${project}/flyway")
put(V1__a.sql "${table}")
put(V1.2__b.sql "${column}")
put(V1.10__c.sql "${index}")
starts(flyway "1_a 1.2_b 1.10_c!")
put(R__views.sql "CREATE OR REPLACE VIEW v AS SELECT 1;\n")
builds(ok "a repeatable migration is added")
holds("1_a 1.2_b 1.10_c! R__views")
put(afterMigrate.sql "SELECT 1;\n")
builds(fails "a callback is added")
expect_output("afterMigrate.sql:1:1: error: " "[unsupported-file]")

set(sql "${project}/goose")
put(1_a.sql "-- +goose Up\n${table}-- +goose Down\nDROP TABLE a;\n")
put(2_b.sql "-- +goose Up\n${column}")
put(10_c.sql "-- +goose NO TRANSACTION\n-- +goose Up\n${index}")
starts(goose "1_a- 2_b 10_c!")
put(11_d.sql "-- migrate:up\nSELECT 1;\n")
builds(fails "a file of another tool is added")
expect_output("11_d.sql:1:1: error: a directive of dbmate" "[mixed-layouts]")

set(sql "${project}/dbmate")
put(1_a.sql "-- migrate:up\n${table}-- migrate:down\nDROP TABLE a;\n")
put(2_b.sql "-- migrate:up\n${column}-- migrate:down\n")
put(3_c.sql "-- migrate:up transaction:false\n${index}-- migrate:down\n")
starts(dbmate "1_a- 2_b 3_c!")

set(sql "${project}/sql-migrate")
put(1_a.sql "-- +migrate Up\n${table}-- +migrate Down\nDROP TABLE a;\n")
put(2_b.sql "-- +migrate Up\n${column}")
put(3_c.sql "-- +migrate Up notransaction\n${index}")
starts(sql-migrate "1_a- 2_b 3_c!")

set(sql "${project}/golang-migrate")
put(1_a.up.sql "${table}")
put(1_a.down.sql "DROP TABLE a;\n")
put(2_b.up.sql "${column}")
put(10_c.up.sql "${index}")
starts(golang-migrate "1_a- 2_b 10_c!")
