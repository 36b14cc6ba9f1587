// SPDX-License-Identifier: Apache-2.0
//
// Connecting, privileges, read-only servers, and what is never printed.
#include "fixture.hpp"
#include "own_server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fmt/format.h>

namespace godwit::test {
namespace {

class Access : public OnDatabase {
 protected:
  Access() { builder_.add(1, "one", {"CREATE TABLE one (id int)"}); }

  Error failure_as(const std::string& role, Options options = {}) {
    return failure_of(
        [&] { migrate(database_.conninfo_as(role), builder_.set(), std::move(options)); });
  }

  SetBuilder builder_;
};

TEST_F(Access, AStandbyStartsWhenUpToDateAndRefusesWhenNot) {
  // Not of the server that all tests write to at once: the standby would have to do it all too.
  const OwnServer server;
  const std::string primary = server.conninfo("postgres");
  const OwnServer standby = OwnServer::standby_of(primary);
  standby.catch_up(primary);
  Error error = failure_of([&] { migrate(standby.conninfo("postgres"), builder_.set()); });
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_NE(error.detail().message.find("1 migration is pending (001_one), but the server is a "
                                        "read-only standby"),
            std::string::npos)
      << error.what();
  migrate(primary, builder_.set());
  standby.catch_up(primary);
  Migrator migrator(standby.conninfo("postgres"), builder_.set());
  EXPECT_EQ(migrator.up().skipped, 1U);
  EXPECT_TRUE(migrator.status().is_standby);
  EXPECT_EQ(migrator.status().count(State::kApplied), 1U);
}

TEST_F(Access, AReadOnlySessionRefusesOnlyWhatIsPending) {
  session_.run("ALTER DATABASE " + database_.name() + " SET default_transaction_read_only = on");
  EXPECT_EQ(failure(builder_.set()).kind(), ErrorKind::kReadOnly);
  session_.run("SET default_transaction_read_only = off; ALTER DATABASE " + database_.name() +
               " RESET default_transaction_read_only");
  up(builder_.set());
  session_.run("ALTER DATABASE " + database_.name() + " SET default_transaction_read_only = on");
  EXPECT_EQ(up(builder_.set()).skipped, 1U);
}

TEST_F(Access, ARoleThatMayOnlyReadStartsWhenUpToDate) {
  const Role role(database_);
  up(builder_.set());
  Error error = failure_as(role.name());
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_EQ(error.sqlstate(), "42501");
  EXPECT_NE(error.detail().hint.find("GRANT SELECT, INSERT, UPDATE, DELETE ON "
                                     "public.schema_migrations TO \"" +
                                     role.name() + "\""),
            std::string::npos)
      << error.what();
  session_.run("GRANT SELECT ON schema_migrations TO " + role.name());
  EXPECT_EQ(migrate(database_.conninfo_as(role.name()), builder_.set()).skipped, 1U);
  EXPECT_EQ(
      Migrator(database_.conninfo_as(role.name()), builder_.set()).status().count(State::kApplied),
      1U);
  builder_.add(2, "two", {"SELECT 1"});
  EXPECT_EQ(
      Migrator(database_.conninfo_as(role.name()), builder_.set()).status().count(State::kPending),
      1U)
      << "the log may not be read, and is done without";
  error = failure_as(role.name());
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_NE(error.detail().hint.find("GRANT SELECT, INSERT"), std::string::npos) << error.what();
}

TEST_F(Access, AMissingRightToCreateTheHistoryIsNamed) {
  const Role role(database_);
  const Error error = failure_as(role.name());
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_NE(error.detail().hint.find("GRANT USAGE, CREATE ON SCHEMA \"public\" TO \"" +
                                     role.name() + "\""),
            std::string::npos)
      << error.what();
}

TEST_F(Access, AMissingRightOfTheMigrationIsNamedWithItsPlace) {
  const Role role(database_);
  session_.run("GRANT CREATE, USAGE ON SCHEMA public TO " + role.name() +
               "; CREATE TABLE others (id int)");
  builder_.add(2, "alter", {"SELECT 1", "ALTER TABLE others ADD COLUMN x int"});
  const Error error = failure_as(role.name());
  EXPECT_EQ(error.kind(), ErrorKind::kReadOnly);
  EXPECT_EQ(error.migration(), 2);
  EXPECT_EQ(error.line(), 2U);
  EXPECT_NE(error.detail().hint.find("--role="), std::string::npos) << error.what();
}

TEST_F(Access, ARoleThatDoesNotExistIsAnErrorBeforeAnything) {
  Options options;
  options.role = "no_such_role";
  const Error error = failure(builder_.set(), options);
  EXPECT_EQ(error.kind(), ErrorKind::kFailed);
  EXPECT_NE(error.detail().message.find("no_such_role"), std::string::npos) << error.what();
}

TEST_F(Access, StringsReadAsTheBuildReadThem) {
  session_.run("ALTER DATABASE " + database_.name() + " SET standard_conforming_strings = off");
  const Error error = failure(builder_.set());
  EXPECT_EQ(error.kind(), ErrorKind::kUsage);
  EXPECT_NE(error.detail().message.find("standard_conforming_strings"), std::string::npos);
}

TEST_F(Access, APasswordIsNeverPrinted) {
  const std::string canary = "s3cr3tCanary";
  const std::vector<std::string> conninfos = {
      "postgresql://me:" + canary + "@127.0.0.1:1/db",
      "postgresql://me:" + canary + "@[bad/db",
      "postgresql://me:" + canary + "@host/db?nonsense=" + canary,
      "postgres//me:" + canary + "@host/db?x=",
      "me:" + canary + "@127.0.0.1:1/db",
      "//me:" + canary + "@127.0.0.1:1/db",
      "postgresql:/me:" + canary + "@127.0.0.1:1/db",
      "postgres://me:pa/" + canary + "@127.0.0.1:1/db",
      "postgres://me:pa@" + canary + "@127.0.0.1:1/db",
      "host=127.0.0.1 port=1 password=" + canary,
      "host=127.0.0.1 port=1 password='" + canary + "' user",
      "host=127.0.0.1 port=1 password='" + canary,
      "host=/nonexistent password = " + canary,
      "password=" + canary + " nonsense=1 host=/nonexistent",
      database_.conninfo() + " password=" + canary + " user=nobody_of_this_name",
      database_.conninfo() + " password=" + canary + " dbname=no_such_database",
      "postgresql:///" + database_.name() + "?host=/nonexistent&password=" + canary,
  };
  for (const std::string& conninfo : conninfos) {
    const Error error = failure_of([&] { migrate(conninfo, builder_.set()); });
    EXPECT_TRUE(error.kind() == ErrorKind::kCannotConnect || error.kind() == ErrorKind::kUsage);
    EXPECT_EQ(std::string(error.what()).find(canary), std::string::npos) << error.what();
  }
  const Report report = migrate(database_.conninfo() + " password=" + canary, builder_.set());
  EXPECT_EQ(report.database.find(canary), std::string::npos);
}

TEST_F(Access, AWaitOfNothingStillConnects) {
  Options options;
  options.wait = std::chrono::milliseconds{0};
  EXPECT_EQ(up(builder_.set(), options).failed, 0U);
}

// A socket that accepts and says nothing: connecting succeeds, the handshake never does.
class SilentServer {
 public:
  SilentServer() : folder_("/tmp/godwit-silent-" + std::to_string(getpid())) {
    mkdir(folder_.c_str(), 0700);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_ = folder_ + "/.s.PGSQL.5432";
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 8) != 0) {
      throw std::runtime_error("cannot listen on " + path_);
    }
  }
  ~SilentServer() {
    close(listener_);
    unlink(path_.c_str());
    rmdir(folder_.c_str());
  }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  const std::string& host() const { return folder_; }

