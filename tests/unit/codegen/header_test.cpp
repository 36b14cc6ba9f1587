// SPDX-License-Identifier: Apache-2.0
#include "source/header.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::file_of;
using test::findings;

Header read_clean(const std::string& text) {
  const SourceFile file = file_of(text);
  Diagnostics diagnostics;
  Header header = read_header(file, diagnostics);
  EXPECT_EQ(findings(diagnostics), "") << text;
  return header;
}

std::string problems(const std::string& text) {
  const SourceFile file = file_of(text);
  Diagnostics diagnostics;
  read_header(file, diagnostics);
  return findings(diagnostics);
}

std::string dependencies(const std::string& value) {
  std::string text;
  for (const DependencyName& name : read_clean("-- Dependencies: " + value + "\n").dependencies)
    text += "<" + name.set + "|" + (name.version ? std::to_string(*name.version) : "-") + "|" +
            name.text + ">";
  return text;
}

TEST(Header, ReadsTheSeedsForm) {
  const Header header = read_clean(
      "-- ================================================\n"
      "-- Migration 010: Fix team_members schema alignment\n"
      "-- Created: 2025-11-08\n"
      "-- Purpose: Align team_members with the CRM: all of it\n"
      "-- Idempotency: YES\n"
      "-- Dependencies: 7\n"
      "-- ================================================\n"
      "\n"
      "BEGIN;\n");
  EXPECT_TRUE(header.is_present);
  EXPECT_EQ(header.number, 10);
  EXPECT_EQ(header.description, "Fix team_members schema alignment");
  EXPECT_EQ(header.created, "2025-11-08");
  EXPECT_EQ(header.purpose, "Align team_members with the CRM: all of it");
  EXPECT_EQ(header.idempotency, true);
  ASSERT_EQ(header.dependencies.size(), 1U);
  EXPECT_EQ(header.dependencies[0].version, 7);
}

TEST(Header, ReadsDependenciesInEverySpelling) {
  EXPECT_EQ(dependencies("None"), "");
  EXPECT_EQ(dependencies("none (first one)"), "");
  EXPECT_EQ(dependencies("[]"), "");
  EXPECT_EQ(dependencies("N/A"), "");
  EXPECT_EQ(dependencies("7"), "<|7|7>");
  EXPECT_EQ(dependencies("[7, 10]"), "<|7|7><|10|10>");
  EXPECT_EQ(dependencies("7,10"), "<|7|7><|10|10>");
  EXPECT_EQ(dependencies("007 (CRM)"), "<|7|007>");
  EXPECT_EQ(dependencies("007 (CRM, with 8), 010 (team)"), "<|7|007><|10|010>");
  EXPECT_EQ(dependencies("V7"), "<|7|V7>");
  EXPECT_EQ(dependencies("2023-01-01-000000"), "<|20230101000000|2023-01-01-000000>");
  EXPECT_EQ(dependencies("billing:12"), "<billing|12|billing:12>");
  EXPECT_EQ(dependencies("007_crm_system_schema"), "<|-|007_crm_system_schema>");
  EXPECT_EQ(dependencies("efaa6e584823"), "<|-|efaa6e584823>");
  EXPECT_EQ(dependencies("None."), "");
  EXPECT_EQ(dependencies("null"), "");
  EXPECT_EQ(dependencies("#1."), "<|1|1>");
  EXPECT_EQ(dependencies("migrations 1 and 2"), "<|1|1><|2|2>");
}

/// What a header declares, "7 10 billing:12", and what is wrong with it.
std::string declared(const std::string& text) {
  const SourceFile file = file_of(text);
  Diagnostics diagnostics;
  const Header header = read_header(file, diagnostics);
  std::string said = header.declares_dependencies ? "" : "nothing declared";
  for (const DependencyName& name : header.dependencies) {
    EXPECT_EQ(file.text().substr(name.offset, name.text.size()), name.text);
    said += (said.empty() ? "" : " ") + name.text;
  }
  return said + findings(diagnostics);
}

TEST(Header, ReadsDependenciesInParentheses) {
  EXPECT_EQ(dependencies("(7, 10)"), "<|7|7><|10|10>");
  EXPECT_EQ(dependencies("( 7 )"), "<|7|7>");
  EXPECT_EQ(dependencies("(none)"), "");
  EXPECT_EQ(dependencies("7, (10)"), "<|7|7><|10|10>");
  EXPECT_EQ(dependencies("[\"7\", \"10\"]"), "<|7|7><|10|10>");
  EXPECT_EQ(dependencies("007 (CRM (the old one), 8)"), "<|7|007>");
  EXPECT_EQ(dependencies("[None]"), "");
}

