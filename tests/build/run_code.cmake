# SPDX-License-Identifier: Apache-2.0
#
# Code migrations in a project: the functions are declared in the header of the set, a missing one is an error of the
# linker that names it, and they may be defined in a source of the set's library or of the application.
#
#   cmake -DPREFIX=<installed godwit> -DWORK_DIR=... -DCXX=... -P run_code.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(PREFIX WORK_DIR CXX)

file(REMOVE_RECURSE "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/one_set/" DESTINATION "${WORK_DIR}/project")
set(project "${WORK_DIR}/project")
set(build "${WORK_DIR}/build")
set(sql "${project}/sql")

set(main [=[
#include <app/set.hpp>

#include <cstdio>
#include <string>

int main() {
  for (const godwit::Migration& migration : shop::db::migrations().migrations)
    std::printf("%s%s%s ", std::string(migration.name).c_str(), migration.up.code.function != nullptr ? "+up" : "",
                migration.down.code.function != nullptr ? "+down" : "");
}
]=])
set(function "\nvoid shop::db::fill(godwit::CodeMigration& migration) { migration.execute(\"SELECT 1\"); }\n")

# configure(<more>): with these lines behind the call.
function(configure more)
  file(WRITE "${project}/call.cmake" "add_migrations(set DIRECTORY sql NAMESPACE shop::db HEADER app/set.hpp)
add_executable(app main.cpp)
target_link_libraries(app PRIVATE set)\n${more}")
  run(ok "${CMAKE_COMMAND}" -G Ninja -S "${project}" -B "${build}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
    "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror" "-DCALL=${project}/call.cmake")
endfunction()

# builds(<ok|fails>): what was said is in `output` afterwards.
function(builds expected)
  run(${expected} "${CMAKE_COMMAND}" --build "${build}")
  set(output "${output}" PARENT_SCOPE)
endfunction()

function(prints expected)
  run(ok "${build}/app")
  expect_equal("the program's output" "${output}" "${expected}")
endfunction()

message(STATUS "no code")
file(WRITE "${sql}/1_a.sql" "CREATE TABLE a (id bigint PRIMARY KEY);\n")
file(WRITE "${sql}/2_b.sql" "CREATE TABLE b (id bigint PRIMARY KEY);\n")
file(WRITE "${project}/main.cpp" "${main}")
configure("")
builds(ok)
prints("a b ")
run(ok nm -C "${build}/app")
expect_no_output(CodeMigration run_code)

message(STATUS "a file that was there becomes code, without configuring")
file(WRITE "${sql}/2_b.sql" "-- Code: fill\nCREATE TABLE b (id bigint PRIMARY KEY);\n")
builds(fails)
expect_output("undefined reference to `shop::db::fill(godwit::CodeMigration&)'")

message(STATUS "defined in the application")
file(WRITE "${project}/main.cpp" "${main}${function}")
builds(ok)
prints("a b+up ")
# Nothing runs before main() for it.
run(ok readelf --section-headers --wide "${build}/CMakeFiles/set.dir/godwit/set/set.cpp.o")
expect_no_output(.init_array .ctors)
builds(ok)
expect_output("no work to do")

message(STATUS "defined in the library of the set, with a function for down")
file(WRITE "${project}/main.cpp" "${main}")
file(WRITE "${project}/fill.cpp" "#include <app/set.hpp>\n${function}
void shop::db::empty(godwit::CodeMigration& migration) { migration.execute(\"DELETE FROM b\"); }\n")
file(WRITE "${sql}/2_b.sql" "-- Code: fill\n-- Code-Down: empty\nCREATE TABLE b (id bigint PRIMARY KEY);\n")
configure("target_sources(set PRIVATE fill.cpp)\n")
builds(ok)
prints("a b+up+down ")

message(STATUS "a function of another signature is another function")
file(WRITE "${project}/fill.cpp" "#include <app/set.hpp>\nvoid shop::db::fill(int) {}\n")
builds(fails)
expect_output("fill(int)")
