// SPDX-License-Identifier: Apache-2.0
//
// Moving in from another tool: find its table, read it, match it with the set, and write what it
// says into our own history, in the one transaction in which all such changes are made.
//
// The other table is only ever read, with one SELECT, so all its rows are of one moment. There is
// one exception: a table of seed000 that stands where ours would be becomes ours.
#include "foreign_match.hpp"
#include "migrator_impl.hpp"
#include "target.hpp"

#include <godwit/adopt.hpp>

#include <algorithm>
#include <map>

namespace godwit::detail {
namespace {

constexpr std::size_t kMostNames = 20;  // in a message; the report has them all

ErrorDetail detail_of(std::string message, std::string hint) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  return detail;
}

[[noreturn]] void refuse(std::string message, std::string hint) {
  throw Error(ErrorKind::kUsage, detail_of(std::move(message), std::move(hint)));
}

/// "a, b and 3 more".
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMostNames); ++i) {
    text += i == 0 ? "" : ", ";
    text += names[i];
  }
  return names.size() <= kMostNames ? text
                                    : compose("{} and {} more", text, names.size() - kMostNames);
}

std::vector<std::string> labels(const std::vector<const ForeignRow*>& rows) {
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const ForeignRow* row : rows) {
    names.push_back(row->label);
  }
  return names;
}

std::string_view how_to_clear(ForeignTool tool) {
  switch (tool) {
    case ForeignTool::kGolangMigrate:
      return "look how far it came, finish or undo it by hand, and say so with `migrate force "
             "VERSION`";
    case ForeignTool::kFlyway:
      return "undo by hand what it has done, run `flyway repair`, and adopt again";
    case ForeignTool::kSqlx:
      return "undo by hand what it has done, delete its row from that table, and adopt again";
    default:
      return "finish or undo it by hand, let its row say so, and adopt again";
  }
}

/// What a repeatable migration last made is not known to be what this build would make.
bool is_to_run_again(const ForeignMatch& match) {
  return match.migration->kind == Kind::kRepeatable && match.checksum != ChecksumVerdict::kHolds;
}

std::size_t count_of_migrations(const std::vector<HistoryChange>& changes) {
  return static_cast<std::size_t>(
      std::count_if(changes.begin(), changes.end(),
                    [](const HistoryChange& change) { return change.migration != nullptr; }));
}

/// "{first label}, {second}" for each number that more than one row has.
std::string doubled_numbers(const std::vector<ForeignRow>& rows) {
  std::map<std::string_view, std::vector<std::string>> by_number;
  for (const ForeignRow& row : rows) {
    by_number[row.key].push_back(row.label);
  }
  std::string text;
  for (const auto& [number, names] : by_number) {
    if (names.size() > 1) {
      text += compose("{}{} ({})", text.empty() ? "" : "; ", number, listed(names));
    }
  }
  return text;
}

/// Whose checksum is SHA-256 of the file by their own description; the others' may be anything.
bool is_certain(ForeignTool tool) {
  return tool != ForeignTool::kSeed000 && tool != ForeignTool::kSeed004;
}

}  // namespace

