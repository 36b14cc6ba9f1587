# SPDX-License-Identifier: Apache-2.0
#
# add_migrations(): a folder of SQL in, a library out. Included by godwit's own CMakeLists.txt, by FetchContent and
# add_subdirectory(), and by the installed package; everything that it needs is found out when it is called, since a
# function is called from folders that do not see this file's variables.
#
#   add_migrations(<library>                 a static library, which brings godwit::runtime with it
#     DIRECTORY <dir> | FILES <file>...      all <dir>/*.sql (in any case; hidden files not), or a list
#     [LAYOUT <layout>]                      whose folder it is: auto (it is found out), numbered, golang-migrate,
#                                            flyway, diesel, goose, dbmate, sql-migrate or sqitch
#     [NAME <set>]                           the set's name in the history table; `main` unless given
#     [NAMESPACE <a::b>]                     of migrations() in C++; the library's name unless given
#     [HEADER <name.hpp>]                    <library>.hpp unless given
#     [POSTGRES <major>]                     the lowest server version that the SQL must run on
#     [LOCK <file> | LOCK OFF]               <dir>/godwit.lock unless given; a file that is given must be there
#     [BASELINE <version>]                   the rules look at what comes after this version only
#     [RULES_ERROR <rule>...] [RULES_WARN <rule>...] [RULES_OFF <rule>...]
#     [REQUIRE_DOWN] [REQUIRE_VERIFY]        a migration without that section is an error
#     [HISTORY_TABLE <table>]                `schema_migrations` unless given; table or schema.table, without quotes
#     [SEEDS <dir>]                          seed data: <dir>/<mode>/*.sql (docs/seeds.md)
#     [EXTERNAL <table>...]                  tables that others create, named in the same way
#     [DEFINE <name>=<value>...]             what ${name} stands for in the SQL
#     [WERROR | WARN_ONLY]                   warnings fail the build | findings never do
#     [ALLOW_EMPTY]                          a set without a migration is no error
#     [ALLOW_FRESH]                          the command `fresh` may delete all that is in a database
#     [TYPE STATIC | OBJECT])
#
# It makes <library> with #include <<library>.hpp>, which declares <namespace>::migrations() and the functions that code
# migrations (`Code:` in a header) call and that the application defines (docs/code-migrations.md); the target
# <library>.check and the umbrella godwit_check, which print every finding again and compile nothing; and the CTest
# <library>.lint unless BUILD_TESTING is off, since the build prints warnings only when something changed.
#
# Variables read: Godwit_CODEGEN_EXECUTABLE (a godwit that runs on the machine that builds), GODWIT_WERROR (WERROR for
# every set that does not say WARN_ONLY), CMAKE_COLOR_DIAGNOSTICS.
#
# How dependencies are tracked. The files of a set are known when CMake configures; CONFIGURE_DEPENDS has the build look
# at the folder again each time. They are written into the manifest, which the tool reads, and the manifest is rewritten
# only when it differs: so a changed set, or a changed option, is a changed file, and a deleted migration leaves the
# binary under Ninja and Make alike. The tool rewrites the .cpp only when its bytes change, and is run again only when the
# stamp is older than an input; the stamp takes the time at which the tool was started, and appears only when it
# succeeded: so nothing is recompiled for a touched file, a failed build fails again, and an edit made while the tool
# was reading is not missed.
include_guard(GLOBAL)
cmake_policy(VERSION 3.25)  # for what is defined here, whatever the consumer's are

# _godwit_fail(<library> <text>...): a configure error.
function(_godwit_fail library)
  string(JOIN "" text ${ARGN})
  message(FATAL_ERROR "add_migrations(${library}): ${text}")
endfunction()

# _godwit_write(<file> <content>): writes it unless it is there with that content, so that nobody who depends on it runs
# in vain. file(CONFIGURE) would replace an @name@ in a path.
function(_godwit_write file content)
  if(EXISTS "${file}")
    file(READ "${file}" old)
    if(old STREQUAL content)
      return()
    endif()
  endif()
  file(WRITE "${file}.new" "${content}")
  file(RENAME "${file}.new" "${file}")
