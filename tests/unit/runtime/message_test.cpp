// SPDX-License-Identifier: Apache-2.0
//
// Messages: which part a result or a byte belongs to; and what must never leave the library.
#include "message.hpp"

#include "set_builder.hpp"

#include <gtest/gtest.h>

namespace godwit::detail {
namespace {

TEST(Message, ResultsAndBytesFindTheirParts) {
  test::SetBuilder builder;
  builder.add(1, "one", {"SELECT 1", "SELECT 2 -- no newline"});
  const Migration& migration = builder.set().migrations[0];
  Message message;
  message.add(Section::kBegin, &migration, "BEGIN;\nSET x = 1", 2);
  message.add_foreign(Section::kUp, &migration, migration.up.sql, 2);
  message.add(Section::kCommit, &migration, "COMMIT");
  EXPECT_EQ(message.result_count(), 5U);
  EXPECT_EQ(message.part_of_result(1)->section, Section::kBegin);
  EXPECT_EQ(message.part_of_result(2)->section, Section::kUp);
  EXPECT_EQ(message.part_of_result(3)->section, Section::kUp);
  EXPECT_EQ(message.part_of_result(4)->section, Section::kCommit);
  EXPECT_EQ(message.part_of_result(5), nullptr);
  EXPECT_EQ(message.part_of_byte(message.text().find("SELECT 2"))->section, Section::kUp);
  EXPECT_EQ(message.part_of_byte(message.text().find("COMMIT"))->section, Section::kCommit);
  EXPECT_NE(message.text().find("no newline;\n\n;\nCOMMIT"), std::string::npos)
      << "a comment at the end does not swallow what follows: " << message.text();
}

TEST(Conninfo, PasswordsAreTakenOutOfUrlsAndKeywords) {
  EXPECT_EQ(scrub_conninfo("postgresql://me:pw@host/db"), "postgresql://me:***@host/db");
  EXPECT_EQ(scrub_conninfo("postgresql://me:p@w@host/db"), "postgresql://me:***@host/db");
  EXPECT_EQ(scrub_conninfo("postgresql://host:5432/db"), "postgresql://host:5432/db");
  EXPECT_EQ(scrub_conninfo("postgresql://host/db?password=pw&x=1"),
            "postgresql://host/db?password=***&x=1");
  EXPECT_EQ(scrub_conninfo("host=h password=pw user=u"), "host=h password=*** user=u");
  EXPECT_EQ(scrub_conninfo("password = 'a \\' b' user=u"), "password = *** user=u");
  EXPECT_EQ(scrub_conninfo("password='never closed"), "password=***");
  EXPECT_EQ(scrub_conninfo("password authentication failed for user \"x\""),
            "password authentication failed for user \"x\"");
}

}  // namespace
}  // namespace godwit::detail
