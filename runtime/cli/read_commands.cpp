// SPDX-License-Identifier: Apache-2.0
//
// Commands that only read, in the words of those who come from other tools: history, current,
// heads, pending, graph, sql.
#include "commands.hpp"
#include "json.hpp"
#include "output.hpp"
#include "references.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace godwit::cli {
namespace {

void print(const std::string& line) {
  std::puts(line.c_str());
}

Status read_status(const Arguments& arguments, const MigrationSet& set) {
  return Migrator(arguments.conninfo, set, arguments.options).status();
}

bool is_in_history(const MigrationStatus& entry) {
  return entry.row.has_value();
}

// What nothing else of the set depends on, in the order of the set.
std::vector<const Migration*> heads_of(const MigrationSet& set) {
  std::vector<const Migration*> heads;
  for (const Migration& migration : set.migrations) {
    if (migration.kind != Kind::kSeed && dependants_of(set, migration).empty() &&
        squash_name(set, migration).empty()) {
      heads.push_back(&migration);
    }
  }
  return heads;
}

// What is of the contract phase, and what depends on it.
void leave_late(const MigrationSet& set, std::vector<const Migration*>& pending) {
  std::vector<const Migration*> late;
  std::erase_if(pending, [&](const Migration* migration) {
    const bool is_late =
        migration->phase == Phase::kContract ||
        std::any_of(late.begin(), late.end(), [&](const Migration* other) {
          return other->has_version() &&
                 std::any_of(migration->dependencies.begin(), migration->dependencies.end(),
                             [&](const Dependency& dependency) {
                               return (dependency.set.empty() || dependency.set == set.name) &&
                                      dependency.version == other->version;
                             });
        });
    if (is_late) {
      late.push_back(migration);
    }
    return is_late;
  });
}

std::string log_line(const LogEntry& entry) {
  std::string text;
  if (entry.execution_time_ms) {
    text = duration_text(std::chrono::milliseconds{*entry.execution_time_ms});
  }
  if (!entry.message.empty()) {
    text += text.empty() ? "" : "  ";
    text += entry.message;
  }
  if (!entry.sqlstate.empty()) {
    text += fmt::format(" [{}]", entry.sqlstate);
  }
  if (entry.line > 0) {
    text += fmt::format(" at {}:{}", entry.file, entry.line);
  }
  return text;
}

int print_log(const Arguments& arguments, const MigrationSet& set) {
  const std::vector<LogEntry> log = Migrator(arguments.conninfo, set, arguments.options).log();
  if (arguments.is_json) {
    print(json_log(log));
    return 0;
  }
  Table table({"AT", "EVENT", "MIGRATION", "BY", "WHAT"});
  for (const LogEntry& entry : log) {
    table.add(
        {entry.logged_at, entry.event, entry.migration_name, entry.logged_by, log_line(entry)},
        entry.event == "failed" ? Color::kRed : Color::kNone);
  }
  table.print(arguments.has_color);
  return 0;
}

std::string node_name(const Migration& migration) {
  return fmt::format("m{}", migration.version);
}

void print_graph_text(const MigrationSet& set) {
  for (const Migration& migration : set.migrations) {
    std::string needs;
    for (const std::string& name : dependencies_of(set, migration)) {
      needs += needs.empty() ? "  <- " : ", ";
      needs += name;
    }
    print(std::string(migration.full_name) + needs);
  }
}

// Both formats name a node by its version and quote the label, in which only a quote is special.
std::string label_of(std::string_view name) {
  std::string label;
  for (const char c : name) {
    label += c == '"' ? '\'' : c;
  }
  return label;
}

void print_graph(const MigrationSet& set, bool is_dot) {
  print(is_dot ? "digraph migrations {" : "graph LR");
  for (const Migration& migration : set.migrations) {
    print(is_dot
              ? fmt::format("  {} [label=\"{}\"];", node_name(migration),
                            label_of(migration.full_name))
              : fmt::format("  {}[\"{}\"]", node_name(migration), label_of(migration.full_name)));
    for (const Dependency& dependency : migration.dependencies) {
      if (dependency.set.empty() || dependency.set == set.name) {
        print(fmt::format("  m{} {} {}{}", dependency.version, is_dot ? "->" : "-->",
                          node_name(migration), is_dot ? ";" : ""));
      }
    }
  }
  if (is_dot) {
    print("}");
  }
}

}  // namespace

namespace {

// What was applied last, where that is not the last one of the set: a late arrival.
const MigrationStatus* undone_first(const Status& status) {
  const MigrationStatus* last = nullptr;
  const MigrationStatus* newest = nullptr;
  for (const MigrationStatus& entry : status.migrations) {
    if (entry.migration == nullptr || !entry.migration->has_version() || !entry.row) {
      continue;
    }
    last = &entry;
    newest = newest == nullptr || entry.row->id > newest->row->id ? &entry : newest;
  }
  return newest == last ? nullptr : newest;
}

}  // namespace

