// SPDX-License-Identifier: Apache-2.0
//
// `godwit new`: the next file, with places for what belongs into it.
#include "commands/commands.hpp"
#include "commands/new_file.hpp"

namespace godwit::codegen::commands {
namespace {

constexpr std::string_view kUpBody = "-- The runtime opens and commits the transaction.\n\n";
constexpr std::string_view kDownBody = "-- What undoes it, in the reverse order.\n\n";
constexpr std::string_view kVerifyBody =
    "-- Queries that must each return true; they run before COMMIT.\n\n";

}  // namespace

int run_new(const NewOptions& options) {
  NewFile file;
  file.directory = options.directory;
  file.title = options.name;
  file.up = kUpBody;
  file.timestamp = options.timestamp;
  if (options.down)
    file.down = kDownBody;
  if (options.verify)
    file.verify = kVerifyBody;
  print_created(write_new_file(file), options.json);
  return kClean;
}

}  // namespace godwit::codegen::commands
