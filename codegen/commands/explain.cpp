// SPDX-License-Identifier: Apache-2.0
//
// `godwit explain`: what each statement of a migration does to the relations that are there, for
// people and as JSON.
//
// How it works. The linter goes through the set, since it is the one that folds the catalog, runs
// DO blocks and follows calls of functions; here it is merely watched, and its findings are thrown
// away. What is collected is printed afterwards.
#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "lint/idempotency.hpp"
#include "lint/lint.hpp"
#include "lint/registry.hpp"
#include "locks/effects.hpp"

namespace godwit::codegen::commands {
namespace {

using Json = nlohmann::ordered_json;
using locks::Mode;
using locks::WorkKind;

constexpr std::size_t kWidth = 80;

struct ExplainedLock {
  std::string relation;
  Mode mode = Mode::kNone;
  bool depends_on_rows = false;
  bool is_new = false;    ///< made by this migration: nobody else sees it yet
  bool is_index = false;  ///< its table is locked, too
};

struct Explained {
  std::size_t line = 0;
  std::string sql;          ///< its first line, spaces and comments left as they are
  bool is_in_body = false;  ///< of a DO block or a function
  bool is_conditional = false;
  bool is_repeatable = true;
  const sql::BatchDirective* batch = nullptr;
  locks::Effects effects;
  std::vector<ExplainedLock> locks;
};

struct ExplainedSection {
  const sql::Migration* migration = nullptr;
  const Section* section = nullptr;
  bool is_transactional = true;
  std::vector<Explained> statements;
};

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of("\r\n")));
}

/// At most `width` columns; characters are not cut in half.
std::string cut(std::string text, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_character = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts_character && ++columns == width) {
      const bool is_last =
          std::none_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 1, text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
      return is_last ? text : text.substr(0, i) + "…";
    }
  }
  return text;
}

bool runs_in_transaction(const sql::TransactionPlan& plan) {
  return plan.is_transactional && plan.not_in_transaction.empty();
}

/// Watches the linter go through the set.
std::vector<ExplainedSection> explain(const CompiledSet& set, const lint::Policy& policy) {
  std::vector<ExplainedSection> sections;
  std::map<const Section*, std::vector<bool>> repeatable;
  const Squash* only_originals_of = nullptr;
  const lint::Observer watch = [&](const lint::Event& event, const lint::Context& context) {
    const Section& section = context.section();
    if (only_originals_of != nullptr &&
        !replaces(set.sources[only_originals_of->index], context.source().version))
      return;
    if (sections.empty() || sections.back().section != &section)
      sections.push_back({.migration = &context.migration(),
                          .section = &section,
                          .is_transactional = runs_in_transaction(context.transaction()),
                          .statements = {}});
    auto& verdicts = repeatable[&section];
    if (verdicts.empty())
      verdicts = lint::idempotent_statements(context.script());
    const lint::Place place = event.call.value_or(event.place);
    Explained one;
    one.line = section.file().position(place.offset).line;
    one.sql = first_line(section.text().substr(place.offset, place.length));
    one.is_in_body = event.is_in_body;
    one.is_conditional = event.is_conditional;
    one.batch = context.batch_of(event);
    one.is_repeatable = event.is_in_body || one.batch != nullptr || verdicts[event.statement_index];
    one.effects = context.ledger().effects();
    for (const locks::RelationLock& lock : one.effects.locks) {
      // When a down section runs, the world has seen what the up section made.
      const catalog::Index* index = context.catalog().indexes.find(lock.relation);
      const catalog::Name& table = index == nullptr ? lock.relation : index->table;
      one.locks.push_back({.relation = catalog::quote_name(lock.relation),
                           .mode = lock.mode,
                           .depends_on_rows = lock.depends_on_rows,
                           .is_new = !context.is_down() && context.is_new(table),
                           .is_index = index != nullptr});
    }
    sections.back().statements.push_back(std::move(one));
  };
  Diagnostics ignored;
  lint::lint_set(order_of_new(set), policy, ignored, watch);
  for (const Squash& squash : set.order.squashes) {
    if (squash.originals.empty())
      continue;
    only_originals_of = &squash;
    lint::lint_set(order_of_old(set, squash), policy, ignored, watch);
  }
  const auto place = [&](const ExplainedSection& section) {
    return std::find(set.in_order.begin(), set.in_order.end(), section.migration);
  };
  if (only_originals_of != nullptr)
    std::stable_sort(
        sections.begin(), sections.end(),
        [&](const ExplainedSection& a, const ExplainedSection& b) { return place(a) < place(b); });
  return sections;
}

