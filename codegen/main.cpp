// SPDX-License-Identifier: Apache-2.0
//
// The command line of the host tool, and nothing else: what a command does is in commands/.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <malloc.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <godwit/migration.hpp>

#include "commands/commands.hpp"
#include "commands/manifest.hpp"
#include "lint/policy.hpp"
#include "source/layout.hpp"
#include "source/placeholders.hpp"
#include "source/words.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::commands {
namespace {

constexpr const char* kFooter =
    "Exit code: 0 clean, 1 findings that fail, 2 wrong usage or unreadable files, 3 a bug of "
    "godwit.\nThe tool reads files and never connects to a database.";

constexpr const char* kDefaultDirectory = "migrations";

struct CommandLine {
  LintOptions lint;
  GenerateOptions generate;
  LockOptions lock{.directory = kDefaultDirectory, .file = {}, .accept = {}};
  ListOptions list{.directory = kDefaultDirectory};
  ShowOptions show{.directory = kDefaultDirectory, .version = {}};
  ExplainOptions explain{.path = kDefaultDirectory, .versions = {}};
  GraphOptions graph{.directory = kDefaultDirectory};
  NewOptions create{.directory = kDefaultDirectory, .name = {}};
  MergeOptions merge{.directory = kDefaultDirectory, .names = {}, .message = {}};
  RenumberOptions renumber{.directory = kDefaultDirectory, .names = {}};
  RulesOptions rules;
  std::vector<std::string> rule_settings;
  std::string transaction = "auto";
};

/// Words for the values of an enum; CLI11's own list of them is cut after the first.
template <class Value>
CLI::Validator one_of(std::vector<std::pair<std::string, Value>> choices) {
  const auto read = [choices = std::move(choices)](std::string& word) -> std::string {
    const auto found = std::find_if(choices.begin(), choices.end(), [&](const auto& choice) {
      return equals_ignoring_case(choice.first, word);
    });
    if (found != choices.end()) {
      word = std::to_string(static_cast<int>(found->second));
      return {};
    }
    std::string known;
    for (std::size_t i = 0; i < choices.size(); ++i)
      known += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i].first;
    return fmt::format("`{}` is not one of {}", word, known);
  };
  return CLI::Validator(read, "", "");
}

void add_color(CLI::App& command, Color& color) {
  command
      .add_option("--color", color, "auto, always or never; auto is a terminal without NO_COLOR")
      ->transform(one_of<Color>(
          {{"auto", Color::kAuto}, {"always", Color::kAlways}, {"never", Color::kNever}}))
      ->type_name("WHEN");
}

void add_layout(CLI::App& command, Layout& layout) {
  std::vector<std::pair<std::string, Layout>> layouts;
  for (const std::string_view name : layout_names())
    layouts.emplace_back(name, *parse_layout(name));
  command
      .add_option("--layout", layout,
                  fmt::format("whose folder it is: {}", fmt::join(layout_names(), ", ")))
      ->transform(one_of(std::move(layouts)))
      ->type_name("LAYOUT");
}

void add_seeds(CLI::App& command, std::filesystem::path& seeds) {
  command.add_option("--seeds", seeds, "the set's folder of seeds, SEEDS of add_migrations()")
      ->type_name("DIRECTORY");
}

