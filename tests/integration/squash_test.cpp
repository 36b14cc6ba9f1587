// SPDX-License-Identifier: Apache-2.0
//
// Squashes: a new database runs one, an old one is recognised as having it, and a database between
// the two says what it lacks.
#include "command_line.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <string>

namespace godwit::test {
namespace {

void add_originals(SetBuilder& builder) {
  builder.add(1, "users", {"CREATE TABLE users (id int)"}).down("DROP TABLE users");
  builder.add(2, "email", {"ALTER TABLE users ADD COLUMN email text"})
      .depends_on({1})
      .down("ALTER TABLE users DROP COLUMN email");
}

void add_squash(SetBuilder& builder) {
  builder.add(4, "all", {"CREATE TABLE users (id int, email text)"})
      .replaces({{1, 2}}, {1, 2})
      .down("DROP TABLE users");
}

void add_later(SetBuilder& builder) {
  builder.add(3, "orders", {"CREATE TABLE orders (id int)"})
      .depends_on({4})
      .down("DROP TABLE orders");
}

class Squash : public CommandLine {
 protected:
  Squash() : old_("main"), both_("main"), new_("main") {
    add_originals(old_);
    add_originals(both_);
    add_squash(both_);
    add_later(both_);
    add_squash(new_);
    add_later(new_);
  }

  Outcome run_both(const std::vector<std::string>& arguments) { return run_on(both_, arguments); }
  Outcome run_new(const std::vector<std::string>& arguments) { return run_on(new_, arguments); }

  Outcome run_on(SetBuilder& builder, const std::vector<std::string>& arguments) {
    Child child(body_of(builder, arguments));
    Outcome outcome;
    outcome.code = child.wait();
    outcome.out = child.out();
    outcome.err = child.err();
    return outcome;
  }

  std::string rows() {
    return session_.get(
        "SELECT string_agg(migration_number || ' ' || origin, ', ' ORDER BY id) FROM "
        "schema_migrations");
  }

