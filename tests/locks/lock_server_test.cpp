// SPDX-License-Identifier: Apache-2.0
//
// Compares the lock table with what a server does. The migrations of this project and the cases of
// the lint tests are run, a statement a transaction; before it is committed the server is asked
// which relations it has locked (pg_locks), which tables have a new file (relfilenode), and which
// were read from end to end (pg_stat_xact_user_tables).
//
// How it works. The catalog is folded over the statements that succeed, so that it goes along with
// the database, and each statement's effects on it are compared with the server's answer. A
// statement that fails is left out, with its effects. A case that is no set of its own speaks of
// tables that are there already: kTables makes some.
//
// Not compared: foreign keys' look-ups, which read what their plan needs; what the query of a view
// or a CREATE TABLE AS reads; indexes of a table that a TRUNCATE has emptied; composite types,
// which nobody waits for; sequences that nextval() and setval() lock; and DROP … IF EXISTS of a
// trigger, policy or rule that is not there, which the catalog does not know of.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/fold.hpp"
#include "locks/effects.hpp"
#include "out_of_bounds.hpp"
#include "server.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

namespace fs = std::filesystem;
using locks::Mode;

constexpr const char* kTables = R"sql(
CREATE SCHEMA crm;
CREATE TABLE users (
  id int PRIMARY KEY, name varchar(20), email varchar(50), age int, org int,
  price numeric(10, 2), data json, created timestamp, status text);
CREATE INDEX users_name ON users (name);
CREATE INDEX users_email ON users (lower(email)) WHERE email <> '';
CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, note varchar(10), total int);
CREATE TABLE shops (id int PRIMARY KEY, name text);
CREATE TABLE plans (plan text);
CREATE TABLE crm.users (id int PRIMARY KEY, name text);
CREATE TABLE crm.orders (id int PRIMARY KEY, user_id int REFERENCES crm.users);
CREATE TABLE events (n int, at date) PARTITION BY RANGE (n);
CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (10);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE events_2 (n int, at date);
CREATE INDEX events_n ON events (n);
CREATE VIEW recent_users AS SELECT id FROM users;
CREATE MATERIALIZED VIEW totals AS SELECT user_id, count(*) FROM orders GROUP BY user_id;
CREATE UNIQUE INDEX totals_user ON totals (user_id);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
)sql";

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Runs SQL that the lock table does not look into: what it leaves behind is not known.
bool is_opaque(const sql::Node& node) {
  return node.node_case == PG_QUERY__NODE__NODE_DO_STMT ||
         node.node_case == PG_QUERY__NODE__NODE_CALL_STMT ||
         node.node_case == PG_QUERY__NODE__NODE_EXECUTE_STMT;
}

/// Reads what its query reads, or what it has emptied.
bool reads_by_query(const sql::Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return true;
    default:
      return false;
  }
}

/// DROP TRIGGER IF EXISTS and the like.
bool may_drop_nothing(const sql::Node& node) {
  const auto* drop = sql::as<PgQuery__DropStmt>(&node);
  return drop != nullptr && drop->missing_ok != 0 &&
         (drop->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER ||
          drop->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_POLICY ||
          drop->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_RULE);
}

struct Relation {
  std::string name;  ///< schema.name
  char kind = 'r';
  std::string file;  ///< relfilenode
};

using Relations = std::map<std::string, Relation>;  // by oid

/// "AccessExclusiveLock", as pg_locks says it.
Mode mode_named(const std::string& name) {
  static const std::map<std::string, Mode> kModes = {
      {"AccessShareLock", Mode::kAccessShare},
      {"RowShareLock", Mode::kRowShare},
      {"RowExclusiveLock", Mode::kRowExclusive},
      {"ShareUpdateExclusiveLock", Mode::kShareUpdateExclusive},
      {"ShareLock", Mode::kShare},
      {"ShareRowExclusiveLock", Mode::kShareRowExclusive},
      {"ExclusiveLock", Mode::kExclusive},
      {"AccessExclusiveLock", Mode::kAccessExclusive},
  };
  return kModes.at(name);
}

/// A database of its own, which is emptied between cases.
class Server {
 public:
  Server() : session_(database_.conninfo()) { set_up(); }