void add_define(CLI::App& command, std::vector<Define>& defines) {
  command
      .add_option_function<std::vector<std::string>>(
          "--define",
          [&defines](const std::vector<std::string>& words) {
            try {
              for (const std::string& word : words) add_definition(defines, word);
            } catch (const std::invalid_argument& error) {
              throw CLI::ValidationError("--define", error.what());
            }
          },
          "what ${NAME} stands for in the SQL; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

void add_lint(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand("lint", "Check migrations and say all that is wrong");
  command.footer(
      "A directory is checked as a set, with its godwit.lock; any other file as a migration of its "
      "own, whatever\nits name: what it does not create is taken to exist. `godwit rules` lists "
      "the "
      "rules.");
  LintOptions& options = line.lint;
  command.add_option("PATH", options.paths, "directories and files; migrations/ unless given");
  command.add_option("--manifest", options.manifest, "check what add_migrations() would compile")
      ->type_name("FILE");
  command
      .add_option("--format", options.format,
                  "gcc (to stderr), json, sarif (2.1.0) or github (annotations), to stdout")
      ->transform(one_of<Format>({{"gcc", Format::kGcc},
                                  {"json", Format::kJson},
                                  {"sarif", Format::kSarif},
                                  {"github", Format::kGithub}}))
      ->type_name("FORMAT");
  command
      .add_option("--postgres", options.policy.postgres,
                  "the lowest server major that the SQL has to run on, 15 unless given")
      ->check(CLI::Range(11, 99).description(""))
      ->type_name("N");
  command
      .add_option("--rule", line.rule_settings,
                  "another severity for a rule, such as drop-table=warn; may be repeated")
      ->type_name("NAME=off|warn|error[:OPTION]")
      ->allow_extra_args(false);
  command
      .add_option("--external", options.policy.externals,
                  "a table that others make, as with EXTERNAL; may be repeated")
      ->type_name("TABLE")
      ->allow_extra_args(false);
  command
      .add_option("--baseline", options.policy.baseline, "say nothing of versions up to this one")
      ->type_name("VERSION");
  command.add_flag("--werror", options.policy.werror, "warnings are errors");
  command.add_flag("--warn-only", options.policy.warn_only,
                   "errors are warnings, but for those that no build can survive");
  command
      .add_option("--transaction", line.transaction,
                  "for single files: auto (as the file says), always or none")
      ->check(CLI::IsMember({"auto", "always", "none"}).description(""))
      ->type_name("MODE");
  command.add_flag("--fix", options.fix,
                   "make the edits that need no thought, other than to locked migrations");
  command.add_flag("--diff", options.diff, "print those edits to stdout, as a patch");
  add_layout(command, options.layout);
  add_define(command, options.defines);
  add_seeds(command, options.seeds);
  add_color(command, options.color);
}

void add_generate(CLI::App& app, CommandLine& line) {
  CLI::App& command =
      *app.add_subcommand("generate", "Compile a manifest into C++; add_migrations() runs this");
  command.add_option("MANIFEST", line.generate.manifest, "written by add_migrations()")->required();
  command
      .add_option("--output,-o", line.generate.output, "the .cpp to write, only when it changes")
      ->required()
      ->type_name("FILE");
  command
      .add_option("--code-header", line.generate.code_header,
                  "the header that declares the functions of code migrations")
      ->type_name("FILE");
  add_color(command, line.generate.color);
}

void add_lock(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand(
      "lock", "Write down what is released, so that an edit of it fails the build");
  command.add_option("DIRECTORY", line.lock.directory, "migrations/ unless given");
  command
      .add_option("--file", line.lock.file,
                  "the lock file, godwit.lock in the directory unless given")
      ->type_name("FILE");
  command
      .add_option("--accept", line.lock.accept,
                  "lock this edited version as it is now; for one that was applied nowhere")
      ->type_name("VERSION")
      ->allow_extra_args(false);
  command.add_flag("--check", line.lock.check, "write nothing; fail when something is not locked");
  add_layout(command, line.lock.layout);
  add_color(command, line.lock.color);
}

void add_list(CLI::App& app, CommandLine& line) {
  CLI::App& command =
      *app.add_subcommand("list", "List the migrations in the order in which they are applied");
  command.add_option("DIRECTORY", line.list.directory, "migrations/ unless given");
  command.add_flag("--json", line.list.json, "as JSON");
  add_layout(command, line.list.layout);
  add_define(command, line.list.defines);
  add_seeds(command, line.list.seeds);
}

void add_show(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand("show", "Show one migration as godwit understands it");
  command.add_option("VERSION", line.show.version, "a version, a name or an alias")->required();
  command.add_option("DIRECTORY", line.show.directory, "migrations/ unless given");
  command.add_flag("--sql", line.show.sql, "with the whole SQL");
  command.add_flag("--json", line.show.json, "as JSON");
  add_layout(command, line.show.layout);
  add_define(command, line.show.defines);
  add_seeds(command, line.show.seeds);
}

void add_graph(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand("graph", "Draw which migration depends on which");
  command.add_option("DIRECTORY", line.graph.directory, "migrations/ unless given");
  command.add_option("--format", line.graph.format, "text, dot (Graphviz) or mermaid")
      ->transform(one_of<GraphFormat>({{"text", GraphFormat::kText},
                                       {"dot", GraphFormat::kDot},
                                       {"mermaid", GraphFormat::kMermaid}}))
      ->type_name("FORMAT");
  command.add_flag("--schema", line.graph.schema,
                   "the tables that the migrations add up to, as a diagram of their references");
  add_layout(command, line.graph.layout);
  add_define(command, line.graph.defines);
}

void add_explain(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand(
      "explain", "Say what each statement locks, who waits, and what work it is");
  command.footer(
      "For each statement: the locks on relations that are there before, and who waits for them; "
      "whether a table\nis read or written anew, which takes the longer the larger it is; whether "
      "it can run in a transaction; and\nwhether it can be run again. A file is explained by "
      "itself: what it does not create is taken to exist.");
  command.add_option("PATH", line.explain.path, "a directory or a file; migrations/ unless given");
  command.add_option("VERSION", line.explain.versions,
                     "versions, names or aliases; all unless given");
  command
      .add_option("--postgres", line.explain.postgres,
                  "the server's major version, 15 unless given")
      ->check(CLI::Range(11, 99).description(""))
      ->type_name("N");
  command.add_flag("--json", line.explain.json, "as JSON");
  add_define(command, line.explain.defines);
}

void add_new(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand(
      "new", "Write the next migration's file, in the style of those that are there");
  command.add_option("NAME", line.create.name, "what it does, such as \"add user preferences\"")
      ->required();
  command.add_option("--directory,-d", line.create.directory, "migrations/ unless given")
      ->type_name("DIRECTORY");
  command.add_flag("--timestamp", line.create.timestamp, "a timestamp instead of the next number");
  command.add_flag("--down", line.create.down, "with a section that undoes it");
  command.add_flag("--verify", line.create.verify, "with queries that prove it");
  command.add_flag("--json", line.create.json, "the names of what is written, as JSON");
}

void add_merge(CLI::App& app, CommandLine& line) {
  CLI::App& command =
      *app.add_subcommand("merge", "Write a migration that depends on the ends of two branches");
  command.footer(
      "It does nothing but join them, for those who want one head. Several heads are legal: `up` "
      "applies them all.");
  command
      .add_option("NAME", line.merge.names,
                  "versions, names or aliases of what to join; `heads` for all that nothing "
                  "depends on")
      ->required();
  command.add_option("--message,-m", line.merge.message, "what the new migration is called")
      ->type_name("TEXT");
  command.add_option("--directory,-d", line.merge.directory, "migrations/ unless given")
      ->type_name("DIRECTORY");
  command.add_flag("--dry-run", line.merge.dry_run, "say what would be written");
  command.add_flag("--json", line.merge.json, "the names of what is written, as JSON");
  add_layout(command, line.merge.layout);
}

void add_renumber(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand(
      "renumber", "Give a migration that is not locked yet the next free number");
  command.footer(
      "For two branches that took the same number. Its files are renamed, its header is put "
      "right, and so are the\nDependencies on it of migrations that are not locked. Locked ones "
      "are never renumbered.");
  command.add_option("NAME", line.renumber.names,
                     "full names or versions; all whose number a locked one has unless given");
  command.add_option("--directory,-d", line.renumber.directory, "migrations/ unless given")
      ->type_name("DIRECTORY");
  command.add_flag("--dry-run", line.renumber.dry_run, "say what would be changed");
  command.add_flag("--json", line.renumber.json, "as JSON");
  add_layout(command, line.renumber.layout);
}

void add_rules(CLI::App& app, CommandLine& line) {
  CLI::App& command = *app.add_subcommand("rules", "List the linter's rules, or explain one");
  command.add_option("RULE", line.rules.rule, "the rule to explain");
  command.add_flag("--json", line.rules.json, "as JSON");
}

void require_valid_policy(const lint::Policy& policy) {
  std::string text;
  for (const std::string& problem : lint::check_policy(policy))
    text += (text.empty() ? "" : "\n") + problem;
  if (!text.empty())
    throw UsageError(text);
}

LintOptions lint_options(CommandLine& line) {
  LintOptions options = line.lint;
  for (const std::string& setting : line.rule_settings) add_rule_setting(options.policy, setting);
  require_valid_policy(options.policy);
  if (line.transaction != "auto")
    options.transaction = line.transaction == "always";
  if (options.paths.empty() && !options.manifest)
    options.paths.emplace_back(kDefaultDirectory);
  return options;
}

int dispatch(const CLI::App& app, CommandLine& line) {
  if (app.got_subcommand("lint"))
    return run_lint(lint_options(line));
  if (app.got_subcommand("generate"))
    return run_generate(line.generate);
  if (app.got_subcommand("lock"))
    return run_lock(line.lock);
  if (app.got_subcommand("list"))
    return run_list(line.list);
  if (app.got_subcommand("show"))
    return run_show(line.show);
  if (app.got_subcommand("explain"))
    return run_explain(line.explain);
  if (app.got_subcommand("graph"))
    return run_graph(line.graph);
  if (app.got_subcommand("new"))
    return run_new(line.create);
  if (app.got_subcommand("merge"))
    return run_merge(line.merge);
  if (app.got_subcommand("renumber"))
    return run_renumber(line.renumber);
  return run_rules(line.rules);
}

int run(const CLI::App& app, CommandLine& line) {
  try {
    int code = kInternal;
    sql::run_with_deep_stack(1, 1, [&](std::size_t) { code = dispatch(app, line); });
    return code;
  } catch (const UsageError& error) {
    fmt::print(stderr, "godwit: error: {}\n", error.what());
  } catch (const ManifestError& error) {
    fmt::print(stderr, "{}\n", error.what());
  } catch (const std::invalid_argument& error) {
    fmt::print(stderr, "godwit: error: {}\n", error.what());
  } catch (const std::system_error& error) {
    fmt::print(stderr, "godwit: error: {}\n", error.what());
  } catch (const std::exception& error) {
    fmt::print(stderr, "godwit: internal error: {}\nThis is a bug of godwit; please report it.\n",
               error.what());
    return kInternal;
  }
  return kUsage;
}

/// False, with a message, where the first argument is neither an option nor a command.
bool has_known_command(const CLI::App& app, int argc, char** argv) {
  const std::string_view word = argc > 1 ? argv[1] : "-";
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(command->get_name());
  if (word.starts_with('-') || std::find(names.begin(), names.end(), word) != names.end())
    return true;
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto meant = closest(word, known);
  fmt::print(stderr, "godwit: error: there is no command `{}`{}\nThe commands are {}.\n", word,
             meant ? fmt::format(", did you mean `{}`?", *meant) : "", fmt::join(names, ", "));
  return false;
}

/// What could not be printed must not pass for what there is.
int with_output_written(int code) {
  errno = 0;
  const bool is_flushed = std::fflush(stdout) == 0;
  if (is_flushed && std::ferror(stdout) == 0)
    return code;
  fmt::print(stderr, "godwit: error: the output could not be written{}\n",
             errno != 0 ? fmt::format(": {}", std::strerror(errno)) : "");
  return std::max(code, static_cast<int>(kUsage));
}

}  // namespace
}  // namespace godwit::codegen::commands

