// SPDX-License-Identifier: Apache-2.0
//
// The commands of the tool, a function each: options in, exit code out. main.cpp reads the command
// line; nothing in here does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "lint/policy.hpp"
#include "source/migration_source.hpp"

namespace godwit::codegen::commands {

enum ExitCode : int {
  kClean = 0,
  kFindings = 1,  ///< something failed the check
  kUsage = 2,     ///< wrong options, or files that cannot be read or written
  kInternal = 3,  ///< a bug of godwit
};

enum class Color : std::uint8_t { kAuto, kAlways, kNever };
enum class Format : std::uint8_t { kGcc, kJson, kSarif, kGithub };

/// Wrong usage that is found out late, such as a directory that does not exist. The message is for
/// the user.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct LintOptions {
  std::vector<std::filesystem::path> paths;
  std::optional<std::filesystem::path> manifest;
  lint::Policy policy;
  std::optional<bool> transaction;  ///< for stray files
  Layout layout = Layout::kAuto;    ///< of directories
  Format format = Format::kGcc;
  Color color = Color::kAuto;
  bool fix = false;   ///< put the mechanical edits into the files
  bool diff = false;  ///< print them as a patch
  std::vector<Define> defines = {};
  std::filesystem::path seeds = {};  ///< of the directory; empty where it has none
};
int run_lint(LintOptions options);

struct GenerateOptions {
  std::filesystem::path manifest;
  std::filesystem::path output;
  std::filesystem::path code_header;  ///< empty: none is written
  Color color = Color::kAuto;
};
int run_generate(const GenerateOptions& options);

struct LockOptions {
  std::filesystem::path directory;
  std::optional<std::filesystem::path> file;  ///< godwit.lock in the directory unless given
  std::vector<std::int64_t> accept;
  Layout layout = Layout::kAuto;
  bool check = false;
  Color color = Color::kAuto;
};
int run_lock(const LockOptions& options);

struct ListOptions {
  std::filesystem::path directory;
  Layout layout = Layout::kAuto;
  bool json = false;
  std::vector<Define> defines = {};
  std::filesystem::path seeds = {};
};
int run_list(const ListOptions& options);

struct ShowOptions {
  std::filesystem::path directory;
  std::string version;
  Layout layout = Layout::kAuto;
  bool sql = false;
  bool json = false;
  std::vector<Define> defines = {};
  std::filesystem::path seeds = {};
};
int run_show(const ShowOptions& options);

struct ExplainOptions {
  std::filesystem::path path;  ///< a directory, or a file by itself
  std::vector<std::string> versions;
  int postgres = 15;
  bool json = false;
  std::vector<Define> defines = {};
};
int run_explain(const ExplainOptions& options);

enum class GraphFormat : std::uint8_t { kText, kDot, kMermaid };

struct GraphOptions {
  std::filesystem::path directory;
  GraphFormat format = GraphFormat::kText;
  Layout layout = Layout::kAuto;
  std::vector<Define> defines = {};
  bool schema = false;  ///< the tables, not the migrations
};
int run_graph(const GraphOptions& options);

struct NewOptions {
  std::filesystem::path directory;
  std::string name;
  bool timestamp = false;
  bool down = false;
  bool verify = false;
  bool json = false;
};
int run_new(const NewOptions& options);

struct MergeOptions {
  std::filesystem::path directory;
  std::vector<std::string> names;  ///< versions, names, aliases, or `heads` for all heads
  std::string message;  ///< what the new migration is called; of the versions where empty
  Layout layout = Layout::kAuto;
  bool dry_run = false;
  bool json = false;
};
int run_merge(const MergeOptions& options);

struct RenumberOptions {
  std::filesystem::path directory;
  std::vector<std::string> names;  ///< all that collide with a locked one where empty
  Layout layout = Layout::kAuto;
  bool dry_run = false;
  bool json = false;
};
int run_renumber(const RenumberOptions& options);

struct RulesOptions {
  std::optional<std::string> rule;
  bool json = false;
};
int run_rules(const RulesOptions& options);

/// Whether to print colour to `descriptor` (1 or 2): --color, then NO_COLOR and CLICOLOR_FORCE,
/// then whether it is a terminal.
bool use_color(Color color, int descriptor);

/// The set in `directory` with its own lock file, by the default policy. Throws UsageError when the
/// directory cannot be read. `seeds` is a folder of seeds, or empty.
/// Throws UsageError, which names `-d`, where there is no such directory.
void require_directory(const std::filesystem::path& directory);

SourceFiles files_of(const std::filesystem::path& directory, Layout layout = Layout::kAuto,
                     std::vector<Define> defines = {}, const std::filesystem::path& seeds = {});

}  // namespace godwit::codegen::commands