  /// SQLSTATE, "" for success.
  std::string run(const std::string& sql) const {
    const Rows result = query(sql);
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return state == nullptr ? "" : state;
  }

  Relations relations() const {
    const Rows rows = query(
        "SELECT c.oid, CASE WHEN n.nspname LIKE 'pg\\_temp%' THEN 'pg_temp' ELSE n.nspname END || "
        "'.' || c.relname, c.relkind, c.relfilenode FROM pg_class c JOIN pg_namespace n ON n.oid = "
        "c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')");
    Relations relations;
    for (int i = 0; i < PQntuples(rows.get()); ++i)
      relations[text(rows, i, 0)] = {text(rows, i, 1), text(rows, i, 2)[0], text(rows, i, 3)};
    return relations;
  }

  /// The strongest mode of each relation of `before` that the transaction has locked, by name.
  std::map<std::string, Mode> locks(const Relations& before) const {
    const Rows rows = query(
        "SELECT relation, mode FROM pg_locks WHERE locktype = 'relation' AND granted AND pid = "
        "pg_backend_pid()");
    std::map<std::string, Mode> modes;
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      const auto relation = before.find(text(rows, i, 0));
      if (relation == before.end() || relation->second.kind == 'c')
        continue;
      Mode& mode = modes[relation->second.name];
      mode = std::max(mode, mode_named(text(rows, i, 1)));
    }
    std::erase_if(modes, [](const auto& one) { return one.second <= Mode::kAccessShare; });
    return modes;
  }

  /// Tables of `before` that the transaction has read from end to end.
  std::set<std::string> scanned(const Relations& before) const {
    const Rows rows = query("SELECT relid FROM pg_stat_xact_user_tables WHERE seq_scan > 0");
    std::set<std::string> names;
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      const auto relation = before.find(text(rows, i, 0));
      if (relation != before.end())
        names.insert(relation->second.name);
    }
    return names;
  }

  void clear() const {
    run("ROLLBACK");
    run("DISCARD ALL");
    set_up();
    run("DO $$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ "
        "'^pg_' AND nspname <> 'information_schema' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', "
        "s); END LOOP; FOR s IN SELECT pubname FROM pg_publication LOOP EXECUTE format('DROP "
        "PUBLICATION %I', s); END LOOP; CREATE SCHEMA public; END $$");
  }

  bool is_utc() const {
    const Rows rows = query("SHOW TimeZone");
    return text(rows, 0, 0) == "UTC";
  }

  bool has_functions() const {
    return text(
               query("SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = "
                     "p.pronamespace WHERE n.nspname !~ '^pg_|^information_schema$' AND NOT EXISTS "
                     "(SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e'))"),
               0, 0) == "t";
  }

 private:
  void set_up() const {
    run("SET client_min_messages = error");
    run("SET TimeZone = 'Europe/Berlin'");
  }

  using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

  Rows query(const std::string& sql) const {
    return {PQexec(session_.raw(), sql.c_str()), &PQclear};
  }
  static std::string text(const Rows& rows, int row, int column) {
    return PQgetvalue(rows.get(), row, column);
  }

  test::Database database_;
  test::Session session_;
};

std::string full(const catalog::Name& name) {
  return (name.schema == catalog::kTemporarySchema ? std::string("pg_temp") : name.schema) + "." +
         name.name;
}

/// The database and the catalog, which go the same way.
class Comparison {
 public:
  Comparison() { server_.clear(); }

  /// Runs the migration that `sql` holds; `compares` is false for what merely makes tables.
  void run(const std::string& sql, const std::string& where, bool compares) {
    std::vector<sql::SyntaxError> errors;
    auto script = std::make_unique<sql::Script>(sql::parse(sql, errors));
    if (!errors.empty())
      return;
    for (const sql::Statement& statement : script->statements()) {
      if (is_over_ || statement.node == nullptr || is_out_of_bounds(*statement.node))
        continue;
      const std::string text = sql.substr(statement.offset, statement.length);
      SCOPED_TRACE(where + ": " + text.substr(0, 300));
      run_statement(statement, text, compares);
    }
    scripts_.push_back(std::move(script));  // the catalog points into it
    server_.run("DISCARD TEMP");
    server_.run("RESET search_path");
    catalog::end_session(*catalog_);
  }

