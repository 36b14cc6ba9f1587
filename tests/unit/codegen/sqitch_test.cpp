// SPDX-License-Identifier: Apache-2.0
#include "source/sqitch.hpp"

#include <gtest/gtest.h>

#include "support.hpp"

namespace godwit::codegen {
namespace {

using test::findings;

constexpr std::string_view kHead =
    "%syntax-version=1.0.0\n%project=flipr\n%uri=https://github.com/sqitchers/sqitch-intro/\n\n";

class Sqitch : public ::testing::Test {
 protected:
  void plan(std::string_view text) const {
    folder.write("sqitch.plan", std::string(kHead) + std::string(text));
  }

  void script(const std::string& path, std::string_view text = "BEGIN;\nselect 1;\nCOMMIT;\n") {
    std::filesystem::create_directories((folder.path() / path).parent_path());
    folder.write(path, text);
  }

  std::string load() {
    sources = load_set(list_directory(folder.path()), store, diagnostics);
    diagnostics.sort();
    std::string text;
    for (const MigrationSource& source : sources) {
      text += source.full_name + " " + source.up.file().display();
      for (const Section* section : {&source.down, &source.verify}) {
        if (section->is_present())
          text += " " + std::string(to_string(section->kind()));
      }
      for (const DependencyName& dependency : source.header.dependencies)
        text += " <" + std::to_string(*dependency.version);
      text += "\n";
    }
    return text;
  }

  std::string name() const { return folder.path().filename().string(); }