int main(int argc, char** argv) {
  // What has been freed is soon taken again: no memory goes back before the process ends.
  constexpr int kMostAllowed = 32 * 1024 * 1024;
  mallopt(M_MMAP_THRESHOLD, kMostAllowed);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  // glibc lets a thread's heap grow by a page or two at a time, with a system call that stops all
  // threads that touch new memory meanwhile: room to begin with, of which only what is used counts.
  constexpr int kRoom = 16 * 1024 * 1024;
  mallopt(M_TOP_PAD, kRoom);
  using namespace godwit::codegen::commands;  // NOLINT(google-build-using-namespace)
  CLI::App app(
      "godwit compiles PostgreSQL migrations into a C++ application. This is its host tool: it "
      "checks migrations,\nlocks released ones, and writes the C++ that add_migrations() compiles.",
      "godwit");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_version_flag("--version", fmt::format("godwit {} (table format {})", GODWIT_VERSION,
                                                godwit::kTableFormat));
  CommandLine line;
  add_lint(app, line);
  add_generate(app, line);
  add_lock(app, line);
  add_list(app, line);
  add_show(app, line);
  add_explain(app, line);
  add_graph(app, line);
  add_new(app, line);
  add_merge(app, line);
  add_renumber(app, line);
  add_rules(app, line);
  if (!has_known_command(app, argc, argv))
    return kUsage;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return with_output_written(app.exit(error) == 0 ? kClean : kUsage);
  }
  return with_output_written(run(app, line));
}
