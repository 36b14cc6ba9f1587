// SPDX-License-Identifier: Apache-2.0
//
// The builder of in-memory sets.
#include "set_builder.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace godwit::test {
namespace {

// A checksum that changes with the text; the runtime only compares it.
std::string fake_checksum(const std::string& text) {
  std::string hex;
  for (int part = 0; part < 4; ++part) {
    hex += fmt::format("{:016x}", std::hash<std::string>{}(text + std::to_string(part)));
  }
  return hex;
}

// Joins with ";\n" and notes where each statement lies in text and file.
std::string join(const std::vector<std::string>& statements, std::vector<Statement>* places) {
  std::string sql;
  std::uint32_t line = 1;
  for (const std::string& statement : statements) {
    places->push_back({static_cast<std::uint32_t>(sql.size()),
                       static_cast<std::uint32_t>(statement.size()), line, 1});
    sql += statement + ";\n";
    line += 1 + static_cast<std::uint32_t>(std::count(statement.begin(), statement.end(), '\n'));
  }
  return sql;
}

}  // namespace

MigrationBuilder& MigrationBuilder::depends_on(const std::vector<std::int64_t>& versions) {
  for (const std::int64_t version : versions) {
    dependencies_.push_back({{}, version});
  }
  table_.declares_dependencies = true;
  return *this;
}

MigrationBuilder& MigrationBuilder::depends_on(std::string set, std::int64_t version) {
  dependencies_.push_back({owner_.keep(std::move(set)), version});
  table_.declares_dependencies = true;
  return *this;
}

MigrationBuilder& MigrationBuilder::replaces(const std::vector<VersionRange>& ranges,
                                             const std::vector<std::int64_t>& versions) {
  ranges_ = ranges;
  replaced_ = versions;
  return *this;
}

MigrationBuilder& MigrationBuilder::phase(Phase phase) {
  table_.phase = phase;
  return *this;
}

MigrationBuilder& MigrationBuilder::checksum(std::string checksum) {
  table_.checksum = owner_.keep(std::move(checksum));
  return *this;
}

MigrationBuilder& MigrationBuilder::accepts(std::string checksum) {
  accepted_.push_back(owner_.keep(std::move(checksum)));
  return *this;
}

MigrationBuilder& MigrationBuilder::breaking() {
  table_.is_breaking = true;
  return *this;
}

MigrationBuilder& MigrationBuilder::repeatable() {
  table_.kind = Kind::kRepeatable;
  table_.full_name = owner_.keep("R__" + std::string(table_.name));
  return *this;
}

MigrationBuilder& MigrationBuilder::unchecked() {
  table_.is_unchecked = true;
  return *this;
}

MigrationBuilder& MigrationBuilder::lock_timeout(std::int32_t milliseconds) {
  table_.lock_timeout_ms = milliseconds;
  return *this;
}

MigrationBuilder& MigrationBuilder::statement_timeout(std::int32_t milliseconds) {
  table_.statement_timeout_ms = milliseconds;
  return *this;
}

MigrationBuilder& MigrationBuilder::setting(std::string name, std::string value) {
  settings_.push_back({owner_.keep(std::move(name)), owner_.keep(std::move(value))});
  return *this;
}

MigrationBuilder& MigrationBuilder::begin_options(std::string options) {
  table_.up.begin_options = owner_.keep(std::move(options));
  return *this;
}

MigrationBuilder& MigrationBuilder::leftovers(std::vector<std::string> statements) {
  for (std::string& statement : statements) {
    leftovers_.push_back(owner_.keep(std::move(statement)));
  }
  return *this;
}

MigrationBuilder& MigrationBuilder::locks(std::uint32_t statement, LockMode mode,
                                          std::string relation, std::uint8_t work,
                                          std::string schema) {
  effects_.push_back({statement, mode, work, true, owner_.keep(std::move(schema)),
                      owner_.keep(std::move(relation))});
  return *this;
}

