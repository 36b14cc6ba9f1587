# SPDX-License-Identifier: Apache-2.0
#
# The host tool is optimised whatever the application's build type is, and what goes into the application is not touched.
# Nothing is compiled: the commands tell.
#
#   cmake -DSOURCE_DIR=<godwit> -DWORK_DIR=... -DCXX=... -P run_tool_flags.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(SOURCE_DIR WORK_DIR CXX)

# expect_flags(<build type> <of the tool> <of the runtime> [<option>...]): the last -O of each; `any` is not looked at.
function(expect_flags type of_tool of_runtime)
  file(REMOVE_RECURSE "${WORK_DIR}")
  file(COPY "${CMAKE_CURRENT_LIST_DIR}/project/" DESTINATION "${WORK_DIR}")
  run(ok "${CMAKE_COMMAND}" -S "${WORK_DIR}" -B "${WORK_DIR}/build" -DHOW=add_subdirectory
    "-DGODWIT_SOURCE_DIR=${SOURCE_DIR}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DCMAKE_BUILD_TYPE=${type}"
    -DCMAKE_EXPORT_COMPILE_COMMANDS=ON ${ARGN})
  file(READ "${WORK_DIR}/build/compile_commands.json" commands)
  string(JSON count LENGTH "${commands}")
  math(EXPR last "${count} - 1")
  set(seen_tool 0)
  set(seen_runtime 0)
  foreach(i RANGE ${last})
    string(JSON file GET "${commands}" ${i} file)
    string(JSON command GET "${commands}" ${i} command)
    string(REGEX MATCHALL " -O[0-9a-z]" levels "${command}")
    list(POP_BACK levels level)
    string(STRIP "${level}" level)
    foreach(part tool runtime)
      set(folder "${part}")
      if(part STREQUAL "tool")
        set(folder codegen)
      endif()
      string(FIND "${file}" "${SOURCE_DIR}/${folder}/" at)
      if(at EQUAL 0 AND NOT of_${part} STREQUAL "any")
        expect_equal("'${type}' ${ARGN}, ${file}" "${level}" "${of_${part}}")
      endif()
      if(at EQUAL 0)
        math(EXPR seen_${part} "${seen_${part}} + 1")
      endif()
    endforeach()
  endforeach()
  if(seen_tool LESS 100 OR seen_runtime LESS 10)
    message(FATAL_ERROR "only ${seen_tool} sources of the tool and ${seen_runtime} of the runtime were seen")
  endif()
endfunction()

expect_flags("" -O2 "")
expect_flags(Debug -O2 "")
expect_flags(Release -O3 any)  # parts of the runtime are compiled for size
expect_flags(Debug "" "" -DGODWIT_OPTIMIZE_TOOL=OFF)
