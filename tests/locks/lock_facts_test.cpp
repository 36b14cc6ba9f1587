// SPDX-License-Identifier: Apache-2.0
//
// Compares the lock table with what PostgreSQL 15.20 did: a table of 271 statements, with the locks
// that each took on a schema of tables, whether it read or wrote them anew, and whether it could
// run in a transaction. The table is not part of the project; where it is not there, the test is
// skipped and says so. GODWIT_SHARED names the folder that holds it.
//
// The table does not say which schema its statements ran on: kSchema is one on which they take the
// same locks. It records no ACCESS SHARE, no relation that is gone afterwards, and of a relation
// that takes several locks all of them, of which the strongest is compared here. Where the two
// differ, kDifferences says how and why; nothing else may differ, and nothing less.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/fold.hpp"
#include "locks/effects.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = R"sql(
CREATE SCHEMA s2;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE comp AS (x int);
CREATE DOMAIN dom AS int;
CREATE DOMAIN domnn AS text;
CREATE TABLE par (id int PRIMARY KEY, k int UNIQUE);
CREATE TABLE child () INHERITS (par);
CREATE TABLE t (
  id int PRIMARY KEY, a int CHECK (a IS NOT NULL), b text, c varchar(10), n numeric(10, 2),
  nn int NOT NULL, dflt int DEFAULT 1, ci char(10), ts timestamp, ts3 timestamp(3), j json,
  inet1 cidr, ch char(5), vb varbit(5), iv interval(3), d dom, u uuid, pid int, m mood);
CREATE INDEX t_b ON t (b);
CREATE INDEX t_c ON t (c);
CREATE INDEX t_n ON t (n);
CREATE UNIQUE INDEX t_a_uniq ON t (a);
CREATE UNIQUE INDEX t_nn_uniq ON t (nn, id);
ALTER TABLE t ADD CONSTRAINT ck_nv CHECK (id > 0) NOT VALID;
ALTER TABLE t ADD CONSTRAINT fk_nv FOREIGN KEY (pid) REFERENCES par (id) NOT VALID;
CREATE VIEW v AS SELECT id, b FROM t;
CREATE TABLE empty1 (i int);
CREATE UNLOGGED TABLE ut (i int);
CREATE TABLE dt (e domnn);
CREATE TABLE ident (i int GENERATED ALWAYS AS IDENTITY, g int GENERATED ALWAYS AS (1) STORED);
CREATE TABLE pt (r int) PARTITION BY RANGE (r);
CREATE TABLE pt1 PARTITION OF pt FOR VALUES FROM (0) TO (10);
CREATE TABLE ptd PARTITION OF pt DEFAULT;
CREATE TABLE pt2 (r int);
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE UNIQUE INDEX mv_id ON mv (id);
CREATE MATERIALIZED VIEW mv2 AS SELECT id FROM t;
CREATE SEQUENCE seq;
CREATE PUBLICATION pub FOR TABLE t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
)sql";

/// "+": the lock table has it, the server's record has not. "-": the other way round.
const std::map<std::string, std::set<std::string>> kDifferences = {
    // The server prints no message when CLUSTER, REFRESH and a partition's CREATE do their work;
    // that they do shows in the new files, and in a row that is refused.
    {"cluster t using t_b;", {"+REWRITE t"}},
    {"refresh materialized view mv;", {"+REWRITE mv"}},
    {"create table pt3 partition of pt for values from (40) to (50);", {"+SCAN ptd"}},
    {"alter domain domnn add constraint x check (value<>'');", {"+SCAN dt"}},
    {"alter domain domnn set not null;", {"+SCAN dt"}},
    // Indexes of tables that hold nothing, either new or emptied: no work.
    {"create table x(i int primary key, p int references par(id));", {"-NEW INDEX"}},
    {"truncate t;",
     {"-INDEX t_a_uniq", "-INDEX t_b", "-INDEX t_c", "-INDEX t_n", "-INDEX t_nn_uniq",
      "-INDEX t_pkey"}},
    {"truncate par cascade;",
     {"-INDEX par_k_key", "-INDEX par_pkey", "-INDEX t_a_uniq", "-INDEX t_b", "-INDEX t_c",
      "-INDEX t_n", "-INDEX t_nn_uniq", "-INDEX t_pkey"}},
    {"create table x (like t including all);",
     {"-NEW INDEX", "-NEW INDEX", "-NEW INDEX", "-NEW INDEX", "-NEW INDEX", "-NEW INDEX"}},
    // The new index takes the name of the dropped one.
    {"alter table t drop constraint t_pkey, add primary key (a);", {"-INDEX t_pkey", "+NEW INDEX"}},
    // There was no such subscription; one that has a slot is refused.
    {"drop subscription if exists nope;", {"+NO TRANSACTION"}},
    // Refused for another reason before that.
    {"cluster pt;", {"+NO TRANSACTION"}},
};

