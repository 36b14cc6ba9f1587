// SPDX-License-Identifier: Apache-2.0
//
// What add_migrations() writes for the tool: a line each, `key value`, options and files. It is a
// file, not arguments, so that a changed option or a removed migration is a changed file, which
// every build tool notices, and ten thousand migrations need no long command line.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "commands/compile.hpp"

namespace godwit::codegen::commands {

struct Manifest {
  SetRequest request = {.files = {}, .lock = {}, .policy = {}, .set_name = "main"};
  std::string header;
  std::string cpp_namespace;
  bool allow_empty = false;
  bool allow_fresh = false;
};

/// A manifest that cannot be read; the message names the file and the line.
class ManifestError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws ManifestError.
Manifest read_manifest(const std::filesystem::path& path);

/// `NAME=off|note|warn|error[:option]`, as in the manifest's `rule` lines and `--rule`. Throws
/// std::invalid_argument with a message for the user.
void add_rule_setting(lint::Policy& policy, const std::string& text);

}  // namespace godwit::codegen::commands