bool is_new(const Explained& statement, const catalog::Name& table) {
  return std::any_of(statement.locks.begin(), statement.locks.end(), [&](const ExplainedLock& one) {
    return one.is_new && one.relation == catalog::quote_name(table);
  });
}

/// Somebody else may wait for it.
bool is_worth_a_line(const ExplainedLock& lock) {
  return !lock.is_new && !lock.is_index;
}

std::vector<std::string_view> who_waits(Mode mode) {
  std::vector<std::string_view> who;
  if (locks::blocks_reads(mode))
    who.emplace_back("reads");
  if (locks::blocks_writes(mode))
    who.emplace_back("writes");
  if (locks::blocks_ddl(mode))
    who.emplace_back("DDL");
  return who;
}

std::string waits(Mode mode) {
  const auto who = who_waits(mode);
  if (who.empty())
    return "readers and writers do not wait";
  const std::string all = fmt::format("{}", fmt::join(who, ", "));
  return all + (who.size() == 1 && who[0] == "DDL" ? " waits" : " wait");
}

/// Work on tables that others see, as sentences.
std::vector<std::string> work_lines(const Explained& statement) {
  std::vector<std::string> lines;
  const auto& work = statement.effects.work;
  for (const locks::Work& one : work) {
    if (is_new(statement, one.table))
      continue;
    const std::string table = catalog::quote_name(one.table);
    const bool is_rewritten = statement.effects.does(WorkKind::kRewrite, one.table);
    switch (one.kind) {
      case WorkKind::kRewrite: {
        const auto indexes = std::count_if(work.begin(), work.end(), [&](const locks::Work& other) {
          return other.kind == WorkKind::kIndexBuild && other.table == one.table;
        });
        lines.push_back(indexes == 0 ? fmt::format("writes all of {} anew", table)
                        : indexes == 1
                            ? fmt::format("writes all of {} anew, and its index", table)
                            : fmt::format("writes all of {} anew, and {} indexes", table, indexes));
        break;
      }
      case WorkKind::kIndexBuild:
        if (!is_rewritten)
          lines.push_back(one.index.empty()
                              ? fmt::format("reads all of {}, and builds an index", table)
                              : fmt::format("reads all of {}, and builds the index {}", table,
                                            catalog::quote_identifier(one.index)));
        break;
      case WorkKind::kScan:
        if (!is_rewritten)
          lines.push_back(fmt::format("reads all of {}", table));
        break;
      case WorkKind::kLookUp:
        lines.push_back(fmt::format("reads all of {}, and looks up what it references", table));
        break;
    }
  }
  return lines;
}

void print_locks(const Explained& statement) {
  for (const ExplainedLock& lock : statement.locks) {
    if (!is_worth_a_line(lock))
      continue;
    const std::string lead =
        fmt::format("      locks  {}: {};", lock.relation, to_string(lock.mode));
    const std::string note =
        waits(lock.mode) + (lock.depends_on_rows ? "; only where rows need it" : "");
    fmt::print("{}{}{}\n", lead, lead.size() + 1 + note.size() <= kWidth ? " " : "\n             ",
               note);
  }
}

std::string batch_text(const sql::BatchDirective& batch) {
  std::string text = fmt::format("{} {} each by {}, in a transaction each", batch.size,
                                 batch.size == 1 ? "row" : "rows", fmt::join(batch.keys, ", "));
  return batch.pause_ms == 0 ? text : text + fmt::format(", {} ms between", batch.pause_ms);
}

