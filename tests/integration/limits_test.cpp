// SPDX-License-Identifier: Apache-2.0
//
// The server runs out of something: disk, memory, connections. It is said, everything is rolled
// back, and a plain rerun finishes once there is enough again.
#include "fixture.hpp"
#include "own_server.hpp"
#include "process.hpp"

#include <godwit/maintenance.hpp>

#include <filesystem>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

using std::chrono::milliseconds;

class Limits : public OnDatabase {
 protected:
  // Fails with `sqlstate` while `is_exhausted` has a row, after it has done something.
  void add_exhausting(SetBuilder& builder, const std::string& sqlstate) const {
    session_.run("CREATE TABLE is_exhausted (); INSERT INTO is_exhausted DEFAULT VALUES");
    builder.add(1, "before", {"CREATE TABLE before (id int)"});
    builder.add(
        2, "grows",
        {"CREATE TABLE grown (id int)",
         fmt::format("DO $$ BEGIN IF EXISTS (SELECT FROM is_exhausted) THEN RAISE EXCEPTION "
                     "'there is no more' USING ERRCODE = '{}'; END IF; END $$",
                     sqlstate)});
  }

  SetBuilder builder_;
};

TEST_F(Limits, EachSaysWhatRanOutAndIsFinishedByARerun) {
  const std::vector<std::pair<std::string, std::string>> advice = {
      {"53100", "the disk of the server is full"},
      {"53200", "max_locks_per_transaction"},
      {"53400", "temp_file_limit"},
  };
  for (const auto& [sqlstate, text] : advice) {
    SCOPED_TRACE(sqlstate);
    session_.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    SetBuilder fresh;
    add_exhausting(fresh, sqlstate);
    const Error error = failure(fresh.set());
    EXPECT_EQ(error.kind(), ErrorKind::kFailed);
    EXPECT_EQ(error.migration(), 2);
    EXPECT_EQ(error.line(), 2U);
    EXPECT_NE(error.detail().hint.find(text), std::string::npos) << error.what();
    EXPECT_EQ(applied(), "1");
    EXPECT_FALSE(has_relation("grown"));
    session_.run("DELETE FROM is_exhausted");
    EXPECT_EQ(versions(up(fresh.set())), "2");
  }
}