struct Fact {
  std::string statement;
  std::string in_transaction;
  std::string locks;
  std::string work;
  std::string autocommit;
};

fs::path facts_file() {
  const char* folder = std::getenv("GODWIT_SHARED");
  return (folder != nullptr ? fs::path(folder) : fs::path(GODWIT_SHARED_DEFAULT)) / "facts" /
         "pg15_facts.tsv";
}

std::vector<Fact> read_facts() {
  std::vector<Fact> facts;
  std::ifstream in(facts_file());
  std::string line;
  std::getline(in, line);  // the heading
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    Fact fact;
    std::getline(fields, fact.statement, '\t');
    std::getline(fields, fact.in_transaction, '\t');
    std::getline(fields, fact.locks, '\t');
    std::getline(fields, fact.work, '\t');
    std::getline(fields, fact.autocommit, '\t');
    facts.push_back(fact);
  }
  return facts;
}

std::vector<std::string> split(const std::string& text, const std::string& separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + separator.size();
  }
  return parts;
}

locks::Mode mode_named(const std::string& name) {
  static const std::map<std::string, locks::Mode> kModes = {
      {"RowShare", locks::Mode::kRowShare},
      {"RowExclusive", locks::Mode::kRowExclusive},
      {"ShareUpdateExclusive", locks::Mode::kShareUpdateExclusive},
      {"Share", locks::Mode::kShare},
      {"ShareRowExclusive", locks::Mode::kShareRowExclusive},
      {"Exclusive", locks::Mode::kExclusive},
      {"AccessExclusive", locks::Mode::kAccessExclusive},
  };
  return kModes.at(name);
}

sql::Script parse(const std::string& text) {
  std::vector<sql::SyntaxError> errors;
  sql::Script script = sql::parse(text, errors);
  EXPECT_TRUE(errors.empty()) << text;
  return script;
}

using Lines = std::multiset<std::string>;

/// Each relation that is locked, once: "LOCK t ACCESS EXCLUSIVE".
void add_locks(const std::map<std::string, locks::Mode>& modes, Lines& lines) {
  for (const auto& [name, mode] : modes)
    lines.insert("LOCK " + name + " " + std::string(to_string(mode)));
}

/// The lock table on kSchema, and the catalog after a statement.
class Model {
 public:
  Model() : schema_(parse(kSchema)) {
    for (const sql::Statement& statement : schema_.statements())
      catalog::fold(before_, *statement.node, {.migration = 0, .statement = statement});
  }

  bool is_there_before(const std::string& name) const { return is_in(before_, name); }

  /// What the statements of one row do, in the words of the record.
  Lines lines_of(const std::string& text) const {
    const sql::Script script = parse(text);
    catalog::Catalog now = before_;
    now.start_trial();  // so that what is changed is copied first
    std::map<std::string, locks::Mode> modes;
    Lines lines;
    for (const sql::Statement& statement : script.statements()) {
      // The record was made with TimeZone UTC.
      const locks::Effects effects =
          locks::effects_of(now, *statement.node, {.postgres = 15, .is_utc = true});
      catalog::fold(now, *statement.node, {.migration = 1, .statement = statement});
      const std::string renamed = new_name(*statement.node);
      for (const locks::RelationLock& lock : effects.locks) {
        const std::string name =
            !renamed.empty() && !is_in(now, lock.relation.name) ? renamed : lock.relation.name;
        if (!lock.depends_on_rows && is_in(now, name))
          modes[name] = std::max(modes[name], lock.mode);
      }
      add_work(effects, lines);
      if (!effects.not_in_transaction.empty())
        lines.insert("NO TRANSACTION");
      if (effects.needs_transaction)
        lines.insert("NEEDS TRANSACTION");
    }
    add_locks(modes, lines);
    return lines;
  }

 private:
  static bool is_in(const catalog::Catalog& catalog, const std::string& name) {
    return std::any_of(
        catalog.schemas.all().begin(), catalog.schemas.all().end(), [&](const auto& schema) {
          const catalog::Name full{schema.second->name, name};
          return catalog.relations.find(full) != nullptr || catalog.indexes.find(full) != nullptr;
        });
  }

  /// The record has the names of afterwards.
  static std::string new_name(const sql::Node& node) {
    if (const auto* rename = sql::as<PgQuery__RenameStmt>(&node))
      return rename->newname;
    const auto* alter = sql::as<PgQuery__AlterTableStmt>(&node);
    const auto* command =
        alter == nullptr ? nullptr : sql::as<PgQuery__AlterTableCmd>(alter->cmds[0]);
    const auto* constraint =
        command == nullptr ? nullptr : sql::as<PgQuery__Constraint>(command->def);
    return constraint == nullptr ? "" : constraint->conname;  // USING INDEX
  }

