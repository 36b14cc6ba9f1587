// SPDX-License-Identifier: Apache-2.0
//
// What `up` and `down` send, as a script for psql: for those who let nobody but their own people
// touch the database. The texts are the same ones; what is different is that nobody looks while it
// runs, so that it begins with a look of its own, and ends at the first error.
#include "psql_text.hpp"
#include "run.hpp"
#include "seeds.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <vector>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

[[noreturn]] void refuse(ErrorKind kind, std::string message, std::string hint) {
  ErrorDetail detail;
  detail.message = std::move(message);
  detail.hint = std::move(hint);
  throw Error(kind, std::move(detail));
}

bool has(const std::vector<const Migration*>& list, const Migration* migration) {
  return std::find(list.begin(), list.end(), migration) != list.end();
}

std::string name_of(const MigrationSet& set, std::size_t place) {
  return place == 0 ? std::string("base") : std::string(set.migrations[place - 1].full_name);
}

// What is C++ cannot be in it.
void refuse_code(const Migration& migration, const Script& script, std::string_view what) {
  if (script.code.function != nullptr) {
    refuse(ErrorKind::kUsage,
           compose("{} is {} by {}(), a function of this application, which no script can call",
                   migration.full_name, what, script.code.name),
           compose("make a script up to it and one from it on, and let this application do it "
                   "between the two: {}",
                   &script == &migration.up ? "up +1" : "down"));
  }
}

// The down section in the place of `up`, as in down.cpp.
Migration down_of(const Migration& migration) {
  if (!migration.irreversible.empty()) {
    refuse(ErrorKind::kFailed,
           compose("{} is irreversible: {}", migration.full_name, migration.irreversible),
           "let the script end after it");
  }
  if (!migration.down.is_present) {
    refuse(ErrorKind::kFailed, compose("{} has no down section", migration.full_name),
           "let the script end after it");
  }
  refuse_code(migration, migration.down, "undone");
  Migration script = migration;
  script.up = migration.down;
  script.require = {};
  script.verify = {};
  return script;
}

// psql reads the rows of a COPY from the lines behind it. What is SQL is guarded from it, what is
// rows is not.
bool mentions_csv(std::string_view copy) {
  constexpr std::string_view kCsv = "csv";
  return std::search(copy.begin(), copy.end(), kCsv.begin(), kCsv.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
         }) != copy.end();
}

// psql ends the rows with a line of its own, and the server wants the same line ends throughout.
// Only a value in CSV may hold one: such rows stay as they are, and psql refuses them.
void add_rows(std::string& sql, std::string_view rows, bool is_csv) {
  constexpr std::string_view kEnd = "\r\n";
  for (std::size_t end = 0; !is_csv && (end = rows.find(kEnd)) != std::string_view::npos;) {
    sql += rows.substr(0, end);
    sql += '\n';
    rows.remove_prefix(end + kEnd.size());
  }
  sql += rows;
}

// Behind the empty statement that may follow, since psql takes one right after a COPY for the end
// of its input, without a word; `at` where a statement follows.
std::size_t behind_nothing(std::string_view text, std::size_t at) {
  for (std::size_t end = at; end < text.size(); ++end) {
    if (text[end] == ';') {
      return end + 1;
    }
    if (text.substr(end, 2) == "--") {
      end = std::min(text.find('\n', end), text.size());
    } else if (text.substr(end, 2) == "/*") {
      end = std::min(text.find("*/", end), text.size() - 1) + 1;
    } else if (text[end] != ' ' && (text[end] < '\t' || text[end] > '\r')) {
      break;
    }
  }
  return at;
}

std::string seed_text(const std::string& text, const Script& script) {
  std::string sql;
  std::size_t done = 0;
  const std::size_t begin = text.find(script.sql);
  for (const CopyRows& rows : script.copies) {
    const Statement& statement = script.statements[rows.statement];
    const std::size_t end = text.find(';', begin + statement.offset + statement.length) + 1;
    sql += guarded_from_psql(std::string_view(text).substr(done, end - done));
    sql += '\n';
    const bool is_csv = mentions_csv(script.sql.substr(statement.offset, statement.length));
    for (const std::string_view chunk : rows.chunks) {
      add_rows(sql, chunk, is_csv);
    }
    sql += "\\.\n";
    done = behind_nothing(text, end);
  }
  return sql + guarded_from_psql(std::string_view(text).substr(done));
}

}  // namespace