 private:
  std::string folder_;
  std::string path_;
  int listener_ = -1;
};

TEST_F(Access, AServerThatNeverAnswersIsGivenUpAfterConnectTimeout) {
  const SilentServer silent;
  const auto start = std::chrono::steady_clock::now();
  const Error error = failure_of([&] {
    migrate("host=" + silent.host() + " port=5432 dbname=x connect_timeout=2", builder_.set());
  });
  EXPECT_EQ(error.kind(), ErrorKind::kCannotConnect);
  EXPECT_NE(error.detail().message.find("gave no answer in time"), std::string::npos)
      << error.what();
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{10});
}

TEST_F(Access, AHostThatNeverAnswersIsPassedOverForTheNext) {
  const SilentServer silent;
  const Session session(database_.conninfo());
  const std::string port = PQport(session.raw());
  const std::string host = PQhost(session.raw());
  migrate("host=" + silent.host() + ",/nonexistent," + host + " port=5432,5432," + port +
              " user=postgres connect_timeout=2 dbname=" + database_.name(),
          builder_.set());
  EXPECT_EQ(applied(), "1");
}

TEST_F(Access, ARefusedConnectionIsTriedOnceUnlessToldToWait) {
  auto start = std::chrono::steady_clock::now();
  const std::string nowhere = "host=/nonexistent dbname=x";
  EXPECT_EQ(failure_of([&] { migrate(nowhere, builder_.set()); }).kind(),
            ErrorKind::kCannotConnect);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds{500});
  Options options;
  options.wait = std::chrono::milliseconds{700};
  start = std::chrono::steady_clock::now();
  EXPECT_EQ(failure_of([&] { migrate(nowhere, builder_.set(), options); }).kind(),
            ErrorKind::kCannotConnect);
  EXPECT_GT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds{300});
}