  test::TemporaryFolder folder;
  FileStore store;
  Diagnostics diagnostics;
  std::vector<MigrationSource> sources;
};

TEST_F(Sqitch, ThePlanIsTheOrder) {
  plan(
      "# comments and blank lines\n\n"
      "zeta 2013-12-31T10:26:59Z Marge N. O’Vera <marge@example.com> # Adds the schema\n"
      "users [zeta !guests] 2013-12-31T10:32:55Z Marge <marge@example.com> # Adds users # twice\n"
      "@v1.0.0-dev1 2014-01-01T00:00:00Z Marge <marge@example.com> # Tag\n"
      "early/flips [ users , zeta ] 2013-01-01T00:00:00Z Marge <marge@example.com>\n");
  script("deploy/zeta.sql", "-- Deploy flipr:zeta to pg\nBEGIN;\nCREATE SCHEMA z;\nCOMMIT;\n");
  script("revert/zeta.sql");
  script("verify/zeta.sql");
  script("deploy/users.sql", "-- Deploy flipr:users to pg\n-- requires: zeta\nselect 1;");
  script("deploy/early/flips.sql");
  script("revert/early/flips.sql");
  EXPECT_EQ(load(), "20131231102659_zeta " + name() + "/deploy/zeta.sql down verify\n" +
                        "20131231103255_users " + name() + "/deploy/users.sql <20131231102659\n" +
                        "20131231103256_early/flips " + name() +
                        "/deploy/early/flips.sql down <20131231103255 <20131231102659\n");
  EXPECT_EQ(findings(diagnostics), "");
  const Header& header = sources.at(1).header;
  EXPECT_EQ(header.description, "Adds users # twice");
  EXPECT_EQ(header.tag, "v1.0.0-dev1");
  EXPECT_EQ(header.created, "2013-12-31T10:32:55Z");
  EXPECT_EQ(header.author, "Marge");
  EXPECT_EQ(header.aliases, std::vector<std::string>{"users"});
  EXPECT_TRUE(header.declares_dependencies);
  EXPECT_FALSE(sources.at(0).header.declares_dependencies);
  EXPECT_TRUE(sources.at(0).verify.is_satisfied_by_any_result());
}

TEST_F(Sqitch, AReworkedChangeHasItsOldScriptsUnderATag) {
  plan(
      "users 2013-12-31T10:00:00Z M <m@example.com>\n"
      "@v1 2013-12-31T10:00:01Z M <m@example.com>\n"
      "flips [users@v1] 2013-12-31T10:00:02Z M <m@example.com>\n"
      "@v2 2013-12-31T10:00:03Z M <m@example.com>\n"
      "users [users@v2 flips] 2013-12-31T10:00:04Z M <m@example.com>\n"
      "more [users @v1] 2013-12-31T10:00:05Z M <m@example.com>\n");
  for (const char* path : {"deploy/users.sql", "deploy/users@v2.sql", "revert/users@v2.sql",
                           "deploy/flips.sql", "deploy/more.sql"})
    script(path);
  EXPECT_EQ(load(), "20131231100000_users@v2 " + name() + "/deploy/users@v2.sql down\n" +
                        "20131231100002_flips " + name() + "/deploy/flips.sql <20131231100000\n" +
                        "20131231100004_users " + name() +
                        "/deploy/users.sql <20131231100000 <20131231100002\n" +
                        "20131231100005_more " + name() +
                        "/deploy/more.sql <20131231100004 <20131231100000\n");
  EXPECT_EQ(findings(diagnostics), "");
}

TEST_F(Sqitch, APlanThatCannotBeFollowed) {
  plan(
      "@v0 2013-12-31T10:00:00Z M <m@example.com>\n"
      "a [b other:x] 2013-12-31T10:00:00Z M <m@example.com>\n"
      "b [!a] 2013-12-31T10:00:01Z M <m@example.com>\n"
      "c yesterday\n"
      "d [a 2013-12-31T10:00:01Z M <m@example.com>\n"
      "e 2013-12-31T10:00:02Z M <m@example.com>\n"
      "a 2013-12-31T10:00:03Z M <m@example.com>\n"
      "-b 2013-12-31T10:00:03Z M <m@example.com>\n");
  for (const char* path : {"deploy/a.sql", "deploy/b.sql", "revert/old.sql", "003_x.sql"})
    script(path);
  load();
  EXPECT_EQ(
      findings(diagnostics),
      "003_x.sql:1:1: warning: no change of the plan has this script, so neither sqitch nor godwit "
      "runs it [unread-file]\n"
      "old.sql:1:1: warning: no change of the plan has this script, so neither sqitch nor godwit "
      "runs it [unread-file]\n"
      "sqitch.plan:5:1: error: a tag before the first change [invalid-plan]\n"
      "sqitch.plan:6:4: error: requires `b`, which is no change above it [invalid-plan]\n"
      "sqitch.plan:6:6: warning: `other:x` is a change of another project, whose plan is not read "
      "here: the order between the two is not checked [invalid-plan]\n"
      "sqitch.plan:7:4: error: conflicts with `a`, which is deployed before it [invalid-plan]\n"
      "sqitch.plan:8:1: error: not a line of a plan [invalid-plan]\n"
      "sqitch.plan:9:3: error: the dependencies have no closing bracket [invalid-plan]\n"
      "sqitch.plan:10:1: error: there is no deploy/e.sql for this change [invalid-plan]\n"
      "sqitch.plan:11:1: error: the change `a` is twice in the plan, without a tag between "
      "[invalid-plan]\n"
      "sqitch.plan:12:1: error: godwit cannot revert a change in the middle of a plan "
      "[invalid-plan]\n");
}

TEST_F(Sqitch, APlanOfAnotherSyntax) {
  folder.write("sqitch.plan", "%syntax-version=2.0.0\n");
  script("deploy/a.sql");
  load();
  EXPECT_EQ(findings(diagnostics),
            "a.sql:1:1: warning: no change of the plan has this script, so neither sqitch nor "
            "godwit runs it [unread-file]\n"
            "sqitch.plan:1:17: error: this plan is of syntax 2.0.0; godwit reads 1.0 "
            "[invalid-plan]\n");
}

}  // namespace
}  // namespace godwit::codegen
