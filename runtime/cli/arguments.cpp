// SPDX-License-Identifier: Apache-2.0
//
// The only file that includes CLI11, whose header takes seconds to compile.
#include "arguments.hpp"

#include "json.hpp"
#include "usage.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <CLI/CLI.hpp>

namespace godwit::cli {
namespace {

constexpr const char* kFooter = R"(
The database comes from --url, else from GODWIT_URL_<SET>, where <SET> is the
set's name in capitals, else from GODWIT_URL, else from DATABASE_URL, else from
libpq's own variables (PGHOST, PGPORT, PGUSER, PGDATABASE, PGPASSWORD, …).
Durations are written 500ms, 30s, 10m or 2h; a number alone means seconds.

Exit codes:
  0    done, or up to date
  1    failed, rolled back
  2    usage
  3    pending (check)
  4    drift
  5    the database is newer
  6    busy: another run or a lock, past --wait
  7    cannot connect
  8    read-only, or a privilege is missing
  9    a migration outside a transaction is partly applied
  10   the connection was lost, the outcome is unknown
  11   a verify section failed, or the schema differs
  130  interrupted, rolled back
)";

constexpr const char* kEveryCommand = "Options of every command";
constexpr const char* kChanges = "Options of what applies, undoes or records";

std::chrono::milliseconds parse_duration(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  static const std::map<std::string_view, std::int64_t> kUnits = {
      {"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}};
  const auto found = kUnits.find(unit);
  constexpr std::int64_t kLongest = 2'147'483'647;  // milliseconds, the server's largest timeout
  if (error != std::errc{} || number < 0 || found == kUnits.end() ||
      number > kLongest / found->second) {
    throw CLI::ValidationError("\"" + text + "\" is not a duration: write 500ms, 30s, 10m or 2h");
  }
  return std::chrono::milliseconds{number * found->second};
}

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? std::string{} : std::string(text);
}

bool wants_color(const std::string& when) {
  if (when != "auto") {
    return when == "always";
  }
  return isatty(STDOUT_FILENO) == 1 && environment("NO_COLOR").empty() &&
         environment("TERM") != "dumb";
}

bool has_word(int argc, const char* const* argv, std::string_view word) {
  return std::any_of(argv, argv + argc, [&](std::string_view given) { return given == word; });
}

/// Of one command also the options of all commands, but for those that say nothing to one that only
/// reads.
std::string help_of(const CLI::App& app, const CLI::App* command) {
  if (command == nullptr) {
    return wrapped(app.help() + kFooter);
  }
  static const std::set<std::string> kReading = {"history", "current", "heads",   "graph",
                                                 "status",  "list",    "info",    "version",
                                                 "help",    "verify",  "validate"};
  std::string text = command->help(app.get_name());
  const CLI::Formatter formatter;
  for (const std::string group : {kEveryCommand, kChanges}) {
    if (group == kEveryCommand || kReading.count(command->get_name()) == 0) {
      text += formatter.make_group(group, false, app.get_options([&](const CLI::Option* option) {
        return option->get_group() == group;
      }));
    }
  }
  text += "\n\n" + app.get_name() + " help: the commands, and what else there is to say\n";
  return wrapped(text + kFooter);
}

void print_help(const CLI::App& app, const CLI::App* command, bool is_json) {
  const std::string text = help_of(app, command);
  std::fputs(is_json ? (json_help(text) + "\n").c_str() : text.c_str(), stdout);
}

/// Commands with their aliases, or without `command` all options that it understands.
std::vector<std::string> known_words(const CLI::App& app, const CLI::App* command, bool is_option) {
  std::vector<std::string> words;
  if (!is_option) {
    for (const CLI::App* each : app.get_subcommands({})) {
      words.push_back(each->get_name());
      words.insert(words.end(), each->get_aliases().begin(), each->get_aliases().end());
    }
    return words;
  }
  for (const CLI::App* each : {&app, command}) {
    if (each != nullptr) {
      for (const CLI::Option* option : each->get_options()) {
        for (const std::string& name : option->get_lnames()) {
          words.push_back("--" + name);
        }
      }
    }
  }
  return words;
}

int unknown_command(const CLI::App& app, const std::string& word, bool is_json) {
  const std::string meant = closest(word, known_words(app, nullptr, false));
  return usage_error(
      is_json, "there is no command " + word,
      meant.empty() ? "`" + app.get_name() + " help` lists them" : "did you mean `" + meant + "`?");
}

/// What is said of a command line that CLI11 refuses.
int explain(const CLI::App& app, const CLI::ParseError& error, bool is_json) {
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  const CLI::App* command = parsed.empty() ? nullptr : parsed.front();
  const std::string call =
      app.get_name() + (command == nullptr ? std::string{} : " " + command->get_name());
  const std::vector<std::string> extras = app.remaining(true);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr || extras.empty()) {
    return usage_error(is_json, error.what(), "`" + call + " --help` says what it takes");
  }
  const std::string word = extras.front().substr(0, extras.front().find('='));
  const bool is_option = word.size() > 1 && word.front() == '-';
  if (!is_option && command == nullptr) {
    return unknown_command(app, word, is_json);
  }
  const std::string meant = is_option ? closest(word, known_words(app, command, true)) : "";
  return usage_error(
      is_json,
      is_option ? "there is no option " + word
                : "\"" + word + "\" is one word more than `" + call + "` takes",
      meant.empty() ? "`" + call + " --help` says what it takes" : "did you mean `" + meant + "`?");
}

/// `help` and `help up`.
int show_help(CLI::App& app, const std::string& about, bool is_json) {
  app.clear();  // else it would be the help of `help`
  const auto commands =
      app.get_subcommands([&](CLI::App* command) { return command->check_name(about); });
  if (!about.empty() && commands.empty()) {
    return unknown_command(app, about, is_json);
  }
  print_help(app, about.empty() ? nullptr : commands.front(), is_json);
  return 0;
}

/// A variable that a script never set must not turn a part into the whole.
std::string empty_argument(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const auto& given = option->results();
    if (std::find(given.begin(), given.end(), std::string{}) != given.end()) {
      return option->get_name();
    }
  }
  return {};
}

