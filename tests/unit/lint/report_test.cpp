// SPDX-License-Identifier: Apache-2.0
#include "emit/report.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace godwit::codegen::emit {
namespace {

SourceFile file_of(std::string text) {
  return {"/abs/x.sql", "x.sql", std::move(text)};
}

std::string report(const SourceFile& file, std::size_t offset, std::size_t length,
                   std::vector<std::string> notes = {}, bool use_color = false) {
  Diagnostics diagnostics;
  diagnostics.error("drop-table", file, offset, "gone", std::move(notes)).length = length;
  return report_gcc(diagnostics, {.use_color = use_color, .migrations = 1});
}

TEST(GccReport, LooksLikeACompilers) {
  EXPECT_EQ(report(file_of("SELECT 1;\nDROP TABLE t;\n"), 21, 1, {"do not", "paste:\nSELECT 1;"}),
            "/abs/x.sql:2:12: error: gone [drop-table]\n"
            "    2 | DROP TABLE t;\n"
            "      |            ^\n"
            "/abs/x.sql:2:12: note: do not\n"
            "/abs/x.sql:2:12: note: paste:\n"
            "  SELECT 1;\n"
            "godwit: 1 error in 1 migration\n");
}

TEST(GccReport, CaretsStandRightAfterTabsAndMultibyteCharacters) {
  EXPECT_EQ(report(file_of("\té\tDROP x;"), 9, 1),
            "/abs/x.sql:1:10: error: gone [drop-table]\n"
            "    1 | \té\tDROP x;\n"
            "      | \t \t     ^\n"
            "godwit: 1 error in 1 migration\n");
  EXPECT_EQ(report(file_of("DROP \"ünü\", x;"), 5, 7),
            "/abs/x.sql:1:6: error: gone [drop-table]\n"
            "    1 | DROP \"ünü\", x;\n"
            "      |      ^~~~~\n"
            "godwit: 1 error in 1 migration\n");
}

TEST(GccReport, CaretsCountWideCharactersTwiceAndCombiningOnesNot) {
  EXPECT_EQ(report(file_of("DROP \"日本\", x;"), 15, 1),
            "/abs/x.sql:1:16: error: gone [drop-table]\n"
            "    1 | DROP \"日本\", x;\n"
            "      |              ^\n"
            "godwit: 1 error in 1 migration\n");
  EXPECT_EQ(report(file_of("DROP \"😀e\xCC\x81\";"), 5, 9),
            "/abs/x.sql:1:6: error: gone [drop-table]\n"
            "    1 | DROP \"😀e\xCC\x81\";\n"
            "      |      ^~~~~\n"
            "godwit: 1 error in 1 migration\n");
}

TEST(GccReport, UnderlinesNoFurtherThanTheLine) {
  EXPECT_EQ(report(file_of("DROP\r\nTABLE x;"), 0, 13),
            "/abs/x.sql:1:1: error: gone [drop-table]\n"
            "    1 | DROP\n"
            "      | ^~~~\n"
            "godwit: 1 error in 1 migration\n");
  EXPECT_EQ(report(file_of("DROP"), 4, 0),
            "/abs/x.sql:1:5: error: gone [drop-table]\n"
            "    1 | DROP\n"
            "      |     ^\n"
            "godwit: 1 error in 1 migration\n");
}

TEST(GccReport, LeavesEmptyLinesOut) {
  EXPECT_EQ(report(file_of(""), 0, 0),
            "/abs/x.sql:1:1: error: gone [drop-table]\ngodwit: 1 error in 1 migration\n");
}

TEST(GccReport, CutsLongLinesAroundTheCaret) {
  const std::string text =
      report(file_of(std::string(5000, 'a') + "X" + std::string(5000, 'b')), 5000, 1);
  EXPECT_LT(text.size(), 700U);
  const std::size_t line = text.find("| ");
  const std::size_t caret = text.find('^');
  const std::size_t second_line = text.find("| ", line + 1);
  EXPECT_EQ(text[line + (caret - second_line)], 'X');
}

TEST(GccReport, PrintsNothingThatControlsTheTerminal) {
  const std::string text = report(file_of("SELECT '\x1b[2J\xff';"), 0, 6);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
  EXPECT_NE(text.find("SELECT '?[2J?';"), std::string::npos);
}

TEST(GccReport, IsUtf8WithoutControlsWhateverFileAndNameHold) {
  const SourceFile file("/abs/\x1b[2J\xe9.sql", "x.sql", "DROP '\xc2\x9b'\xe0\x80\x80\xc2");
  EXPECT_EQ(report(file, 13, 1),
            "/abs/?[2J?.sql:1:14: error: gone [drop-table]\n"
            "    1 | DROP '?'????\n"
            "      |             ^\n"
            "godwit: 1 error in 1 migration\n");
}

TEST(GccReport, ColorsOnlyWhenAsked) {
  const SourceFile file = file_of("DROP TABLE t;");
  EXPECT_EQ(report(file, 0, 4, {"n"}).find('\x1b'), std::string::npos);
  EXPECT_EQ(report(file, 0, 4, {"n"}, true),
            "\x1b[1m/abs/x.sql:1:1:\x1b[0m \x1b[1;31merror:\x1b[0m gone [drop-table]\n"
            "    1 | DROP TABLE t;\n"
            "      | \x1b[1;31m^~~~\x1b[0m\n"
            "\x1b[1m/abs/x.sql:1:1:\x1b[0m \x1b[1;36mnote:\x1b[0m n\n"
            "godwit: 1 error in 1 migration\n");
}

TEST(Summary, CountsAndSpeaksEnglish) {
  const SourceFile file = file_of("x");
  Diagnostics diagnostics;
  EXPECT_EQ(summary_line(diagnostics, 2), "godwit: nothing found in 2 migrations");
  EXPECT_EQ(report_gcc(diagnostics, {.migrations = 2}), "");
  diagnostics.error("a", file, 0, "m");
  diagnostics.error("a", file, 0, "m");
  diagnostics.add(Severity::kWarning, "a", file, 0, "m");
  diagnostics.add(Severity::kNote, "a", file, 0, "m");
  EXPECT_EQ(summary_line(diagnostics, 1), "godwit: 2 errors, 1 warning, 1 note in 1 migration");
}

TEST(JsonReport, HoldsEverything) {
  const SourceFile file = file_of("é DROP");
  Diagnostics diagnostics;
  Diagnostic& found =
      diagnostics.add(Severity::kWarning, "drop-table", file, 3, "say \"why\"", {"a", "b"});
  found.fix = Fix{.start = 3, .end = 7, .text = "KEEP"};
  diagnostics.error("truncate", file, 0, "x");
  const auto json = nlohmann::json::parse(report_json(diagnostics, {.migrations = 7}));
  EXPECT_EQ(json, nlohmann::json::parse(R"({
    "findings": [
      {"rule": "drop-table", "severity": "warning", "file": "/abs/x.sql", "line": 1, "column": 4,
       "message": "say \"why\"", "notes": ["a", "b"],
       "fix": {"start": 3, "end": 7, "text": "KEEP"}},
      {"rule": "truncate", "severity": "error", "file": "/abs/x.sql", "line": 1, "column": 1,
       "message": "x", "notes": [], "fix": null}],
    "errors": 1, "warnings": 1, "notes": 0, "migrations": 7})"));
}

TEST(JsonReport, TakesBytesThatAreNoUtf8) {
  const SourceFile file = file_of("x");
  Diagnostics diagnostics;
  diagnostics.error("a", file, 0, "\xff");
  EXPECT_TRUE(nlohmann::json::accept(report_json(diagnostics, {})));
}

}  // namespace
}  // namespace godwit::codegen::emit