  std::size_t compared() const { return compared_; }
  std::size_t locked() const { return locked_; }
  std::size_t rewritten() const { return rewritten_; }
  std::size_t refused() const { return refused_; }

  void start_anew() {
    server_.clear();
    catalog_ = std::make_unique<catalog::Catalog>();
    scripts_.clear();
    is_over_ = false;
  }

 private:
  void run_statement(const sql::Statement& statement, const std::string& text, bool compares) {
    const locks::Effects effects =
        locks::effects_of(*catalog_, *statement.node, {.postgres = 15, .is_utc = server_.is_utc()});
    const Relations before = server_.relations();
    server_.run("SELECT pg_stat_force_next_flush()");  // or earlier reads would be counted
    server_.run("BEGIN");
    const std::string state = server_.run(text);
    if (state == "25001") {
      EXPECT_NE(effects.not_in_transaction, "") << "it cannot run in a transaction";
      server_.run("ROLLBACK");
      ++refused_;
      if (!server_.run(text).empty())
        return;
    } else if (!state.empty()) {
      server_.run("ROLLBACK");
      return;
    } else {
      EXPECT_EQ(effects.not_in_transaction, "") << "it can run in a transaction";
      if (compares && !is_opaque(*statement.node))
        compare(effects, before, *statement.node);
      if (!server_.run("COMMIT").empty())
        return;
    }
    catalog::fold(*catalog_, *statement.node, {.migration = 0, .statement = statement});
    is_over_ = is_over_ || is_opaque(*statement.node);
  }

  /// A query of a database that has functions, which it may call or have its triggers call.
  bool may_run_functions(const sql::Node& node) {
    return reads_by_query(node) && node.node_case != PG_QUERY__NODE__NODE_TRUNCATE_STMT &&
           server_.has_functions();
  }

  void compare(const locks::Effects& effects, const Relations& before, const sql::Node& node) {
    ++compared_;
    std::map<std::string, char> kinds;
    for (const auto& [oid, relation] : before) kinds[relation.name] = relation.kind;

    auto actual = server_.locks(before);
    const bool may_take_numbers = node.node_case == PG_QUERY__NODE__NODE_SELECT_STMT ||
                                  node.node_case == PG_QUERY__NODE__NODE_INSERT_STMT ||
                                  node.node_case == PG_QUERY__NODE__NODE_MERGE_STMT;
    if (may_take_numbers)
      std::erase_if(actual, [&](const auto& lock) { return kinds[lock.first] == 'S'; });
    // The look-up of a foreign key locks the indexes that it may use.
    std::erase_if(actual, [&](const auto& lock) {
      return lock.second == Mode::kRowShare &&
             (kinds[lock.first] == 'i' || kinds[lock.first] == 'I');
    });
    std::map<std::string, Mode> expected;
    for (const locks::RelationLock& lock : effects.locks) {
      const std::string name = full(lock.relation);
      // What depends on rows is taken or not.
      const bool is_taken = !lock.depends_on_rows || actual.contains(name);
      if (kinds.contains(name) && lock.mode > Mode::kAccessShare && is_taken)
        expected[name] = lock.mode;
    }
    if (may_run_functions(node)) {
      // What they lock is theirs, and said where their statements are explained.
      std::erase_if(actual, [&](const auto& lock) { return !expected.contains(lock.first); });
    }
    if (!actual.empty() || !may_drop_nothing(node)) {
      EXPECT_EQ(described(expected), described(actual));
    }
    locked_ += actual.size();

    std::set<std::string> rewritten;
    const Relations after = server_.relations();
    for (const auto& [oid, relation] : before) {
      const auto now = after.find(oid);
      if (now != after.end() && now->second.file != relation.file &&
          (relation.kind == 'r' || relation.kind == 'm'))
        rewritten.insert(relation.name);
    }
    std::set<std::string> scanned = server_.scanned(before);
    std::set<std::string> to_be_rewritten;
    std::set<std::string> to_be_read;
    std::set<std::string> looked_up;
    for (const locks::Work& work : effects.work) {
      const std::string name = full(work.table);
      if (!kinds.contains(name) || (kinds[name] != 'r' && kinds[name] != 'm'))
        continue;
      if (work.kind == locks::WorkKind::kRewrite)
        to_be_rewritten.insert(name);
      (work.kind == locks::WorkKind::kLookUp ? looked_up : to_be_read).insert(name);
    }
    // TRUNCATE gives a table a new file, and writes nothing into it.
    if (node.node_case != PG_QUERY__NODE__NODE_TRUNCATE_STMT && !may_run_functions(node)) {
      EXPECT_EQ(to_be_rewritten, rewritten) << "rewritten";
      rewritten_ += rewritten.size();
    }
    if (reads_by_query(node))
      return;
    for (const std::string& name : looked_up) scanned.erase(name);
    for (const std::string& name : looked_up) to_be_read.erase(name);
    EXPECT_EQ(to_be_read, scanned) << "read";
  }

