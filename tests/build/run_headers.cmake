# SPDX-License-Identifier: Apache-2.0
#
# Each header compiles alone, so that none depends on what happens to be included before it. The public ones with each
# compiler, and with nothing in reach but themselves and the standard library: no fmt, no libpq.
#
#   cmake -DSOURCE_DIR=<godwit> -DCOMPILERS=g++,clang++ -DPRIVATE_INCLUDES=dir,dir -DWORK_DIR=... -P run_headers.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(SOURCE_DIR COMPILERS PRIVATE_INCLUDES WORK_DIR)
string(REPLACE "," ";" COMPILERS "${COMPILERS}")
string(REPLACE "," ";" private_includes "${PRIVATE_INCLUDES}")
list(TRANSFORM private_includes PREPEND -I)
set(include_dir "${SOURCE_DIR}/runtime/include")
set(flags -std=c++20 -Wall -Wextra -Wpedantic -Werror "-I${include_dir}")

file(GLOB headers "${include_dir}/godwit/*.hpp")
if(NOT headers)
  message(FATAL_ERROR "there is no public header in ${include_dir}/godwit")
endif()
foreach(header IN LISTS headers)
  foreach(cxx IN LISTS COMPILERS)
    run(ok "${cxx}" ${flags} -fsyntax-only -include "${header}" -x c++ /dev/null)
    # What a header drags in, a consumer must have.
    run(ok "${cxx}" ${flags} -M -include "${header}" -x c++ /dev/null)
    expect_no_output(libpq-fe.h fmt/ nlohmann/ CLI/ pg_query)
  endforeach()
endforeach()

# A header that its own source includes before anything else has been compiled alone by the build already.
file(GLOB_RECURSE headers "${SOURCE_DIR}/codegen/*.hpp" "${SOURCE_DIR}/runtime/src/*.hpp" "${SOURCE_DIR}/runtime/cli/*.hpp")
set(unproved)
foreach(header IN LISTS headers)
  cmake_path(REPLACE_EXTENSION header cpp OUTPUT_VARIABLE source)
  cmake_path(GET header FILENAME name)
  set(includes)
  if(EXISTS "${source}")
    file(STRINGS "${source}" includes REGEX "^#include " LIMIT_COUNT 1)
  endif()
  if(NOT includes MATCHES "[\"/]${name}\"$")
    list(APPEND unproved "${header}")
  endif()
endforeach()
list(GET COMPILERS 0 cxx)
list(JOIN unproved "\n" lines)
file(WRITE "${WORK_DIR}/headers" "${lines}\n")
list(JOIN private_includes "' '" includes)
list(JOIN flags "' '" flags)
run(ok sh -c "xargs -d '\\n' -P 2 -I {} '${cxx}' '${flags}' '${includes}' -fsyntax-only -include {} -x c++ /dev/null \
< '${WORK_DIR}/headers'")
