// SPDX-License-Identifier: Apache-2.0
//
// Which changes of type are free. The table was run on PostgreSQL 15.20, where a table keeps its
// file (pg_relation_filenode) when the change is free; timestamp to timestamptz with a TimeZone
// other than UTC. USING column::type made no difference in any row.
#include "catalog/type.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sql/parse.hpp"

namespace godwit::codegen::catalog {
namespace {

Type type_of(const std::string& text) {
  std::vector<sql::SyntaxError> errors;
  const std::string statement = "CREATE TABLE t (c " + text + ")";
  const sql::Script script = sql::parse(statement, errors);
  EXPECT_TRUE(errors.empty()) << text;
  const auto* create = sql::as<PgQuery__CreateStmt>(script.statements().at(0).node);
  return read_type(*sql::as<PgQuery__ColumnDef>(create->table_elts[0])->type_name);
}

TEST(Types, AreReadInOneSpelling) {
  EXPECT_EQ(type_of("int"), type_of("integer"));
  EXPECT_EQ(type_of("int"), type_of("int4"));
  EXPECT_EQ(type_of("int"), type_of("pg_catalog.int4"));
  EXPECT_EQ(type_of("character varying(3)"), type_of("varchar(3)"));
  EXPECT_EQ(type_of("decimal(3,2)"), type_of("numeric(3,2)"));
  EXPECT_EQ(type_of("timestamp with time zone"), type_of("timestamptz"));
  EXPECT_EQ(type_of("double precision"), type_of("float"));
  EXPECT_EQ(type_of("int[]"), type_of("int ARRAY"));
  EXPECT_TRUE(type_of("bigserial").is_serial);
  EXPECT_EQ(type_of("bigserial").name, "int8");
}

TEST(Types, ArePrintedAsPeopleWriteThem) {
  EXPECT_EQ(to_string(type_of("int4")), "integer");
  EXPECT_EQ(to_string(type_of("numeric(10, 2)")), "numeric(10,2)");
  EXPECT_EQ(to_string(type_of("char(3)")), "char(3)");
  EXPECT_EQ(to_string(type_of("int8[]")), "bigint[]");
  EXPECT_EQ(to_string(type_of("interval(3)")), "interval(3)");
  EXPECT_EQ(to_string(type_of("crm.\"Mood\"")), "crm.Mood");
}

struct Change {
  const char* from;
  const char* to;
  TypeChange expected;
};

class TypeChanges : public testing::TestWithParam<Change> {};

TEST_P(TypeChanges, CostWhatPostgresSays) {
  const Change& change = GetParam();
  EXPECT_EQ(compare_types(type_of(change.from), type_of(change.to), false), change.expected)
      << change.from << " → " << change.to;
}

constexpr auto kFree = TypeChange::kFree;
constexpr auto kRewrite = TypeChange::kRewrite;

INSTANTIATE_TEST_SUITE_P(
    Table, TypeChanges,
    testing::Values(
        Change{"int", "int4", kFree}, Change{"int", "bigint", kRewrite},
        Change{"bigint", "int", kRewrite}, Change{"varchar(5)", "varchar(5)", kFree},
        Change{"varchar(5)", "varchar(6)", kFree}, Change{"varchar(5)", "varchar(4)", kRewrite},
        Change{"varchar(5)", "varchar", kFree}, Change{"varchar(5)", "text", kFree},
        Change{"varchar", "varchar(5)", kRewrite}, Change{"text", "varchar", kFree},
        Change{"text", "varchar(5)", kRewrite}, Change{"char(3)", "text", kRewrite},
        Change{"char(3)", "char(4)", kRewrite}, Change{"text", "char(3)", kRewrite},
        Change{"numeric(5,2)", "numeric(6,2)", kFree}, Change{"numeric(5,2)", "numeric", kFree},
        Change{"numeric(5,2)", "numeric(6,3)", kRewrite},
        Change{"numeric(5,2)", "numeric(4,2)", kRewrite},
        Change{"numeric", "numeric(5,2)", kRewrite}, Change{"numeric(5)", "numeric(6)", kFree},
        Change{"varbit(3)", "varbit(4)", kFree}, Change{"varbit(3)", "varbit", kFree},
        Change{"varbit(3)", "varbit(2)", kRewrite}, Change{"bit(3)", "bit(4)", kRewrite},
        Change{"timestamp(3)", "timestamp(6)", kFree}, Change{"timestamp(3)", "timestamp", kFree},
        Change{"timestamp", "timestamp(6)", kFree}, Change{"timestamp", "timestamp(3)", kRewrite},
        Change{"timestamptz(0)", "timestamptz", kFree},
        Change{"timestamp", "timestamptz", kRewrite}, Change{"time(3)", "time", kFree},
        Change{"timetz(3)", "timetz(4)", kFree}, Change{"interval(3)", "interval", kFree},
        Change{"interval", "interval(3)", kRewrite}, Change{"interval day", "interval day", kFree},
        Change{"interval day", "interval hour", kFree},
        Change{"interval hour", "interval day", kRewrite},
        Change{"interval day", "interval", kFree},
        Change{"interval", "interval year to month", kRewrite},
        Change{"interval second(3)", "interval", kFree}, Change{"cidr", "inet", kFree},
        Change{"inet", "cidr", kRewrite}, Change{"json", "jsonb", kRewrite},
        Change{"int[]", "int[]", kFree}, Change{"int[]", "bigint[]", kRewrite},
        Change{"varchar(5)[]", "varchar(6)[]", kRewrite}, Change{"uuid", "text", kRewrite},
        Change{"date", "timestamp", kRewrite}));

TEST(TypeChanges, BetweenTimestampsAreFreeInUtc) {
  EXPECT_EQ(compare_types(type_of("timestamp"), type_of("timestamptz"), true), kFree);
  EXPECT_EQ(compare_types(type_of("timestamptz"), type_of("timestamp"), true), kFree);
  EXPECT_EQ(compare_types(type_of("timestamp"), type_of("timestamptz(3)"), true), kRewrite);
}

TEST(TypeChanges, OfUnknownTypesAreUnknown) {
  EXPECT_EQ(compare_types(Type(), type_of("int"), false), TypeChange::kUnknown);
  EXPECT_EQ(compare_types(type_of("int"), Type(), false), TypeChange::kUnknown);
}

}  // namespace
}  // namespace godwit::codegen::catalog
