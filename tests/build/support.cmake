# SPDX-License-Identifier: Apache-2.0
#
# What the scripts of this folder share: run a command and look at what it says. Included by `cmake -P` scripts, each of
# which is one CTest; any check that does not hold ends the script with an error.
include_guard(GLOBAL)

# What surrounds the tests must not change what they see.
foreach(variable CLICOLOR CLICOLOR_FORCE NO_COLOR NINJA_STATUS MAKEFLAGS MAKELEVEL DESTDIR VERBOSE CMAKE_GENERATOR
    CMAKE_PREFIX_PATH Godwit_DIR CXXFLAGS LDFLAGS DATABASE_URL GODWIT_URL)
  unset(ENV{${variable}})
endforeach()

# run(<ok|fails> <command>...): the command, whose output (both streams) is in `output` afterwards.
function(run expected)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
  list(JOIN ARGN " " command)
  if(expected STREQUAL "ok" AND NOT result EQUAL 0)
    message(FATAL_ERROR "failed (${result}): ${command}\n${output}")
  elseif(expected STREQUAL "fails" AND result EQUAL 0)
    message(FATAL_ERROR "did not fail: ${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# expect_output(<text>...): each text is in `output`, whatever line breaks and spaces CMake put into it.
function(expect_output)
  string(REGEX REPLACE "[ \n\t]+" " " flat "${output}")
  foreach(text IN LISTS ARGN)
    string(FIND "${flat}" "${text}" at)
    if(at EQUAL -1)
      message(FATAL_ERROR "expected in the output: ${text}\nbut it was:\n${output}")
    endif()
  endforeach()
endfunction()

# expect_no_output(<text>...): none of the texts is in `output`.
function(expect_no_output)
  foreach(text IN LISTS ARGN)
    string(FIND "${output}" "${text}" at)
    if(NOT at EQUAL -1)
      message(FATAL_ERROR "not expected in the output: ${text}\nbut it was:\n${output}")
    endif()
  endforeach()
endfunction()

# expect_equal(<what> <actual> <expected>)
function(expect_equal what actual expected)
  if(NOT actual STREQUAL expected)
    message(FATAL_ERROR "${what}: expected\n${expected}\nbut it was\n${actual}")
  endif()
endfunction()

# require_variables(<name>...): what the script was to be given by -D.
function(require_variables)
  foreach(name IN LISTS ARGN)
    if(NOT DEFINED ${name} OR "${${name}}" STREQUAL "")
      message(FATAL_ERROR "this script needs -D${name}=...")
    endif()
  endforeach()
endfunction()