endfunction()

# _godwit_glob_literal(<out> <path>): the path as a pattern for file(GLOB) that matches it alone.
function(_godwit_glob_literal out path)
  string(REGEX REPLACE "([][*?])" "[\\1]" path "${path}")
  set(${out} "${path}" PARENT_SCOPE)
endfunction()

# _godwit_check_path(<library> <path>): refuses what CMake's lists or a line of the manifest cannot hold.
function(_godwit_check_path library path)
  if(path MATCHES "[;\n\r]")
    _godwit_fail(${library} "the path \"${path}\" holds a semicolon or a line break; rename it")
  endif()
endfunction()

# _godwit_find_tool(<library> <command> <depends>): how to run `godwit` here, and what to depend on so that a rebuilt tool
# runs again.
function(_godwit_find_tool library command_out depends_out)
  if(Godwit_CODEGEN_EXECUTABLE)
    cmake_path(ABSOLUTE_PATH Godwit_CODEGEN_EXECUTABLE BASE_DIRECTORY "${CMAKE_BINARY_DIR}" NORMALIZE
      OUTPUT_VARIABLE tool)
    if(NOT EXISTS "${tool}" OR IS_DIRECTORY "${tool}")
      _godwit_fail(${library} "Godwit_CODEGEN_EXECUTABLE names ${tool}, which is no file")
    endif()
    execute_process(COMMAND "${tool}" --version
      OUTPUT_VARIABLE version ERROR_VARIABLE error RESULT_VARIABLE result OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT result EQUAL 0 OR NOT version MATCHES "^godwit [0-9.]+ \\(table format ([0-9]+)\\)")
      _godwit_fail(${library} "Godwit_CODEGEN_EXECUTABLE names ${tool}, which is no `godwit` that runs on this machine "
        "(`--version` gave: ${result} ${version}${error})")
    endif()
    set(tool_format ${CMAKE_MATCH_1})
    get_target_property(runtime_format godwit::table GODWIT_TABLE_FORMAT)
    if(NOT tool_format EQUAL runtime_format)
      _godwit_fail(${library} "Godwit_CODEGEN_EXECUTABLE is ${version}, but the runtime here reads table format "
        "${runtime_format}: take the tool and the runtime from the same release")
    endif()
    set(${command_out} "${tool}" PARENT_SCOPE)
    set(${depends_out} "${tool}" PARENT_SCOPE)
    return()
  endif()

  if(TARGET godwit::codegen)
    get_target_property(is_imported godwit::codegen IMPORTED)
    if(is_imported)  # it was built before, so for the machine that builds
      get_target_property(tool godwit::codegen LOCATION)
      set(${command_out} "${tool}" PARENT_SCOPE)
      set(${depends_out} "${tool}" PARENT_SCOPE)
      return()
    endif()
    if(NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR)
      get_target_property(tool godwit::codegen ALIASED_TARGET)
      set(${command_out} ${tool} PARENT_SCOPE)  # by its name: CMake puts the emulator before it
      set(${depends_out} ${tool} "$<TARGET_FILE:godwit::codegen>" PARENT_SCOPE)
      return()
    endif()
  endif()

  _godwit_fail(${library} "there is no `godwit` that runs on this machine, which is needed to compile migrations. "
    "Build it once from godwit's sources:\n"
    "  cmake -S <godwit> -B godwit-host -DGODWIT_BUILD_TESTS=OFF -DGODWIT_BUILD_EXAMPLE=OFF\n"
    "  cmake --build godwit-host --target godwit_tool\n"
    "and configure this project with -DGodwit_CODEGEN_EXECUTABLE=<path>/godwit-host/codegen/godwit")
endfunction()

