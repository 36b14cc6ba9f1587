// SPDX-License-Identifier: Apache-2.0
//
// What programs read of `godwit lint`. The SARIF report is held against what the published schema
// (https://json.schemastore.org/sarif-2.1.0.json) asks of each object that is in it: the properties
// that there may be (it allows no others), those that there must be, and the values of each.
#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "run_tool.hpp"

namespace godwit::test {
namespace {

using Json = nlohmann::json;

/// Every property is one that the schema knows there, and those that it requires are there.
void expect_properties(const Json& object, const std::set<std::string>& required,
                       const std::set<std::string>& optional) {
  ASSERT_TRUE(object.is_object()) << object;
  for (const std::string& name : required) EXPECT_TRUE(object.contains(name)) << name << object;
  for (const auto& [name, value] : object.items())
    EXPECT_TRUE(required.count(name) + optional.count(name) > 0) << name;
}

void expect_message(const Json& message) {
  expect_properties(message, {"text"}, {"markdown", "id", "arguments"});
  EXPECT_FALSE(message.at("text").get<std::string>().empty());
}

/// `uniqueItems` and `minItems` of the schema.
void expect_items(const Json& array, std::size_t at_least) {
  ASSERT_TRUE(array.is_array()) << array;
  EXPECT_GE(array.size(), at_least) << array;
  for (std::size_t i = 0; i < array.size(); ++i) {
    for (std::size_t k = i + 1; k < array.size(); ++k) EXPECT_NE(array[i], array[k]);
  }
}

void expect_level(const Json& level) {
  EXPECT_TRUE(std::set<std::string>({"none", "note", "warning", "error"}).count(level)) << level;
}

void expect_region(const Json& region) {
  expect_properties(region, {"startLine", "startColumn", "endLine", "endColumn"}, {});
  const auto number = [&](const char* name) { return region.at(name).get<int>(); };
  EXPECT_GE(number("startLine"), 1);
  EXPECT_GE(number("startColumn"), 1);
  EXPECT_GE(number("endLine"), number("startLine"));
  if (number("endLine") == number("startLine")) {
    EXPECT_GE(number("endColumn"), number("startColumn"));
  }
}

void expect_artifact(const Json& artifact) {
  expect_properties(artifact, {"uri"}, {"uriBaseId", "index", "description"});
  const std::string uri = artifact.at("uri");
  EXPECT_EQ(uri.find_first_of(" []{}\\^`<>\""), std::string::npos) << uri;
  EXPECT_EQ(uri.starts_with("file:///"), !artifact.contains("uriBaseId"));
}

void expect_rule(const Json& rule) {
  expect_properties(rule, {"id"},
                    {"shortDescription", "fullDescription", "help", "helpUri",
                     "defaultConfiguration", "properties", "name"});
  expect_message(rule.at("shortDescription"));
  expect_message(rule.at("fullDescription"));
  expect_message(rule.at("help"));
  EXPECT_TRUE(rule.value("helpUri", "https://").starts_with("https://")) << rule;
  expect_properties(rule.at("defaultConfiguration"), {}, {"enabled", "level", "rank"});
  expect_level(rule.at("defaultConfiguration").at("level"));
  EXPECT_TRUE(rule.at("defaultConfiguration").at("enabled").is_boolean());
  expect_properties(rule.at("properties"), {"tags"}, {});  // a property bag
  expect_items(rule.at("properties").at("tags"), 1);
  for (const Json& tag : rule.at("properties").at("tags")) EXPECT_TRUE(tag.is_string());
}

void expect_fix(const Json& fix) {
  expect_properties(fix, {"artifactChanges"}, {"description"});
  expect_message(fix.at("description"));
  expect_items(fix.at("artifactChanges"), 1);
  for (const Json& change : fix.at("artifactChanges")) {
    expect_properties(change, {"artifactLocation", "replacements"}, {});
    expect_artifact(change.at("artifactLocation"));
    expect_items(change.at("replacements"), 1);
    for (const Json& replacement : change.at("replacements")) {
      expect_properties(replacement, {"deletedRegion"}, {"insertedContent"});
      expect_region(replacement.at("deletedRegion"));
      expect_properties(replacement.at("insertedContent"), {"text"}, {"binary", "rendered"});
      EXPECT_TRUE(replacement.at("insertedContent").at("text").is_string());
    }
  }
}

void expect_sarif(const Json& log) {
  expect_properties(log, {"version", "runs"}, {"$schema"});
  EXPECT_EQ(log.at("version"), "2.1.0");
  ASSERT_EQ(log.at("runs").size(), 1U);
  const Json& run = log.at("runs").at(0);
  expect_properties(run, {"tool"}, {"results", "columnKind", "invocations", "originalUriBaseIds"});
  EXPECT_EQ(run.at("columnKind"), "utf16CodeUnits");
  expect_items(run.at("invocations"), 0);
  expect_properties(run.at("invocations").at(0), {"executionSuccessful"}, {});
  EXPECT_TRUE(run.at("invocations").at(0).at("executionSuccessful").is_boolean());
  for (const auto& [name, base] : run.at("originalUriBaseIds").items()) {
    expect_properties(base, {"uri"}, {});
    const std::string uri = base.at("uri");  // absolute, and of a folder (3.14.14)
    EXPECT_TRUE(uri.starts_with("file://") && uri.ends_with("/")) << name << " " << uri;
  }
  expect_properties(run.at("tool"), {"driver"}, {});
  const Json& driver = run.at("tool").at("driver");
  EXPECT_TRUE(std::regex_match(driver.at("semanticVersion").get<std::string>(),
                               std::regex(R"(\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?)")));
  expect_items(driver.at("rules"), 0);
  expect_properties(driver, {"name"}, {"version", "semanticVersion", "rules", "informationUri"});
  std::set<std::string> ids;
  for (const Json& rule : driver.at("rules")) {
    expect_rule(rule);
    EXPECT_TRUE(ids.insert(rule.at("id")).second) << rule.at("id");
  }
  for (const Json& result : run.at("results")) {
    expect_properties(result, {"message"}, {"ruleId", "ruleIndex", "level", "locations", "fixes"});
    expect_message(result.at("message"));
    expect_level(result.at("level"));
    EXPECT_EQ(driver.at("rules").at(result.at("ruleIndex").get<std::size_t>()).at("id"),
              result.at("ruleId"));
    ASSERT_EQ(result.at("locations").size(), 1U);
    expect_properties(result.at("locations").at(0), {}, {"physicalLocation"});
    if (result.contains("fixes"))
      expect_items(result.at("fixes"), 0);
    const Json& place = result.at("locations").at(0).at("physicalLocation");
    expect_properties(place, {"artifactLocation", "region"}, {});
    expect_artifact(place.at("artifactLocation"));
    expect_region(place.at("region"));
    for (const Json& fix : result.value("fixes", Json::array())) expect_fix(fix);
  }
}

class Output : public ToolTest {
 protected:
  /// The results of the rule in a SARIF report.
  static std::vector<Json> results_of(const Json& log, const std::string& rule) {
    std::vector<Json> found;
    for (const Json& result : log.at("runs").at(0).at("results")) {
      if (result.at("ruleId") == rule)
        found.push_back(result);
    }
    return found;
  }
};

TEST_F(Output, SarifIsWhatTheSchemaAsksFor) {
  write("m/001_a b%.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
  write("m/002_b.sql", "-- \xC3\xA4\n/* \xF0\x9F\xA6\xA9\xC3\xA4 */ DROP TABLE a;\n");
  write("m/003_c.sql", "SELEC 1;\r\nBEGIN;");
  write("m/notes.sql", "");
  const Result result = run("lint --format=sarif m");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "");
  const Json log = Json::parse(result.out);
  expect_sarif(log);

  const auto drops = results_of(log, "drop-table");
  ASSERT_EQ(drops.size(), 1U);
  EXPECT_EQ(drops.front().at("level"), "error");
  const Json& place = drops.front().at("locations").at(0).at("physicalLocation");
  EXPECT_EQ(place.at("artifactLocation"), Json({{"uri", "m/002_b.sql"}, {"uriBaseId", "SRCROOT"}}));
  // The bird is two UTF-16 units, the letter one: in bytes the column would be 24.
  EXPECT_EQ(place.at("region"),
            Json({{"startLine", 2}, {"startColumn", 22}, {"endLine", 2}, {"endColumn", 23}}));
  EXPECT_EQ(log.at("runs").at(0).at("originalUriBaseIds").at("SRCROOT").at("uri"), "file://DIR/");
  EXPECT_EQ(results_of(log, "syntax-error").size(), 1U);
  EXPECT_EQ(run("lint --format=sarif m").out, result.out);
}

TEST_F(Output, SarifNamesFilesElsewhereWhole) {
  write("m/001_a b%.sql", "SELEC 1;\n");
  const Result result = run("lint --format=sarif '" + (folder() / "m/001_a b%.sql").string() + "'");
  EXPECT_NE(result.out.find("\"uri\": \"m/001_a%20b%25.sql\""), std::string::npos) << result.out;
  const Result other = run("lint --format=sarif /dev/null");
  EXPECT_NE(other.out.find("\"uri\": \"file:///dev/null\""), std::string::npos) << other.out;
}

TEST_F(Output, SarifOfACleanSetHasNoResults) {
  write("a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
  const Result result = run("lint --format=sarif a.sql");
  EXPECT_EQ(result.exit_code, 0);
  const Json log = Json::parse(result.out);
  expect_sarif(log);
  EXPECT_EQ(log.at("runs").at(0).at("results"), Json::array());
}

TEST_F(Output, GithubAnnotations) {
  write("m/100%,a:b.sql", "/* \xC3\xA4 */ DROP TABLE a;\n");
  const Result result = run("lint --format=github m/100%,a:b.sql");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.err, "");
  const std::string line = result.out.substr(0, result.out.find('\n') + 1);
  EXPECT_TRUE(
      line.starts_with("::error file=DIR/m/100%25%2Ca%3Ab.sql,line=1,endLine=1,col=20,endColumn=21,"
                       "title=godwit%3A drop-table::DROP TABLE"))
      << line;
  // One line for each finding, its notes in it, and the summary.
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
  EXPECT_NE(line.find("%0Anote: "), std::string::npos) << line;
  EXPECT_TRUE(result.out.ends_with("\ngodwit: 1 error in 1 migration\n")) << result.out;
  write("b.sql", "SELECT 1;\n");
  EXPECT_EQ(run("lint --format=github b.sql").out, "godwit: nothing found in 1 migration\n");
}

TEST_F(Output, ColourIsForPeople) {
  write("a.sql", "DROP TABLE a;\n");
  const std::string red = "\x1b[1;31m";
  EXPECT_NE(run("lint --color=always a.sql").err.find(red), std::string::npos);
  EXPECT_EQ(run("lint --color=never a.sql", "CLICOLOR_FORCE=1").err.find(red), std::string::npos);
  EXPECT_EQ(run("lint a.sql").err.find(red), std::string::npos);  // no terminal
  EXPECT_NE(run("lint a.sql", "CLICOLOR_FORCE=1").err.find(red), std::string::npos);
  EXPECT_EQ(run("lint a.sql", "CLICOLOR_FORCE=1 NO_COLOR=1").err.find(red), std::string::npos);
  for (const char* format : {"json", "sarif", "github"})
    EXPECT_EQ(run("lint --color=always --format=" + std::string(format) + " a.sql").out.find(red),
              std::string::npos)
        << format;
}

}  // namespace
}  // namespace godwit::test