void print_statement(const Explained& statement) {
  const std::string lead =
      fmt::format("{:>4}  {}", statement.line,
                  statement.is_in_body ? statement.is_conditional ? "perhaps: " : "inside: " : "");
  fmt::print("{}\n", cut(lead + statement.sql, kWidth));
  print_locks(statement);
  const auto work = work_lines(statement);
  for (const std::string& line : work) fmt::print("      work   {}\n", line);
  if (statement.batch != nullptr)
    fmt::print("      parts  {}\n", batch_text(*statement.batch));
  if (!statement.effects.not_in_transaction.empty())
    fmt::print("      alone  it cannot run inside a transaction\n");
  if (statement.effects.needs_transaction)
    fmt::print("      alone  it cannot run outside a transaction\n");
  if (!statement.is_repeatable)
    fmt::print("      again  it cannot be run twice\n");
}

bool says_something(const Explained& statement) {
  return std::any_of(statement.locks.begin(), statement.locks.end(), is_worth_a_line) ||
         statement.batch != nullptr || !work_lines(statement).empty() ||
         !statement.effects.not_in_transaction.empty() || statement.effects.needs_transaction ||
         !statement.is_repeatable;
}

/// What the transaction holds when it commits: the strongest lock on each table.
void print_held(const ExplainedSection& section) {
  struct Held {
    const ExplainedLock* lock;
    std::size_t line;
  };
  std::vector<Held> held;
  for (const Explained& statement : section.statements) {
    for (const ExplainedLock& lock : statement.locks) {
      if (lock.mode < Mode::kShareUpdateExclusive || lock.depends_on_rows || !is_worth_a_line(lock))
        continue;
      const auto known = std::find_if(held.begin(), held.end(), [&](const Held& one) {
        return one.lock->relation == lock.relation;
      });
      if (known == held.end())
        held.push_back({&lock, statement.line});
      else if (known->lock->mode < lock.mode)
        *known = {&lock, statement.line};
    }
  }
  if (!section.is_transactional || held.empty())
    return;
  fmt::print("\n      held until it commits:\n");
  for (const Held& one : held)
    fmt::print("      {:>4}  {}: {}\n", one.line, one.lock->relation, to_string(one.lock->mode));
}

void print_section(const ExplainedSection& section) {
  const MigrationSource& source = *section.migration->source;
  fmt::print("{} {}, {}\n", source.full_name, to_string(section.section->kind()),
             section.is_transactional ? "in a transaction" : "without a transaction");
  std::size_t quiet = 0;
  for (const Explained& statement : section.statements) {
    if (says_something(statement))
      print_statement(statement);
    else if (!statement.is_in_body)
      ++quiet;
  }
  if (quiet > 0)
    fmt::print("      {} {}{} nothing that is there before, and can be run twice\n", quiet,
               quiet == section.statements.size() ? "" : "other ",
               quiet == 1 ? "statement locks" : "statements lock");
  print_held(section);
}

std::string_view kind_name(WorkKind kind) {
  switch (kind) {
    case WorkKind::kScan:
      return "scan";
    case WorkKind::kLookUp:
      return "look-up";
    case WorkKind::kRewrite:
      return "rewrite";
    case WorkKind::kIndexBuild:
      return "index-build";
  }
  return "";
}

