// SPDX-License-Identifier: Apache-2.0
//
// Servers of other majors: what only newer ones have is not asked of an older one. The server is a
// real one; what it says of its own version on the way in is changed by the proxy.
#include "fixture.hpp"
#include "wire_proxy.hpp"

#include <godwit/preview.hpp>

namespace godwit::test {
namespace {

class ServerVersion : public OnDatabase {
 protected:
  ServerVersion() {
    builder_.add(1, "t", {"CREATE TABLE t (id int)"});
    builder_.add(2, "index", {"CREATE INDEX CONCURRENTLY t_id ON t (id)"})
        .outside_transaction()
        .builds_index(0, "t", "t_id");
    session_.run("CREATE TABLE u (id int)");
    builder_.add(3, "u", {"ALTER TABLE u ADD COLUMN x int"})
        .locks(0, LockMode::kAccessExclusive, "u");
  }
  bool was_sent(const std::string& text) const {
    return proxy_.sent().find(text) != std::string::npos;
  }

  SetBuilder builder_;
  WireProxy proxy_;
};

TEST_F(ServerVersion, ThirteenIsAskedForNothingNewer) {
  proxy_.claim_major("13");
  Migrator migrator(proxy_.conninfo(database_.name()), builder_.set());
  migrator.plan({});
  const Report report = migrator.up();
  EXPECT_EQ(versions(report), "1,2,3");
  ASSERT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(report.warnings[0],
            "the server is PostgreSQL 13, and the migrations were checked for 15 and later");
  EXPECT_EQ(migrator.status().server_version / 10000, 13);
  migrator.verify();
  EXPECT_FALSE(was_sent("client_connection_check_interval")) << "14 has it";
  EXPECT_FALSE(was_sent("idle_session_timeout")) << "14 has it";
  EXPECT_FALSE(was_sent("transaction_timeout")) << "17 has it";
  EXPECT_TRUE(was_sent("k.reltuples OPERATOR(pg_catalog.>) 0")) << "by which plan() asks";
  EXPECT_FALSE(was_sent("k.reltuples OPERATOR(pg_catalog.>=) 0")) << "14 has -1 for the unknown";
}

TEST_F(ServerVersion, ItsOwnIsAskedForWhatItHas) {
  EXPECT_EQ(versions(migrate(proxy_.conninfo(database_.name()), builder_.set())), "1,2,3");
  EXPECT_TRUE(was_sent("client_connection_check_interval"));
  EXPECT_TRUE(was_sent("idle_session_timeout"));
}

}  // namespace
}  // namespace godwit::test