# _godwit_check_namespace(<library> <namespace>): refuses what C++ would refuse, or reserves.
function(_godwit_check_namespace library namespace)
  set(keywords
    alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl
    concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete do
    double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace
    new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires return
    short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef
    typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq)
  set(advice "; give another with NAMESPACE")
  if(NOT namespace MATCHES "^[A-Za-z_][A-Za-z0-9_]*(::[A-Za-z_][A-Za-z0-9_]*)*$")
    _godwit_fail(${library} "\"${namespace}\" is no C++ namespace${advice}")
  endif()
  string(REPLACE "::" ";" parts "${namespace}")
  foreach(part IN LISTS parts)
    if(part IN_LIST keywords)
      _godwit_fail(${library} "the namespace \"${namespace}\" holds the C++ keyword ${part}${advice}")
    elseif(part MATCHES "__|^_")
      _godwit_fail(${library} "the namespace \"${namespace}\" holds ${part}, a name that C++ keeps for itself${advice}")
    endif()
  endforeach()
  if(namespace MATCHES "^(std|posix|main)(::|$)")
    _godwit_fail(${library} "the namespace \"${namespace}\" is not for applications${advice}")
  endif()
endfunction()

# _godwit_check_table(<library> <keyword> <table>): refuses what is no name of a table. The tool knows more of them.
function(_godwit_check_table library keyword table)
  if(NOT table MATCHES "^[^\".;]+(\\.[^\".;]+)?$")
    _godwit_fail(${library} "${keyword} is table or schema.table, without quotes, not ${table}")
  endif()
endfunction()

# _godwit_glob(<library> <out> <pattern>...): the visible files that match, and folders that are named as if they were
# files, for the tool to complain of. The build looks again each time.
function(_godwit_glob library out)
  file(GLOB found LIST_DIRECTORIES true CONFIGURE_DEPENDS ${ARGN})
  set(listed)
  foreach(file IN LISTS found)
    if(IS_DIRECTORY "${file}")
      _godwit_glob_literal(folder "${file}")
      file(GLOB parts CONFIGURE_DEPENDS "${folder}/[uU][pP].[sS][qQ][lL]"
        "${folder}/[dD][oO][wW][nN].[sS][qQ][lL]" "${folder}/[mM][iI][gG][rR][aA][tT][iI][oO][nN].[sS][qQ][lL]")
      cmake_path(GET file FILENAME name)
      if(parts AND name MATCHES "^[0-9]")
        continue()  # one of diesel's, which has patterns of its own
      endif()
    endif()
    list(APPEND listed "${file}")
  endforeach()
  _godwit_visible(${library} files "${listed}")
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# _godwit_glob_recurse(<library> <out> <pattern>...): the same, in the folders below too.
function(_godwit_glob_recurse library out)
  file(GLOB_RECURSE found LIST_DIRECTORIES false CONFIGURE_DEPENDS ${ARGN})
  _godwit_visible(${library} files "${found}")
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# _godwit_visible(<library> <out> <files>): those of the files that are not hidden, sorted.
function(_godwit_visible library out found)
  set(files)
  string(ASCII 1 first)
  string(ASCII 31 last)
  string(ASCII 127 delete)
  foreach(file IN LISTS found)
    cmake_path(GET file FILENAME name)
    if(name MATCHES "^\\.")  # an editor's, not a migration
      continue()
    elseif(name MATCHES "[${first}-${last}${delete}]" OR file MATCHES "[\n\r]")
      string(REGEX REPLACE "[${first}-${last}${delete}]" "?" shown "${file}")
      _godwit_fail(${library} "the name of ${shown} holds a control character or a line break, here a ?; rename it")
    elseif(NOT EXISTS "${file}")
      _godwit_fail(${library} "${file} does not exist: a broken link, or a semicolon or bracket in a file's name")
    endif()
    list(APPEND files "${file}")
  endforeach()
  list(SORT files)
  set(${out} "${files}" PARENT_SCOPE)
endfunction()