// A folder that is full after a few megabytes. Mounting takes privileges that not every machine
// gives; where it does not, the RAISE above stands for it.
class SmallDisk {
 public:
  explicit SmallDisk(const OwnServer& server) : path_(server.host() + "/disk") {
    std::filesystem::create_directory(path_);
    // A tablespace belongs to the server's user.
    struct stat owner {};
    stat(server.host().c_str(), &owner);
    is_mounted_ = mount("tmpfs", path_.c_str(), "tmpfs", 0,
                        fmt::format("size=4m,uid={}", owner.st_uid).c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_mounted_) {
      umount2(path_.c_str(), MNT_DETACH);
    }
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_mounted() const { return is_mounted_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool is_mounted_ = false;
};

TEST_F(Limits, AFullDiskRollsBackAndTheRerunWorks) {
  // Nobody else's server: a tablespace stands in the way of a pg_basebackup on the same machine.
  const OwnServer server;
  const SmallDisk disk(server);
  if (!disk.is_mounted()) {
    add_exhausting(builder_, "53100");
    EXPECT_EQ(failure(builder_.set()).sqlstate(), "53100");
    session_.run("DELETE FROM is_exhausted");
    EXPECT_EQ(versions(up(builder_.set())), "2");
    return;
  }
  const std::string conninfo = server.conninfo("postgres");
  const Session session(conninfo);
  session.run("CREATE TABLESPACE small LOCATION '" + disk.path() + "'");
  session.run("CREATE TABLE rows (n int); INSERT INTO rows VALUES (1000000)");
  builder_.add(1, "before", {"CREATE TABLE before (id int)"});
  builder_.add(2, "big",
               {"CREATE TABLE big TABLESPACE small AS SELECT generate_series(1, n) AS id FROM "
                "rows"});
  const Error error = failure_of([&] { migrate(conninfo, builder_.set()); });
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_EQ(error.sqlstate(), "53100") << error.what();
  EXPECT_EQ(error.migration(), 2);
  EXPECT_NE(error.detail().hint.find("the disk of the server is full"), std::string::npos);
  EXPECT_EQ(session.list("SELECT migration_number FROM schema_migrations"), "1");
  EXPECT_EQ(session.get("SELECT to_regclass('big') IS NULL"), "t");
  session.run("UPDATE rows SET n = 10; CHECKPOINT");
  EXPECT_EQ(versions(migrate(conninfo, builder_.set())), "2");
}

TEST_F(Limits, OfTemporaryFilesIsNamed) {
  builder_
      .add(1, "sorts",
           {"CREATE TABLE sorted AS SELECT n FROM generate_series(1, 200000) AS n ORDER BY "
            "random()"})
      .setting("work_mem", "64kB");
  session_.run(fmt::format("ALTER DATABASE {} SET temp_file_limit = '1MB'", database_.name()));
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.sqlstate(), "53400") << error.what();
  EXPECT_NE(error.detail().hint.find("temp_file_limit"), std::string::npos) << error.what();
  EXPECT_FALSE(has_relation("sorted"));
  session_.run(fmt::format("ALTER DATABASE {} RESET temp_file_limit", database_.name()));
  EXPECT_EQ(versions(up(builder_.set())), "1");
}

TEST_F(Limits, OfTheLockTableAreNamed) {
  const OwnServer server;  // whose lock table may be filled
  const std::string conninfo = server.conninfo("postgres");
  builder_.add(1, "locks",
               {"CREATE TABLE grown (id int)",
                "SELECT count(pg_advisory_xact_lock(n)) FROM generate_series(1, 1000000) AS n"});
  const Error error = failure_of([&] { migrate(conninfo, builder_.set()); });
  EXPECT_EQ(error.sqlstate(), "53200") << error.what();
  EXPECT_EQ(error.line(), 2U);
  EXPECT_NE(error.detail().hint.find("max_locks_per_transaction"), std::string::npos)
      << error.what();
  const Session session(conninfo);
  EXPECT_EQ(session.get("SELECT to_regclass('grown') IS NULL"), "t");
  SetBuilder fewer;
  fewer.add(1, "locks", {"CREATE TABLE grown (id int)"});
  EXPECT_EQ(versions(migrate(conninfo, fewer.set())), "1");
}

TEST_F(Limits, NoConnectionLeftIsWaitedFor) {
  const Role role(database_, "LOGIN CONNECTION LIMIT 1");
  session_.run("GRANT ALL ON SCHEMA public TO " + role.name());
  builder_.add(1, "one", {"CREATE TABLE one (id int)"});
  auto holder = std::make_unique<Session>(database_.conninfo_as(role.name()));
  std::string said;
  Options options;
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kRetrying && said.empty()) {
      said = event.message;
      holder.reset();
    }
  };
  EXPECT_EQ(versions(migrate(database_.conninfo_as(role.name()), builder_.set(), options)), "1");
  EXPECT_NE(said.find("too many connections for role"), std::string::npos) << said;
  wait_for("SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = '" + role.name() + "'");
  holder = std::make_unique<Session>(database_.conninfo_as(role.name()));
  options.wait = milliseconds{300};
  const Error error =
      failure_of([&] { migrate(database_.conninfo_as(role.name()), builder_.set(), options); });
  EXPECT_EQ(error.kind(), ErrorKind::kCannotConnect);
  EXPECT_EQ(error.sqlstate(), "53300") << error.what();
  EXPECT_TRUE(error.is_retryable());
}

// The second connection, which looks for who is in the way, is a help and no need.
TEST_F(Limits, ARunNeedsNoMoreThanOneConnection) {
  const Role role(database_, "LOGIN CONNECTION LIMIT 1");
  session_.run("GRANT ALL ON SCHEMA public TO " + role.name() +
               "; CREATE TABLE t (id int); ALTER TABLE t OWNER TO " + role.name());
  builder_.add(1, "alter", {"ALTER TABLE t ADD COLUMN x int"});
  builder_.add(2, "index", {"CREATE INDEX CONCURRENTLY t_x ON t (x)"})
      .outside_transaction()
      .builds_index(0, "t", "t_x");
  const Session blocker(database_.conninfo());
  blocker.run("BEGIN; SELECT * FROM t");
  Options options;
  options.lock_timeout = milliseconds{200};
  options.on_event = [&](const Event& event) {
    if (event.kind == EventKind::kRetrying) {
      blocker.run("COMMIT");
    }
  };
  EXPECT_EQ(versions(migrate(database_.conninfo_as(role.name()), builder_.set(), options)), "1,2");
}

}  // namespace
}  // namespace godwit::test