TEST(Header, ReadsDependenciesOverSeveralLines) {
  EXPECT_EQ(declared("-- Dependencies: 7,\n--   10\n-- Tag: x\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies: 7\n--             , 10\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies: 7\n--               10 (team)\n-- A sentence.\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies: 7 (CRM,\n--   with 8), 10\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies:\n--   - 7\n--   - 10 (team)\n-- ====\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies:\n--   * 7\n--   * billing:12\n-- Tag: x\n"), "7 billing:12");
  EXPECT_EQ(declared("-- Dependencies:\n--   7, 10\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies:\n--   None\n-- 10 rows are added\n"), "");
  EXPECT_EQ(declared("-- Dependencies: [\n--   7,\n--\n--   10\n-- ]\n-- 5 rows\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies: [7,\r\n-- 10]\r\n"), "7 10");
  EXPECT_EQ(declared("-- Dependencies: 7\n-- - 10 tables are made\n-- 2024-01-05\n"), "7");
  EXPECT_EQ(declared("-- Dependencies: None\n-- 7\n"), "");
}

TEST(Header, ReportsDependenciesThatCannotBeMeant) {
  EXPECT_EQ(declared("-- Dependencies: none, 7\n"),
            "7007_x.sql:1:18: error: `none` beside 7 [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: 7, none\n"),
            "7007_x.sql:1:21: error: `none` beside 7 [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: [7, 10\n-- Tag: x\n"),
            "7 10007_x.sql:1:18: error: this bracket is not closed [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: (7, 10\n\nselect 1;\n"),
            "7 10007_x.sql:1:18: error: this bracket is not closed [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: 7 (CRM\n-- Tag: x\n"),
            "7007_x.sql:1:20: error: this parenthesis is not closed [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: 7, 10]\n"),
            "7 10007_x.sql:1:23: error: `]` closes nothing [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Tag: x\n-- Dependencies: 7,\n-- ====\n"),
            "7007_x.sql:2:19: error: nothing behind this comma [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: [7, 10,]\n"),
            "7 10007_x.sql:1:24: error: nothing behind this comma [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: 7,, 10\n"),
            "7 10007_x.sql:1:20: error: a comma with no dependency before it "
            "[invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies:\n-- Tag: x\n"),
            "007_x.sql:1:4: error: `Dependencies` names nothing [invalid-header-value]\n");
  EXPECT_EQ(declared("-- Dependencies: (see the wiki)\n"),
            "007_x.sql:1:4: error: `Dependencies` names nothing [invalid-header-value]\n");
}

TEST(Header, ReadsDependenciesThatAreDressedUp) {
  for (const char* line :
       {"-- @Dependencies: 7", "-- **Dependencies:** 7", "-- - Dependencies: 7",
        "--- Dependencies: 7", "-- Dependencies= 7", "-- Dependencies = 7",
        "-- # Dependencies: [7]", "-- * Dependencies: 7", "-- `Dependencies`: 7",
        "-- Dependencies (versions): 7", "-- Dependencies:: 7", "-- Dependencies\xEF\xBC\x9A 7",
        "/* Dependencies: 7 */", "/*\n * Dependencies: 7\n */", "/*\n * Dependencies:\n *   7\n */",
        "/**\n * @Dependencies: 7\n **/", "/*\n * Dependencies:\n *  - 7\n */"})
    EXPECT_EQ(declared(std::string(line) + "\nselect 1;\n"), "7") << line;
  for (const char* line :
       {"-- Dependencies 7", "-- Dependencies -> 7", "-- @Dependencies: the CRM"})
    EXPECT_NE(declared(std::string(line) + "\n").find("did you mean `-- Dependencies: "),
              std::string::npos)
        << line;
  for (const char* line : {"-- Dependencies are 7 tables", "-- The dependencies: 7",
                           "-- Dependencies of the importer", "-- Dependencies"})
    EXPECT_EQ(declared(std::string(line) + "\n"), "nothing declared") << line;
}

TEST(Header, IsReadFromBlockComments) {
  const Header header = read_clean(
      "/**\n * Migration 010: Team members\n *\n * Transaction: none\n * Dependencies: [7,\n *   "
      "10]\n */\n-- Tag: x\nselect 1; /* Author: no */\n");
  EXPECT_EQ(header.number, 10);
  EXPECT_EQ(header.description, "Team members");
  EXPECT_EQ(header.transaction, false);
  EXPECT_EQ(header.dependencies.size(), 2U);
  EXPECT_EQ(header.tag, "x");
  EXPECT_EQ(header.author, "");
}

