// SPDX-License-Identifier: Apache-2.0
#include "tools.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <adopt_alembic.hpp>
#include <adopt_dbmate.hpp>
#include <adopt_diesel.hpp>
#include <adopt_flyway.hpp>
#include <adopt_golang_migrate.hpp>
#include <adopt_goose.hpp>
#include <adopt_seed000.hpp>
#include <adopt_seed003.hpp>
#include <adopt_seed004.hpp>
#include <adopt_sqitch.hpp>
#include <adopt_sqlx.hpp>

namespace godwit::test {

const std::vector<ForeignSet>& foreign_sets() {
  static const std::vector<ForeignSet> kSets = {
      {"flyway", "public.flyway_schema_history", &adopt_flyway::migrations(), true, true},
      {"alembic", "public.alembic_version", &adopt_alembic::migrations(), false, false},
      {"goose", "public.goose_db_version", &adopt_goose::migrations(), false, true},
      {"golang-migrate", "public.schema_migrations", &adopt_golang_migrate::migrations(), false,
       false},
      {"dbmate", "public.schema_migrations", &adopt_dbmate::migrations(), false, false},
      {"sqlx", "public._sqlx_migrations", &adopt_sqlx::migrations(), true, true},
      {"diesel", "public.__diesel_schema_migrations", &adopt_diesel::migrations(), false, true},
      {"sqitch", "sqitch.changes", &adopt_sqitch::migrations(), true, true},
      {"seed000", "public.schema_migrations", &adopt_seed000::migrations(), true, true},
      {"seed003", "public._schema_migrations", &adopt_seed003::migrations(), true, true},
      {"seed004", "public.schema_migrations", &adopt_seed004::migrations(), true, true},
  };
  return kSets;
}

const ForeignSet& foreign_set(const std::string& tool) {
  for (const ForeignSet& foreign : foreign_sets()) {
    if (foreign.tool == tool) {
      return foreign;
    }
  }
  throw std::runtime_error("no set of " + tool);
}

void Adopting::load(const std::string& tool) {
  std::ifstream file(std::string(GODWIT_ADOPT_TABLES) + "/" + tool + ".sql");
  std::stringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty()) {
    throw std::runtime_error("no table of " + tool);
  }
  session_.run(text.str());
}

std::function<int()> Adopting::body_of(const ForeignSet& foreign,
                                       const std::vector<std::string>& arguments) {
  const MigrationSet& set = *foreign.set;
  return [&set, arguments, url = database_.conninfo()] {
    setenv("GODWIT_URL", url.c_str(), 1);
    std::vector<std::string> all = {"app"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& argument : all) {
      pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    return run_cli(static_cast<int>(all.size()), pointers.data(), set);
  };
}

Outcome Adopting::adopt(const ForeignSet& foreign, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "adopt");
  Child child(body_of(foreign, arguments));
  Outcome outcome;
  outcome.code = child.wait();
  outcome.out = child.out();
  outcome.err = child.err();
  return outcome;
}

int Adopting::run_cli_code(const ForeignSet& foreign, const std::vector<std::string>& arguments) {
  Child child(body_of(foreign, arguments));
  const int code = child.wait();
  EXPECT_EQ(code, 0) << child.out() << child.err();
  return code;
}

Json Adopting::adopt_json(const ForeignSet& foreign, std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  return Json::parse(adopt(foreign, std::move(arguments)).out);
}

std::string Adopting::contents(const std::string& table) const {
  return session_.list("SELECT t::text FROM " + table + " AS t ORDER BY 1");
}

std::string Adopting::recorded(const ForeignSet& foreign) const {
  return session_.list("SELECT migration_name || ':' || origin FROM " +
                       std::string(foreign.set->history_table) + " WHERE state = 'applied' " +
                       "ORDER BY id");
}

std::string names(const Json& entries) {
  std::string text;
  for (const Json& entry : entries) {
    text += text.empty() ? "" : ",";
    text += entry["migration"].get<std::string>();
  }
  return text;
}

}  // namespace godwit::test