# add_migrations(<library> ...): see the head of this file.
function(add_migrations library)
  set(flags REQUIRE_DOWN REQUIRE_VERIFY WERROR WARN_ONLY ALLOW_EMPTY ALLOW_FRESH)
  set(values DIRECTORY LAYOUT NAME NAMESPACE HEADER POSTGRES LOCK BASELINE HISTORY_TABLE SEEDS TYPE)
  set(lists FILES RULES_ERROR RULES_WARN RULES_OFF EXTERNAL DEFINE)

  # What cmake_parse_arguments() is silent about: an empty argument (a variable that is not set), a line break, and a
  # keyword given twice, of which it would take the last.
  if(NOT library MATCHES "^[A-Za-z0-9_.+-]+$")
    message(FATAL_ERROR "add_migrations(): \"${library}\" is no name for a library; the first argument is one")
  endif()
  set(seen)
  math(EXPR last "${ARGC} - 1")
  foreach(i RANGE 1 ${last})
    if(i GREATER last)  # RANGE counts down where there is nothing to count
      break()
    endif()
    set(argument "${ARGV${i}}")
    if(argument STREQUAL "")
      _godwit_fail(${library} "argument ${i} is empty; is a variable not set?")
    elseif(argument MATCHES "[\n\r]")
      _godwit_fail(${library} "argument ${i} holds a line break")
    elseif(argument IN_LIST seen)
      _godwit_fail(${library} "${argument} is given twice")
    elseif(argument IN_LIST values OR argument IN_LIST lists)
      list(APPEND seen "${argument}")
    endif()
  endforeach()

  cmake_parse_arguments(PARSE_ARGV 1 arg "${flags}" "${values}" "${lists}")
  set(unknown ${arg_UNPARSED_ARGUMENTS})
  foreach(keyword IN LISTS lists)
    foreach(value IN LISTS arg_${keyword})
      if(value MATCHES "^[A-Z][A-Z_]+$")  # a list takes in every word up to the next keyword that is known
        list(APPEND unknown "${value}")
      endif()
    endforeach()
  endforeach()
  if(unknown)
    list(JOIN unknown " " words)
    list(JOIN values " " known_values)
    list(JOIN lists " " known_lists)
    list(JOIN flags " " known_flags)
    _godwit_fail(${library} "unknown: ${words}\nKnown are: ${known_values} ${known_lists} ${known_flags}")
  endif()
  if(arg_KEYWORDS_MISSING_VALUES)
    list(JOIN arg_KEYWORDS_MISSING_VALUES " " words)
    _godwit_fail(${library} "no value after ${words}")
  endif()

  # The options, each into the manifest that the tool reads.
  if(TARGET ${library})
    _godwit_fail(${library} "there is a target of this name already")
  endif()
  if(DEFINED arg_DIRECTORY AND DEFINED arg_FILES)
    _godwit_fail(${library} "give DIRECTORY or FILES, not both")
  elseif(NOT DEFINED arg_DIRECTORY AND NOT DEFINED arg_FILES)
    _godwit_fail(${library} "give DIRECTORY <dir> or FILES <file>...")
  endif()
  if(arg_WERROR AND arg_WARN_ONLY)
    _godwit_fail(${library} "WERROR and WARN_ONLY contradict each other")
  endif()
  if(NOT DEFINED arg_TYPE)
    set(arg_TYPE STATIC)
  elseif(NOT arg_TYPE MATCHES "^(STATIC|OBJECT)$")
    _godwit_fail(${library} "TYPE is STATIC or OBJECT, not ${arg_TYPE}")
  endif()
  set(layouts auto numbered golang-migrate flyway diesel goose dbmate sql-migrate sqitch)
  if(NOT DEFINED arg_LAYOUT)
    set(arg_LAYOUT auto)
  elseif(NOT arg_LAYOUT IN_LIST layouts)
    list(JOIN layouts " " words)
    _godwit_fail(${library} "LAYOUT is one of ${words}, not ${arg_LAYOUT}")
  endif()
  if(NOT DEFINED arg_NAME)
    set(arg_NAME main)
  endif()
  if(NOT DEFINED arg_NAMESPACE)
    string(MAKE_C_IDENTIFIER "${library}" arg_NAMESPACE)
  endif()
  _godwit_check_namespace(${library} "${arg_NAMESPACE}")
  if(NOT DEFINED arg_HEADER)
    set(arg_HEADER "${library}.hpp")
  endif()
  if(NOT arg_HEADER MATCHES "^[A-Za-z0-9_][A-Za-z0-9_.+/-]*\\.(hpp|hh|hxx|h)$" OR arg_HEADER MATCHES "\\.\\./|//|/\\./")
    _godwit_fail(${library} "HEADER is a relative name such as ${library}.hpp, not ${arg_HEADER}")
  endif()
  if(DEFINED arg_POSTGRES AND NOT arg_POSTGRES MATCHES "^[1-9][0-9]$")
    _godwit_fail(${library} "POSTGRES is a major version such as 15, not ${arg_POSTGRES}")
  endif()
  if(DEFINED arg_HISTORY_TABLE)
    _godwit_check_table(${library} HISTORY_TABLE "${arg_HISTORY_TABLE}")
    if(arg_HISTORY_TABLE MATCHES "^(pg_[^.]*|information_schema)\\.")
      _godwit_fail(${library} "HISTORY_TABLE ${arg_HISTORY_TABLE}: ${CMAKE_MATCH_1} is PostgreSQL's own; name another schema")
    endif()
  endif()
  set(defined)
  foreach(definition IN LISTS arg_DEFINE)
    if(NOT definition MATCHES "^([A-Za-z_][A-Za-z0-9_.:-]*)=")
      _godwit_fail(${library} "DEFINE is name=value, not ${definition}")
    elseif(CMAKE_MATCH_1 IN_LIST defined)
      _godwit_fail(${library} "DEFINE ${CMAKE_MATCH_1} is given twice")
    endif()
    list(APPEND defined ${CMAKE_MATCH_1})
  endforeach()
  foreach(table IN LISTS arg_EXTERNAL)
    _godwit_check_table(${library} EXTERNAL "${table}")
  endforeach()
  if(DEFINED arg_BASELINE)
    # 7, 007 and V007 are one version, and the dashes of a date are no part of it.
    string(REGEX REPLACE "^[Vv]?0*([0-9-]*[0-9])$" "\\1" baseline "${arg_BASELINE}")
    string(REPLACE "-" "" baseline "${baseline}")
    string(LENGTH "${baseline}" digits)
    if(NOT arg_BASELINE MATCHES "^[Vv]?[0-9][0-9-]*$" OR NOT baseline MATCHES "^[0-9]+$" OR digits GREATER 18)
      _godwit_fail(${library} "BASELINE is the version of a migration, such as 42, not ${arg_BASELINE}")
    endif()
  endif()

  if(DEFINED arg_DIRECTORY)
    cmake_path(ABSOLUTE_PATH arg_DIRECTORY BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE root)
    string(REGEX REPLACE "(.)/$" "\\1" root "${root}")
    _godwit_check_path(${library} "${root}")
    if(NOT IS_DIRECTORY "${root}")
      _godwit_fail(${library} "there is no folder ${root}")
    endif()
  else()
    set(root "${CMAKE_CURRENT_SOURCE_DIR}")
    _godwit_check_path(${library} "${root}")
  endif()

  if(NOT DEFINED arg_LOCK)
    set(lock "${root}/godwit.lock")
  elseif(arg_LOCK STREQUAL "OFF")
    set(lock)
  else()
    cmake_path(ABSOLUTE_PATH arg_LOCK BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE lock)
    if(IS_DIRECTORY "${lock}")
      _godwit_fail(${library} "LOCK names the folder ${lock}; it is a file, such as ${lock}/godwit.lock")
    endif()
    _godwit_check_path(${library} "${lock}")
  endif()

  _godwit_glob_literal(root_pattern "${root}")
  if(DEFINED arg_FILES)
    set(files)
    foreach(file IN LISTS arg_FILES)
      cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
      _godwit_check_path(${library} "${file}")
      get_source_file_property(is_generated "${file}" GENERATED)
      if(NOT file MATCHES "\\.[sS][qQ][lL]$")
        _godwit_fail(${library} "${file} is no .sql file")
      elseif(IS_DIRECTORY "${file}" OR (NOT EXISTS "${file}" AND NOT is_generated))
        _godwit_fail(${library} "there is no file ${file}")
      elseif(file IN_LIST files)
        _godwit_fail(${library} "${file} is listed twice")
      endif()
      list(APPEND files "${file}")
    endforeach()
    list(SORT files)
  else()
    # What the tool's own list_directory() lists: files, and those of folders that are a migration each (diesel,
    # Prisma).
    set(patterns "${root_pattern}/*.[sS][qQ][lL]" "${root_pattern}/[0-9]*_*/[uU][pP].[sS][qQ][lL]"
      "${root_pattern}/[0-9]*_*/[dD][oO][wW][nN].[sS][qQ][lL]"
      "${root_pattern}/[0-9]*_*/[mM][iI][gG][rR][aA][tT][iI][oO][nN].[sS][qQ][lL]")
    _godwit_glob(${library} files ${patterns})
    set(advice "subfolders are not looked into, but for diesel's, Prisma's and sqitch's")
    if(arg_LAYOUT STREQUAL "sqitch" OR (arg_LAYOUT STREQUAL "auto" AND EXISTS "${root}/sqitch.plan"))
      foreach(folder deploy revert verify)
        _godwit_glob_recurse(${library} scripts "${root_pattern}/${folder}/*.[sS][qQ][lL]")
        list(APPEND files ${scripts})
      endforeach()
      list(SORT files)
      if(NOT EXISTS "${root}/sqitch.plan")
        _godwit_fail(${library} "there is no sqitch.plan in ${root}")
      endif()
    endif()
    if(NOT files AND NOT arg_ALLOW_EMPTY)
      _godwit_fail(${library} "there is no .sql file in ${root} (${advice}); ALLOW_EMPTY permits that")
    endif()
  endif()
  set(seeds)
  set(seed_patterns)
  if(DEFINED arg_SEEDS)
    cmake_path(ABSOLUTE_PATH arg_SEEDS BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE seeds_root)
    string(REGEX REPLACE "(.)/$" "\\1" seeds_root "${seeds_root}")
    _godwit_check_path(${library} "${seeds_root}")
    if(NOT IS_DIRECTORY "${seeds_root}")
      _godwit_fail(${library} "there is no folder ${seeds_root}, which SEEDS names")
    endif()
    _godwit_glob_literal(seeds_pattern "${seeds_root}")
    set(seed_patterns "${seeds_pattern}/.godwitignore")
    _godwit_glob_recurse(${library} seeds "${seeds_pattern}/*.[sS][qQ][lL]")
    if(NOT seeds AND NOT arg_ALLOW_EMPTY)
      _godwit_fail(${library} "there is no .sql file in the folders of ${seeds_root}, which SEEDS names; "
        "ALLOW_EMPTY permits that")
    endif()
  endif()
  # Files beside the migrations that the tool reads where they are; they may come and go.
  set(beside_patterns "${root_pattern}/.godwitignore" "${root_pattern}/sqitch.plan"
    "${root_pattern}/[0-9]*_*/metadata.toml" ${seed_patterns})
  if(lock)
    _godwit_glob_literal(lock_pattern "${lock}")
    list(APPEND beside_patterns "${lock_pattern}")
  endif()
  file(GLOB beside LIST_DIRECTORIES false CONFIGURE_DEPENDS ${beside_patterns})

  set(manifest "godwit-manifest 1\nlibrary ${library}\nheader ${arg_HEADER}\nnamespace ${arg_NAMESPACE}\nname ${arg_NAME}\n")
  if(DEFINED arg_HISTORY_TABLE)
    string(APPEND manifest "history-table ${arg_HISTORY_TABLE}\n")
  endif()
  if(DEFINED arg_POSTGRES)
    string(APPEND manifest "postgres ${arg_POSTGRES}\n")
  endif()
  string(APPEND manifest "root ${root}\n")
  if(NOT arg_LAYOUT STREQUAL "auto")
    string(APPEND manifest "layout ${arg_LAYOUT}\n")
  endif()
  if(lock)
    string(APPEND manifest "lock ${lock}\n")
    if(DEFINED arg_LOCK)  # one that is named and not there is misspelt, and would lock nothing
      string(APPEND manifest "lock-required\n")
    endif()
  endif()
  if(DEFINED arg_BASELINE)
    string(APPEND manifest "baseline ${baseline}\n")
  endif()
  set(rules)
  foreach(severity error warn off)
    string(TOUPPER "RULES_${severity}" keyword)
    foreach(rule IN LISTS arg_${keyword})
      if(NOT rule MATCHES "^([a-z][a-z0-9-]*)(:.+)?$")
        _godwit_fail(${library} "${keyword}: \"${rule}\" is no rule; `godwit rules` lists them")
      endif()
      set(id ${CMAKE_MATCH_1})
      set(option ${CMAKE_MATCH_2})
      if(id IN_LIST rules)
        _godwit_fail(${library} "the rule ${id} is given twice in RULES_ERROR, RULES_WARN and RULES_OFF")
      endif()
      list(APPEND rules ${id})
      string(APPEND manifest "rule ${id}=${severity}${option}\n")
    endforeach()
  endforeach()
  foreach(flag REQUIRE_DOWN REQUIRE_VERIFY ALLOW_EMPTY ALLOW_FRESH)
    if(arg_${flag})
      string(TOLOWER ${flag} key)
      string(REPLACE "_" "-" key ${key})
      string(APPEND manifest "${key}\n")
    endif()
  endforeach()
  foreach(table IN LISTS arg_EXTERNAL)
    string(APPEND manifest "external ${table}\n")
  endforeach()
  foreach(definition IN LISTS arg_DEFINE)
    string(APPEND manifest "define ${definition}\n")
  endforeach()
  if(arg_WARN_ONLY)
    string(APPEND manifest "warn-only\n")
  elseif(arg_WERROR OR GODWIT_WERROR)
    string(APPEND manifest "werror\n")
  endif()
  foreach(file IN LISTS files)
    string(APPEND manifest "file ${file}\n")
  endforeach()
  if(DEFINED arg_SEEDS)
    string(APPEND manifest "seeds ${seeds_root}\n")
    foreach(file IN LISTS seeds)
      string(APPEND manifest "seed-file ${file}\n")
    endforeach()
  endif()

  # What is written now, so that editors and checkers see the header before the first build.
  foreach(target godwit::runtime godwit::table)
    if(NOT TARGET ${target})
      _godwit_fail(${library} "${target} cannot be seen from here; call find_package(Godwit) in this folder or one above it")
    endif()
  endforeach()
  _godwit_find_tool(${library} tool tool_depends)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/godwit/${library}")
  set(manifest_file "${out}/${library}.manifest")
  set(inputs_file "${out}/${library}.inputs")
  set(source "${out}/${library}.cpp")
  set(stamp "${out}/${library}.stamp")
  set(color)
  if(DEFINED CMAKE_COLOR_DIAGNOSTICS)  # else the tool decides; neither Ninja nor Make gives it a terminal
    set(color --color=$<IF:$<BOOL:${CMAKE_COLOR_DIAGNOSTICS}>,always,never>)
  endif()
  _godwit_write("${manifest_file}" "${manifest}")
  # Which files beside the migrations there are, and which tool: changes that have no newer file of their own.
  list(JOIN beside "\n" beside_lines)
  _godwit_write("${inputs_file}" "${tool}\n${beside_lines}\n")
  # The functions of code migrations are declared by the tool, which alone reads headers.
  string(REGEX REPLACE "\\.([a-z]+)$" ".code.\\1" code_header "${out}/include/${arg_HEADER}")
  if(NOT EXISTS "${code_header}")
    _godwit_write("${code_header}" "// Made by godwit from the migrations; changes are lost.\n#pragma once\n")
    file(REMOVE "${stamp}")
  endif()
  cmake_path(GET code_header FILENAME code_header_name)
  _godwit_write("${out}/include/${arg_HEADER}"
"// Made by add_migrations(${library}); changes are lost.
#pragma once

#include <godwit/migration.hpp>

namespace ${arg_NAMESPACE} {

/// The migrations of ${root}, in the order in which they are applied.
const godwit::MigrationSet& migrations() noexcept;

}  // namespace ${arg_NAMESPACE}

#include \"${code_header_name}\"
")

  # What the build does.
  list(LENGTH files count)
  set(comment "Checking the migrations of ${library}, ${count} .sql")
  add_custom_command(
    OUTPUT "${stamp}"
    BYPRODUCTS "${source}" "${code_header}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}.started"
    COMMAND ${tool} generate "${manifest_file}" --output "${source}" --code-header "${code_header}" ${color}
    COMMAND "${CMAKE_COMMAND}" -E rename "${stamp}.started" "${stamp}"
    DEPENDS "${manifest_file}" "${inputs_file}" ${files} ${seeds} ${beside} ${tool_depends}
    COMMENT "${comment}"
    VERBATIM)
  add_library(${library} ${arg_TYPE} "${source}" "${stamp}")
  target_include_directories(${library} PUBLIC "$<BUILD_INTERFACE:${out}/include>")
  target_link_libraries(${library} PUBLIC godwit::runtime)
  # The generated source is not for the consumer's checkers, and goes into shared libraries too.
  set_target_properties(${library} PROPERTIES
    POSITION_INDEPENDENT_CODE ON
    LINKER_LANGUAGE CXX
    UNITY_BUILD OFF
    DISABLE_PRECOMPILE_HEADERS ON
    AUTOMOC OFF
    AUTOUIC OFF
    AUTORCC OFF
    CXX_CLANG_TIDY ""
    CXX_CPPCHECK ""
    CXX_CPPLINT ""
    CXX_INCLUDE_WHAT_YOU_USE "")
  # FILES may be anywhere, such as in the build folder when something else writes them.
  set(files_in_root)
  foreach(file IN LISTS files)
    cmake_path(IS_PREFIX root "${file}" is_in_root)
    if(is_in_root)
      list(APPEND files_in_root "${file}")
    endif()
  endforeach()
  source_group(TREE "${root}" PREFIX migrations FILES ${files_in_root})

  # Two sets with one namespace, or one header, must not meet in an executable: the linker would take either in silence.
  # CMake refuses to link targets that disagree on such a property.
  string(MAKE_C_IDENTIFIER "${arg_HEADER}" header_id)
  string(REPLACE "::" "__" namespace_id "${arg_NAMESPACE}")
  foreach(property GODWIT_ONE_SET_ONLY_HAS_NAMESPACE_${namespace_id} GODWIT_ONE_SET_ONLY_HAS_HEADER_${header_id})
    set_property(TARGET ${library} PROPERTY INTERFACE_${property} "add_migrations(${library})")
    set_property(TARGET ${library} APPEND PROPERTY COMPATIBLE_INTERFACE_STRING ${property})
  endforeach()

  # What shows every finding again.
  set(lint ${tool} lint --manifest "${manifest_file}" ${color})
  add_custom_target(${library}.check COMMAND ${lint} DEPENDS ${tool_depends}
    COMMENT "${comment}" VERBATIM)
  if(NOT TARGET godwit_check)
    add_custom_target(godwit_check)
  endif()
  add_dependencies(godwit_check ${library}.check)
  if(NOT DEFINED BUILD_TESTING OR BUILD_TESTING)
    set(werror)
    if(NOT arg_WARN_ONLY)
      set(werror --werror)
    endif()
    add_test(NAME ${library}.lint COMMAND ${lint} ${werror})
  endif()
endfunction()