TEST(Header, DeclaresDependenciesAlsoWhereThereAreNone) {
  EXPECT_TRUE(read_clean("-- Dependencies: None\n").declares_dependencies);
  EXPECT_TRUE(read_clean("-- dependencies : []\n").declares_dependencies);
  EXPECT_FALSE(read_clean("-- Purpose: x\n").declares_dependencies);
}

TEST(Header, ReadsEveryOtherKey) {
  const Header header = read_clean(
      "-- migration: 7\n"
      "-- DESCRIPTION: what it does\n"
      "--Author: Ada\n"
      "-- Transaction: none\n"
      "-- Lock-Timeout: 5s\n"
      "-- statement timeout: 2min\n"
      "-- Set: work_mem=256MB\n"
      "-- Set: app.tenant = 'a b'\n"
      "-- Phase: Contract\n"
      "-- Breaking: YES\n"
      "-- Irreversible: the data is gone\n"
      "-- Tag: v1.4\n"
      "-- Alias: efaa6e584823, old_name\n"
      "-- Syntax: unchecked MERGE RETURNING is of 17\n"
      "-- Accept-Checksum: " +
      std::string(64, 'A') + ", " + std::string(64, 'b') + "\n");
  EXPECT_EQ(header.number, 7);
  EXPECT_EQ(header.description, "what it does");
  EXPECT_EQ(header.author, "Ada");
  EXPECT_EQ(header.transaction, false);
  EXPECT_EQ(header.lock_timeout_ms, 5000);
  EXPECT_EQ(header.statement_timeout_ms, 120'000);
  ASSERT_EQ(header.settings.size(), 2U);
  EXPECT_EQ(header.settings[0].name, "work_mem");
  EXPECT_EQ(header.settings[0].value, "256MB");
  EXPECT_EQ(header.settings[1].name, "app.tenant");
  EXPECT_EQ(header.settings[1].value, "a b");
  EXPECT_EQ(header.phase, Phase::kContract);
  EXPECT_TRUE(header.is_breaking);
  EXPECT_EQ(header.irreversible, "the data is gone");
  EXPECT_EQ(header.tag, "v1.4");
  EXPECT_EQ(header.aliases, (std::vector<std::string>{"efaa6e584823", "old_name"}));
  EXPECT_EQ(header.unchecked, "MERGE RETURNING is of 17");
  EXPECT_EQ(header.accepted_checksums,
            (std::vector<std::string>{std::string(64, 'a'), std::string(64, 'b')}));
}

TEST(Header, EndsWithTheCommentBlock) {
  EXPECT_EQ(read_clean("-- Tag: a\n\n-- Author: b\nselect 1;\n-- Purpose: c\n").purpose, "");
  EXPECT_EQ(read_clean("-- Tag: a\n\n-- Author: b\nselect 1;\n").author, "b");
  EXPECT_EQ(read_clean("-- godwit:up\n-- Tag: a\n").tag, "a");
  EXPECT_EQ(read_clean("-- godwit:down\n-- Tag: a\n").tag, "");
  EXPECT_FALSE(read_clean("select 1;\n").is_present);
  EXPECT_FALSE(read_clean("").is_present);
}

TEST(Header, ReadsCrlf) {
  const Header header = read_clean("-- Migration 7: x\r\n-- Idempotency: NO\r\nselect 1;\r\n");
  EXPECT_EQ(header.description, "x");
  EXPECT_EQ(header.idempotency, false);
}

TEST(Header, ADateIsNoVersion) {
  EXPECT_EQ(read_clean("-- Migration: 2024-01-05\n").number, std::nullopt);
  EXPECT_EQ(read_clean("-- Migration 2024-01-05: x\n").number, std::nullopt);
  EXPECT_EQ(read_clean("-- Migration 2023-01-01-000000: x\n").number, 20230101000000);
}

TEST(Header, LeavesProseAlone) {
  for (const char* prose :
       {"-- Note: this is slow", "-- See: https://example.com/a:b", "-- Phase 2: add columns",
        "-- Step 1: first", "-- Name: foo; Type: TABLE; Schema: public; Owner: -", "-- TODO: later",
        "-- 12:30: lunch", "-- Updated: today"})
    EXPECT_FALSE(read_clean(std::string(prose) + "\n").is_present) << prose;
}

TEST(Header, SuggestsTheKeyThatWasMeant) {
  EXPECT_EQ(problems("-- Dependancies: 7\n"),
            "007_x.sql:1:4: warning: unknown header key `Dependancies`, did you mean "
            "`Dependencies`? [unknown-header-key]\n");
  EXPECT_EQ(problems("-- Depends on: 7\n"),
            "007_x.sql:1:4: warning: unknown header key `Depends on`, did you mean `Dependencies`? "
            "[unknown-header-key]\n");
  EXPECT_EQ(problems("-- Idempotent: YES\n"),
            "007_x.sql:1:4: warning: unknown header key `Idempotent`, did you mean `Idempotency`? "
            "[unknown-header-key]\n");
  EXPECT_EQ(problems("-- Transction: none\n"),
            "007_x.sql:1:4: warning: unknown header key `Transction`, did you mean `Transaction`? "
            "[unknown-header-key]\n");
}

TEST(Header, ReportsValuesThatCannotBeRead) {
  EXPECT_EQ(problems("-- Idempotency: maybe\n"),
            "007_x.sql:1:17: error: `Idempotency` is YES or NO, not `maybe` "
            "[invalid-header-value]\n");
  EXPECT_EQ(problems("-- Transaction:\n"),
            "007_x.sql:1:4: error: `Transaction` is `none` or `yes`, not `` "
            "[invalid-header-value]\n");
  EXPECT_EQ(problems("-- Lock-Timeout: soon\n"),
            "007_x.sql:1:18: error: `soon` is not a time [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Lock-Timeout: 99999999h\n"),
            "007_x.sql:1:18: error: `99999999h` is not a time [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Set: work_mem\n"),
            "007_x.sql:1:9: error: `work_mem` is not a setting [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Lock-Timeout: so\ron\n"),
            "007_x.sql:1:18: error: `so` is not a time [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Set: a;drop=1\n"),
            "007_x.sql:1:9: error: `a;drop=1` is not a setting [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Phase: later\n"),
            "007_x.sql:1:11: error: `Phase` is expand or contract, not `later` "
            "[invalid-header-value]\n");
  EXPECT_EQ(problems("-- Irreversible:\n"),
            "007_x.sql:1:4: error: `Irreversible` needs a reason [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Syntax: unchecked\n"),
            "007_x.sql:1:12: error: `Syntax` is `unchecked` and a reason [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Accept-Checksum: abc\n"),
            "007_x.sql:1:21: error: `abc` is not a checksum [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Migration 99999999999999999999: x\n"),
            "007_x.sql:1:14: error: `99999999999999999999` is not a version "
            "[invalid-header-value]\n");
  EXPECT_EQ(problems("-- Seed:\n"),
            "007_x.sql:1:4: error: `Seed` names no mode [invalid-header-value]\n");
  EXPECT_EQ(problems("-- Replaces: 9-1, x\n"),
            "007_x.sql:1:14: error: `9-1` is neither a version nor a range of versions "
            "[invalid-header-value]\n"
            "007_x.sql:1:19: error: `x` is neither a version nor a range of versions "
            "[invalid-header-value]\n");
  EXPECT_EQ(problems("-- Replaces:\n"),
            "007_x.sql:1:4: error: `Replaces` names no migration [invalid-header-value]\n");
}

TEST(Header, ReplacesIsRangesAndVersions) {
  const auto ranges = [](const std::string& text) {
    std::string said;
    for (const ReplacedRange& range : read_clean("-- Replaces: " + text + "\n").replaces)
      said += std::to_string(range.first) + "-" + std::to_string(range.last) + " ";
    return said;
  };
  EXPECT_EQ(ranges("1-120"), "1-120 ");
  EXPECT_EQ(ranges("001, 7..9, 12 to 14"), "1-1 7-9 12-14 ");
  EXPECT_EQ(ranges("[1 - 5, 20230101000000-20231231235959]"), "1-5 20230101000000-20231231235959 ");
  EXPECT_EQ(ranges("1\xE2\x80\x93"
                   "5"),
            "1-5 ");
}

TEST(Header, ATagMayBeWrittenAsATargetIs) {
  EXPECT_EQ(read_clean("-- Tag: @v1\n").tag, "v1");
  EXPECT_EQ(read_clean("-- Tag: v1\n").tag, "v1");
}

}  // namespace
}  // namespace godwit::codegen
