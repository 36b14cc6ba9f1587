// SPDX-License-Identifier: Apache-2.0
#include "run_tool.hpp"

namespace godwit::test {
namespace {

class Help : public ToolTest {};

TEST_F(Help, NamesEveryCommandAndTheExitCodes) {
  const Result help = run("--help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* word :
       {"lint", "generate", "lock", "list", "show", "explain", "graph", "new", "rules",
        "Exit code: 0 clean, 1 findings", "never connects to a database"})
    EXPECT_NE(help.out.find(word), std::string::npos) << word;
}

TEST_F(Help, EveryCommandHasIt) {
  for (const char* command :
       {"lint", "generate", "lock", "list", "show", "explain", "graph", "new", "rules"}) {
    const Result help = run(std::string(command) + " --help");
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_NE(help.out.find("Usage: godwit " + std::string(command)), std::string::npos)
        << help.out;
    EXPECT_EQ(help.err, "") << command;
  }
}

TEST_F(Help, VersionNamesTheTableFormat) {
  const Result version = run("--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_EQ(version.out, "godwit 0.1.0 (table format 5)\n");
}

TEST_F(Help, AWrongWordIsSaidWithThoseThatThereAre) {
  EXPECT_NE(run("lint --format=xml").err.find("`xml` is not one of gcc, json, sarif or github"),
            std::string::npos);
  EXPECT_NE(run("lint --color=blue").err.find("`blue` is not one of auto, always or never"),
            std::string::npos);
  EXPECT_NE(run("lint --layout=rails").err.find("`rails` is not one of auto, numbered, "),
            std::string::npos);
  const Result misspelt = run("lits");
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_NE(misspelt.err.find("there is no command `lits`, did you mean `list`?\nThe commands are "
                              "lint, generate, lock, list, show, "),
            std::string::npos)
      << misspelt.err;
  EXPECT_NE(run("frob").err.find("there is no command `frob`\n"), std::string::npos);
}

TEST_F(Help, OutputThatIsLostIsAnError) {
  write("migrations/1_a.sql", "SELECT 1;\n");
  for (const char* arguments : {"list", "list --json", "show 1", "lint --format=json", "rules",
                                "rules --json", "--help", "--version", "lint --format=sarif"}) {
    const Result result = run(std::string(arguments) + " >/dev/full 2>.err #");
    EXPECT_EQ(result.exit_code, 2) << arguments;
    EXPECT_NE(result.err.find("godwit: error: "), std::string::npos) << arguments << result.err;
  }
}

TEST_F(Help, WrongUsageIsExitCode2AndSaysWhat) {
  for (const char* arguments : {"",
                                "frobnicate",
                                "lint --no-such-option",
                                "show",
                                "new",
                                "generate",
                                "lint --postgres 9",
                                "lint --format=xml",
                                "lint --rule",
                                "lint --rule drop-table",
                                "lint --rule drop-table=loud",
                                "lint --rule no-such-rule=warn",
                                "lint --werror --warn-only",
                                "lint --color=pink",
                                "lint nowhere",
                                "list nowhere",
                                "lock nowhere",
                                "show 7",
                                "rules no-such-rule",
                                "generate nowhere -o x.cpp",
                                "lock --accept x"}) {
    const Result result = run(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments << "\n" << result.out << result.err;
    EXPECT_NE(result.err, "") << arguments;
    EXPECT_EQ(result.out, "") << arguments;
  }
  EXPECT_EQ(run("lint nowhere").err, "godwit: error: nowhere: no such file or directory\n");
  EXPECT_EQ(run("rules drop-tabel").err,
            "godwit: error: there is no rule `drop-tabel`, did you mean `drop-table`?\n");
}

TEST_F(Help, RulesAreExplained) {
  const Result list = run("rules");
  EXPECT_EQ(list.exit_code, 0);
  for (const char* rule :
       {"drop-database", "drop-schema", "drop-table", "drop-column", "truncate",
        "require-concurrent-index", "set-not-null-scan", "alter-column-type", "claims-idempotent",
        "no-transaction-statement", "transaction-control", "syntax-error", "dependency-cycle"})
    EXPECT_NE(list.out.find("\n" + std::string(rule) + " "), std::string::npos) << rule;
  const Result one = run("rules drop-table");
  EXPECT_EQ(one.exit_code, 0);
  EXPECT_EQ(one.out.rfind("drop-table (error)\n", 0), 0U) << one.out;
  EXPECT_NE(one.out.find("It fires on\n    "), std::string::npos);
  EXPECT_NE(one.out.find("and not on\n    "), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