int run_history(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.verbosity > 0) {
    return print_log(arguments, set);
  }
  Status status = read_status(arguments, set);
  std::erase_if(status.migrations, [](const MigrationStatus& entry) { return !entry.row; });
  std::sort(
      status.migrations.begin(), status.migrations.end(),
      [](const MigrationStatus& a, const MigrationStatus& b) { return a.row->id < b.row->id; });
  if (arguments.is_json) {
    print(json_status(set, status));
    return 0;
  }
  Table table({"APPLIED AT", "MIGRATION", "BY", "DESCRIPTION"});
  for (const MigrationStatus& entry : status.migrations) {
    table.add({entry.row->executed_at, name_of(entry), entry.row->applied_by,
               entry.migration != nullptr ? std::string(entry.migration->description)
                                          : entry.row->description},
              entry.state == State::kApplied ? Color::kNone : state_color(entry.state));
  }
  table.print(arguments.has_color);
  return 0;
}

int run_current(const Arguments& arguments, const MigrationSet& set) {
  const Status status = read_status(arguments, set);
  const MigrationStatus* last = nullptr;
  for (const MigrationStatus& entry : status.migrations) {
    const bool is_seed = is_in_history(entry) && entry.row->kind == "seed";
    if (is_in_history(entry) && !is_seed && (last == nullptr || last->migration != nullptr) &&
        (entry.migration != nullptr || last == nullptr)) {
      last = &entry;
    }
  }
  const std::size_t pending = status.count(State::kPending);
  if (arguments.is_json) {
    print(json_current(last, pending));
    return 0;
  }
  if (last == nullptr) {
    print("base (nothing is applied)");
    return 0;
  }
  print(name_of(*last) +
        (pending == 0 ? std::string(" (head)") : fmt::format(" ({} pending)", pending)));
  const auto* const first = undone_first(status);
  if (first != nullptr) {
    print(fmt::format("applied after it: {}, which `down` undoes first", name_of(*first)));
  }
  return 0;
}

int run_heads(const Arguments& arguments, const MigrationSet& set) {
  const std::vector<const Migration*> heads = heads_of(set);
  if (arguments.is_json) {
    print(json_migrations("heads", heads));
    return 0;
  }
  for (const Migration* migration : heads) {
    print(std::string(migration->full_name));
  }
  return 0;
}

int run_pending(const Arguments& arguments, const MigrationSet& set) {
  const Status status = read_status(arguments, set);
  std::vector<const Migration*> pending;
  for (const MigrationStatus& entry : status.migrations) {
    if (entry.migration != nullptr &&
        (entry.state == State::kPending || entry.state == State::kPartial)) {
      pending.push_back(entry.migration);
    }
  }
  if (arguments.options.phase == Phase::kExpand) {
    leave_late(set, pending);
  }
  if (arguments.is_json) {
    print(json_migrations("pending", pending));
    return 0;
  }
  for (const Migration* migration : pending) {
    print(std::string(migration->full_name));
  }
  return 0;
}

int run_graph(const Arguments& arguments, const MigrationSet& set) {
  if (arguments.is_json) {
    print(json_graph(set));
  } else if (arguments.format == "text") {
    print_graph_text(set);
  } else {
    print_graph(set, arguments.format == "dot");
  }
  return 0;
}

namespace {

// Where a number alone leads without a database: `down --sql 2` two places before where the script
// begins, `up --sql 2` two behind. What a squash replaces is no place of its own.
std::string place_beside(const MigrationSet& set, const std::string& from, std::size_t count,
                         bool is_down) {
  std::vector<const Migration*> line;
  for (const Migration& migration : set.migrations) {
    if (squash_name(set, migration).empty() &&
        (!is_down || migration.has_version())) {  // nothing else is undone
      line.push_back(&migration);
    }
  }
  std::size_t begin = 0;
  if (from == "head" || from == "heads") {
    begin = line.size();
  } else if (from != "base") {
    const auto at = std::find_if(line.begin(), line.end(), [&](const Migration* migration) {
      return migration->full_name == from || std::to_string(migration->version) == from;
    });
    if (at == line.end()) {
      ErrorDetail detail;
      detail.message = fmt::format("from \"{}\" nobody can count without a database", from);
      detail.hint = "write --from=<version>, or --to=<version> instead of a number alone";
      throw Error(ErrorKind::kUsage, std::move(detail));
    }
    begin = static_cast<std::size_t>(at - line.begin()) + 1;
  }
  const std::size_t end =
      is_down ? begin - std::min(count, begin) : std::min(begin + count, line.size());
  return end == 0 ? std::string("base") : std::string(line[end - 1]->full_name);
}

}  // namespace

int run_sql(const Arguments& arguments, const MigrationSet& set) {
  const bool is_down = arguments.command == Command::kDown;
  const std::string from = is_down && !arguments.has_from ? std::string("head") : arguments.from;
  std::string to = !arguments.to.empty()       ? arguments.to
                   : !arguments.target.empty() ? arguments.target
                                               : std::string("head");
  const std::string how_many = is_down && arguments.target.empty() ? "1" : arguments.target;
  const auto count = count_in(how_many);
  if (arguments.command != Command::kSql && arguments.to.empty() && count) {
    to = place_beside(set, from, *count, is_down);
  }
  const std::string script = psql_script(set, arguments.options, from, to);
  if (arguments.is_json) {
    print(json_script(script));
  } else {
    std::fputs(script.c_str(), stdout);
  }
  return 0;
}

}  // namespace godwit::cli
