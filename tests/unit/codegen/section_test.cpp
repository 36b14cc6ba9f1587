// SPDX-License-Identifier: Apache-2.0
#include "source/section.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::file_of;
using test::findings;

/// "up: select 1; | down: select 2;", blanks folded.
std::string sections(const SourceFile& file, SectionKind first = SectionKind::kUp) {
  Diagnostics diagnostics;
  std::string text;
  for (const Section& section : split_sections(file, first, diagnostics)) {
    EXPECT_EQ(section.text().size(), file.text().size());
    std::string folded;
    for (const char c : section.text()) {
      const bool is_blank = c == ' ' || c == '\n' || c == '\r';
      if (!is_blank || (!folded.empty() && folded.back() != ' '))
        folded += is_blank ? ' ' : c;
    }
    text += (text.empty() ? "" : "| ") + std::string(to_string(section.kind())) + ": " + folded;
  }
  return text + findings(diagnostics);
}

TEST(Sections, AFileWithoutDirectivesIsOne) {
  EXPECT_EQ(sections(file_of("select 1;")), "up: select 1;");
  EXPECT_EQ(sections(file_of("select 1;"), SectionKind::kDown), "down: select 1;");
}

TEST(Sections, KeepTheirPlaceInTheFile) {
  EXPECT_EQ(
      sections(file_of("-- h\nselect 1;\n-- godwit:down\nselect 2;\n-- godwit:verify\nselect 3")),
      "up: -- h select 1; | down: ; select 2; | verify: ; select 3");
  EXPECT_EQ(sections(file_of("-- GODWIT:UP\nselect 1;\n--godwit:Require\nselect 2;")),
            "up: ; select 1; | require: ; select 2;");
}

TEST(Sections, MayComeInPieces) {
  EXPECT_EQ(sections(file_of("select 1\n-- godwit:down\nselect 2\n-- godwit:up\nselect 3")),
            "up: select 1 ; select 3| down: ; select 2 ");
}

TEST(Sections, DirectivesInTextAreText) {
  const char* text = "do $$ begin\n-- godwit:down\nend $$;\nselect '\n-- godwit:down\n';";
  EXPECT_EQ(sections(file_of(text)),
            "up: do $$ begin -- godwit:down end $$; select ' -- godwit:down ';");
}

TEST(Sections, ReportDirectivesThatDoNotExist) {
  EXPECT_EQ(sections(file_of("-- godwit:don\nselect 1;")),
            "up: -- godwit:don select 1;007_x.sql:1:11: error: unknown directive `godwit:don`, did "
            "you mean `godwit:down`? [unknown-directive]\n");
  EXPECT_EQ(
      sections(file_of("select 1; -- godwit:down\nselect 2;")),
      "up: select 1; -- godwit:down select 2;007_x.sql:1:21: error: a section directive stands "
      "on a line of its own [unknown-directive]\n");
  EXPECT_EQ(sections(file_of("-- godwit:allow(drop-table) it is empty\nselect 1;")),
            "up: -- godwit:allow(drop-table) it is empty select 1;");
}