MigrationBuilder& MigrationBuilder::atomic_step(std::size_t statement) {
  step(statement).is_transactional = true;
  return *this;
}

MigrationBuilder& MigrationBuilder::leaks(std::vector<std::string> names) {
  for (std::string& name : names) {
    leaked_.push_back(owner_.keep(std::move(name)));
  }
  return *this;
}

MigrationBuilder& MigrationBuilder::down(std::string sql) {
  down_statements_ = {{0, static_cast<std::uint32_t>(sql.size()), 1, 1}};
  return set_down(std::move(sql));
}

MigrationBuilder& MigrationBuilder::down_statements(const std::vector<std::string>& statements) {
  down_statements_.clear();
  return set_down(join(statements, &down_statements_));
}

MigrationBuilder& MigrationBuilder::set_down(std::string sql) {
  table_.down.is_present = true;
  table_.down.file =
      owner_.keep(fmt::format("migrations/{:03}_{}.down.sql", table_.version, table_.name));
  table_.down.checksum = owner_.keep(fake_checksum(sql));
  table_.down.sql = owner_.keep(std::move(sql));
  Step whole;
  whole.statement_count = static_cast<std::uint32_t>(down_statements_.size());
  down_steps_ = {whole};
  return *this;
}

MigrationBuilder& MigrationBuilder::down_outside_transaction() {
  table_.down.is_transactional = false;
  down_steps_.clear();
  for (std::uint32_t i = 0; i < down_statements_.size(); ++i) {
    Step step;
    step.first_statement = i;
    step.statement_count = 1;
    step.is_transactional = false;
    step.is_idempotent = true;
    down_steps_.push_back(step);
  }
  return *this;
}

MigrationBuilder& MigrationBuilder::irreversible(std::string reason) {
  table_.irreversible = owner_.keep(std::move(reason));
  return *this;
}

MigrationBuilder& MigrationBuilder::alias(std::string name) {
  aliases_.push_back(owner_.keep(std::move(name)));
  return *this;
}

MigrationBuilder& MigrationBuilder::tag(std::string name) {
  table_.tag = owner_.keep(std::move(name));
  return *this;
}

MigrationBuilder& MigrationBuilder::verify(const std::vector<std::string>& queries) {
  table_.verify = owner_.make_checks(*this, queries, "verify", &verify_statements_);
  return *this;
}

MigrationBuilder& MigrationBuilder::require(const std::vector<std::string>& queries) {
  table_.require = owner_.make_checks(*this, queries, "require", &require_statements_);
  return *this;
}

MigrationBuilder& MigrationBuilder::outside_transaction() {
  table_.up.is_transactional = false;
  steps_.clear();
  for (std::uint32_t i = 0; i < statements_.size(); ++i) {
    Step step;
    step.first_statement = i;
    step.statement_count = 1;
    step.is_transactional = false;
    steps_.push_back(step);
  }
  return *this;
}

Step& MigrationBuilder::step(std::size_t statement) {
  return steps_.at(statement);
}

MigrationBuilder& MigrationBuilder::builds_index(std::size_t statement, std::string table,
                                                 std::string index) {
  step(statement).probe = Probe::kIndexBuilt;
  step(statement).relation = owner_.keep(std::move(table));
  step(statement).index = owner_.keep(std::move(index));
  return *this;
}

MigrationBuilder& MigrationBuilder::builds_unnamed_index(std::size_t statement, std::string table,
                                                         std::string index) {
  builds_index(statement, std::move(table), std::move(index));
  step(statement).probe = Probe::kUnnamedIndexBuilt;
  return *this;
}

MigrationBuilder& MigrationBuilder::reindexes(std::size_t statement, std::string index) {
  step(statement).probe = Probe::kIndexBuilt;
  step(statement).relation = owner_.keep(std::move(index));
  return *this;
}

MigrationBuilder& MigrationBuilder::drops_index(std::size_t statement, std::string index) {
  step(statement).probe = Probe::kIndexDropped;
  step(statement).relation = owner_.keep(std::move(index));
  return *this;
}