/// What CLI11 does not check; empty when nothing is wrong.
std::string contradiction(const CLI::App& app, const Arguments& arguments, bool is_status) {
  const std::vector<CLI::App*> parsed = app.get_subcommands();
  std::string empty = empty_argument(app);
  if (empty.empty() && !parsed.empty()) {
    empty = empty_argument(*parsed.front());
  }
  if (!empty.empty()) {
    return (empty.front() == '-' ? "" : "the ") + empty + " is empty";
  }
  if (!arguments.target.empty() && !arguments.to.empty()) {
    return "there are two targets, " + arguments.target + " and --to=" + arguments.to;
  }
  if (!is_status || parsed.empty() || parsed.front()->get_name() == "status") {
    return {};
  }
  const bool is_plain_up =
      parsed.front()->get_name() == "up" && arguments.target.empty() && arguments.to.empty();
  return is_plain_up ? std::string{}
                     : "--status is a command, and here is another, " + parsed.front()->get_name();
}

}  // namespace

Arguments parse_arguments(int argc, const char* const* argv, bool has_fresh) {
  Arguments arguments;
  CLI::App app(
      "Migrates the database of this application, with the migrations that are compiled into it.");
  app.name(argc > 0 ? argv[0] : "migrate");
  app.fallthrough();
  app.require_subcommand(0, 1);

  std::string color = "auto";
  std::string order = "graph";
  std::string drift = "fail";
  std::string phase;
  std::string wait;
  std::string lock_timeout;
  std::string statement_timeout;
  std::string before_timeout;
  bool is_status = false;
  const bool is_json = has_word(argc, argv, "--json");  // for what is wrong with the rest, too
  Options& options = arguments.options;
  app.option_defaults()->group(kEveryCommand);
  app.add_option("--url", arguments.conninfo,
                 "The database: postgresql://user@host:5432/database, or libpq's keywords. A "
                 "password here can be seen in the process list: better in the environment");
  app.add_option("--set", arguments.set, "Only this one of the sets that are compiled in");
  app.add_flag("--all-databases", arguments.is_all_databases,
               "All of them, which is the default where a command can do that")
      ->excludes("--set");
  app.add_option(
      "--wait", wait,
      "How long to wait for the server, for locks and for other runs (10m; connecting is "
      "tried once unless this is given)");
  app.add_option("--role", options.role,
                 "The role that shall own what is created (SET LOCAL ROLE)");
  CLI::Option* schema = app.add_option(
      "--schema", options.schema,
      "Apply the set in this schema, with rows of its own in the history: for an application with "
      "a schema for each tenant");
  CLI::Option* schemas = app.add_option(
      "--schemas", arguments.schemas,
      "The same in many, for up, check and status: names and patterns with commas between them, "
      "where % stands for any text ('tenant_%,trial')");
  schemas->excludes(schema);
  app.add_option("--jobs", arguments.jobs,
                 "With --schemas: so many at the same time, each with a connection (4)")
      ->needs(schemas)
      ->check(CLI::Range(1, 1000));
  app.add_option("--history-table", options.history_table,
                 "The table that records what is applied, as table or schema.table");
  app.add_flag("--json", arguments.is_json,
               "One JSON object on stdout; for up one a line, the last is the report");
  app.add_flag("-q,--quiet", arguments.is_quiet, "Only errors and the last line");
  app.add_flag("-v,--verbose", arguments.verbosity, "Notices and statements too; twice: the SQL");
  app.add_option("--color", color, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  app.option_defaults()->group(kChanges);
  app.add_flag("--dry-run", options.dry_run, "Say what would be done, and write nothing");
  app.add_flag("--yes{true},-y{true}", arguments.yes,
               "Do not ask on a terminal (elsewhere the command is consent)");
  app.add_option("--phase", phase,
                 "expand leaves migrations of the contract phase pending, contract applies them")
      ->check(CLI::IsMember({"expand", "contract"}));
  app.add_option("--order", order,
                 "A pending migration that stands before an applied one: graph applies it when its "
                 "header declares Dependencies, linear never, any always")
      ->check(CLI::IsMember({"graph", "linear", "any"}));
  app.add_option("--on-drift", drift, "When an applied migration was edited: fail, warn or accept")
      ->check(CLI::IsMember({"fail", "warn", "accept"}));
  app.add_option("--seed", options.seed,
                 "Which seeds follow the migrations: none, reference (the default), sample (both), "
                 "full (all), or a folder of your own (reference and that)")
      ->type_name("MODE");
  app.add_option("--lock-timeout", lock_timeout,
                 "How long a statement may wait for a lock before its migration is rolled back and "
                 "tried again (3s; 0 waits for ever)");
  app.add_option("--statement-timeout", statement_timeout,
                 "How long one statement may run (for ever)");
  app.add_option(
      "--direct-url", options.direct_conninfo,
      "A way to the server around a connection pooler, for migrations that cannot run in "
      "a transaction (else GODWIT_DIRECT_URL)");
  app.option_defaults()->group("Options");  // the commands take it over
  app.add_flag("--status", is_status, "The same as the command status");

  constexpr const char* kTarget =
      "A version, full name, alias, @tag, +1, -1, head, base or previous";
  CLI::App* up = app.add_subcommand("up", "Apply all that is pending, or a part of it");
  up->alias("apply-all")->alias("upgrade")->alias("migrate")->alias("deploy");
  up->add_option("target", arguments.target,
                 "A number: so many; else a target, as for --to (head, which is the default)");
  up->add_option("--to", arguments.to,
                 std::string("Only what stands at or before this target: ") + kTarget);
  up->add_flag("--create-db", arguments.creates_database,
               "Create the database when the server does not have it");
  CLI::App* plan = app.add_subcommand(
      "plan",
      "Show what up would lock, with the size of each table now and who has it locked; reads only");
  plan->add_option("target", arguments.target, "As for up");
  plan->add_option("--to", arguments.to, "As for up");
  CLI::App* apply =
      app.add_subcommand("apply", "Apply one migration and what it depends on, nothing else");
  apply->add_option("target", arguments.target, kTarget)->required();
  CLI::App* seed = app.add_subcommand(
      "seed", "Apply the seeds that are new or changed; refuses while a migration is pending");
  seed->add_option("mode", arguments.target, "As for --seed");
  CLI::App* down =
      app.add_subcommand("down", "Undo the last migration that was applied, by its down section");
  down->alias("downgrade")->alias("rollback")->alias("revert");
  CLI::App* redo = app.add_subcommand("redo", "Undo the last migration and apply it again");
  for (CLI::App* command : {down, redo}) {
    command->add_option("target", arguments.target,
                        "A number: so many; else a target, as for --to (1, which is the default)");
    command->add_option("--to", arguments.to,
                        std::string("All that stands after this target: ") + kTarget);
  }
  for (CLI::App* command : {up, apply, seed, down, redo}) {
    command->add_flag("--rehearse", arguments.is_rehearsal,
                      "Run all of it in one transaction on the real data, report the time of each "
                      "statement and every lock, and roll back");
  }
  down->add_flag(
      "--stored", arguments.is_stored,
      "Undo also what this build does not contain, by the SQL that its own build left in "
      "the history");
  CLI::App* stamp = app.add_subcommand(
      "stamp", "Record everything at or before a target as applied, without running it");
  CLI::App* baseline =
      app.add_subcommand("baseline", "The same for a database that this set has never migrated");
  CLI::App* forget =
      app.add_subcommand("forget", "Take one migration out of the history, without undoing it");
  CLI::App* accept = app.add_subcommand(
      "accept", "Take the checksums of this build for migrations that were edited");
  CLI::App* repair = app.add_subcommand(
      "repair", "Show how the history differs from this build, and with --write mend it");
  for (CLI::App* command : {stamp, baseline, forget}) {
    command->add_option("target", arguments.target, kTarget)->required();
  }
  accept->add_option("target", arguments.target, "One migration; all, where none is named");
  for (CLI::App* command : {stamp, baseline}) {
    command->add_flag("--verify", arguments.is_verify,
                      "Run the verify sections first, and stamp only as far as they hold");
  }
  stamp->add_flag("--only", arguments.is_only,
                  "The target alone, not what stands before it; what it depends on is there");
  repair->add_flag("--write", arguments.is_write, "Do it");
  CLI::Option* effect =
      repair->add_flag("--took-effect", arguments.took_effect,
                       "The step outside a transaction that was cut off has taken effect");
  repair->add_flag("--had-no-effect", arguments.had_no_effect, "It has not, and is to run again")
      ->excludes(effect);
  CLI::App* adopt = app.add_subcommand(
      "adopt", "Record as applied what another migration tool has applied, by its own table");
  adopt->add_option("--from", arguments.adopt_from,
                    "auto, flyway, alembic, goose, golang-migrate, dbmate, sqlx, diesel, sqitch, "
                    "seed000, seed003 or seed004 (auto, which looks at the columns)");
  adopt->add_option("--table", arguments.table,
                    "Its table, as table or schema.table, where it has another name");
  adopt->add_flag("--allow-unknown", arguments.allows_unknown,
                  "Leave out what it has applied and this build does not contain");
  CLI::App* history = app.add_subcommand(
      "history", "Show what was applied, oldest first; with -v the log of all that was done");
  CLI::App* current = app.add_subcommand("current", "Show the last migration that is applied");
  CLI::App* heads = app.add_subcommand(
      "heads", "Show the migrations that no other depends on; needs no database");
  CLI::App* pending = app.add_subcommand("pending", "Show the names of what is not applied");
  CLI::App* graph =
      app.add_subcommand("graph", "Show which migration depends on which; needs no database");
  graph->add_option("--format", arguments.format, "text, dot or mermaid")
      ->check(CLI::IsMember({"text", "dot", "mermaid"}));
  CLI::App* verify = app.add_subcommand(
      "verify",
      "Run the verify sections of all that is applied, and compare the schema with what it makes");
  CLI::App* sql = app.add_subcommand(
      "sql", "Write a script for psql that does what up or down would; needs no database");
  sql->add_option("target", arguments.target, "Where it ends (head, which is the default)");
  sql->add_option("--to", arguments.to, "The same");
  sql->add_option("--from", arguments.from,
                  "Where it begins, which it makes sure of (base, which is the default)");
  CLI::App* fresh = nullptr;
  if (has_fresh) {
    fresh = app.add_subcommand(
        "fresh", "Delete ALL DATA of the database, then apply everything; asks for a typed phrase");
    fresh->alias("reset");
  }
  for (CLI::App* command : {up, apply, down, redo, fresh}) {
    if (command != nullptr) {
      command->add_option("--before-cmd", arguments.before_command,
                          "A command of the shell, such as a backup, that is run once before "
                          "anything is changed, by the one replica that changes it; when it fails, "
                          "nothing is. PGHOST, PGDATABASE and so on say where the database is");
      command->add_option("--before-timeout", before_timeout,
                          "How long the command may take (for ever)");
    }
  }
  for (CLI::App* command : {up, down}) {
    command->add_flag("--sql", arguments.is_sql,
                      "Write the script for psql instead, as `sql` does; needs no database");
    command->add_option("--from", arguments.from,
                        command == up
                            ? "With --sql: where the script begins (base, which is the default)"
                            : "With --sql: where the script begins (head, which is the default)");
  }
  CLI::App* status = app.add_subcommand("status", "Show every migration and what became of it");
  CLI::App* list = app.add_subcommand("list", "Show the names and states, one a line");
  CLI::App* info = app.add_subcommand("info", "Show all about one migration");
  info->alias("show");
  info->add_option("migration", arguments.target,
                   "Its version or name: 7, 007, 007_crm, an alias, @tag or head")
      ->required();
  info->add_flag("--sql", arguments.is_sql, "With the SQL of its sections");
  CLI::App* check = app.add_subcommand(
      "check", "Say by the exit code whether something is pending; writes nothing");
  CLI::App* validate =
      app.add_subcommand("validate", "List everything in which database and build differ");
  CLI::App* wait_command = app.add_subcommand(
      "wait", "Wait until another process has applied everything; writes nothing");
  CLI::App* version = app.add_subcommand("version", "Show what is compiled in; needs no database");
  CLI::App* help = app.add_subcommand("help", "Show this help, or that of a command");
  std::string about;
  help->add_option("command", about, "The command");

  try {
    app.parse(argc, argv);
    if (!wait.empty()) {
      options.wait = parse_duration(wait);
    }
    if (!lock_timeout.empty()) {
      options.lock_timeout = parse_duration(lock_timeout);
    }
    if (!before_timeout.empty()) {
      arguments.before_timeout = parse_duration(before_timeout);
    }
    if (!statement_timeout.empty()) {
      options.statement_timeout = parse_duration(statement_timeout);
    }
  } catch (const CLI::ParseError& error) {
    const bool is_fresh = has_word(argc, argv, "fresh") || has_word(argc, argv, "reset");
    if (error.get_exit_code() == 0) {
      const std::vector<CLI::App*> parsed = app.get_subcommands();
      print_help(app, parsed.empty() ? nullptr : parsed.front(), is_json);
      arguments.exit_code = 0;
    } else if (is_fresh && !has_fresh) {
      arguments.exit_code = usage_error(
          is_json, "this build may not empty databases, and has no such command",
          "give add_migrations() the keyword ALLOW_FRESH, in builds for development and tests "
          "only");
    } else {
      arguments.exit_code = explain(app, error, is_json);
    }
    return arguments;
  }
  if (const std::string wrong = contradiction(app, arguments, is_status); !wrong.empty()) {
    arguments.exit_code = usage_error(is_json, wrong, "nothing was done");
    return arguments;
  }

  if (seed->parsed() && !arguments.target.empty()) {
    options.seed = std::exchange(arguments.target, {});
  }
  arguments.has_schemas = schemas->count() > 0;
  arguments.has_from = up->count("--from") + down->count("--from") + sql->count("--from") > 0;
  options.phase = phase == "expand"     ? Phase::kExpand
                  : phase == "contract" ? Phase::kContract
                                        : Phase::kNone;

  const std::map<CLI::App*, Command> commands = {
      {adopt, Command::kAdopt},       {fresh, Command::kFresh},     {up, Command::kUp},
      {plan, Command::kPlan},         {apply, Command::kApply},     {down, Command::kDown},
      {redo, Command::kRedo},         {stamp, Command::kStamp},     {baseline, Command::kBaseline},
      {forget, Command::kForget},     {accept, Command::kAccept},   {repair, Command::kRepair},
      {history, Command::kHistory},   {current, Command::kCurrent}, {heads, Command::kHeads},
      {pending, Command::kPending},   {graph, Command::kGraph},     {verify, Command::kVerify},
      {sql, Command::kSql},           {status, Command::kStatus},   {list, Command::kList},
      {info, Command::kInfo},         {check, Command::kCheck},     {validate, Command::kValidate},
      {wait_command, Command::kWait}, {seed, Command::kSeed},       {version, Command::kVersion},
      {help, Command::kHelp}};
  if (is_status) {
    arguments.command = Command::kStatus;  // `up --status` too: whoever appends it wants no change
  } else if (!app.get_subcommands().empty()) {
    arguments.command = commands.at(app.get_subcommands().front());
  } else if (is_json) {
    arguments.exit_code = usage_error(is_json, "there is no command", "`help` lists them");
    return arguments;
  } else {
    std::fputs(help_of(app, nullptr).c_str(), stderr);
    arguments.exit_code = static_cast<int>(ErrorKind::kUsage);
    return arguments;
  }
  if (arguments.command == Command::kHelp) {
    arguments.exit_code = show_help(app, about, is_json);
    return arguments;
  }
  options.on_drift = drift == "warn"     ? DriftPolicy::kWarn
                     : drift == "accept" ? DriftPolicy::kAccept
                                         : DriftPolicy::kFail;
  options.order = order == "linear" ? OrderPolicy::kLinear
                  : order == "any"  ? OrderPolicy::kAny
                                    : OrderPolicy::kGraph;
  arguments.has_color = wants_color(color);
  return arguments;
}

void read_environment(Arguments& arguments, std::string_view set_name) {
  std::string suffix = "_";
  for (const char c : set_name) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    suffix += is_lower ? static_cast<char>(c - 'a' + 'A') : is_kept ? c : '_';
  }
  // A secret that came to nothing is not to send one set into another one's database.
  const std::string own = "GODWIT_URL" + suffix;
  const char* own_url = std::getenv(own.c_str());
  if (arguments.conninfo.empty() && own_url != nullptr && *own_url == '\0' &&
      arguments.command != Command::kVersion) {
    ErrorDetail detail;
    detail.message = own + " is set, and there is nothing in it";
    detail.hint = "give it the set's database, or unset it: then GODWIT_URL is taken";
    throw Error(ErrorKind::kUsage, std::move(detail));
  }
  const auto first_of = [](std::string& value, std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
      if (value.empty()) {
        value = environment(name.c_str());
      }
    }
  };
  first_of(arguments.conninfo, {"GODWIT_URL" + suffix, "GODWIT_URL", "DATABASE_URL"});
  first_of(arguments.options.direct_conninfo, {"GODWIT_DIRECT_URL" + suffix, "GODWIT_DIRECT_URL"});
}

}  // namespace godwit::cli