TEST_F(Access, ADatabaseThatAppearsWhileWaitingIsMigrated) {
  const std::string name = unique_name("late");
  Options options;
  options.wait = std::chrono::milliseconds{20'000};
  std::thread creator([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{400});
    const Session session(server_conninfo() + " dbname=postgres");
    session.run("CREATE DATABASE " + name);
  });
  EXPECT_EQ(migrate(server_conninfo() + " dbname=" + name, builder_.set(), options).applied.size(),
            1U);
  creator.join();
  const Session session(server_conninfo() + " dbname=postgres");
  session.run("DROP DATABASE " + name + " WITH (FORCE)");
}

TEST_F(Access, TheApplicationNameIsOursUnlessGiven) {
  SetBuilder builder;
  builder.add(1, "who",
              {"CREATE TABLE who AS SELECT current_setting('application_name') AS name, "
               "current_setting('client_encoding') AS encoding"});
  up(builder.set());
  EXPECT_EQ(session_.get("SELECT name || '|' || encoding FROM who"), "godwit|UTF8");
}

TEST_F(Access, AnotherToolsTableIsRecognisedAndNotTouched) {
  const std::vector<std::pair<std::string, std::string>> tables = {
      {"version bigint PRIMARY KEY, dirty boolean", "golang-migrate"},
      {"version varchar PRIMARY KEY", "Rails or dbmate"},
      {"version bigint, inserted_at timestamp", "Ecto"},
      {"id serial, migration_name varchar(255), migration_number int, executed_at timestamptz, "
       "checksum varchar(64), description text, execution_time_ms int",
       "db.migrate"},
      {"database_type text, migration_file text, applied_at timestamptz, checksum text",
       "migrate.sh"},
      {"something text", "it has other columns"},
  };
  for (const auto& [columns, tool] : tables) {
    session_.run("DROP TABLE IF EXISTS schema_migrations; CREATE TABLE schema_migrations (" +
                 columns + ")");
    const std::string before = session_.get("SELECT 'schema_migrations'::regclass::oid");
    const Error error = failure(builder_.set());
    EXPECT_EQ(error.kind(), ErrorKind::kDrift);
    EXPECT_NE(error.detail().message.find(tool), std::string::npos) << error.what();
    EXPECT_NE(error.detail().hint.find("HISTORY_TABLE"), std::string::npos);
    EXPECT_EQ(session_.get("SELECT 'schema_migrations'::regclass::oid"), before);
    EXPECT_FALSE(has_relation("one"));
    EXPECT_EQ(failure_of([&] { Migrator(database_.conninfo(), builder_.set()).status(); }).kind(),
              ErrorKind::kDrift);
  }
}

TEST_F(Access, AHistoryNameThatIsNoneIsAUsageError) {
  for (const char* name : {"a.b.c", ".x", "x."}) {
    Options options;
    options.history_table = name;
    EXPECT_EQ(failure(builder_.set(), options).kind(), ErrorKind::kUsage) << name;
  }
}

}  // namespace
}  // namespace godwit::test