std::unique_ptr<Connection> Connection::detached() {
  // With an option that does not exist libpq gives an object that was never near a network.
  return std::unique_ptr<Connection>(new Connection(PQconnectStart("godwit=detached"), false));
}

std::size_t Run::fixed_place(std::string_view target) const {
  if (target == "previous" || target.substr(0, 1) == "+" || target.substr(0, 1) == "-") {
    refuse(ErrorKind::kUsage,
           compose("\"{}\" depends on a database, and a script is made without one", target),
           "write a version, a name, head or base");
  }
  return place_of(set_, Snapshot{}, target);
}

// The squash that stands for a migration, where it stands before `place`.
const Migration* Run::own_squash(const Migration& migration, std::size_t place) const {
  const Migration* squash = migration.has_version() ? squash_of(set_, migration.version) : nullptr;
  return squash < set_.migrations.data() + place ? squash : nullptr;
}

// Ends the script unless the history has exactly what stands at or before the place.
std::string Run::starting_state(std::size_t place, std::size_t end) const {
  const auto is_undone = [&](const Migration& migration) {
    return static_cast<std::size_t>(&migration - set_.migrations.data()) >= end;
  };
  std::vector<const Migration*> expected;
  std::string replaced;
  // What an earlier script may have left for the contract phase is there or not, unless this one
  // goes on from it; and a script of that phase comes last.
  std::vector<const Migration*> open;
  if (options_.phase == Phase::kExpand && end > place) {
    open = late_in(0, place);
    const std::vector<const Migration*> late = late_in(place, end);
    for (std::size_t at = end; at > 0; --at) {
      const Migration& migration = set_.migrations[at - 1];
      if (has(at > place ? late : open, &migration)) {
        continue;
      }
      for (const Dependency& dependency : migration.dependencies) {
        std::erase_if(open, [&](const Migration* other) {
          return (dependency.set.empty() || dependency.set == set_.name) && other->has_version() &&
                 other->version == dependency.version;
        });
      }
    }
  }
  std::size_t last = place;
  std::vector<const Migration*> own;
  if (options_.phase == Phase::kContract && end > place) {
    last = end;
    own = late_in(place, end);
  }
  for (const Migration& migration : set_.migrations.subspan(0, last)) {
    if (has(open, &migration)) {
      replaced += compose(" AND h.migration_number OPERATOR(pg_catalog.<>) {}", migration.version);
    } else if (migration.has_version() && own_squash(migration, last) == nullptr &&
               !has(own, &migration)) {
      expected.push_back(&migration);
    }
    // Whether it was run or recognised, the squash is there; what it stands for may be, unless the
    // script is to undo the squash.
    for (const VersionRange& range : migration.replaces) {
      replaced += is_undone(migration)
                      ? std::string{}
                      : compose(
                            " AND NOT (h.migration_number OPERATOR(pg_catalog.>=) {} AND "
                            "h.migration_number OPERATOR(pg_catalog.<=) {})",
                            range.first, range.last);
    }
  }
  std::string list;
  for (const Migration* migration : expected) {
    list += compose("{}'{} {}'", list.empty() ? "" : ", ", migration->version, migration->checksum);
  }
  const std::string query = compose(
      "SELECT ARRAY(SELECT CAST(h.migration_number AS pg_catalog.text) OPERATOR(pg_catalog.||) ' ' "
      "OPERATOR(pg_catalog.||) coalesce(h.checksum, '') OPERATOR(pg_catalog.||) CASE WHEN "
      "h.state{0}'applied' THEN '' ELSE ' ' OPERATOR(pg_catalog.||) h.state END FROM {1} AS h "
      "WHERE h.migration_set{0}{2} AND h.target_schema{0}{4} AND h.migration_number IS NOT "
      "NULL{3})",
      kEquals, history_.quoted(*connection_), connection_->literal(set_.name), replaced,
      connection_->literal(history_.target()));
  return compose(
      R"(DO $godwit$
DECLARE
  expected pg_catalog.text[] := CAST(ARRAY[{0}] AS pg_catalog.text[]);
  found pg_catalog.text[] := CAST(ARRAY[] AS pg_catalog.text[]);
  missing pg_catalog.text;
  others pg_catalog.text;
BEGIN
  IF pg_catalog.to_regclass({1}) IS NOT NULL THEN
    EXECUTE {2} INTO found;
  END IF;
  missing := (SELECT pg_catalog.string_agg(e, ', ') FROM pg_catalog.unnest(expected) AS e
    WHERE NOT e OPERATOR(pg_catalog.=) ANY (found));
  others := (SELECT pg_catalog.string_agg(f, ', ') FROM pg_catalog.unnest(found) AS f
    WHERE NOT f OPERATOR(pg_catalog.=) ANY (expected));
  IF missing IS NOT NULL OR others IS NOT NULL THEN
    RAISE EXCEPTION 'this script begins at {3}, and the database is not there'
      USING DETAIL = pg_catalog.format('not in the history: %s; in the history besides: %s',
        coalesce(missing, 'nothing'), coalesce(others, 'nothing')),
      HINT = 'nothing was done; make a script that begins where the database is, or run `up`';
  END IF;
END
$godwit$;
)",
      list, connection_->literal(history_.quoted(*connection_)), connection_->literal(query),
      name_of(set_, place));
}

