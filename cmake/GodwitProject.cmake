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
    if(GODWIT_DEVELOPER_WARNINGS)
      target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast -Wnull-dereference
        $<$<BOOL:${GODWIT_WARNINGS_AS_ERRORS}>:-Werror>)
    endif()
  endforeach()
endfunction()
