# SPDX-License-Identifier: Apache-2.0
#
# libpg_query ships neither a CMake config nor a .pc file. Defines PgQuery::PgQuery (with the protobuf-c runtime that its
# tree needs), PgQuery_FOUND, PgQuery_INCLUDE_DIR and PgQuery_LIBRARY. Debian: libpg-query-dev, libprotobuf-c-dev.
find_path(PgQuery_INCLUDE_DIR pg_query.h)
find_library(PgQuery_LIBRARY pg_query)
find_path(PgQuery_PROTOBUF_C_INCLUDE_DIR protobuf-c/protobuf-c.h)
find_library(PgQuery_PROTOBUF_C_LIBRARY protobuf-c)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(PgQuery
  REQUIRED_VARS PgQuery_LIBRARY PgQuery_INCLUDE_DIR PgQuery_PROTOBUF_C_LIBRARY PgQuery_PROTOBUF_C_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "libpg_query was not found (Debian: apt-get install libpg-query-dev libprotobuf-c-dev)")

if(PgQuery_FOUND AND NOT TARGET PgQuery::PgQuery)
  add_library(PgQuery::PgQuery UNKNOWN IMPORTED)
  set_target_properties(PgQuery::PgQuery PROPERTIES
    IMPORTED_LOCATION "${PgQuery_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${PgQuery_INCLUDE_DIR};${PgQuery_PROTOBUF_C_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${PgQuery_PROTOBUF_C_LIBRARY}")
endif()
mark_as_advanced(PgQuery_INCLUDE_DIR PgQuery_LIBRARY PgQuery_PROTOBUF_C_INCLUDE_DIR PgQuery_PROTOBUF_C_LIBRARY)