TEST(Sections, ReportWhatIsNearlyADirective) {
  for (const char* comment : {"/* godwit:down */",
                              "/*godwit:down*/",
                              "/* godwit:down\n   from here on */",
                              "/** godwit: Down **/",
                              "-- godwit down",
                              "-- godwit :down",
                              "-- godwit : down",
                              "-- godwit: down",
                              "--- godwit:down",
                              "-- -- godwit:down",
                              "----godwit:down",
                              "-- gowdit:down",
                              "-- godwitt:down",
                              "-- gotwit: down",
                              "-- Godwit Down",
                              "-- godwit_down",
                              "-- godwit.down",
                              "-- godwit-down",
                              "-- godwit=down",
                              "-- godwit::down",
                              "-- @godwit:down",
                              "-- +godwit Down",
                              "-- [godwit:down]",
                              "-- `godwit:down`",
                              "-- godwitdown",
                              "-- gowdit:down what the importer made",
                              "-- godwit dwon",
                              "-- godwit down:",
                              "-- --------- godwit down ---------",
                              "-- godwit\xEF\xBC\x9A"
                              "down"}) {
    Diagnostics diagnostics;
    const SourceFile file = file_of("select 1;\n" + std::string(comment) + "\nselect 2;");
    split_sections(file, SectionKind::kUp, diagnostics);
    const std::string said = findings(diagnostics);
    EXPECT_NE(said.find("did you mean `-- godwit:down`? [unknown-directive]"), std::string::npos)
        << comment << ": " << said;
    EXPECT_NE(said.find("007_x.sql:2:"), std::string::npos) << said;
    EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1) << said;
  }
  EXPECT_EQ(
      sections(file_of("select 1;\n-- gowdit verify\nselect true;")),
      "up: select 1; -- gowdit verify select true;007_x.sql:2:4: error: `-- gowdit verify` is "
      "no directive, did you mean `-- godwit:verify`? [unknown-directive]\n");
  EXPECT_EQ(
      sections(file_of("-- migrate:up\nselect 1;\n-- migrate:dwon\nselect 2;")),
      "up: ; select 1; -- migrate:dwon select 2;007_x.sql:3:4: error: `-- migrate:dwon` is no "
      "directive, did you mean `-- migrate:down`? [unknown-directive]\n");
  EXPECT_EQ(
      sections(file_of("-- +migrate Up\nselect 1;\n-- +migrate Dwon\nselect 2;")),
      "up: ; select 1; -- +migrate Dwon select 2;007_x.sql:3:5: error: `-- +migrate Dwon` is no "
      "directive, did you mean `-- +migrate Down`? [unknown-directive]\n");
}

TEST(Sections, ProseIsNotNearlyADirective) {
  for (const char* comment :
       {"-- godwit down below is what undoes it", "-- Goodwin: up to three of them",
        "-- godwit migrations", "-- godwit", "-- `godwit:down` is missing, since nothing undoes it",
        "/* godwit:allow(drop-table) empty */", "-- see godwit:down", "-- edit: up", "-- good down",
        "/* of godwit\n   down */", "-- migrate down", "-- step up", "-- down", "-- up/down",
        "select '-- godwit down';", "-- the godwit is a bird; down is its plumage"})
    EXPECT_EQ(sections(file_of(comment)).find("error"), std::string::npos) << comment;
}

TEST(Sections, DirectivesOfOtherToolsAreRead) {
  EXPECT_EQ(sections(file_of("-- +goose Up\nselect 1;\n-- +goose Down\nselect 2;")),
            "up: ; select 1; | down: ; select 2;");
  EXPECT_EQ(sections(file_of("-- migrate:up\nselect 1\n-- MIGRATE:DOWN\nselect 2;")),
            "up: ; select 1 | down: ; select 2;");
  EXPECT_EQ(sections(file_of("-- +migrate Up notransaction\nselect 1;\n-- +migrate Down\n")),
            "up: ; select 1; | down: ; ");
  EXPECT_EQ(sections(file_of("-- +goose Up\n-- +goose StatementBegin\nselect 1\n"
                             "-- +goose StatementEnd\nselect 2;")),
            "up: ; ; select 1 ; select 2;");
  EXPECT_EQ(sections(file_of("-- +goose upwards is prose\nselect 1;")),
            "up: -- +goose upwards is prose select 1;");
}

TEST(Sections, ADownFileHoldsNothingElse) {
  EXPECT_EQ(sections(file_of("select 1;\n-- godwit:up\nselect 2;"), SectionKind::kDown),
            "down: select 1; 007_x.sql:2:1: error: a `up` section cannot stand in a .down.sql file "
            "[unknown-directive]\n");
}

}  // namespace
}  // namespace godwit::codegen