// A migration, or with is_undoing_ its down section, that runs outside a transaction.
std::string Run::steps_script(const Migration& migration) {
  Message begin;
  const std::string settings = begin_settings(options_.lock_timeout, milliseconds{0});
  begin.add(Section::kBegin, &migration,
            "BEGIN ISOLATION LEVEL READ COMMITTED;\n" + settings.substr(0, settings.rfind(';')));
  begin.add(Section::kGuard, &migration,
            is_undoing_ ? history_.begin_undo(*connection_, identity_, migration)
                        : history_.insert(*connection_, identity_, migration, true));
  if (!is_undoing_) {
    add_links(begin, migration);
  }
  if (!migration.require.guarded_sql.empty()) {
    begin.add_foreign(Section::kRequire, &migration, migration.require.guarded_sql, 1);
  }
  begin.add(Section::kCommit, &migration, "COMMIT");
  std::string sql = guarded_from_psql(begin.text());
  sql += compose("SET lock_timeout = {};\nSET statement_timeout = {};\n",
                 std::max(migration.lock_timeout_ms, 0), statement_timeout(migration).count());
  std::vector<std::string_view> changed = {"lock_timeout", "statement_timeout"};
  if (has_tenant()) {
    sql += compose("SELECT pg_catalog.set_config('search_path', {}, false);\n", tenant_path());
    changed.emplace_back("search_path");
  }
  for (const Setting& setting : migration.settings) {
    sql += compose("SELECT pg_catalog.set_config({}, {}, false);\n",
                   connection_->literal(setting.name), connection_->literal(setting.value));
    changed.push_back(setting.name);
  }
  const std::vector<std::string_view> leaked = leaked_settings(migration.up);
  changed.insert(changed.end(), leaked.begin(), leaked.end());
  if (!options_.role.empty()) {
    sql += compose("SET ROLE {};\n", connection_->identifier(options_.role));
    changed.emplace_back("role");
  }
  for (std::size_t number = 0; number < migration.up.steps.size(); ++number) {
    const Step& step = migration.up.steps[number];
    if (step.batch.size > 0) {
      sql += guarded_from_psql(batch_script(migration, number));
      continue;
    }
    for (std::uint32_t i = 0; i < step.statement_count; ++i) {
      const Statement& statement = migration.up.statements[step.first_statement + i];
      sql += guarded_from_psql(migration.up.sql.substr(statement.offset, statement.length));
      sql += "\n;\n";
    }
    sql += history_.set_step(*connection_, identity_, migration, number + 1) + ";\n";
  }
  Message end;
  end.add(Section::kBegin, &migration,
          "BEGIN ISOLATION LEVEL READ COMMITTED;\n" + settings.substr(0, settings.rfind(';')));
  if (!migration.verify.guarded_sql.empty()) {
    end.add_foreign(Section::kVerify, &migration, migration.verify.guarded_sql, 1);
  }
  add_role_reset(end, migration);
  end.add(Section::kFinish, &migration,
          is_undoing_
              ? history_.finish_undo(*connection_, identity_,
                                     history_.row_condition(*connection_, identity_, migration),
                                     milliseconds{-1})
              : history_.finish(*connection_, identity_, migration));
  end.add(Section::kCommit, &migration, "COMMIT");
  sql += guarded_from_psql(end.text());
  for (const std::string& statement : restore_statements(changed)) {
    sql += statement + ";\n";
  }
  // "*" has taken them away already.
  if (std::find(leaked.begin(), leaked.end(), "*") == leaked.end()) {
    for (const std::string_view statement : migration.up.leftovers) {
      sql += compose("{};\n", statement);
    }
  }
  return sql;
}

