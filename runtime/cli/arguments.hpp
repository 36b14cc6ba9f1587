// SPDX-License-Identifier: Apache-2.0
//
// What the user asked for: the command line and the environment, as one plain struct.
#pragma once

#include <godwit/migrator.hpp>

#include <cstdint>
#include <string>

namespace godwit::cli {

enum class Command : std::uint8_t {
  kUp,
  kApply,
  kDown,
  kRedo,
  kStamp,
  kBaseline,
  kForget,
  kAccept,
  kRepair,
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
  kHelp
};

struct Arguments {
  Command command = Command::kHelp;
  std::string conninfo;
  Options options;
  std::string target;           ///< which migration, or how many
  std::string to;               ///< --to
  std::string from = "base";    ///< --from
  std::string format = "text";  ///< --format
  bool is_sql = false;          ///< --sql
  bool has_from = false;        ///< --from was given
  bool is_stored = false;       ///< --stored
  bool is_verify = false;       ///< --verify
  bool is_write = false;        ///< --write
  bool took_effect = false;
  bool had_no_effect = false;
  std::string yes;  ///< --yes: "true", or what it was given
  bool is_json = false;
  bool is_quiet = false;
  int verbosity = 0;
  bool has_color = false;
  int exit_code = -1;  ///< from 0 on: everything was said already, end with this
};

/// Reads the command line, then the environment for what it does not say. Prints help and usage
/// errors itself.
Arguments parse_arguments(int argc, const char* const* argv);

}  // namespace godwit::cli