  void add_work(const locks::Effects& effects, Lines& lines) const {
    bool looks_up = false;
    for (const locks::Work& work : effects.work) {
      switch (work.kind) {
        case locks::WorkKind::kRewrite:
          lines.insert("REWRITE " + work.table.name);
          break;
        case locks::WorkKind::kScan:
          lines.insert("SCAN " + work.table.name);
          break;
        case locks::WorkKind::kLookUp:
          looks_up = true;
          break;
        case locks::WorkKind::kIndexBuild:
          lines.insert(is_there_before(work.index) ? "INDEX " + work.index : "NEW INDEX");
          break;
      }
    }
    if (looks_up)
      lines.insert("FKSCAN");
  }

  sql::Script schema_;
  catalog::Catalog before_;
};

/// A relation that the statement itself makes, not one that it gives another name.
bool is_made(const Model& model, const Fact& fact, const std::string& name) {
  const bool renames = fact.statement.find(" rename to ") != std::string::npos ||
                       fact.statement.find(" using index ") != std::string::npos;
  return !model.is_there_before(name) && !renames;
}

Lines recorded(const Fact& fact, const Model& model) {
  Lines lines;
  if (fact.in_transaction.find("cannot run inside a transaction block") != std::string::npos)
    lines.insert("NO TRANSACTION");
  if (fact.autocommit.find("can only be used in transaction blocks") != std::string::npos)
    lines.insert("NEEDS TRANSACTION");
  if (fact.in_transaction != "ok")
    return lines;  // an error: no locks were asked for
  std::map<std::string, locks::Mode> modes;
  for (const std::string& lock : split(fact.locks, ", ")) {
    const std::size_t colon = lock.find(':');
    if (colon == std::string::npos)
      continue;  // "ROLLBACK": none
    const std::string name = lock.substr(0, colon);
    modes[name] = std::max(modes[name], mode_named(lock.substr(colon + 1)));
  }
  add_locks(modes, lines);
  for (const std::string& work : split(fact.work, "; ")) {
    const std::size_t space = work.find(' ');
    const std::string kind = work.substr(0, space);
    const std::string name = space == std::string::npos ? "" : work.substr(space + 1);
    const bool is_of_toast = name.starts_with("pg_toast");
    if (kind == "REWRITE" || kind == "SCAN" || kind == "FKSCAN")
      lines.insert(work);
    else if (kind == "INDEX" && !is_of_toast)
      lines.insert(model.is_there_before(name) ? work : "NEW INDEX");
    else
      EXPECT_TRUE(kind == "INDEX" || kind == "PROVED" || kind == "index") << work;
  }
  return lines;
}

/// Of an error the locks and the work are not recorded: only the transaction is compared.
Lines comparable(const Lines& lines, const Fact& fact, const Model& model) {
  Lines kept;
  for (const std::string& line : lines) {
    const std::vector<std::string> words = split(line, " ");
    if (fact.in_transaction != "ok" && words.back() != "TRANSACTION")
      continue;
    // What a statement makes is locked, and nobody waits for it: the lock table leaves it out.
    if (words[0] == "LOCK" && is_made(model, fact, words[1]))
      continue;
    kept.insert(line);
  }
  return kept;
}

std::set<std::string> differences(const Lines& expected, const Lines& actual) {
  std::set<std::string> different;
  for (const std::string& line : expected) {
    if (expected.count(line) > actual.count(line))
      different.insert("-" + line);
  }
  for (const std::string& line : actual) {
    if (actual.count(line) > expected.count(line))
      different.insert("+" + line);
  }
  return different;
}

TEST(LockTable, AgreesWithTheFacts) {
  if (!fs::exists(facts_file()))
    GTEST_SKIP() << facts_file() << " is not there";
  const Model model;
  const std::vector<Fact> facts = read_facts();
  EXPECT_EQ(facts.size(), 271U);
  std::size_t allowed = 0;
  for (const Fact& fact : facts) {
    const Lines expected = comparable(recorded(fact, model), fact, model);
    const Lines actual = comparable(model.lines_of(fact.statement), fact, model);
    const auto known = kDifferences.find(fact.statement);
    if (known != kDifferences.end())
      ++allowed;
    EXPECT_EQ(differences(expected, actual),
              known == kDifferences.end() ? std::set<std::string>() : known->second)
        << fact.statement << "\n  " << fact.in_transaction << "\n  " << fact.locks;
  }
  EXPECT_EQ(allowed, kDifferences.size()) << "an exception is of no statement";
}

}  // namespace
}  // namespace godwit::codegen
