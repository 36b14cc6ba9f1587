// SPDX-License-Identifier: Apache-2.0
//
// From arguments to an exit code: the one place where exceptions end.
#include <godwit/cli.hpp>

#include "commands.hpp"
#include "json.hpp"
#include "sets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>

namespace godwit {
namespace {

int run_command(const cli::Arguments& arguments, const MigrationSet& set) {
  if (arguments.has_schemas) {
    return cli::run_on_schemas(arguments, set);
  }
  cli::refuse_schema(arguments);
  if (arguments.is_rehearsal) {
    return cli::run_rehearsal(arguments, set);
  }
  switch (arguments.command) {
    case cli::Command::kUp:
    case cli::Command::kApply:
    case cli::Command::kSeed:
      return cli::run_up(arguments, set);
    case cli::Command::kPlan:
      return cli::run_plan(arguments, set);
    case cli::Command::kDown:
      return cli::run_down(arguments, set);
    case cli::Command::kRedo:
      return cli::run_redo(arguments, set);
    case cli::Command::kStamp:
      return cli::run_stamp(arguments, set);
    case cli::Command::kBaseline:
      return cli::run_baseline(arguments, set);
    case cli::Command::kForget:
      return cli::run_forget(arguments, set);
    case cli::Command::kAccept:
      return cli::run_accept(arguments, set);
    case cli::Command::kRepair:
      return cli::run_repair(arguments, set);
    case cli::Command::kAdopt:
      return cli::run_adopt(arguments, set);
    case cli::Command::kHistory:
      return cli::run_history(arguments, set);
    case cli::Command::kCurrent:
      return cli::run_current(arguments, set);
    case cli::Command::kHeads:
      return cli::run_heads(arguments, set);
    case cli::Command::kPending:
      return cli::run_pending(arguments, set);
    case cli::Command::kGraph:
      return cli::run_graph(arguments, set);
    case cli::Command::kVerify:
      return cli::run_verify(arguments, set);
    case cli::Command::kSql:
      return cli::run_sql(arguments, set);
    case cli::Command::kStatus:
      return cli::run_status(arguments, set);
    case cli::Command::kList:
      return cli::run_list(arguments, set);
    case cli::Command::kInfo:
      return cli::run_info(arguments, set);
    case cli::Command::kCheck:
      return cli::run_check(arguments, set);
    case cli::Command::kValidate:
      return cli::run_validate(arguments, set);
    case cli::Command::kFresh:
      return cli::run_fresh(arguments, set);
    case cli::Command::kWait:
      return cli::run_wait(arguments, set);
    case cli::Command::kVersion:
      return cli::run_version(arguments, set);
    case cli::Command::kHelp:
      break;
  }
  return 0;
}

// Whoever reads an answer must not take half of it, or none, for the whole. What `up` prints for
// people is no answer: what it did is done.
int with_output_written(const cli::Arguments& arguments, int exit_code) {
  errno = 0;
  const bool is_flushed = std::fflush(stdout) == 0;
  if (is_flushed && std::ferror(stdout) == 0) {
    return exit_code;
  }
  std::fprintf(stderr, "error: the output could not be written%s%s\n", errno != 0 ? ": " : "",
               errno != 0 ? std::strerror(errno) : "");
  const bool is_answer =
      arguments.exit_code >= 0 || arguments.command != cli::Command::kUp || arguments.is_json;
  return exit_code == 0 && is_answer ? static_cast<int>(ErrorKind::kFailed) : exit_code;
}

/// One command on one set; errors are printed.
int run_reported(cli::Arguments arguments, const MigrationSet& set) {
  try {
    cli::read_environment(arguments, set.name);
    return run_command(arguments, set);
  } catch (const Error& error) {
    std::fflush(stdout);
    if (arguments.is_json) {
      std::puts(cli::json_error(error).c_str());
    } else {
      std::fprintf(stderr, "%s\n", error.what());
    }
    return static_cast<int>(error.kind());
  }
}

int run_sets(int argc, char** argv, const cli::Sets& sets) {
  try {
    const bool has_fresh = std::any_of(sets.begin(), sets.end(),
                                       [](const MigrationSet& set) { return set.allows_fresh; });
    const cli::Arguments arguments = cli::parse_arguments(argc, argv, has_fresh);
    if (arguments.exit_code >= 0) {
      return with_output_written(arguments, arguments.exit_code);
    }
    return with_output_written(arguments, cli::run_on_sets(arguments, sets, run_reported));
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "error: %s\n", error.what());
    return static_cast<int>(ErrorKind::kFailed);
  }
}

}  // namespace

int run_cli(int argc, char** argv, const MigrationSet& set) {
  return run_sets(argc, argv, {set});
}

int run_cli(int argc, char** argv,
            std::initializer_list<std::reference_wrapper<const MigrationSet>> sets) {
  return run_sets(argc, argv, sets);
}

}  // namespace godwit
