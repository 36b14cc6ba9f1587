# SPDX-License-Identifier: Apache-2.0
#
# Without CMake: `godwit generate` on a manifest by hand, one compiler call with what pkg-config says.
#
#   cmake -DPREFIX=<installed godwit> -DWORK_DIR=... -DCXX=... -P run_pkg_config.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(PREFIX WORK_DIR CXX)
file(REMOVE_RECURSE "${WORK_DIR}")
file(WRITE "${WORK_DIR}/sql/1_a.sql" "SELECT 1;\n")
file(WRITE "${WORK_DIR}/set.manifest" "godwit-manifest 1\nlibrary crm_migrations\nheader crm_migrations.hpp\n\
namespace crm_migrations\nname main\nroot ${WORK_DIR}/sql\nfile ${WORK_DIR}/sql/1_a.sql\n")
file(WRITE "${WORK_DIR}/crm_migrations.hpp" "#pragma once\n#include <godwit/migration.hpp>\n\
namespace crm_migrations { const godwit::MigrationSet& migrations() noexcept; }\n")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/project/main.cpp" DESTINATION "${WORK_DIR}")
run(ok "${PREFIX}/bin/godwit" generate "${WORK_DIR}/set.manifest" --output "${WORK_DIR}/crm_migrations.cpp")

file(GLOB_RECURSE pc "${PREFIX}/godwit.pc")
cmake_path(GET pc PARENT_PATH pc_dir)
set(ENV{PKG_CONFIG_PATH} "${pc_dir}")
run(ok pkg-config --print-errors --exists godwit)
run(ok sh -c "'${CXX}' -std=c++20 -Wall -Wextra -Wpedantic -Werror -I'${WORK_DIR}' '${WORK_DIR}/main.cpp' \
'${WORK_DIR}/crm_migrations.cpp' $(pkg-config --cflags --libs godwit) -o '${WORK_DIR}/crm'")
run(ok "${WORK_DIR}/crm" version)
expect_output(1_a)
