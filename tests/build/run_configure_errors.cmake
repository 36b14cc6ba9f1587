# SPDX-License-Identifier: Apache-2.0
#
# Each wrong use of add_migrations() ends the configuration with a message that says what is wrong; each right one beside it
# does not.
#
#   cmake -DPREFIX=<installed godwit> -DWORK_DIR=... -DCXX=... -P run_configure_errors.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(PREFIX WORK_DIR CXX)

file(REMOVE_RECURSE "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/one_set/" DESTINATION "${WORK_DIR}/project")
set(project "${WORK_DIR}/project")
file(WRITE "${project}/sql/1_a.sql" "SELECT 1;\n")
file(WRITE "${project}/sql/2_b.sql" "SELECT 2;\n")
file(WRITE "${project}/sql/notes.txt" "no migration\n")
file(MAKE_DIRECTORY "${project}/empty")
set(arguments -G Ninja -S "${project}" "-DCMAKE_PREFIX_PATH=${PREFIX}" "-DCMAKE_CXX_COMPILER=${CXX}"
  "-DCALL=${project}/call.cmake")

# refused(<call> <text>...): configuring fails, and the message has the texts.
function(refused call)
  file(WRITE "${project}/call.cmake" "${call}")
  run(fails "${CMAKE_COMMAND}" ${arguments} -B "${WORK_DIR}/build")
  expect_output("CMake Error" ${ARGN})
endfunction()

# accepted(<call>): configuring succeeds; `manifest` is that of the library `crm` afterwards.
function(accepted call)
  file(WRITE "${project}/call.cmake" "${call}")
  run(ok "${CMAKE_COMMAND}" ${arguments} -B "${WORK_DIR}/build")
  file(READ "${WORK_DIR}/build/godwit/crm/crm.manifest" manifest)
  set(manifest "${manifest}" PARENT_SCOPE)
endfunction()

