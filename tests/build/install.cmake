# SPDX-License-Identifier: Apache-2.0
#
# Installs a build into one folder and moves it to PREFIX: what uses it there proves that it does not know where it was.
#
#   cmake -DBUILD_DIR=... -DCONFIG=... -DPREFIX=... -P install.cmake
cmake_policy(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/support.cmake")
require_variables(BUILD_DIR PREFIX)
file(REMOVE_RECURSE "${PREFIX}" "${PREFIX}.first")
set(config)
if(CONFIG)
  set(config --config ${CONFIG})
endif()
run(ok "${CMAKE_COMMAND}" --install "${BUILD_DIR}" ${config} --prefix "${PREFIX}.first")
file(RENAME "${PREFIX}.first" "${PREFIX}")

file(GLOB_RECURSE texts "${PREFIX}/*.cmake" "${PREFIX}/*.pc" "${PREFIX}/*.hpp")
foreach(text IN LISTS texts)
  file(READ "${text}" output)
  expect_no_output("${PREFIX}" "${BUILD_DIR}")
endforeach()

# What only godwit's own sources use is no dependency of those who link it.
file(GLOB_RECURSE texts "${PREFIX}/*Targets*.cmake" "${PREFIX}/*.pc")
if(NOT texts)
  message(FATAL_ERROR "there are no targets in ${PREFIX}")
endif()
foreach(text IN LISTS texts)
  file(READ "${text}" output)
  expect_no_output(CLI11 nlohmann fmt PgQuery OpenSSL)
endforeach()