  static std::string described(const std::map<std::string, Mode>& modes) {
    std::string text;
    for (const auto& [name, mode] : modes) text += name + " " + std::string(to_string(mode)) + "\n";
    return text;
  }

  Server server_;
  std::unique_ptr<catalog::Catalog> catalog_ = std::make_unique<catalog::Catalog>();
  std::vector<std::unique_ptr<sql::Script>> scripts_;
  bool is_over_ = false;
  std::size_t compared_ = 0;
  std::size_t locked_ = 0;
  std::size_t rewritten_ = 0;
  std::size_t refused_ = 0;
};

/// The .sql files of a folder in the order of their names, without those that undo or check.
std::vector<fs::path> migrations_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool is_up = name.find(".down.") == std::string::npos &&
                       name.find(".verify.") == std::string::npos &&
                       name.find(".require.") == std::string::npos;
    if (entry.is_regular_file() && entry.path().extension() == ".sql" && is_up)
      files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// Without the sections behind the first, which is up.
std::string up_of(const std::string& text) {
  std::size_t end = text.size();
  for (const char* marker : {"-- godwit:down", "-- godwit:verify", "-- godwit:require",
                             "-- migrate:down", "-- +goose Down", "-- +migrate Down"})
    end = std::min(end, text.find(marker));
  return text.substr(0, end);
}

TEST(LockTable, AgreesWithAServerOnTheMigrations) {
  Comparison comparison;
  for (const fs::path& file : migrations_in(GODWIT_MIGRATIONS))
    comparison.run(up_of(read(file)), file.filename().string(), true);
  EXPECT_GE(comparison.compared(), 100U);
  EXPECT_GE(comparison.locked(), 20U);
}

/// Real migrations, which are not part of the project. GODWIT_SHARED names the folder of theirs.
TEST(LockTable, AgreesWithAServerOnTheCorpora) {
  const char* shared = std::getenv("GODWIT_SHARED");
  const fs::path corpora =
      (shared != nullptr ? fs::path(shared) : fs::path(GODWIT_SHARED_DEFAULT)) / "corpora";
  if (!fs::is_directory(corpora))
    GTEST_SKIP() << corpora << " is not there";
  Comparison comparison;
  for (const char* corpus : {"openmeter", "hatchet"}) {
    comparison.start_anew();
    for (const fs::path& file : migrations_in(corpora / corpus))
      comparison.run(up_of(read(file)), file.filename().string(), true);
  }
  EXPECT_GE(comparison.compared(), 1000U);
}

TEST(LockTable, AgreesWithAServerOnTheLintCases) {
  Comparison comparison;
  for (const auto& rule : fs::directory_iterator(GODWIT_LINT_CASES)) {
    if (!rule.is_directory())
      continue;
    for (const auto& entry : fs::directory_iterator(rule.path())) {
      const std::string where = (rule.path().filename() / entry.path().filename()).string();
      comparison.start_anew();
      if (entry.is_directory()) {
        for (const fs::path& file : migrations_in(entry.path()))
          comparison.run(up_of(read(file)), where + "/" + file.filename().string(), true);
      } else if (entry.path().extension() == ".sql") {
        comparison.run(kTables, where, false);
        comparison.run(up_of(read(entry.path())), where, true);
      }
    }
  }
  // What it has looked at, lest it look at nothing.
  EXPECT_GE(comparison.compared(), 500U);
  EXPECT_GE(comparison.locked(), 400U);
  EXPECT_GE(comparison.rewritten(), 20U);
  EXPECT_GE(comparison.refused(), 10U);
}

}  // namespace
}  // namespace godwit::codegen
