# SPDX-License-Identifier: Apache-2.0
#
# What each option of add_migrations() does to a build: one small set, built again and again with other options.
#
#   cmake -DPREFIX=<installed godwit> -DWORK_DIR=... -DCXX=... -P run_options.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(PREFIX WORK_DIR CXX)

file(REMOVE_RECURSE "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/one_set/" DESTINATION "${WORK_DIR}/project")
set(project "${WORK_DIR}/project")
set(build "${WORK_DIR}/build")
set(sql "${project}/sql")
file(WRITE "${project}/main.cpp" [=[
#include HEADER

#include <cstdio>
#include <string>

int main() {
  const godwit::MigrationSet& set = NAMESPACE::migrations();
  std::printf("name=%s history=%s postgres=%d", std::string(set.name).c_str(), std::string(set.history_table).c_str(),
              set.postgres);
  if (set.allows_fresh)
    std::printf(" fresh");
  for (const godwit::Migration& migration : set.migrations)
    std::printf(" %s", std::string(migration.full_name).c_str());
}
]=])

# builds(<ok|fails> <options>): what the tool says is in `output` afterwards; `app` is the program.
function(builds expected options)
  file(WRITE "${project}/call.cmake" "set(NAMESPACE crm)\nset(HEADER crm.hpp)\nadd_migrations(crm ${options})
add_executable(app main.cpp)
target_link_libraries(app PRIVATE crm)
target_compile_definitions(app PRIVATE NAMESPACE=\${NAMESPACE} \"HEADER=<\${HEADER}>\")\n")
  if(options MATCHES "NAMESPACE ([a-z:]+)")
    file(READ "${project}/call.cmake" call)
    string(REPLACE "set(NAMESPACE crm)" "set(NAMESPACE ${CMAKE_MATCH_1})" call "${call}")
    file(WRITE "${project}/call.cmake" "${call}")
  endif()
  if(options MATCHES "HEADER ([a-z/.]+)")
    file(READ "${project}/call.cmake" call)
    string(REPLACE "set(HEADER crm.hpp)" "set(HEADER ${CMAKE_MATCH_1})" call "${call}")
    file(WRITE "${project}/call.cmake" "${call}")
  endif()
  message(STATUS "${expected}: ${options}")
  run(ok "${CMAKE_COMMAND}" -G Ninja -S "${project}" -B "${build}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCALL=${project}/call.cmake" ${ARGN})
  run(${expected} "${CMAKE_COMMAND}" --build "${build}")
  set(output "${output}" PARENT_SCOPE)
endfunction()

# prints(<text>): what the program says about the table that was compiled into it.
function(prints expected)
  run(ok "${build}/app")
  expect_equal("the program's output" "${output}" "${expected}")
endfunction()

# A migration that the rules refuse.
file(WRITE "${sql}/1_a.sql" "CREATE TABLE a (id bigint PRIMARY KEY);\n")
file(WRITE "${sql}/2_b.sql" "-- Dependencies: 1\nDROP TABLE a;\n")
set(finding "${sql}/2_b.sql:2:12:")
builds(fails "DIRECTORY sql")
expect_output("${finding} error: " "[drop-table]")
builds(ok "DIRECTORY sql RULES_WARN drop-table")
expect_output("${finding} warning: " "[drop-table]")
prints("name=main history=schema_migrations postgres=15 1_a 2_b")
builds(fails "DIRECTORY sql RULES_WARN drop-table WERROR")
expect_output("${finding}" "[drop-table]")
builds(fails "DIRECTORY sql RULES_WARN drop-table" -DGODWIT_WERROR=ON)
expect_output("${finding}" "[drop-table]")
builds(ok "DIRECTORY sql RULES_WARN drop-table" -DGODWIT_WERROR=OFF)
builds(fails "DIRECTORY sql RULES_ERROR drop-table")
expect_output("${finding} error: " "[drop-table]")
builds(ok "DIRECTORY sql RULES_OFF drop-table")
expect_no_output("drop-table")
builds(fails "DIRECTORY sql RULES_OFF drop-column truncate")
expect_output("${finding} error: " "[drop-table]")
builds(fails "DIRECTORY sql RULES_OFF drop-tabel")
expect_output("drop-tabel")
builds(ok "DIRECTORY sql WARN_ONLY")
expect_output("${finding} warning: " "[drop-table]")
builds(ok "DIRECTORY sql BASELINE 2")
expect_no_output("drop-table")
builds(fails "DIRECTORY sql BASELINE 1")
expect_output("${finding} error: " "[drop-table]")

# What neither WARN_ONLY nor BASELINE mutes.
file(WRITE "${sql}/3_c.sql" "CREATE TABEL c (id bigint);\n")
builds(fails "DIRECTORY sql WARN_ONLY BASELINE 3")
expect_output("${sql}/3_c.sql:1:8: error: ")
file(WRITE "${sql}/3_c.sql" "-- Dependencies: 9\nSELECT 1;\n")
builds(fails "DIRECTORY sql WARN_ONLY BASELINE 3")
expect_output("${sql}/3_c.sql:1:")
file(WRITE "${sql}/3_c.sql" "SELECT 1;\nCOMMIT;\nSELECT 2;\n")
builds(fails "DIRECTORY sql WARN_ONLY BASELINE 3")
expect_output("${sql}/3_c.sql:2:1: error: " "[transaction-control]")
file(REMOVE "${sql}/3_c.sql")

# The lock file.
file(WRITE "${sql}/2_b.sql" "-- Dependencies: 1\nALTER TABLE a ADD COLUMN note text;\n")
builds(ok "DIRECTORY sql")
run(ok "${PREFIX}/bin/godwit" lock "${sql}")
builds(ok "DIRECTORY sql")
file(APPEND "${sql}/2_b.sql" "COMMENT ON TABLE a IS 'edited';\n")
builds(fails "DIRECTORY sql")
expect_output("${sql}/2_b.sql:" "error: ")
builds(fails "DIRECTORY sql WARN_ONLY BASELINE 2")
expect_output("${sql}/2_b.sql:" "error: ")
builds(ok "DIRECTORY sql LOCK OFF")
file(RENAME "${sql}/godwit.lock" "${project}/elsewhere.lock")
builds(ok "DIRECTORY sql")
builds(fails "DIRECTORY sql LOCK elsewhere.lock")
expect_output("${sql}/2_b.sql:" "error: ")

# Sections that must be there.
builds(fails "DIRECTORY sql REQUIRE_DOWN")
expect_output("${sql}/1_a.sql:" "${sql}/2_b.sql:")
builds(fails "DIRECTORY sql REQUIRE_VERIFY")
expect_output("${sql}/1_a.sql:" "${sql}/2_b.sql:")
file(WRITE "${sql}/1_a.sql" "CREATE TABLE a (id bigint PRIMARY KEY);\n-- godwit:verify\nSELECT true;\n\
-- godwit:down\nDROP TABLE a;\n")
file(WRITE "${sql}/2_b.sql" "-- Dependencies: 1\nALTER TABLE a ADD COLUMN note text;\n-- godwit:verify\nSELECT true;\n\
-- godwit:down\nALTER TABLE a DROP COLUMN note;\n")
builds(ok "DIRECTORY sql REQUIRE_DOWN REQUIRE_VERIFY")

# A lock file that is named has to be there, once it was made.
builds(fails "DIRECTORY sql LOCK locks.txt")
expect_output("${project}/locks.txt:1:1: error: there is no such file, though LOCK in add_migrations() names it"
  "godwit lock ${sql} --file ${project}/locks.txt")
run(ok "${PREFIX}/bin/godwit" lock "${sql}" --file "${project}/locks.txt")
run(ok "${CMAKE_COMMAND}" --build "${build}")
builds(ok "DIRECTORY sql BASELINE 3")
expect_output("BASELINE 3 is above the last version, 2")

# Names in upper case, of files and of folders that are named as files, are those that the tool itself lists.
file(WRITE "${sql}/3_c.SQL" "SELECT 3;\n")
file(WRITE "${sql}/4_d.Up.Sql" "SELECT 4;\n")
file(WRITE "${sql}/4_d.DOWN.sql" "SELECT 4;\n")
builds(ok "DIRECTORY sql")
prints("name=main history=schema_migrations postgres=15 1_a 2_b 3_c 4_d")
builds(ok "FILES sql/3_c.SQL")
prints("name=main history=schema_migrations postgres=15 3_c")
file(MAKE_DIRECTORY "${sql}/5_e.sql")
builds(fails "DIRECTORY sql")
expect_output("${sql}/5_e.sql:1:1: error: a folder, though it is named as a migration's file is")
run(fails "${PREFIX}/bin/godwit" lint "${sql}")
expect_output("${sql}/5_e.sql:1:1: error: a folder, though it is named as a migration's file is")
file(REMOVE_RECURSE "${sql}/5_e.sql")
run(ok "${CMAKE_COMMAND}" --build "${build}")

# A name that is no UTF-8: CMake leaves it to the tool.
run(ok sh -c "printf 'SELECT 6' >\"$(printf '%s/6_\\377.sql' \"$0\")\"" "${sql}")
run(fails "${CMAKE_COMMAND}" --build "${build}")
expect_output("6_\\xFF.sql:1:1: error: the file's name is not valid UTF-8")
run(ok sh -c "rm \"$0\"/6_*.sql" "${sql}")
file(REMOVE "${sql}/3_c.SQL" "${sql}/4_d.Up.Sql" "${sql}/4_d.DOWN.sql")

# What only the table shows.
builds(ok "DIRECTORY sql NAME billing NAMESPACE acme::crm HEADER acme/crm.hpp HISTORY_TABLE ops.history POSTGRES 16")
prints("name=billing history=ops.history postgres=16 1_a 2_b")
builds(ok "DIRECTORY sql TYPE OBJECT EXTERNAL public.users ALLOW_FRESH")
prints("name=main history=schema_migrations postgres=15 fresh 1_a 2_b")
builds(ok "FILES sql/1_a.sql")
prints("name=main history=schema_migrations postgres=15 1_a")
file(MAKE_DIRECTORY "${project}/empty")
builds(ok "DIRECTORY empty ALLOW_EMPTY")
prints("name=main history=schema_migrations postgres=15")
file(WRITE "${project}/empty/1_a.sql" "SELECT 1;\n")
run(ok "${CMAKE_COMMAND}" --build "${build}")
prints("name=main history=schema_migrations postgres=15 1_a")

# Placeholders: the value is in the table, and another value makes another table; checksums stay those of the files.
file(WRITE "${sql}/3_c.sql" "-- \${name} stays\nCREATE TABLE \${name}_c (note text DEFAULT '\${ a text}', \${name}_id bigint);\n")
file(SHA256 "${sql}/3_c.sql" checksum)
foreach(value IN ITEMS one two)
  builds(ok "DIRECTORY sql DEFINE name=${value}")
  file(READ "${build}/godwit/crm/crm.cpp" table)
  set(output "${table}")
  expect_output("CREATE TABLE ${value}_c (note text DEFAULT '\${ a text}', ${value}_id bigint)" "${checksum}")
  string(REGEX MATCH "digest = [^\"]*\"[0-9a-f]+" digest_${value} "${table}")
endforeach()
if(digest_one STREQUAL digest_two OR NOT digest_one)
  message(FATAL_ERROR "another value has the same digest: ${digest_one}")
endif()
builds(fails "DIRECTORY sql DEFINE nam=one")
expect_output("${sql}/3_c.sql:2:14: error: nothing is defined for `\${name}`" "DEFINE nam is used by no migration")
builds(fails "DIRECTORY sql")
expect_output("${sql}/3_c.sql:2:14: error: syntax error" "for a placeholder, write DEFINE name=value")
file(REMOVE "${sql}/3_c.sql")

# Seeds: each is in the table with its mode; one that is added, edited or removed makes another table.
set(seeds "${project}/the seeds")
file(WRITE "${seeds}/reference/10_b.sql" "INSERT INTO a (id) VALUES (2) ON CONFLICT DO NOTHING;\n")
file(WRITE "${seeds}/reference/9_a.sql" "INSERT INTO a (id) VALUES (1) ON CONFLICT DO NOTHING;\n")
file(WRITE "${seeds}/acme/rows.SQL" "-- \${x} stays\nCREATE TEMP TABLE r (id bigint) ON COMMIT DROP;\nCOPY r FROM stdin;\n\
7\n\\.\nINSERT INTO a (id) SELECT id FROM r ON CONFLICT DO NOTHING;\n")
set(with_seeds "name=main history=schema_migrations postgres=15 1_a 2_b reference/9_a reference/10_b")
builds(ok "DIRECTORY sql SEEDS \"the seeds\"")
prints("${with_seeds} acme/rows")
file(WRITE "${seeds}/sample/c.sql" "INSERT INTO a (id) VALUES (3) ON CONFLICT DO NOTHING;\n")
run(ok "${CMAKE_COMMAND}" --build "${build}")
prints("${with_seeds} sample/c acme/rows")
file(READ "${build}/godwit/crm/crm.cpp" before)
file(APPEND "${seeds}/sample/c.sql" "INSERT INTO a (id) VALUES (4) ON CONFLICT DO NOTHING;\n")
run(ok "${CMAKE_COMMAND}" --build "${build}")
file(READ "${build}/godwit/crm/crm.cpp" after)
if(before STREQUAL after)
  message(FATAL_ERROR "an edited seed did not reach the table")
endif()
file(REMOVE "${seeds}/sample/c.sql")
run(ok "${CMAKE_COMMAND}" --build "${build}")
prints("${with_seeds} acme/rows")
file(WRITE "${seeds}/sample/c.sql" "INSERT INTO a (id) VALUES (3);\n")
run(fails "${CMAKE_COMMAND}" --build "${build}")
expect_output("${seeds}/sample/c.sql:1:1: error: a seed is applied again when it changes, but INSERT adds the rows")
builds(ok "DIRECTORY sql")
prints("name=main history=schema_migrations postgres=15 1_a 2_b")

# Names that CMake would take for something else.
set(odd "${project}/odd [1] (x) \$HOME @name@ 100% & it's")
file(WRITE "${odd}/1_a b [2].sql" "SELECT 1;\n")
file(WRITE "${odd}/2_b@name@.sql" "-- Dependencies: 1\nSELECT 1;\n")
builds(ok "DIRECTORY \"odd [1] (x) \\\$HOME @name@ 100% & it's\"")