std::optional<ForeignTable> Run::find_foreign_table(const AdoptOptions& wanted) {
  const std::optional<ForeignTool> only = tool_named(wanted.from);  // none for auto
  const Reply reply = ask(with_role(find_tables(*connection_, wanted.table)), Section::kGuard);
  const PGresult* found = reply.results[options_.role.empty() ? 0 : 2].get();
  const bool is_named = !wanted.table.empty();
  std::vector<ForeignTable> tables = recognise_tables(found, only, is_named);
  if (tables.size() == 1) {
    return std::move(tables.front());
  }
  if (tables.size() > 1) {
    std::vector<std::string> names;
    for (const ForeignTable& table : tables) {
      names.push_back(compose("{} ({})", table.display(), option_name(table.tool)));
    }
    refuse(compose("there are {} tables to adopt from: {}", names.size(), listed(names)),
           compose("name the one that is meant: --from={0} --table={1}",
                   option_name(tables.front().tool), tables.front().display()));
  }
  if (is_table_foreign_) {
    check();  // another run may have made it ours in between
    if (is_table_foreign_) {
      fail_on_foreign_table();
    }
  }
  const bool has_rows = std::any_of(snapshot_.rows.begin(), snapshot_.rows.end(),
                                    [&](const Row& row) { return row.set == set_.name; });
  if (is_named && PQntuples(found) == 0) {
    refuse(compose("there is no table {}", wanted.table),
           "write \"table\" or \"schema.table\", unquoted");
  }
  const bool is_our_own =
      is_named && (wanted.table == history_.display() || wanted.table == history_.table());
  if (has_rows && (!is_named || is_our_own) && (!only || has_adopted_from(*only))) {
    return std::nullopt;
  }
  if (is_named) {
    refuse(compose("the table {} is not a history of {}", wanted.table,
                   only ? title(*only) : std::string_view("a tool that godwit knows")),
           "--from names the tool, where the columns do not tell");
  }
  std::vector<std::string> others;
  for (const ForeignTable& table : recognise_tables(found, std::nullopt, is_named)) {
    others.push_back(compose("{} ({})", table.display(), option_name(table.tool)));
  }
  refuse(only ? compose("there is no history table of {} in this database", title(*only))
              : std::string("there is no history table of another tool in this database"),
         others.empty() ? std::string("--table names one that is called otherwise; a new database "
                                      "needs no adoption, but `up`")
                        : compose("there is {}", listed(others)));
}

// Whether there is nothing to be found any more because it was found before.
bool Run::has_adopted_from(ForeignTool tool) {
  const Reply reply = ask(
      with_role(history_.has_origin(*connection_, identity_, option_name(tool))), Section::kGuard);
  return is_true(reply.results[options_.role.empty() ? 0 : 2].get(), 0, 0);
}

std::vector<ForeignRow> Run::read_foreign_rows(const ForeignTable& table) {
  const Reply reply = send(with_role(select_rows(*connection_, table)));
  if (!reply.error) {
    return read_rows(reply.results[options_.role.empty() ? 0 : 2].get());
  }
  ErrorDetail detail;
  describe_error(reply.error.get(), detail);
  roll_back();
  if (detail.sqlstate == "42501") {
    const char* user = PQuser(connection_->raw());
    detail.hint = compose(
        "to read the other tool's table: GRANT USAGE ON SCHEMA {0} TO {2}; GRANT SELECT ON {0}.{1} "
        "TO {2}",
        connection_->identifier(table.schema), connection_->identifier(table.table),
        connection_->identifier(!options_.role.empty() ? std::string_view(options_.role)
                                : user == nullptr      ? std::string_view()
                                                       : std::string_view(user)));
    throw Error(ErrorKind::kReadOnly, std::move(detail));
  }
  fail_in_section(reply.error.get(), Section::kGuard, nullptr, std::move(detail));
}

