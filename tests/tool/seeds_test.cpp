// SPDX-License-Identifier: Apache-2.0
//
// Seeds as the tool lists, locks and compiles them.
#include <nlohmann/json.hpp>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

class SeedFiles : public ToolTest {
 protected:
  SeedFiles() {
    write("migrations/1_shop.sql", "CREATE TABLE countries (code text PRIMARY KEY, name text);\n");
    write("seeds/reference/10_more.sql",
          "\\restrict x1\nDELETE FROM countries;\nCOPY public.countries FROM stdin;\nat\tit's\n"
          "de\t$$ ?\? \\N\n\\.\n\n\\unrestrict x1\n");
    write("seeds/reference/9_few.sql", insert("ch"));
    write("seeds/sample/demo.sql", "-- Dependencies: reference/10_more\n" + insert("fr"));
    write("seeds/acme/demo.sql", insert("it"));
  }

  static std::string insert(const std::string& code) {
    return "INSERT INTO countries (code) VALUES ('" + code + "') ON CONFLICT DO NOTHING;\n";
  }

  std::string generated(const std::string& more = "") {
    std::string manifest = "godwit-manifest 1\nheader a.hpp\nnamespace a\nname main\nroot " +
                           (folder() / "migrations").string() + "\nfile " +
                           (folder() / "migrations/1_shop.sql").string() + "\nseeds " +
                           (folder() / "seeds").string() + "\n" + more;
    for (const char* file : {"acme/demo", "reference/10_more", "reference/9_few", "sample/demo"})
      manifest += "seed-file " + (folder() / "seeds" / file).string() + ".sql\n";
    write("a.manifest", manifest);
    const Result result = run("generate a.manifest -o a.cpp");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return read("a.cpp");
  }
};

TEST_F(SeedFiles, AreListedBehindTheMigrations) {
  const Result result = run("list --seeds seeds");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(
      result.out.substr(0, result.out.find("digest")),
      "   #  name               transaction  locked  sections                dependencies\n"
      "   1  1_shop             yes          no      up                      none\n"
      "   2  reference/9_few    yes          no      up                      none\n"
      "   3  reference/10_more  yes          no      up                      none\n"
      "   4  sample/demo        yes          no      up                      reference/10_more\n"
      "   5  acme/demo          yes          no      up                      none\n"
      "5 migrations, ");
  EXPECT_EQ(run("list").out.find("reference"), std::string::npos);
  const auto json = nlohmann::json::parse(run("list --seeds seeds --json").out);
  EXPECT_EQ(json.at("migrations").at(0).at("seed"), nullptr);
  EXPECT_EQ(json.at("migrations").at(4).at("seed"), "acme");
}

TEST_F(SeedFiles, AreShown) {
  const Result result = run("show reference/10_more --seeds seeds --sql");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* line : {"migration     reference/10_more\n", "seed          reference\n",
                           "rows          20 bytes behind 1 COPY\n",
                           "\n-- line 3\nCOPY public.countries FROM stdin;\n"})
    EXPECT_NE(result.out.find(line), std::string::npos) << line << result.out;
}

TEST_F(SeedFiles, AreNotLocked) {
  EXPECT_EQ(run("lock").exit_code, 0);
  EXPECT_EQ(read("migrations/godwit.lock").find("reference"), std::string::npos);
  write("seeds/sample/demo.sql", insert("es"));
  EXPECT_EQ(run("lint migrations --seeds seeds").exit_code, 0);
}

TEST_F(SeedFiles, AFolderThatIsNotThereIsAnError) {
  const Result result = run("lint migrations --seeds nowhere");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err, "godwit: error: nowhere: No such file or directory\n");
}

TEST_F(SeedFiles, OneByItselfIsJudgedAsOne) {
  write("alone.sql", "-- Seed: reference\nINSERT INTO countries VALUES ('at');\n");
  const Result result = run("lint alone.sql");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("a seed is applied again when it changes"), std::string::npos)
      << result.err;
}

TEST_F(SeedFiles, TheTableHasModesAndRows) {
  const std::string table = generated();
  for (const char* text :
       {".kind = godwit::Kind::kSeed,", ".full_name = {\"reference/10_more\", 17}",
        ".seed = {\"acme\", 4}", "    {\"at\\011it's\\n\"\n\"de\\011$$ \\?\\? \\\\N\\n\", 20},\n",
        "constexpr godwit::CopyRows kCopies[] = {\n    {1, 4, {\"countries\", 9}, {kRows + 0, "
        "1}},\n"})
    EXPECT_NE(table.find(text), std::string::npos) << text;
  EXPECT_EQ(table.find("restrict x1"), std::string::npos);
}

TEST_F(SeedFiles, PlaceholdersAreOfTheSqlAndNotOfTheRows) {
  write("seeds/reference/10_more.sql",
        "DELETE FROM ${table};\nCOPY countries FROM stdin;\n${table}\tit's ${other}\n\\.\n"
        "UPDATE ${table} SET name = '${table}' WHERE name IS NULL;\n");
  const std::string table = generated("define table=countries\n");
  EXPECT_NE(table.find("${table}\\011it's ${other}\\n"), std::string::npos);
  EXPECT_NE(table.find("DELETE FROM countries"), std::string::npos);
  EXPECT_NE(table.find("UPDATE countries SET name = 'countries'"), std::string::npos);
}

}  // namespace
}  // namespace godwit::test
