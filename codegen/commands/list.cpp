// SPDX-License-Identifier: Apache-2.0
//
// `godwit list` and `godwit show`: what the tool understood, for people and as JSON.
#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "emit/report.hpp"
#include "emit/script_plan.hpp"

namespace godwit::codegen::commands {
namespace {

using Json = nlohmann::ordered_json;

std::unique_ptr<CompiledSet> compile_directory(const std::filesystem::path& directory,
                                               Layout layout, const std::vector<Define>& defines,
                                               const std::filesystem::path& seeds) {
  SetRequest request{.files = files_of(directory, layout, defines, seeds),
                     .lock = directory / "godwit.lock",
                     .policy = {}};
  return compile_set(request);
}

/// Only what keeps the set from being understood belongs here; `godwit lint` has the rest.
int report_errors(const CompiledSet& set) {
  if (!set.diagnostics.has_errors())
    return kClean;
  fmt::print(
      stderr, "{}\n",
      emit::summary_line(set.diagnostics, set.in_order.size()) + "; `godwit lint` shows them");
  return kFindings;
}

bool is_locked(const CompiledSet& set, const MigrationSource& source) {
  return !source.is_repeatable &&
         std::any_of(set.lock.entries.begin(), set.lock.entries.end(),
                     [&](const LockEntry& entry) { return entry.version == source.version; });
}

using Sources = std::vector<const MigrationSource*>;

Sources dependencies(const CompiledSet& set, const MigrationSource& source) {
  Sources found;
  for (const std::size_t index :
       set.order.dependencies[static_cast<std::size_t>(&source - set.sources.data())])
    found.push_back(&set.sources[index]);
  return found;
}

/// Versions as numbers; a repeatable migration's full name.
Json references(const Sources& sources) {
  Json list = Json::array();
  for (const MigrationSource* source : sources)
    list.push_back(source->is_repeatable ? Json(source->full_name) : Json(source->version));
  return list;
}

/// `billing:12` for each dependency on another set.
std::vector<std::string> foreign_dependencies(const MigrationSource& source) {
  std::vector<std::string> names;
  for (const DependencyName& name : source.header.dependencies) {
    if (!name.set.empty() && name.version)
      names.push_back(fmt::format("{}:{}", name.set, *name.version));
  }
  return names;
}

Sources dependants(const CompiledSet& set, const MigrationSource& source) {
  const auto self = static_cast<std::size_t>(&source - set.sources.data());
  Sources found;
  for (std::size_t i = 0; i < set.sources.size(); ++i) {
    const auto& list = set.order.dependencies[i];
    if (std::find(list.begin(), list.end(), self) != list.end())
      found.push_back(&set.sources[i]);
  }
  return found;
}

/// Null where nothing replaces it.
const MigrationSource* squash_of(const CompiledSet& set, const MigrationSource& source) {
  for (const Squash& squash : set.order.squashes) {
    if (squash.index != static_cast<std::size_t>(&source - set.sources.data()) &&
        replaces(set.sources[squash.index], source.version))
      return &set.sources[squash.index];
  }
  return nullptr;
}

std::string parts(const MigrationSource& source) {
  std::string text = source.header.code ? "up+code" : "up";
  for (const Section* section : {&source.down, &source.require, &source.verify}) {
    if (section->is_present())
      text += fmt::format(" {}{}", to_string(section->kind()),
                          section == &source.down && source.header.code_down ? "+code" : "");
  }
  return text;
}

bool runs_in_transaction(const sql::Migration& migration) {
  return migration.up_transaction.is_transactional &&
         migration.up_transaction.not_in_transaction.empty();
}

Json function_of(const std::optional<HeaderCode>& code) {
  return code ? Json(code->name) : Json(nullptr);
}

Json describe(const CompiledSet& set, const sql::Migration& migration) {
  const MigrationSource& source = *migration.source;
  Json json;
  json["version"] = source.is_repeatable ? Json(nullptr) : Json(source.version);
  json["name"] = source.name;
  json["full_name"] = source.full_name;
  json["seed"] = source.seed.empty() ? Json(nullptr) : Json(source.seed);
  json["file"] = source.up.file().path().string();
  json["checksum"] = source.up.file().checksum();
  json["description"] = source.header.description;
  json["purpose"] = source.header.purpose;
  json["created"] = source.header.created;
  json["author"] = source.header.author;
  json["dependencies"] = references(dependencies(set, source));
  json["foreign_dependencies"] = foreign_dependencies(source);
  json["dependants"] = references(dependants(set, source));
  json["replaces"] = replaced_text(source);
  json["replaced_by"] = nullptr;
  if (const MigrationSource* squash = squash_of(set, source))
    json["replaced_by"] = squash->version;
  json["transactional"] = runs_in_transaction(migration);
  if (source.header.idempotency)
    json["idempotent"] = *source.header.idempotency;
  else
    json["idempotent"] = nullptr;
  json["code"] = function_of(source.header.code);
  json["code_down"] = function_of(source.header.code_down);
  json["breaking"] = source.header.is_breaking;
  json["locked"] = is_locked(set, source);
  json["statements"] = migration.up.statements().size();
  json["down"] = source.down.is_present();
  json["require"] = source.require.is_present();
  json["verify"] = source.verify.is_present();
  return json;
}

void print_json(const Json& json) {
  fmt::print("{}\n", json.dump(2, ' ', false, Json::error_handler_t::replace));
}

std::string joined(const Sources& sources) {
  std::string text;
  for (const MigrationSource* source : sources)
    text += (text.empty() ? "" : ", ") + label_of(*source);
  return text.empty() ? "none" : text;
}

std::string shown_dependencies(const CompiledSet& set, const MigrationSource& source) {
  const Sources own = dependencies(set, source);
  const std::vector<std::string> foreign = foreign_dependencies(source);
  return own.empty() && !foreign.empty() ? fmt::format("{}", fmt::join(foreign, ", "))
                                         : joined(own) + (foreign.empty() ? "" : ", ") +
                                               fmt::format("{}", fmt::join(foreign, ", "));
}

/// With what a list has room to say of a squash.
std::string shown_relations(const CompiledSet& set, const MigrationSource& source) {
  std::string text = shown_dependencies(set, source);
  if (!source.header.replaces.empty())
    text += fmt::format("; replaces {}", replaced_text(source));
  if (const MigrationSource* squash = squash_of(set, source))
    text += fmt::format("; replaced by {}", squash->version);
  return text;
}

void print_line(std::string_view key, std::string_view value) {
  if (!value.empty())
    fmt::print("{:<14}{}\n", key, value);
}

std::string yes_or_no(std::optional<bool> value) {
  return !value ? "not said" : *value ? "yes" : "no";
}

void print_script(const Section& section, const sql::Script& script, bool with_sql) {
  if (!section.is_present())
    return;
  fmt::print("\n{} ({}, {} {})\n", to_string(section.kind()), section.file().display(),
             script.statements().size(),
             script.statements().size() == 1 ? "statement" : "statements");
  for (const sql::Statement& statement : script.statements()) {
    const Position position = section.file().position(statement.offset);
    const std::string_view text = section.text().substr(statement.offset, statement.length);
    if (with_sql) {
      fmt::print("-- line {}\n{};\n", position.line, text);
      continue;
    }
    constexpr std::size_t kWidth = 66;
    std::string line(text.substr(0, text.find_first_of("\r\n")));
    if (line.size() > kWidth || line.size() < text.size())
      line = line.substr(0, kWidth) + " …";
    fmt::print("  line {:>4}  {}\n", position.line, line);
  }
}

}  // namespace

int run_list(const ListOptions& options) {
  const auto set =
      compile_directory(options.directory, options.layout, options.defines, options.seeds);
  if (options.json) {
    Json list = Json::array();
    for (const sql::Migration* migration : set->in_order)
      list.push_back(describe(*set, *migration));
    print_json(Json{{"digest", set_digest(set->sources_in_order)}, {"migrations", list}});
    return report_errors(*set);
  }
  std::size_t width = 4;
  for (const MigrationSource* source : set->sources_in_order)
    width = std::max(width, source->full_name.size());
  fmt::print("{:>4}  {:<{}}  {:<11}  {:<6}  {:<22}  {}\n", "#", "name", width, "transaction",
             "locked", "sections", "dependencies");
  std::size_t number = 0;
  for (const sql::Migration* migration : set->in_order) {
    const MigrationSource& source = *migration->source;
    fmt::print("{:>4}  {:<{}}  {:<11}  {:<6}  {:<22}  {}\n", ++number, source.full_name, width,
               runs_in_transaction(*migration) ? "yes" : "none",
               is_locked(*set, source) ? "yes" : "no", parts(source),
               shown_relations(*set, source));
  }
  fmt::print("{} {}, digest {}\n", number, number == 1 ? "migration" : "migrations",
             set_digest(set->sources_in_order));
  return report_errors(*set);
}

int run_show(const ShowOptions& options) {
  const auto set =
      compile_directory(options.directory, options.layout, options.defines, options.seeds);
  const sql::Migration* migration = find_migration(*set, options.version);
  if (migration == nullptr)
    throw UsageError(fmt::format("{}: no migration {}; `godwit list` shows those that there are",
                                 options.directory.string(), options.version));
  if (options.json) {
    print_json(describe(*set, *migration));
    return report_errors(*set);
  }
  const MigrationSource& source = *migration->source;
  print_line("migration", source.full_name);
  print_line("description", source.header.description);
  print_line("seed", source.seed);
  print_line("purpose", source.header.purpose);
  print_line("created", source.header.created);
  print_line("author", source.header.author);
  print_line("file", source.up.file().path().string());
  print_line("checksum", source.up.file().checksum());
  if (source.seed.empty())
    print_line("locked", is_locked(*set, source) ? "yes" : "no");
  if (!source.rows.empty()) {
    std::size_t bytes = 0;
    for (const SeedRows& rows : source.rows) bytes += rows.rows.size();
    print_line("rows", fmt::format("{} bytes behind {} COPY", bytes, source.rows.size()));
  }
  print_line("dependencies", shown_dependencies(*set, source));
  print_line("dependants", joined(dependants(*set, source)));
  print_line("replaces", replaced_text(source));
  if (const MigrationSource* squash = squash_of(*set, source))
    print_line("replaced by", squash->full_name);
  print_line("idempotent", yes_or_no(source.header.idempotency));
  print_line("transaction", !runs_in_transaction(*migration)        ? "none"
                            : migration->up_transaction.outer_begin ? "yes, the file's BEGIN and "
                                                                      "COMMIT are the runtime's"
                                                                    : "yes");
  if (source.header.code)
    print_line("code", source.header.code->name);
  if (source.header.code_down)
    print_line("code down", source.header.code_down->name);
  print_script(source.require, migration->require, options.sql);
  print_script(source.up, migration->up, options.sql);
  print_script(source.verify, migration->verify, options.sql);
  print_script(source.down, migration->down, options.sql);
  return report_errors(*set);
}

}  // namespace godwit::codegen::commands