MigrationBuilder& MigrationBuilder::idempotent_step(std::size_t statement) {
  step(statement).is_idempotent = true;
  return *this;
}

SetBuilder::SetBuilder(std::string name, std::string history_table) {
  set_.name = keep(std::move(name));
  set_.history_table = keep(std::move(history_table));
  set_.digest = "0000000000000000000000000000000000000000000000000000000000000000";
  set_.tool_version = "test";
  set_.step_runner = detail::run_steps;
  set_.batch_runner = detail::run_batches;
}

void SetBuilder::allow_fresh(std::vector<std::string> extensions) {
  set_.allows_fresh = true;
  for (std::string& extension : extensions) {
    extensions_.push_back(keep(std::move(extension)));
  }
  set_.extensions = extensions_;
}

std::string_view SetBuilder::keep(std::string text) {
  texts_.push_back(std::move(text));
  return texts_.back();
}

Checks SetBuilder::make_checks(const MigrationBuilder& migration,
                               const std::vector<std::string>& queries, std::string_view section,
                               std::vector<Statement>* statements) {
  Checks checks;
  checks.file = keep(fmt::format(
      "{}.{}.sql", migration.table_.up.file.substr(0, migration.table_.up.file.size() - 4),
      section));
  checks.checksum = migration.table_.checksum;
  checks.sql = keep(join(queries, statements));
  std::string guarded;
  for (const std::string& query : queries) {
    guarded += fmt::format(
        "DO $godwit$ DECLARE n bigint; ok boolean; BEGIN SELECT count(*), bool_and(c) INTO n, ok "
        "FROM ({}) AS q(c); IF n <> 1 OR ok IS NOT TRUE THEN RAISE EXCEPTION '{}: the query did "
        "not "
        "return true' USING ERRCODE = 'GW001'; END IF; END $godwit$;\n",
        query, section);
  }
  checks.guarded_sql = keep(std::move(guarded));
  return checks;
}

MigrationBuilder& SetBuilder::add(std::int64_t version, const std::string& name,
                                  const std::vector<std::string>& statements) {
  builders_.push_back(MigrationBuilder(*this));
  MigrationBuilder& builder = builders_.back();
  Migration& table = builder.table_;
  table.version = version;
  table.name = keep(name);
  table.full_name = keep(fmt::format("{:03}_{}", version, name));
  std::string description = name;
  std::replace(description.begin(), description.end(), '_', ' ');
  table.description = keep(std::move(description));
  table.up.is_present = true;
  table.up.file = keep(fmt::format("migrations/{:03}_{}.sql", version, name));
  const std::string sql = join(statements, &builder.statements_);
  table.checksum = keep(fake_checksum(sql));
  table.up.checksum = table.checksum;
  table.up.sql = keep(sql);
  Step whole;
  whole.statement_count = static_cast<std::uint32_t>(builder.statements_.size());
  builder.steps_.push_back(whole);
  return builder;
}

const MigrationSet& SetBuilder::set() {
  migrations_.clear();
  for (MigrationBuilder& builder : builders_) {
    Migration table = builder.table_;
    table.up.statements = builder.statements_;
    table.up.steps = builder.steps_;
    table.up.leaked_settings = builder.leaked_;
    table.up.leftovers = builder.leftovers_;
    table.up.effects = builder.effects_;
    table.aliases = builder.aliases_;
    table.down.statements = builder.down_statements_;
    table.down.steps = builder.down_steps_;
    table.dependencies = builder.dependencies_;
    table.replaces = builder.ranges_;
    table.replaced = builder.replaced_;
    table.settings = builder.settings_;
    table.accepted_checksums = builder.accepted_;
    table.verify.statements = builder.verify_statements_;
    table.require.statements = builder.require_statements_;
    migrations_.push_back(table);
  }
  set_.migrations = migrations_;
  return set_;
}

}  // namespace godwit::test
