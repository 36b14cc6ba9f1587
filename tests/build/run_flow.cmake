# SPDX-License-Identifier: Apache-2.0
#
# The life of a project that uses godwit: first build, nothing changed, a migration added, removed, touched, one that is not
# safe, and so on, each with what must and what must not happen. One CTest for each way to get godwit and each generator:
#
#   cmake -DHOW=find_package|FetchContent|add_subdirectory -DGENERATOR=... -DSOURCE_DIR=<godwit> -DWORK_DIR=... \
#         -DCXX=... [-DPREFIX=<installed godwit>] [-DTOOL=<godwit>] [-DLAUNCHER=ccache] -P run_flow.cmake
#
# How it can tell: the stamp of a set is replaced each time that the tool succeeds, an object and an executable each time
# that they are made; so a file's time says whether that was run.
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(HOW GENERATOR SOURCE_DIR WORK_DIR CXX)

set(project "${WORK_DIR}/a project")  # a space in the path is nothing special
set(build "${project}/build")
set(migrations "${project}/migrations")
file(REMOVE_RECURSE "${WORK_DIR}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/project/" DESTINATION "${project}")

set(config Debug)
set(is_multi_config FALSE)
# Two projects compile godwit itself, in different folders, which is no difference to what is compiled.
set(ENV{CCACHE_NOHASHDIR} 1)
if(GENERATOR MATCHES "Multi-Config")
  set(is_multi_config TRUE)
endif()

# Generated code and headers are compiled with the consumer's warnings as errors.
set(arguments -G "${GENERATOR}" -S "${project}" -B "${build}" -DHOW=${HOW} "-DGODWIT_SOURCE_DIR=${SOURCE_DIR}"
  "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror")
if(HOW STREQUAL "find_package")
  require_variables(PREFIX)
  list(APPEND arguments "-DCMAKE_PREFIX_PATH=${PREFIX}")
endif()
if(TOOL)
  list(APPEND arguments "-DGodwit_CODEGEN_EXECUTABLE=${TOOL}" -DGODWIT_BUILD_CODEGEN=OFF)
