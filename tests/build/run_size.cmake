# SPDX-License-Identifier: Apache-2.0
#
# Weighs what godwit adds to an application, stripped, beyond a program that only connects: with the flags of a Release
# build, and with the linker told to leave out what nobody calls. The limits are what it weighs, and a little more, so that
# nothing comes in unnoticed.
#
#   cmake -DSOURCE_DIR=<godwit> -DWORK_DIR=... -DCXX=... -DTOOL=<godwit> -DSTRIP=strip [-DLAUNCHER=ccache] -P run_size.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(SOURCE_DIR WORK_DIR CXX TOOL STRIP)

# <set> <how> <limit in bytes>
set(limits
  plain as_it_comes 255000
  plain without_unused 252000
  steps without_unused 290000
  batches without_unused 312000)

file(REMOVE_RECURSE "${WORK_DIR}")
set(arguments -G Ninja -S "${CMAKE_CURRENT_LIST_DIR}/size" -B "${WORK_DIR}" -DCMAKE_BUILD_TYPE=Release
  "-DGODWIT_SOURCE_DIR=${SOURCE_DIR}" "-DCMAKE_CXX_COMPILER=${CXX}" "-DGodwit_CODEGEN_EXECUTABLE=${TOOL}"
  -DGODWIT_BUILD_CODEGEN=OFF)
if(LAUNCHER)
  list(APPEND arguments "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}")
  set(ENV{CCACHE_NOHASHDIR} 1)
endif()
run(ok "${CMAKE_COMMAND}" ${arguments})
run(ok "${CMAKE_COMMAND}" --build "${WORK_DIR}" --parallel 2)

# weigh(<executable> <variable>): its bytes, stripped.
function(weigh name variable)
  run(ok "${STRIP}" -o "${WORK_DIR}/${name}.stripped" "${WORK_DIR}/${name}")
  file(SIZE "${WORK_DIR}/${name}.stripped" size)
  set(${variable} ${size} PARENT_SCOPE)
endfunction()

set(too_large)
while(limits)
  list(POP_FRONT limits name how limit)
  weigh(floor_${how} floor)
  weigh(${name}_${how} size)
  math(EXPR added "${size} - ${floor}")
  message(STATUS "${name}, ${how}: ${added} bytes beyond ${floor}; at most ${limit}")
  if(added GREATER limit)
    list(APPEND too_large "${name} (${how}): ${added}")
  endif()
endwhile()
if(too_large)
  message(FATAL_ERROR "the runtime has become larger than it may be: ${too_large}")
endif()