std::string Run::down_script(const Migration& migration) {
  const Migration script = down_of(migration);
  if (!script.up.is_transactional) {
    return steps_script(script);
  }
  const std::string condition = history_.row_condition(*connection_, identity_, script);
  Message message;
  add_begin(message, script, false, false);
  message.add(Section::kGuard, &script,
              compose("DO $godwit$ BEGIN PERFORM FROM {} WHERE {} AND state{}'applied' FOR UPDATE; "
                      "IF NOT FOUND THEN RAISE EXCEPTION '{} is not applied'; END IF; END $godwit$",
                      history_.quoted(*connection_), condition, kEquals, script.full_name));
  add_settings(message, script);
  message.add_foreign(Section::kUp, &script, script.up.sql, 1);
  message.add(Section::kConstraints, &script, "SET CONSTRAINTS ALL IMMEDIATE");
  add_role_reset(message, script);
  message.add(Section::kFinish, &script,
              history_.finish_undo(*connection_, identity_, condition, milliseconds{-1}));
  message.add(Section::kCommit, &script, "COMMIT");
  add_leak_reset(message, script);
  return guarded_from_psql(message.text());
}

std::string Run::script(std::string_view from, std::string_view to) {
  connection_ = Connection::detached();
  const std::size_t begin = fixed_place(from);
  const std::size_t end = fixed_place(to);
  std::string sql = compose(
      "-- Made by godwit {}: the set {}, {} {} to {}.\n"
      "-- Run it with: psql -X -q -o /dev/null -f FILE\n"
      "\\set ON_ERROR_STOP on\n\\set AUTOCOMMIT on\n"
      "SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n{}",
      set_.tool_version, set_.name, end < begin ? "down from" : "from", name_of(set_, begin),
      name_of(set_, end), starting_state(begin, end));
  if (begin == 0 && end > 0) {
    std::uint32_t count = 0;
    sql += compose("\n-- the history\nBEGIN ISOLATION LEVEL READ COMMITTED;\n{}{}COMMIT;\n",
                   begin_settings(options_.lock_timeout, milliseconds{0}),
                   history_.create(*connection_, history_.schema() == "public", false, &count));
  }
  const std::vector<const Migration*> late = options_.phase != Phase::kNone && end > begin
                                                 ? late_in(begin, end)
                                                 : std::vector<const Migration*>{};
  const Migration* part_of =
      begin == 0 ? nullptr : own_squash(set_.migrations[begin - 1], set_.migrations.size());
  for (std::size_t place = begin; place < end; ++place) {
    const Migration& migration = set_.migrations[place];
    // What a new database does with a squash, and one that has a part of what it stands for.
    const Migration* squash = own_squash(migration, set_.migrations.size());
    if (squash != nullptr && squash != part_of) {
      if (squash >= set_.migrations.data() + end) {
        refuse(ErrorKind::kUsage,
               compose("{} is a part of {}, which a new database runs as one", migration.full_name,
                       squash->full_name),
               compose("let the script end at {} or after it", squash->version));
      }
      continue;
    }
    if (is_left_out(migration, options_.seed)) {
      continue;
    }
    if (options_.phase != Phase::kNone &&
        has(late, &migration) != (options_.phase == Phase::kContract)) {
      sql += compose("\n-- {}: {}\n", migration.full_name,
                     options_.phase == Phase::kExpand ? "left for the contract phase"
                                                      : "has to be there already");
      continue;
    }
    if (&migration != part_of) {
      refuse_code(migration, migration.up, "applied");
    }
    sql += compose("\n-- {}\n", migration.full_name);
    if (&migration == part_of) {
      Message message;
      add_record(message, migration, false);
      sql += message.text();
      continue;
    }
    if (migration.up.is_transactional) {
      Message message;
      add_block(message, migration, false, false);
      sql += seed_text(message.text(), migration.up);
    } else {
      sql += steps_script(migration);
    }
  }
  is_undoing_ = true;
  for (std::size_t place = begin; place > end; --place) {
    const Migration& migration = set_.migrations[place - 1];
    if (migration.has_version() && own_squash(migration, begin) == nullptr) {
      sql += compose("\n-- {}, undone\n", migration.full_name) + down_script(migration);
    }
  }
  return sql;
}

}  // namespace godwit::detail

namespace godwit {

std::string psql_script(const MigrationSet& set, const Options& options, std::string_view from,
                        std::string_view to) {
  detail::Run run(set, options, {}, nullptr);
  return run.script(from, to);
}

}  // namespace godwit