# The least and the most that may be said, with the whole manifest that it comes to.
accepted("add_migrations(crm DIRECTORY sql)")
expect_equal("manifest" "${manifest}" "godwit-manifest 1
library crm
header crm.hpp
namespace crm
name main
root ${project}/sql
lock ${project}/sql/godwit.lock
file ${project}/sql/1_a.sql
file ${project}/sql/2_b.sql
")
# FILES that something else has written, outside the source folder.
file(WRITE "${WORK_DIR}/written/3_c.sql" "SELECT 3;\n")
accepted("add_migrations(crm FILES sql/1_a.sql ${WORK_DIR}/written/3_c.sql)")
accepted("add_migrations(crm FILES sql/2_b.sql sql/1_a.sql NAME billing NAMESPACE acme::crm HEADER acme/crm.hpp
  POSTGRES 16 LOCK locks/crm.lock BASELINE V0017 RULES_ERROR drop-table RULES_WARN truncate prefer-bigint:all
  RULES_OFF drop-column drop-schema REQUIRE_DOWN REQUIRE_VERIFY HISTORY_TABLE ops.history EXTERNAL public.users app.orders
  WERROR ALLOW_EMPTY ALLOW_FRESH TYPE OBJECT)")
expect_equal("manifest" "${manifest}" "godwit-manifest 1
library crm
header acme/crm.hpp
namespace acme::crm
name billing
history-table ops.history
postgres 16
root ${project}
lock ${project}/locks/crm.lock
lock-required
baseline 17
rule drop-table=error
rule truncate=warn
rule prefer-bigint=warn:all
rule drop-column=off
rule drop-schema=off
require-down
require-verify
allow-empty
allow-fresh
external public.users
external app.orders
werror
file ${project}/sql/1_a.sql
file ${project}/sql/2_b.sql
")
file(READ "${WORK_DIR}/build/godwit/crm/include/acme/crm.hpp" header)
set(output "${header}")
expect_output("namespace acme::crm {" "const godwit::MigrationSet& migrations() noexcept;")

foreach(version IN ITEMS "0=0" "000=0" "7=7" "2023-01-01-000000=20230101000000" "v010=10")
  string(REPLACE "=" ";" version "${version}")
  list(GET version 0 given)
  list(GET version 1 expected)
  accepted("add_migrations(crm DIRECTORY sql BASELINE ${given})")
  set(output "${manifest}")
  expect_output("baseline ${expected} file")
endforeach()
accepted("add_migrations(crm DIRECTORY sql LOCK OFF WARN_ONLY)")
set(output "${manifest}")
expect_output("warn-only")
expect_no_output("lock " "werror")
accepted("set(GODWIT_WERROR ON)\nadd_migrations(crm DIRECTORY sql)")
set(output "${manifest}")
expect_output("werror")
accepted("set(GODWIT_WERROR ON)\nadd_migrations(crm DIRECTORY sql WARN_ONLY)")
set(output "${manifest}")
expect_no_output("werror")
accepted("add_migrations(crm DIRECTORY empty ALLOW_EMPTY)")
set(output "${manifest}")
expect_no_output("file ")

# The library and what it compiles.
refused("add_migrations(\"a b\" DIRECTORY sql)" "\"a b\" is no name for a library")
refused("add_library(crm INTERFACE)\nadd_migrations(crm DIRECTORY sql)"
  "add_migrations(crm): there is a target of this name already")
refused("add_migrations(crm DIRECTORY sql)\nadd_migrations(crm DIRECTORY sql)" "there is a target of this name already")
refused("add_migrations(crm)" "give DIRECTORY <dir> or FILES <file>...")
refused("add_migrations(crm DIRECTORY sql FILES sql/1_a.sql)" "give DIRECTORY or FILES, not both")
refused("add_migrations(crm DIRECTORY nowhere)" "there is no folder ${project}/nowhere")
refused("add_migrations(crm DIRECTORY sql/1_a.sql)" "there is no folder ${project}/sql/1_a.sql")
refused("add_migrations(crm DIRECTORY empty)" "there is no .sql file in ${project}/empty" ALLOW_EMPTY)
refused("add_migrations(crm FILES sql/3_c.sql)" "there is no file ${project}/sql/3_c.sql")
refused("add_migrations(crm FILES sql/1_a.sql ./sql/1_a.sql)" "${project}/sql/1_a.sql is listed twice")
refused("add_migrations(crm FILES sql/notes.txt)" "${project}/sql/notes.txt is no .sql file")

refused("add_migrations(crm DIRECTORY sql SEEDS seeds)" "there is no folder ${project}/seeds, which SEEDS names")
refused("add_migrations(crm DIRECTORY sql SEEDS empty)" "there is no .sql file in the folders of ${project}/empty")

string(ASCII 7 bell)
foreach(mark IN ITEMS "\n" "\t" "${bell}")
  file(WRITE "${project}/sql/3${mark}c.sql" "SELECT 1;\n")
  refused("add_migrations(crm DIRECTORY sql)"
    "the name of ${project}/sql/3?c.sql holds a control character or a line break")
  file(REMOVE "${project}/sql/3${mark}c.sql")
endforeach()

# Words.
refused("add_migrations(crm DIRECTORY sql COLOUR red)" "unknown: COLOUR red" "Known are: DIRECTORY")
refused("add_migrations(crm DIRECTORY sql SEED seeds)" "unknown: SEED seeds")
refused("add_migrations(crm DIRECTORY sql EXTERNAL a DEFINES x=1)" "unknown: DEFINES")
refused("add_migrations(crm DIRECTORY sql DEFINE x)" "DEFINE is name=value, not x")
refused("add_migrations(crm DIRECTORY sql DEFINE x=1 y=2 x=3)" "DEFINE x is given twice")
refused("add_migrations(crm DIRECTORY sql DEFINE 1x=1)" "DEFINE is name=value, not 1x=1")
refused("add_migrations(crm DIRECTORY sql WERRROR)" "unknown: WERRROR")
refused("add_migrations(crm DIRECTORY sql other)" "unknown: other")
refused("add_migrations(crm DIRECTORY sql RULES_OFF drop-table WARNONLY)" "unknown: WARNONLY")
refused("add_migrations(crm DIRECTORY sql EXTERNAL public.users EXCLUDE)" "unknown: EXCLUDE")
refused("add_migrations(crm DIRECTORY sql NAME)" "no value after NAME")
refused("add_migrations(crm DIRECTORY sql BASELINE WERROR)" "no value after BASELINE")
refused("add_migrations(crm DIRECTORY sql RULES_OFF)" "no value after RULES_OFF")
refused("add_migrations(crm DIRECTORY \"\")" "argument 2 is empty; is a variable not set?")
refused("add_migrations(crm DIRECTORY sql NAME a NAME b)" "NAME is given twice")
refused("add_migrations(crm DIRECTORY sql NAME \"a\nb\")" "argument 4 holds a line break")

# Values.
foreach(table IN ITEMS a.b.c .a a. "\\\"a" "\\\"a\\\".b")
  refused("add_migrations(crm DIRECTORY sql HISTORY_TABLE \"${table}\")" "HISTORY_TABLE is table or schema.table, without")
  refused("add_migrations(crm DIRECTORY sql EXTERNAL users \"${table}\")" "EXTERNAL is table or schema.table, without")
endforeach()
foreach(schema IN ITEMS pg_catalog information_schema pg_temp pg_toast)
  refused("add_migrations(crm DIRECTORY sql HISTORY_TABLE ${schema}.history)" "${schema} is PostgreSQL's own")
endforeach()
refused("add_migrations(crm DIRECTORY sql WERROR WARN_ONLY)" "WERROR and WARN_ONLY contradict each other")
refused("add_migrations(crm DIRECTORY sql TYPE SHARED)" "TYPE is STATIC or OBJECT, not SHARED")
refused("add_migrations(crm DIRECTORY sql NAMESPACE 7up)" "\"7up\" is no C++ namespace; give another with NAMESPACE")
refused("add_migrations(crm DIRECTORY sql NAMESPACE a::)" "\"a::\" is no C++ namespace")
refused("add_migrations(crm DIRECTORY sql NAMESPACE a:b)" "\"a:b\" is no C++ namespace")
refused("add_migrations(crm DIRECTORY sql NAMESPACE app::class)" "holds the C++ keyword class")
refused("add_migrations(crm DIRECTORY sql NAMESPACE std::crm)" "is not for applications")
refused("add_migrations(delete DIRECTORY sql)" "holds the C++ keyword delete")
refused("add_migrations(7-crm DIRECTORY sql)" "a name that C++ keeps for itself; give another with NAMESPACE")
refused("add_migrations(crm DIRECTORY sql HEADER ../crm.hpp)" "HEADER is a relative name such as crm.hpp")
refused("add_migrations(crm DIRECTORY sql HEADER a/../../crm.hpp)" "HEADER is a relative name such as crm.hpp")
refused("add_migrations(crm DIRECTORY sql HEADER /crm.hpp)" "HEADER is a relative name such as crm.hpp")
refused("add_migrations(crm DIRECTORY sql HEADER crm)" "HEADER is a relative name such as crm.hpp")
refused("add_migrations(crm DIRECTORY sql POSTGRES latest)" "POSTGRES is a major version such as 15, not latest")
refused("add_migrations(crm DIRECTORY sql BASELINE first)" "BASELINE is the version of a migration, such as 42")
refused("add_migrations(crm DIRECTORY sql BASELINE 1234567890123456789)" "BASELINE is the version of a migration")
refused("add_migrations(crm DIRECTORY sql BASELINE 1_2)" "BASELINE is the version of a migration")
refused("add_migrations(crm DIRECTORY sql LOCK sql)" "LOCK names the folder ${project}/sql")
refused("add_migrations(crm DIRECTORY sql RULES_OFF Drop-Table)" "RULES_OFF: \"Drop-Table\" is no rule")
refused("add_migrations(crm DIRECTORY sql RULES_OFF drop-table RULES_WARN drop-table)" "the rule drop-table is given twice")

# Two sets that would be taken for each other must not meet in one executable; side by side they may be.
file(WRITE "${project}/main.cpp" "int main() {}\n")
set(two "add_migrations(crm DIRECTORY sql NAMESPACE x)\nadd_executable(app main.cpp)\n")
refused("${two}add_migrations(crm2 DIRECTORY sql NAMESPACE x)\ntarget_link_libraries(app PRIVATE crm crm2)"
  "The INTERFACE_GODWIT_ONE_SET_ONLY_HAS_NAMESPACE_x property of \"crm2\" does not agree")
refused("${two}add_migrations(crm2 DIRECTORY sql HEADER crm.hpp)\ntarget_link_libraries(app PRIVATE crm crm2)"
  "The INTERFACE_GODWIT_ONE_SET_ONLY_HAS_HEADER_crm_hpp property of \"crm2\" does not agree")
accepted("${two}add_migrations(crm2 DIRECTORY sql NAMESPACE x)\ntarget_link_libraries(app PRIVATE crm2)")
accepted("${two}add_migrations(crm2 DIRECTORY sql)\ntarget_link_libraries(app PRIVATE crm crm2)")

# Which tool.
set(BAD "${WORK_DIR}/bad")
refused("set(Godwit_CODEGEN_EXECUTABLE ${BAD})\nadd_migrations(crm DIRECTORY sql)"
  "Godwit_CODEGEN_EXECUTABLE names ${BAD}, which is no file")
file(WRITE "${BAD}" "#!/bin/sh\necho 'godwit 9.0.0 (table format 77)'\n")
run(ok chmod +x "${BAD}")
refused("set(Godwit_CODEGEN_EXECUTABLE ${BAD})\nadd_migrations(crm DIRECTORY sql)"
  "is godwit 9.0.0 (table format 77), but the runtime here reads table format"
  "take the tool and the runtime from the same release")
file(WRITE "${BAD}" "#!/bin/sh\necho broken >&2\nexit 1\n")
refused("set(Godwit_CODEGEN_EXECUTABLE ${BAD})\nadd_migrations(crm DIRECTORY sql)"
  "which is no `godwit` that runs on this machine" "broken")
accepted("set(Godwit_CODEGEN_EXECUTABLE ${PREFIX}/bin/godwit)\nadd_migrations(crm DIRECTORY sql)")

# Cross compiling: the installed tool is for the other machine.
file(WRITE "${project}/toolchain.cmake" "set(CMAKE_SYSTEM_NAME Linux)\nset(CMAKE_SYSTEM_PROCESSOR other)\n")
file(WRITE "${project}/call.cmake" "add_migrations(crm DIRECTORY sql)")
set(cross ${arguments} "-DCMAKE_TOOLCHAIN_FILE=${project}/toolchain.cmake" "-DCMAKE_FIND_ROOT_PATH_MODE_PACKAGE=BOTH")
run(fails "${CMAKE_COMMAND}" ${cross} -B "${WORK_DIR}/cross")
expect_output("there is no `godwit` that runs on this machine" "cmake --build godwit-host --target godwit_tool"
  "-DGodwit_CODEGEN_EXECUTABLE=")
run(ok "${CMAKE_COMMAND}" ${cross} -B "${WORK_DIR}/cross" "-DGodwit_CODEGEN_EXECUTABLE=${PREFIX}/bin/godwit")
run(ok "${CMAKE_COMMAND}" --build "${WORK_DIR}/cross")

# The package's components.
file(READ "${project}/CMakeLists.txt" lists)
function(components expected components)
  string(REPLACE "find_package(Godwit REQUIRED)" "find_package(Godwit REQUIRED COMPONENTS ${components})" text "${lists}")
  file(WRITE "${project}/CMakeLists.txt" "${text}")
  run(${expected} "${CMAKE_COMMAND}" ${arguments} -B "${WORK_DIR}/build" ${ARGN})
  set(output "${output}" PARENT_SCOPE)
endfunction()
components(ok "Runtime Codegen")
components(fails "Runtime Tests")
expect_output("Tests: there are the components Runtime and Codegen only")
file(WRITE "${project}/call.cmake" "")
components(ok "Runtime")
components(fails "Codegen" -B "${WORK_DIR}/cross2" "-DCMAKE_TOOLCHAIN_FILE=${project}/toolchain.cmake")
expect_output("Codegen: the installed tool is for the target machine")
