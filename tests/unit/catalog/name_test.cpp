// SPDX-License-Identifier: Apache-2.0
#include "catalog/name.hpp"

#include <gtest/gtest.h>

namespace godwit::codegen::catalog {
namespace {

TEST(QuoteIdentifier, QuotesWhatSqlWouldReadOtherwise) {
  EXPECT_EQ(quote_identifier("users"), "users");
  EXPECT_EQ(quote_identifier("_u1"), "_u1");
  EXPECT_EQ(quote_identifier("Users"), "\"Users\"");
  EXPECT_EQ(quote_identifier("1st"), "\"1st\"");
  EXPECT_EQ(quote_identifier("a b"), "\"a b\"");
  EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(quote_identifier("user"), "\"user\"");
  EXPECT_EQ(quote_identifier("order"), "\"order\"");
  EXPECT_EQ(quote_identifier("name"), "name");
  EXPECT_EQ(quote_identifier("bücher"), "\"bücher\"");
  EXPECT_EQ(quote_identifier(""), "\"\"");
}

TEST(QuoteName, LeavesPublicOut) {
  EXPECT_EQ(quote_name({"public", "users"}), "users");
  EXPECT_EQ(quote_name({"crm", "users"}), "crm.users");
  EXPECT_EQ(quote_name({"My CRM", "user"}), "\"My CRM\".\"user\"");
}

}  // namespace
}  // namespace godwit::codegen::catalog
