// SPDX-License-Identifier: Apache-2.0
//
// `plan`: what the build knows beside what the server knows.
#include "command_line.hpp"
#include "own_server.hpp"

#include <godwit/preview.hpp>

namespace godwit::test {
namespace {

class PlanCommand : public CommandLine {
 protected:
  PlanCommand() {
    session_.run(
        "CREATE TABLE orders (id int, note text); INSERT INTO orders SELECT n, 'x' FROM "
        "generate_series(1, 12300) AS n; ANALYZE orders; CREATE SCHEMA app; CREATE TABLE "
        "app.quiet (id int); CREATE TABLE parts (id int) PARTITION BY RANGE (id); CREATE TABLE "
        "parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100); CREATE TABLE parts_2 PARTITION "
        "OF parts FOR VALUES FROM (100) TO (200); INSERT INTO parts SELECT n FROM "
        "generate_series(0, 149) AS n; ANALYZE parts_1; ANALYZE parts_2");
    builder_
        .add(12, "orders",
             {"ALTER TABLE orders ALTER id TYPE bigint", "SELECT 1",
              "ALTER TABLE app.quiet ADD n int", "CREATE INDEX ON parts (id)"})
        .locks(0, LockMode::kAccessExclusive, "orders", kRewrites | kBuildsIndex)
        .locks(2, LockMode::kAccessExclusive, "quiet", 0, "app")
        .locks(3, LockMode::kShare, "parts", kBuildsIndex);
    builder_.add(13, "clients", {"ALTER TABLE clients ADD n int"})
        .locks(0, LockMode::kAccessExclusive, "clients");
    run({"up", "--to", "10"});
    session_.run("DROP TABLE clients");
  }
};

TEST_F(PlanCommand, JoinsWhatTheBuildKnowsWithWhatTheServerKnows) {
  const Outcome outcome = run({"plan"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("012_orders, in a transaction\n"
                             "     1  ACCESS EXCLUSIVE on orders (about 12.3 k rows, "),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find(" kB): full rewrite, with its indexes\n"
                             "     3  ACCESS EXCLUSIVE on app.quiet (never analysed, 0 bytes)\n"
                             "     4  SHARE on parts (about 150 rows, 16.0 kB): builds an index\n"
                             "013_clients, in a transaction\n"
                             "     1  ACCESS EXCLUSIVE on clients (new)\n2 pending on "),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(applied(), "1,7,10") << "it only looks";
}

TEST_F(PlanCommand, NamesWhoIsInTheWay) {
  const Session reader(database_.conninfo() + " application_name=report");
  reader.run("BEGIN; SELECT count(*) FROM orders; SELECT count(*) FROM parts_2");
  const Session owner(database_.conninfo() + " application_name=owner");
  owner.run("BEGIN; LOCK TABLE app.quiet");
  const Outcome outcome = run({"plan"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("        in the way: ACCESS SHARE is held by pid " +
                             std::to_string(reader.pid()) +
                             " (user postgres, application \"report\", idle in transaction for "),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("app.quiet (never analysed, size unknown while it is locked)\n"
                             "        in the way: ACCESS EXCLUSIVE is held by pid " +
                             std::to_string(owner.pid())),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("builds an index\n013_clients"), std::string::npos)
      << "a reader is not in the way of SHARE:\n"
      << outcome.out;
  const Json json = Json::parse(run({"plan", "--json"}).out);
  const Json& effects = json["migrations"][0]["effects"];
  EXPECT_EQ(effects[0]["rows"], 12300);
  EXPECT_GT(effects[0]["bytes"], 100000);
  EXPECT_EQ(effects[0]["work"], Json({"rewrite", "index-build"}));
  EXPECT_EQ(effects[0]["in_the_way"].size(), 1U);
  EXPECT_EQ(effects[1]["bytes"], nullptr);
  EXPECT_EQ(effects[1]["rows"], nullptr);
  EXPECT_EQ(effects[1]["in_the_way"][0]["mode"], "ACCESS EXCLUSIVE");
  EXPECT_EQ(effects[2]["in_the_way"].size(), 0U);
  EXPECT_EQ(json["migrations"][1]["effects"][0]["there"], false);
}

TEST_F(PlanCommand, APartOfWhatIsPending) {
  EXPECT_EQ(run({"plan", "1"}).last_line().substr(0, 9), "1 pending");
  EXPECT_EQ(run({"plan", "--to=012_orders"}).last_line().substr(0, 9), "1 pending");
  EXPECT_EQ(run({"plan", "99"}).code, 2);
  EXPECT_EQ(run({"plan", "nothing"}).code, 2);
}

TEST_F(PlanCommand, ARoleThatMayOnlyReadSeesWhatItMay) {
  const Role role(database_);
  session_.run("GRANT SELECT ON schema_migrations TO " + role.name());
  const Session other(database_.conninfo());
  other.run("BEGIN; LOCK TABLE orders IN SHARE MODE");
  const Outcome outcome = run({"plan", "--url", database_.conninfo_as(role.name())});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("on orders (about 12.3 k rows, "), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("; GRANT pg_read_all_stats to this role"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("app.quiet (never analysed, 0 bytes, no USAGE on its schema)"),
            std::string::npos)
      << outcome.out;
}

TEST_F(PlanCommand, RelationsAreFoundByTheSearchPath) {
  session_.run(
      "CREATE TABLE app.orders (id int); INSERT INTO app.orders VALUES (1), (2), (3); "
      "ANALYZE app.orders");
  const Outcome outcome =
      run({"plan", "--url", database_.conninfo() + " options='-c search_path=app,public'"});
  EXPECT_NE(outcome.out.find("on app.orders (about 3 rows, "), std::string::npos) << outcome.out;
}

TEST_F(PlanCommand, OfNothingAndOfWhatNobodyKnows) {
  builder_.add(14, "odd", {"CREATE TABLE odd (id int)"}).unchecked();
  builder_.add(15, "alone", {"CREATE INDEX CONCURRENTLY o ON orders (id)"})
      .outside_transaction()
      .locks(0, LockMode::kShareUpdateExclusive, "orders", kBuildsIndex);
  const Outcome outcome = run({"plan"});
  EXPECT_NE(outcome.out.find("014_odd, in a transaction\n        nobody knows what it locks"),
            std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("015_alone, outside a transaction, 1 step\n     1  SHARE UPDATE "
                             "EXCLUSIVE on orders"),
            std::string::npos)
      << outcome.out;
  session_.run("CREATE TABLE clients (id int)");
  run({"up"});
  const Outcome none = run({"plan"});
  EXPECT_EQ(none.out.substr(0, 10), "0 pending ") << none.out;
}

TEST(PlanOnAStandby, Works) {
  const OwnServer server;
  const std::string primary = server.conninfo("postgres");
  SetBuilder builder;
  builder.add(1, "users", {"CREATE TABLE users (id int)"});
  migrate(primary, builder.set());
  builder.add(2, "more", {"ALTER TABLE users ADD n int"})
      .locks(0, LockMode::kAccessExclusive, "users");
  const OwnServer standby = OwnServer::standby_of(primary);
  standby.catch_up(primary);
  const PlanReport report = Migrator(standby.conninfo("postgres"), builder.set()).plan({});
  EXPECT_TRUE(report.is_standby);
  ASSERT_EQ(report.migrations.size(), 1U);
  ASSERT_EQ(report.relations.size(), 1U);
  EXPECT_TRUE(report.relations[0].is_there);
  EXPECT_EQ(report.relations[0].bytes, 0);
}

TEST(LockModes, ConflictsAreThoseOfTheServer) {
  const Database database;
  const Session holder(database.conninfo());
  const Session other(database.conninfo());
  holder.run("CREATE TABLE t (id int)");
  for (int one = 1; one <= 8; ++one) {
    const auto mode = static_cast<LockMode>(one);
    holder.run("BEGIN; LOCK TABLE t IN " + std::string(to_string(mode)) + " MODE");
    for (int two = 1; two <= 8; ++two) {
      const auto wanted = static_cast<LockMode>(two);
      bool waits = false;
      try {
        other.run("BEGIN; LOCK TABLE t IN " + std::string(to_string(wanted)) + " MODE NOWAIT");
      } catch (const std::runtime_error&) {
        waits = true;
      }
      other.run("ROLLBACK");
      EXPECT_EQ(conflict(mode, wanted), waits) << to_string(mode) << ", " << to_string(wanted);
    }
    holder.run("ROLLBACK");
  }
}

}  // namespace
}  // namespace godwit::test