Json describe(const Explained& statement) {
  Json locks = Json::array();
  for (const ExplainedLock& lock : statement.locks)
    locks.push_back({{"relation", lock.relation},
                     {"mode", to_string(lock.mode)},
                     {"blocks", who_waits(lock.mode)},
                     {"only_for_some_rows", lock.depends_on_rows},
                     {"new", lock.is_new},
                     {"index", lock.is_index}});
  Json work = Json::array();
  bool grows = false;
  for (const locks::Work& one : statement.effects.work) {
    grows = grows || !is_new(statement, one.table);
    work.push_back({{"kind", kind_name(one.kind)},
                    {"table", catalog::quote_name(one.table)},
                    {"index", one.index}});
  }
  const locks::Effects& effects = statement.effects;
  const Json batch = statement.batch == nullptr ? Json(nullptr)
                                                : Json({{"key", statement.batch->keys},
                                                        {"size", statement.batch->size},
                                                        {"pause_ms", statement.batch->pause_ms}});
  return {{"line", statement.line},
          {"sql", statement.sql},
          {"batch", batch},
          {"in_body", statement.is_in_body},
          {"conditional", statement.is_conditional},
          {"locks", locks},
          {"work", work},
          {"duration", grows ? "grows with the table" : "short"},
          {"transaction", !effects.not_in_transaction.empty() ? "impossible"
                          : effects.needs_transaction         ? "needed"
                                                              : "possible"},
          {"repeatable", statement.is_repeatable}};
}

Json describe(const ExplainedSection& section) {
  Json statements = Json::array();
  for (const Explained& statement : section.statements) statements.push_back(describe(statement));
  const MigrationSource& source = *section.migration->source;
  Json json;
  json["version"] = source.is_repeatable ? Json(nullptr) : Json(source.version);
  json["name"] = source.full_name;
  json["section"] = to_string(section.section->kind());
  json["file"] = section.section->file().path().string();
  json["transactional"] = section.is_transactional;
  json["statements"] = std::move(statements);
  return json;
}

/// What keeps the set from being understood; what is dangerous is for `godwit lint`.
bool is_understood(const CompiledSet& set) {
  const auto& all = set.diagnostics.all();
  return std::none_of(all.begin(), all.end(), [](const Diagnostic& finding) {
    const lint::RuleInfo* rule = lint::find_rule(finding.rule);
    return finding.severity == Severity::kError && (rule == nullptr || rule->is_hard);
  });
}

/// `godwit explain 7` means the version 7 of migrations/, unless there is a file of that name.
ExplainOptions understood(ExplainOptions options) {
  const std::filesystem::path directory = "migrations";
  if (!std::filesystem::exists(options.path) && !options.path.has_parent_path() &&
      std::filesystem::is_directory(directory)) {
    options.versions.insert(options.versions.begin(), options.path.string());
    options.path = directory;
  }
  return options;
}

int explain_understood(const ExplainOptions& options) {
  lint::Policy policy;
  policy.postgres = options.postgres;
  const bool is_set = std::filesystem::is_directory(options.path);
  const auto set =
      is_set ? compile_set({.files = files_of(options.path, Layout::kAuto, options.defines),
                            .lock = {},
                            .policy = policy})
             : compile_stray(options.path, options.defines, policy, {});
  std::vector<const sql::Migration*> wanted;
  for (const std::string& version : options.versions) {
    wanted.push_back(find_migration(*set, version));
    if (wanted.back() == nullptr)
      throw UsageError(fmt::format("{}: no migration {}; `godwit list` shows those that there are",
                                   options.path.string(), version));
  }
  std::vector<ExplainedSection> sections = explain(*set, policy);
  if (!wanted.empty())
    std::erase_if(sections, [&](const ExplainedSection& section) {
      return std::find(wanted.begin(), wanted.end(), section.migration) == wanted.end();
    });
  if (options.json) {
    Json list = Json::array();
    for (const ExplainedSection& section : sections) list.push_back(describe(section));
    fmt::print("{}\n",
               Json{{"sections", list}}.dump(2, ' ', false, Json::error_handler_t::replace));
  } else {
    for (std::size_t i = 0; i < sections.size(); ++i) {
      if (i > 0)
        fmt::print("\n");
      print_section(sections[i]);
    }
  }
  if (is_understood(*set))
    return kClean;
  fmt::print(stderr, "godwit: not all of it was understood; `godwit lint` says why\n");
  return kFindings;
}

}  // namespace

int run_explain(const ExplainOptions& options) {
  return explain_understood(understood(options));
}

}  // namespace godwit::codegen::commands