// Fills the report, and says in it why nothing may be written.
void Run::describe_matches(const ForeignMatches& matches, const AdoptOptions& wanted,
                           AdoptReport& report) {
  const ForeignTool tool = *tool_named(report.tool);
  std::vector<std::string> other_files;
  for (const ForeignMatch& match : matches.matched) {
    AdoptedMigration entry;
    entry.migration = match.migration;
    entry.known_as = match.row->label;
    entry.applied_at = match.is_own_row ? match.row->executed_at : std::string();
    entry.checksum = match.checksum;
    entry.is_recorded = find_row(snapshot_, set_, *match.migration) != nullptr;
    if (match.checksum == ChecksumVerdict::kDiffers) {
      entry.other_checksum = match.row->checksum;
      if (!entry.is_recorded && !is_to_run_again(match)) {
        other_files.emplace_back(match.migration->up.file);
      }
    }
    entry.is_to_run_again = !entry.is_recorded && is_to_run_again(match);
    report.matched.push_back(std::move(entry));
  }
  report.unknown = labels(matches.unknown);
  for (const Migration& migration : set_.migrations) {
    const bool is_matched =
        std::any_of(matches.matched.begin(), matches.matched.end(),
                    [&](const ForeignMatch& match) { return match.migration == &migration; });
    if (!is_matched && migration.kind != Kind::kSeed) {  // no other tool has rows of those
      report.missing.push_back(&migration);
    }
  }
  for (const std::string& group : matches.other_groups) {
    report.warnings.push_back(
        compose("{} has {} too, of which this set has nothing: left alone", report.table, group));
  }
  warn_of_missing(report);

  const auto stop = [&](ErrorKind kind, std::string message, std::string hint) {
    if (!report.stopped_by) {
      report.stopped_by.emplace(kind, detail_of(std::move(message), std::move(hint)));
    }
  };
  if (!matches.dirty.empty()) {
    stop(ErrorKind::kPartiallyApplied,
         compose("{} has failed, or was interrupted, in {}: nobody can tell how far it came; "
                 "nothing was adopted",
                 report.title, listed(labels(matches.dirty))),
         std::string(how_to_clear(tool)));
  }
  if (!matches.twice.empty()) {
    stop(ErrorKind::kDrift,
         compose("{} has more than one row of a migration: {} again; nothing was adopted",
                 report.table, listed(labels(matches.twice))),
         "let one row stay of each");
  }
  if (!matches.rival_groups.empty()) {
    stop(ErrorKind::kUsage,
         compose("{} has rows of {}, and this set has files of each: which of them this database "
                 "is, nobody can tell; nothing was adopted",
                 report.table, listed(matches.rival_groups)),
         compose("give the set the name of its own, as in add_migrations(… NAME {})",
                 matches.rival_groups.front()));
  }
  if (!report.unknown.empty() && !wanted.allow_unknown) {
    stop(ErrorKind::kDrift,
         compose("{} has what this set does not contain: {}; nothing was adopted", report.table,
                 listed(report.unknown)),
         matches.squashes.empty()
             ? std::string("add the files to the set, or leave them out with --allow-unknown")
             : compose("{} stands for more than the database has: adopt with the last build that "
                       "contains those that it replaces, and apply the rest; or, where all of it "
                       "is there, `stamp {}`",
                       matches.squashes.front()->full_name, matches.squashes.front()->version));
  }
  if (other_files.empty() || options_.on_drift == DriftPolicy::kAccept) {
    return;
  }
  const std::string words =
      compose("{}: not what {} has applied, by its checksum", listed(other_files), report.title);
  if (options_.on_drift == DriftPolicy::kWarn || !is_certain(tool)) {
    report.warnings.push_back(words);
  } else {
    stop(ErrorKind::kDrift, words + "; nothing was adopted",
         "bring the files back as they were applied; or take them as they are, with "
         "--on-drift=accept");
  }
}

// What `up` would refuse afterwards.
void Run::warn_of_missing(AdoptReport& report) const {
  if (report.matched.empty()) {
    return;
  }
  const auto last_entry =
      std::find_if(report.matched.rbegin(), report.matched.rend(),
                   [](const AdoptedMigration& entry) { return entry.migration->has_version(); });
  const Migration* last = last_entry == report.matched.rend() ? nullptr : last_entry->migration;
  std::vector<std::string> late;
  for (const Migration* migration : report.missing) {
    if (last != nullptr && migration < last && migration->has_version() &&
        !migration->declares_dependencies && find_row(snapshot_, set_, *migration) == nullptr) {
      late.emplace_back(migration->full_name);
    }
  }
  if (!late.empty()) {
    report.warnings.push_back(
        compose("not applied, but before {}, which is: {}. `up` takes that for a late arrival: "
                "declare Dependencies in its header, or `stamp` it where it holds",
                last->full_name, listed(late)));
  }
}

// The table itself, whose rows stay, also where none of them is of this set.
Change Run::taking_over(const ForeignTable& table) {
  const Reply reply = ask(with_role(history_.unique_constraints(*connection_)), Section::kGuard);
  const PGresult* found = reply.results[options_.role.empty() ? 0 : 2].get();
  std::vector<std::string> constraints;
  for (int i = 0; i < PQntuples(found); ++i) {
    constraints.emplace_back(value(found, i, 0));
  }
  Change change;
  change.event = "adopted";
  change.name = table.display();
  change.text = "becomes godwit's own";
  change.sql = history_.extend(*connection_, identity_, option_name(table.tool), constraints,
                               &change.count) +
               "SELECT 1";
  return change;
}