  SetBuilder old_;
  SetBuilder both_;
  SetBuilder new_;
};

TEST_F(Squash, ANewDatabaseRunsItAndNeverWhatItReplaces) {
  const Report report = up(both_.set());
  EXPECT_EQ(versions(report), "4,3");
  EXPECT_EQ(report.skipped, 0U);
  EXPECT_EQ(rows(), "4 godwit, 3 godwit");
  EXPECT_EQ(versions(up(both_.set())), "");
  EXPECT_EQ(versions(up(new_.set())), "");
}

TEST_F(Squash, AnOldDatabaseIsRecognised) {
  up(old_.set());
  const Report report = up(new_.set());
  EXPECT_EQ(versions(report), "3");
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash, 3 godwit");
  EXPECT_EQ(session_.get("SELECT event || ' ' || message FROM schema_migrations_log WHERE "
                         "migration_number = 4"),
            "stamped squash");
  EXPECT_EQ(versions(up(new_.set())), "");
  EXPECT_EQ(versions(up(both_.set())), "");
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash, 3 godwit");
}

TEST_F(Squash, TheRowAloneIsNoReasonToWaitOrToFail) {
  up(old_.set());
  SetBuilder only("main");
  add_squash(only);
  Options dry;
  dry.dry_run = true;
  EXPECT_TRUE(up(only.set(), dry).planned.empty());
  Options waiting;
  waiting.wait = std::chrono::milliseconds{200};
  EXPECT_NO_THROW(wait_until_current(database_.conninfo(), only.set(), waiting));
  EXPECT_EQ(rows(), "1 godwit, 2 godwit");
  EXPECT_EQ(
      versions(migrate(database_.conninfo() + " options='-c default_transaction_read_only=on'",
                       only.set())),
      "");
  EXPECT_EQ(rows(), "1 godwit, 2 godwit");
  up(only.set());
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash");
}

TEST_F(Squash, APartIsCompletedWhereTheBuildHasTheRest) {
  Migrator(database_.conninfo(), old_.set()).up_to("1");
  EXPECT_EQ(versions(up(both_.set())), "2,3");
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash, 3 godwit");
}

TEST_F(Squash, APartIsRefusedWhereTheRestIsGone) {
  Migrator(database_.conninfo(), old_.set()).up_to("1");
  const Error error = failure(new_.set());
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.detail().message,
            "004_all stands for migrations of which the database has only some: 1 is missing (2)");
  EXPECT_NE(error.detail().hint.find("deploy the last build that contains them first"),
            std::string::npos);
  EXPECT_EQ(rows(), "1 godwit");
}

TEST_F(Squash, ATargetAmongWhatIsLeftDoesNotRecordIt) {
  Migrator(database_.conninfo(), old_.set()).up_to("1");
  EXPECT_EQ(versions(Migrator(database_.conninfo(), both_.set()).up_to("1")), "");
  EXPECT_EQ(rows(), "1 godwit");
  EXPECT_EQ(versions(Migrator(database_.conninfo(), both_.set()).up_next(1)), "2");
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash");
}

TEST_F(Squash, ANewDatabaseCannotStopInsideIt) {
  const Error error = failure_of([&] { Migrator(database_.conninfo(), both_.set()).up_to("1"); });
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_EQ(error.detail().message,
            "001_users is a part of 004_all, which this database runs as one");
  EXPECT_EQ(versions(Migrator(database_.conninfo(), both_.set()).up_to("4")), "4");
}

TEST_F(Squash, AnOriginalBegunOutsideATransactionIsFinishedFirst) {
  up(old_.set());
  session_.run(
      "UPDATE schema_migrations SET state = 'running', step = 0 WHERE migration_number = 2");
  const Error error = failure(new_.set());
  EXPECT_NE(error.detail().message.find("1 is missing (2)"), std::string::npos);
}

TEST_F(Squash, FiftyReplicasRecordItOnce) {
  up(old_.set());
  const MigrationSet& set = new_.set();
  std::vector<Child> replicas;
  for (int i = 0; i < 50; ++i) {
    replicas.emplace_back([&] {
      migrate(database_.conninfo(), set);
      return 0;
    });
  }
  for (Child& replica : replicas) {
    EXPECT_EQ(replica.wait(), 0) << replica.err();
  }
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash, 3 godwit");
}

TEST_F(Squash, StatusSaysWhatBecameOfEach) {
  Outcome outcome = run_both({"list"});
  EXPECT_EQ(outcome.out,
            "covered  001_users\ncovered  002_email\npending  004_all\n"
            "pending  003_orders\n");
  up(old_.set());
  outcome = run_both({"list"});
  EXPECT_EQ(outcome.out,
            "applied  001_users\napplied  002_email\ncovered  004_all\n"
            "pending  003_orders\n");
  outcome = run_new({"up"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("recorded 004_all  (the database has all that it replaces: 1-2)\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.last_line(), "1 applied, 1 skipped, 0 failed");
  outcome = run_new({"list"});
  EXPECT_EQ(outcome.out,
            "applied  004_all\napplied  003_orders\nreplaced  001_users\nreplaced  002_email\n");
  EXPECT_EQ(run_new({"validate"}).code, 0);
  EXPECT_EQ(run_new({"check"}).code, 0);
  EXPECT_EQ(run_both({"heads"}).out, "003_orders\n");
  EXPECT_NE(run_both({"info", "4"}).out.find("Replaces      1-2\n"), std::string::npos);
  EXPECT_NE(run_both({"info", "1"}).out.find("Replaced by   004_all\n"), std::string::npos);
  const Json json = Json::parse(run_new({"status", "--json"}).out);
  EXPECT_EQ(json["counts"]["replaced"], 2);
}

TEST_F(Squash, DownUndoesOneThatRanAndRefusesOneThatWasRecognised) {
  up(both_.set());
  EXPECT_EQ(run_both({"down", "2"}).code, 0);
  EXPECT_FALSE(has_relation("users"));
  EXPECT_EQ(session_.get("SELECT count(*) FROM schema_migrations"), "0");

  up(old_.set());
  up(both_.set());
  EXPECT_EQ(run_both({"down"}).last_line(), "1 undone, 0 failed");
  const Outcome refused = run_both({"down"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("004_all was not run here: it stands for migrations that were applied "
                             "one by one"),
            std::string::npos)
      << refused.err;
  EXPECT_NE(refused.err.find("`forget 4`"), std::string::npos);
  EXPECT_TRUE(has_relation("users"));
  EXPECT_EQ(run_both({"forget", "4"}).code, 0);
  EXPECT_EQ(run_both({"down"}).last_line(), "1 undone, 0 failed");
  EXPECT_EQ(rows(), "1 godwit");
}

TEST_F(Squash, StampTakesItForWhatItReplaces) {
  EXPECT_EQ(run_both({"stamp", "head"}).last_line(), "2 stamped");
  EXPECT_EQ(rows(), "4 stamp, 3 stamp");
}

TEST_F(Squash, StampInsideItStampsTheOriginals) {
  EXPECT_EQ(run_both({"stamp", "1"}).last_line(), "1 stamped");
  EXPECT_EQ(rows(), "1 stamp");
}

TEST_F(Squash, AnEditOfItIsDrift) {
  up(old_.set());
  up(new_.set());
  SetBuilder edited("main");
  add_squash(edited);
  add_later(edited);
  session_.run("UPDATE schema_migrations SET checksum = 'x' WHERE migration_number = 4");
  EXPECT_EQ(failure(edited.set()).kind(), ErrorKind::kDrift);
}

TEST_F(Squash, AScriptDoesWhatUpWould) {
  // What is psql's own stands in lines of their own.
  const auto play = [&](const std::string& script) {
    std::string sql = script;
    for (std::size_t at = sql.find("\n\\set"); at != std::string::npos; at = sql.find("\n\\set")) {
      sql.erase(at, std::min(sql.find('\n', at + 1), sql.size()) - at);
    }
    session_.run(sql);
  };
  const std::string fresh = psql_script(both_.set(), {}, "base", "head");
  EXPECT_EQ(fresh.find("ALTER TABLE users"), std::string::npos);
  EXPECT_NE(fresh.find("CREATE TABLE users (id int, email text)"), std::string::npos);
  const std::string rest = psql_script(both_.set(), {}, "1", "head");
  EXPECT_NE(rest.find("ALTER TABLE users"), std::string::npos);
  EXPECT_EQ(rest.find("CREATE TABLE users"), std::string::npos);
  Migrator(database_.conninfo(), old_.set()).up_to("1");
  play(rest);
  EXPECT_EQ(rows(), "1 godwit, 2 godwit, 4 squash, 3 godwit");
  EXPECT_EQ(versions(up(both_.set())), "");
  const std::string nothing = psql_script(both_.set(), {}, "head", "head");
  play(nothing);  // the rows of what it replaces are no surprise
}

}  // namespace
}  // namespace godwit::test
