// SPDX-License-Identifier: Apache-2.0
//
// The schema that any part of a set adds up to, and what is said of a difference.
#include "schema.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace godwit::detail {
namespace {

/// A set out of the `schema` texts of its migrations.
class Schema : public ::testing::Test {
 protected:
  void add(std::string_view text, bool is_opaque = false) {
    Migration migration;
    migration.version = static_cast<std::int64_t>(migrations_.size()) + 1;
    migration.full_name = "m";
    migration.schema = text;
    migration.is_opaque = is_opaque;
    migrations_.push_back(migration);
  }

  ExpectedSchema expected(const std::vector<Stage>& stages) {
    MigrationSet set;
    set.migrations = migrations_;
    return expected_schema(set, [&](const Migration& migration) {
      return stages.at(static_cast<std::size_t>(migration.version) - 1);
    });
  }

  /// "key=text" a line; "?" for unknown, "!" for nothing but there.
  std::string shown(const std::vector<Stage>& stages) {
    std::string text;
    for (const auto& [key, what] : expected(stages)) {
      text += key + "=";
      text += what.kind == Expected::Kind::kUnknown   ? "?"
              : what.kind == Expected::Kind::kPresent ? "!"
                                                      : what.text;
      text += what.doubt != nullptr ? " (doubt)\n" : "\n";
    }
    return text;
  }

  std::vector<Migration> migrations_;
};

constexpr Stage kApplied = Stage::kApplied;
constexpr Stage kPending = Stage::kPending;
constexpr Stage kPartial = Stage::kPartial;

TEST_F(Schema, LinesAddUp) {
  add("=table crm.notes\n=column .body\ttext\n=column .x\\ty\t?\n=index i\tindex on crm.notes "
      "(body)\n");
  add("@crm.notes\n=column .body\ttext not null\n=type \\.a\tenum ('x\\n\\\\')\n");
  EXPECT_EQ(shown({kApplied, kApplied}),
            "column crm.notes.body=text not null\ncolumn crm.notes.x\ty=!\n"
            "index i=index on crm.notes (body)\ntable crm.notes=table\ntype .a=enum ('x\n\\')\n");
  EXPECT_EQ(shown({kApplied, kPending}),
            "column crm.notes.body=text\ncolumn crm.notes.x\ty=!\n"
            "index i=index on crm.notes (body)\ntable crm.notes=table\n");
  EXPECT_EQ(shown({kPending, kPending}), "");
}

TEST_F(Schema, ATableGoesWithItsParts) {
  add("=table a\n=column .b\tinteger\n=table ab\n=column .c\tinteger\n");
  add("-table a\n");
  EXPECT_EQ(shown({kApplied, kApplied}), "column ab.c=integer\ntable ab=table\n");
  EXPECT_EQ(shown({kApplied, kPartial}),
            "column a.b=?\ncolumn ab.c=integer\ntable a=?\ntable ab=table\n");
}

TEST_F(Schema, WhatAPendingOneChangesFirstIsNotKnown) {
  add("=table a\n=column .b\tinteger\n=column .c\tinteger\n");
  add("@a\n=column .b\tbigint\n");
  add("@a\n=column .b\tbigint not null\n=column .c\tinteger not null\n");
  EXPECT_EQ(shown({kApplied, kPending, kApplied}),
            "column a.b=?\ncolumn a.c=integer not null\ntable a=table\n");
  EXPECT_EQ(shown({kApplied, kApplied, kPartial}), "column a.b=?\ncolumn a.c=?\ntable a=table\n");
}

TEST_F(Schema, TheUnknownSpreadsToWhatBelongsToATable) {
  add("=table a\n=column .b\tinteger\n=index i\tindex on a (b)\n=sequence s\tsequence owned by "
      "a.b\n"
      "=sequence t\tsequence\n");
  add("?table a\n");
  EXPECT_EQ(shown({kApplied, kApplied}),
            "column a.b=?\nindex i=?\nsequence s=?\nsequence t=sequence\ntable a=?\n");
  EXPECT_EQ(shown({kApplied, kPending}),
            "column a.b=integer\nindex i=index on a (b)\nsequence s=sequence owned by a.b\n"
            "sequence t=sequence\ntable a=table\n");
}

TEST_F(Schema, OpaqueSqlPutsInDoubtWhatWasThere) {
  add("=table a\n=column .b\tinteger\n");
  add("=table c\n", true);
  add("@a\n=column .b\tbigint\n");
  EXPECT_EQ(shown({kApplied, kApplied, kPending}),
            "column a.b=integer (doubt)\ntable a=table (doubt)\ntable c=table (doubt)\n");
  EXPECT_EQ(shown({kApplied, kApplied, kApplied}),
            "column a.b=bigint\ntable a=table (doubt)\ntable c=table (doubt)\n");
  EXPECT_EQ(shown({kApplied, kPending, kPending}), "column a.b=integer\ntable a=table\n");
}

TEST_F(Schema, DifferencesAreReadable) {
  add("=table crm.notes\n=column .body\ttext not null\n=column .at\t?\n=table gone\n=column "
      ".x\ttext\n"
      "=index gone_idx\tunique index on gone (x)\n=sequence gone_seq\tsequence owned by gone.x\n"
      "=view v\n=function f(integer)\tfunction returns text\n");
  const SchemaLines found = {{"table crm.notes", "table unlogged"},
                             {"column crm.notes.body", "text"},
                             {"column crm.notes.more", "text"},
                             {"table other", "table"},
                             {"column other.x", "text"},
                             {"function f(integer)", "function returns text"}};
  const SchemaReport report = compare_schemas(expected({kApplied}), found, "");
  std::string text;
  for (const SchemaDifference& difference : report.differences) {
    text += difference.text + "\n";
  }
  EXPECT_EQ(text,
            "table crm.notes: column at is missing\n"
            "table crm.notes: column body: expected text not null, found text\n"
            "table crm.notes: expected table, found table unlogged\n"
            "table gone is missing\n"
            "view v is missing\n");
  EXPECT_EQ(report.missing_tables, std::vector<std::string>{"gone"});
  EXPECT_EQ(report.expected_tables, 2U);
  EXPECT_EQ(report.found_tables, 1U);
  EXPECT_EQ(report.unknown, (std::vector<std::string>{"column crm.notes.more", "table other"}));
  EXPECT_TRUE(report.doubtful.empty());
  const SchemaReport newer = compare_schemas(expected({kApplied}), found, "009_newer");
  EXPECT_TRUE(newer.differences.empty());
  EXPECT_EQ(newer.doubtful.size(), 5U);
  EXPECT_EQ(newer.doubtful.front().doubt, "009_newer");
}

}  // namespace
}  // namespace godwit::detail
