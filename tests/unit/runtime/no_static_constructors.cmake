# SPDX-License-Identifier: Apache-2.0
#
# Fails when an object of LIBRARY has a section of pointers that are called before main().
if(NOT OBJDUMP)
  message(FATAL_ERROR "no objdump (Debian: apt-get install binutils)")
endif()
execute_process(COMMAND "${OBJDUMP}" -h "${LIBRARY}" OUTPUT_VARIABLE sections RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "objdump failed on ${LIBRARY}")
endif()
if(NOT sections MATCHES "\\.text")
  message(FATAL_ERROR "${LIBRARY} holds no code: the test shows nothing")
endif()
if(sections MATCHES "\\.(init_array|ctors|preinit_array)")
  message(FATAL_ERROR "${LIBRARY} has static constructors")
endif()
