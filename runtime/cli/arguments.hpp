// SPDX-License-Identifier: Apache-2.0
//
// What the user asked for: the command line and the environment, as one plain struct.
#pragma once

#include <godwit/migrator.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::cli {

enum class Command : std::uint8_t {
  kUp,
  kPlan,
  kApply,
  kSeed,
  kDown,
  kRedo,
  kStamp,
  kBaseline,
  kForget,
  kAccept,
  kRepair,
  kAdopt,
  kHistory,
  kCurrent,
  kHeads,
  kPending,
  kGraph,
  kVerify,
  kSql,
  kStatus,
  kList,
  kInfo,
  kCheck,
  kValidate,
  kWait,
  kVersion,
  kFresh,
  kHelp
};

/// What `up` has done to all the sets of a run.
struct Totals {
  std::size_t applied = 0;
  std::size_t skipped = 0;
  std::size_t failed = 0;
};

/// What a look at the sets before this one found pending, and where.
struct Assumed {
  std::string conninfo;
  std::string_view history_table;
  Dependency migration;
};

struct Arguments {
  Command command = Command::kHelp;
  std::string conninfo;
  Options options;
  std::string target;                           ///< which migration, or how many
  std::string to;                               ///< --to
  std::string from = "base";                    ///< --from
  std::string format = "text";                  ///< --format
  bool creates_database = false;                ///< --create-db
  bool is_rehearsal = false;                    ///< --rehearse
  bool is_sql = false;                          ///< --sql
  bool has_from = false;                        ///< --from was given
  bool is_stored = false;                       ///< --stored
  bool is_verify = false;                       ///< --verify
  bool is_only = false;                         ///< --only
  bool is_write = false;                        ///< --write
  std::string adopt_from = "auto";              ///< adopt --from
  std::string table;                            ///< --table
  std::string before_command;                   ///< --before-cmd
  std::chrono::milliseconds before_timeout{0};  ///< --before-timeout; 0 waits for ever
  bool allows_unknown = false;                  ///< --allow-unknown
  bool took_effect = false;
  bool had_no_effect = false;
  bool has_schemas = false;  ///< --schemas was given
  std::string schemas;       ///< --schemas
  std::size_t jobs = 4;      ///< --jobs
  std::string yes;           ///< --yes: "true", or what it was given
  bool is_json = false;
  bool is_quiet = false;
  int verbosity = 0;
  bool has_color = false;
  std::string set;                ///< --set
  bool is_all_databases = false;  ///< --all-databases
  Totals* totals = nullptr;       ///< where there are several sets: print_summary() adds to it
  std::vector<Assumed>* assumed = nullptr;  ///< likewise, for what only looks
  int exit_code = -1;  ///< from 0 on: everything was said already, end with this
};

/// Reads the command line. Prints help and usage errors itself. Without `has_fresh` there is no
/// such command.
Arguments parse_arguments(int argc, const char* const* argv, bool has_fresh);

/// Takes from the environment what the command line does not say: the database of this set.
void read_environment(Arguments& arguments, std::string_view set_name);

}  // namespace godwit::cli