std::vector<Change> Run::adopting_changes(const ForeignTable& table,
                                          const ForeignMatches& matches) {
  std::vector<Change> changes;
  if (is_table_foreign_) {
    changes.push_back(taking_over(table));
  }
  for (const ForeignMatch& match : matches.matched) {
    const Migration& migration = *match.migration;
    if (find_row(snapshot_, set_, migration) != nullptr) {
      continue;
    }
    const ForeignRow& row = *match.row;
    Adopted adopted;
    adopted.origin = option_name(table.tool);
    adopted.message = compose("{}: {} in {}", title(table.tool), row.label, table.display());
    adopted.applied_by = row.applied_by;
    adopted.is_to_run_again = is_to_run_again(match);
    if (match.is_own_row) {
      adopted.executed_at = row.executed_at;
      adopted.execution_time_ms = row.execution_time_ms;
    }
    Change change;
    change.event = "adopted";
    change.migration = &migration;
    change.name = migration.full_name;
    change.text = adopted.message;
    if (!is_table_foreign_) {
      change.sql = history_.adopt(*connection_, identity_, migration, adopted, &change.count);
    } else {
      change.sql = history_.complete(*connection_, identity_, migration, row.id, adopted.message);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

std::vector<Change> Run::choose_adopted(const AdoptOptions& wanted, AdoptReport& report) {
  const std::optional<ForeignTable> table = find_foreign_table(wanted);
  if (!table) {
    return {};
  }
  report = AdoptReport{};
  report.tool = option_name(table->tool);
  report.title = title(table->tool);
  report.table = table->display();
  report.is_in_place = is_table_foreign_ && table->tool == ForeignTool::kSeed000 &&
                       table->display() == history_.display();
  if (is_table_foreign_ && (!report.is_in_place || has_tenant())) {
    fail_on_foreign_table();
  }
  const std::vector<ForeignRow> rows = read_foreign_rows(*table);
  const ForeignMatches matches = match_rows(set_, table->tool, rows);
  describe_matches(matches, wanted, report);
  const std::string doubled = report.is_in_place ? doubled_numbers(rows) : std::string();
  if (!doubled.empty() && !report.stopped_by) {
    report.stopped_by.emplace(
        ErrorKind::kDrift,
        detail_of(compose("{} has a number more than once, which godwit's history cannot: {}; "
                          "nothing was adopted",
                          report.table, doubled),
                  "renumber or delete all but one, or give the set another HISTORY_TABLE, so that "
                  "this one is only read"));
  }
  return report.stopped_by ? std::vector<Change>{} : adopting_changes(*table, matches);
}

AdoptReport Run::adopt(const AdoptOptions& wanted) {
  if (wanted.from != "auto" && !tool_named(wanted.from)) {
    refuse(compose(R"(there is no "{}" to adopt from)", wanted.from),
           compose("it is one of auto, {}", all_tools()));
  }
  is_adopting_ = true;
  AdoptReport report;
  HistoryOptions how;
  if (wanted.confirm) {
    how.confirm = [&](const std::vector<HistoryChange>& changes) {
      report.adopted = count_of_migrations(changes);
      return wanted.confirm(report);
    };
  }
  const HistoryReport done = change_history(how, [&] { return choose_adopted(wanted, report); });
  report.adopted = count_of_migrations(done.changes);
  // After a cut, the second look found rows that this run had written.
  for (AdoptedMigration& entry : report.matched) {
    entry.is_recorded =
        entry.is_recorded &&
        std::none_of(done.changes.begin(), done.changes.end(), [&](const HistoryChange& change) {
          return change.migration == entry.migration;
        });
  }
  report.history_table = history_.display();
  report.run_id = done.run_id;
  report.database = done.database;
  report.warnings.insert(report.warnings.begin(), done.warnings.begin(), done.warnings.end());
  return report;
}

}  // namespace godwit::detail

namespace godwit {

AdoptReport Migrator::adopt(const AdoptOptions& options) {
  return impl_->run([&](detail::Run& run) { return run.adopt(options); });
}

}  // namespace godwit
