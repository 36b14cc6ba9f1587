# SPDX-License-Identifier: Apache-2.0
#
# What every target of godwit itself has. Nothing in here reaches a consumer's targets.
include_guard(GLOBAL)

# godwit_target_defaults(<target>...): C++20 without extensions, position independent, hidden symbols, own warnings.
function(godwit_target_defaults)
  foreach(target IN LISTS ARGN)
    target_compile_features(${target} PUBLIC cxx_std_20)
    set_target_properties(${target} PROPERTIES
      CXX_EXTENSIONS OFF
      POSITION_INDEPENDENT_CODE ON
      CXX_VISIBILITY_PRESET hidden
      VISIBILITY_INLINES_HIDDEN ON)
    # GCC 12 sees overlapping memory in "text" + std::string when it optimises (its bug 105651): nobody's -Werror may
    # stop at that.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
    # What a compiler guesses wrongly at some level of optimisation must not stop the build of who only uses godwit and
    # has -Werror; and warnings about it are of no use there.
    if(NOT GODWIT_DEVELOPER_WARNINGS)
      target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-w>)
    endif()
    if(GODWIT_DEVELOPER_WARNINGS)
      target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wnull-dereference
        $<$<BOOL:${GODWIT_WARNINGS_AS_ERRORS}>:-Werror>
        # GCC 12 sees null in its own library when it optimises: <streambuf>, <vector>, <string>.
        $<$<BOOL:${GODWIT_WARNINGS_AS_ERRORS}>:-Wno-error=null-dereference>)
    endif()
  endforeach()
endfunction()

# godwit_export_table_format(<target>): writes the table format of migration.hpp down as a property of the target, also in
# the installed package, so that add_migrations() can tell a tool of another release before anything is compiled.
function(godwit_export_table_format target)
  set(header "${PROJECT_SOURCE_DIR}/runtime/include/godwit/migration.hpp")
  file(STRINGS "${header}" line REGEX "int kTableFormat = ")
  if(NOT line MATCHES "int kTableFormat = ([0-9]+)")
    message(FATAL_ERROR "no kTableFormat in ${header}")
  endif()
  set_property(TARGET ${target} PROPERTY GODWIT_TABLE_FORMAT ${CMAKE_MATCH_1})
  set_property(TARGET ${target} APPEND PROPERTY EXPORT_PROPERTIES GODWIT_TABLE_FORMAT)
  set_property(DIRECTORY "${PROJECT_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${header}")
endfunction()
