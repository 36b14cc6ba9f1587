// SPDX-License-Identifier: Apache-2.0
//
// What docs/backfills.md says of other ways to do it, on a server: a loop with OFFSET, keys that
// may be NULL, and keys that are not unique leave rows as they were.
#include "fixture_of_batches.hpp"

namespace godwit::test {
namespace {

class OtherWays : public OnDatabase {
 protected:
  OtherWays() {
    session_.run(
        "CREATE TABLE users (id int PRIMARY KEY, role text NOT NULL, role_new text);"
        "INSERT INTO users SELECT i, 'client' FROM generate_series(1, 10000) AS i");
  }
  /// How many rows a loop leaves; its statement has the placeholders of format().
  std::string left_by(const std::string& statement) const {
    session_.run(
        "DO $do$ DECLARE o int := 0; c int; BEGIN LOOP EXECUTE format($q$" + statement +
        "$q$, 1000, o); GET DIAGNOSTICS c = ROW_COUNT; EXIT WHEN c = 0; o := o + 1000; END "
        "LOOP; END $do$");
    return session_.get("SELECT count(*) FROM users WHERE role_new IS NULL");
  }
};

constexpr const char* kSeedLoop =
    "UPDATE users SET role_new = role WHERE id IN (SELECT id FROM users ORDER BY id LIMIT %s "
    "OFFSET "
    "%s) AND role_new IS NULL";

TEST_F(OtherWays, TheLoopOfSeed001StopsAtTheFirstThousandThatAreDone) {
  EXPECT_EQ(left_by(kSeedLoop), "0");
  // The new release has written these itself, say.
  session_.run("UPDATE users SET role_new = CASE WHEN id BETWEEN 3001 AND 4000 THEN role END");
  EXPECT_EQ(left_by(kSeedLoop), "6000");
}

TEST_F(OtherWays, TheLoopOfSeed001SkipsWhatMovesUp) {
  // A trigger is the application that deletes meanwhile.
  session_.run(
      "CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM users "
      "WHERE id = (SELECT min(id) FROM users); RETURN NULL; END $$;"
      "CREATE TRIGGER other AFTER UPDATE ON users EXECUTE FUNCTION other()");
  EXPECT_NE(left_by(kSeedLoop), "0");
}

TEST_F(OtherWays, AnOffsetOverWhatIsLeftSkipsEverySecondPart) {
  EXPECT_EQ(left_by("UPDATE users SET role_new = role WHERE id IN (SELECT id FROM users WHERE "
                    "role_new IS NULL ORDER BY id LIMIT %s OFFSET %s)"),
            "5000");
}

// Why the rule batch-key asks for NOT NULL and for a unique key.
TEST_F(OtherWays, AKeyThatMayBeNullOrIsSharedLosesRows) {
  const auto left_by_key = [&] {
    session_.run(
        "DO $$ DECLARE behind int := -1; last int; BEGIN LOOP "
        "SELECT max(b.k) INTO last FROM (SELECT k FROM users WHERE k > behind ORDER BY k LIMIT "
        "1000) AS b; EXIT WHEN last IS NULL; "
        "UPDATE users SET role_new = role WHERE id IN (SELECT id FROM users WHERE k > behind ORDER "
        "BY k LIMIT 1000); behind := last; END LOOP; END $$");
    return session_.get("SELECT count(*) FROM users WHERE role_new IS NULL");
  };
  session_.run("ALTER TABLE users ADD COLUMN k int; UPDATE users SET k = NULLIF(id, 77)");
  EXPECT_EQ(left_by_key(), "1");
  session_.run("UPDATE users SET role_new = NULL, k = id / 3000");
  EXPECT_NE(left_by_key(), "0");
}

}  // namespace
}  // namespace godwit::test
