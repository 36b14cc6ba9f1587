# SPDX-License-Identifier: Apache-2.0
#
# The CTest fixture `postgres_server`: one throwaway PostgreSQL for all tests of a run that need one, started before the
# first and stopped after the last. A server that does not start fails the tests that need it; nothing is skipped.
#
# A test that needs it has these properties, written so since a list would not survive gtest_discover_tests():
#
#   gtest_discover_tests(integration_test PROPERTIES ${GODWIT_POSTGRES_TEST_PROPERTIES})
#   set_tests_properties(some_test PROPERTIES ${GODWIT_POSTGRES_TEST_PROPERTIES})
#
# and finds the server by the environment variables GODWIT_TEST_PGHOST (the folder of its socket, which also holds its
# log) and GODWIT_TEST_PGPORT; the user is postgres, without password, and may do everything.
include_guard(GLOBAL)

# Short, since a socket's path has at most 107 bytes; outside the build tree, since root's server runs as another user who
# may not be able to enter that; and one for each build tree, so that two can be tested at once.
string(SHA256 id "${CMAKE_BINARY_DIR}")
string(SUBSTRING ${id} 0 12 id)
set(GODWIT_TEST_PGHOST "/tmp/godwit-test-${id}")
set(GODWIT_TEST_PGPORT 5432)

set(postgres_sh "${CMAKE_CURRENT_LIST_DIR}/postgres.sh")
# --owner: a CTest that is killed takes its server with it. $PPID of that shell is CTest.
add_test(NAME postgres_server.start
  COMMAND sh -c "exec \"$0\" start \"$1\" --owner $PPID" "${postgres_sh}" "${GODWIT_TEST_PGHOST}")
add_test(NAME postgres_server.stop COMMAND "${postgres_sh}" stop "${GODWIT_TEST_PGHOST}")
set_tests_properties(postgres_server.start PROPERTIES FIXTURES_SETUP postgres_server TIMEOUT 120)
set_tests_properties(postgres_server.stop PROPERTIES FIXTURES_CLEANUP postgres_server TIMEOUT 120)

set(GODWIT_POSTGRES_TEST_PROPERTIES
  FIXTURES_REQUIRED postgres_server
  ENVIRONMENT "GODWIT_TEST_PGHOST=${GODWIT_TEST_PGHOST}"
  ENVIRONMENT_MODIFICATION "GODWIT_TEST_PGPORT=set:${GODWIT_TEST_PGPORT}")
