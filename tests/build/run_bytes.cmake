# SPDX-License-Identifier: Apache-2.0
#
# The generated table, on the whole way from the file to the program: every byte that UTF-8 can have arrives as it was, with
# each compiler; the source has no constructor that runs before main(), needs nothing of libpq, is clean under warnings, and
# does not compile against another table format.
#
#   cmake -DTOOL=<godwit> -DSOURCE_DIR=<godwit's sources> -DWORK_DIR=... -DCOMPILERS=g++,clang++ -P run_bytes.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(TOOL SOURCE_DIR WORK_DIR COMPILERS)
string(REPLACE "," ";" COMPILERS "${COMPILERS}")
set(include_dir "${SOURCE_DIR}/runtime/include")
file(REMOVE_RECURSE "${WORK_DIR}")
file(MAKE_DIRECTORY "${WORK_DIR}/sql" "${WORK_DIR}/include")

# The text: each ASCII byte but NUL, each byte that begins or continues a longer character, line ends of all kinds,
# trigraphs, what looks like the end of a raw string or an escape, and a line longer than compilers like.
run(ok python3 "${CMAKE_CURRENT_LIST_DIR}/write_all_bytes.py" "${WORK_DIR}/sql/1_bytes.sql"
  "${WORK_DIR}/expected")
file(WRITE "${WORK_DIR}/set.manifest" "godwit-manifest 1\nlibrary bytes\nheader bytes.hpp\nnamespace bytes\nname main\n\
root ${WORK_DIR}/sql\nfile ${WORK_DIR}/sql/1_bytes.sql\n")
file(WRITE "${WORK_DIR}/include/bytes.hpp" "#pragma once\n#include <godwit/migration.hpp>\n\
namespace bytes { const godwit::MigrationSet& migrations() noexcept; }\n")
run(ok "${TOOL}" generate "${WORK_DIR}/set.manifest" --output "${WORK_DIR}/bytes.cpp")
file(WRITE "${WORK_DIR}/main.cpp" [=[
#include <bytes.hpp>

#include <cstdio>

int main() {
  const auto sql = bytes::migrations().migrations[0].up.sql;
  return std::fwrite(sql.data(), 1, sql.size(), stdout) == sql.size() ? 0 : 1;
}
]=])
file(WRITE "${WORK_DIR}/hello.cpp" "int main() { return 0; }\n")

# The same headers, but for the number.
file(COPY "${include_dir}/godwit" DESTINATION "${WORK_DIR}/other_format")
file(READ "${include_dir}/godwit/migration.hpp" header)
string(REGEX REPLACE "int kTableFormat = [0-9]+;" "int kTableFormat = 77;" header "${header}")
file(WRITE "${WORK_DIR}/other_format/godwit/migration.hpp" "${header}")

foreach(cxx IN LISTS COMPILERS)
  foreach(optimisation -O0 -O2)
    message(STATUS "${cxx} ${optimisation}")
    set(compile "${cxx}" -std=c++20 ${optimisation} -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion
      -Wold-style-cast "-I${WORK_DIR}/include")
    run(ok ${compile} "-I${include_dir}" -c "${WORK_DIR}/bytes.cpp" -o "${WORK_DIR}/bytes.o")
    run(ok ${compile} "-I${include_dir}" "${WORK_DIR}/main.cpp" "${WORK_DIR}/bytes.o" -o "${WORK_DIR}/main")
    run(ok sh -c "'${WORK_DIR}/main' > '${WORK_DIR}/out'")
    run(ok cmp "${WORK_DIR}/expected" "${WORK_DIR}/out")

    run(ok readelf --section-headers --wide "${WORK_DIR}/bytes.o")
    expect_output(.rodata)
    expect_no_output(.init_array .ctors .preinit_array)
    run(ok nm -C "${WORK_DIR}/bytes.o")
    expect_output("T bytes::migrations()")
    expect_no_output(_GLOBAL__sub_I __cxx_global_var_init __static_initialization " U ")
    # The table is not writable: .data and .bss are empty.
    run(ok size -A "${WORK_DIR}/bytes.o")
    if(output MATCHES "\n\\.(data|bss) +[1-9]")
      message(FATAL_ERROR "the table is in writable memory:\n${output}")
    endif()

    run(fails ${compile} "-I${WORK_DIR}/other_format" -c "${WORK_DIR}/bytes.cpp" -o "${WORK_DIR}/other.o")
    expect_output(static "regenerate it")
  endforeach()
endforeach()