endif()
if(LAUNCHER)
  list(APPEND arguments "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
endif()

# build(<ok|fails> <step> [<target>]): afterwards `generated`, `compiled` and `linked` say what was done.
function(build expected step)
  message(STATUS "${step}")
  foreach(what generated compiled linked)
    set(file "${${what}_file}")
    set(before_${what} "")
    if(file AND EXISTS "${file}")
      file(TIMESTAMP "${file}" before_${what} "%s.%f")
    endif()
  endforeach()
  set(target)
  if(ARGC GREATER 2)
    set(target --target ${ARGV2})
  endif()
  run(${expected} "${CMAKE_COMMAND}" --build "${build}" --config ${config} --parallel 2 ${target})

  set(binary_dir "${build}")
  if(is_multi_config)
    set(binary_dir "${build}/${config}")
  endif()
  set(generated_file "${build}/godwit/crm_migrations/crm_migrations.stamp")
  set(linked_file "${binary_dir}/crm")
  file(GLOB_RECURSE compiled_file "${build}/CMakeFiles/crm_migrations.dir/*crm_migrations.cpp.o")
  foreach(what generated compiled linked)
    set(after "")
    if(EXISTS "${${what}_file}")
      file(TIMESTAMP "${${what}_file}" after "%s.%f")
    endif()
    if(after STREQUAL before_${what})
      set(${what} no PARENT_SCOPE)
    else()
      set(${what} yes PARENT_SCOPE)
    endif()
    set(${what}_file "${${what}_file}" PARENT_SCOPE)
  endforeach()
  set(app "${linked_file}" PARENT_SCOPE)
  set(service "${binary_dir}/crm_service" PARENT_SCOPE)
  set(output "${output}" PARENT_SCOPE)
endfunction()

# expect_done(<generated> <compiled> <linked>): what the last build did, each yes or no.
macro(expect_done)
  expect_equal("generated, compiled, linked" "${generated} ${compiled} ${linked}" "${ARGV0} ${ARGV1} ${ARGV2}")
endmacro()

# holds(<names>): the migrations that the application was compiled with; 7 is "cannot connect".
function(holds names)
  run(ok "${service}")
  expect_equal("what the application holds" "${output}" "${names} error 7\n")
endfunction()

message(STATUS "configure")
run(ok "${CMAKE_COMMAND}" ${arguments})
if(NOT EXISTS "${build}/godwit/crm_migrations/include/crm_migrations.hpp")
  message(FATAL_ERROR "the header is not there after configuring")
endif()

build(ok "first build")
expect_equal("files that were made" "${generated} ${compiled} ${linked}" "yes yes yes")
run(ok "${app}" version)
expect_output(godwit 002_notes)
holds("001_clients 002_notes")

build(ok "nothing changed")
expect_done(no no no)

message(STATUS "nothing changed, configured again")
run(ok "${CMAKE_COMMAND}" ${arguments})
build(ok "nothing changed, after configuring again")
expect_done(no no no)

file(WRITE "${migrations}/003_tags.sql" "-- Migration 003: Tags\n-- Dependencies: None\n\
CREATE TABLE tags_of_the_third (id bigint PRIMARY KEY, name text NOT NULL);\n")
build(ok "a migration is added")
expect_done(yes yes yes)
holds("001_clients 002_notes 003_tags")
file(STRINGS "${app}" found REGEX tags_of_the_third)
if(NOT found)
  message(FATAL_ERROR "the added migration is not in ${app}")
endif()

build(ok "nothing changed, after adding")
expect_done(no no no)

file(REMOVE "${migrations}/003_tags.sql")
build(ok "a migration is removed")
expect_done(yes yes yes)
holds("001_clients 002_notes")
file(STRINGS "${app}" found REGEX tags_of_the_third)
if(found)
  message(FATAL_ERROR "the removed migration is still in ${app}")
endif()

build(ok "nothing changed, after removing")
expect_done(no no no)

file(TOUCH_NOCREATE "${migrations}/001_clients.sql")
build(ok "a migration is touched")
expect_done(yes no no)

file(WRITE "${migrations}/README.md" "Still not a migration.")
file(MAKE_DIRECTORY "${migrations}/drafts")
file(WRITE "${migrations}/drafts/draft.sql" "this is no SQL")
file(WRITE "${migrations}/.hidden.sql" "this is no SQL")
build(ok "what is no migration is changed")
expect_done(no no no)

set(unsafe "${migrations}/003_drop.sql")
file(WRITE "${unsafe}" "-- Migration 003: Drop\n-- Dependencies: 2\nDROP TABLE notes;\n")
build(fails "a migration is not safe")
expect_output("${unsafe}:3:12: error: " "[drop-table]" "DROP TABLE notes;" "^")
expect_done(no no no)
build(fails "it is still not safe")
expect_output("${unsafe}:3:12: error: " "[drop-table]")
expect_done(no no no)
build(fails "the umbrella target says so too" godwit_check)
expect_output("${unsafe}:3:12: error: " "[drop-table]")
run(fails "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" -C ${config} --output-on-failure)
expect_output("crm_migrations.lint" "${unsafe}:3:12: error: " "[drop-table]")

file(WRITE "${unsafe}" "-- Migration 003: Drop\n-- Dependencies: 2\nALTER TABLE notes ADD COLUMN author text;\n")
build(ok "it is mended")
expect_done(yes yes yes)
holds("001_clients 002_notes 003_drop")
build(ok "nothing changed, after mending")
expect_done(no no no)
build(ok "the umbrella target is content" godwit_check)
run(ok "${CMAKE_CTEST_COMMAND}" --test-dir "${build}" -C ${config} --output-on-failure)
expect_output("crm_migrations.lint" "100% tests passed")

# A lock file that appears, guards what it locks, and goes again. An old time on it must not hide it.
foreach(candidate "${TOOL}" "${PREFIX}/bin/godwit" "${build}/_deps/godwit-build/codegen/godwit"
    "${build}/_deps/godwit-build/codegen/${config}/godwit" "${build}/godwit/codegen/godwit"
    "${build}/godwit/codegen/${config}/godwit")
  if(EXISTS "${candidate}")
    set(tool "${candidate}")
    break()
  endif()
endforeach()
run(ok "${tool}" lock "${migrations}")
run(ok touch -d 2020-01-01 "${migrations}/godwit.lock")
build(ok "a lock file appears")
expect_equal("generated" "${generated}" yes)
build(ok "nothing changed, after locking")
expect_done(no no no)
file(READ "${migrations}/001_clients.sql" old)
file(APPEND "${migrations}/001_clients.sql" "COMMENT ON TABLE clients IS 'edited';\n")
build(fails "a locked migration is edited")
expect_output("${migrations}/001_clients.sql:")
file(WRITE "${migrations}/001_clients.sql" "${old}")
build(ok "the edit is taken back")
expect_equal("compiled" "${compiled}" no)
file(REMOVE "${migrations}/godwit.lock")
build(ok "the lock file goes")
expect_equal("generated" "${generated}" yes)
build(ok "nothing changed, at the end")
expect_done(no no no)
