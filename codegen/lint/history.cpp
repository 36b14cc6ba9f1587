// SPDX-License-Identifier: Apache-2.0
//
// Names of what is created later are read once, from the statements themselves: schemas do not
// matter there, since it only has to be said where to look.
#include "lint/history.hpp"

#include <algorithm>
#include <utility>

#include "catalog/describe.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::lint {
namespace {

std::string_view last_of(sql::Node* const* names, std::size_t count) {
  return count == 0 ? std::string_view() : sql::string_value(names[count - 1]);
}

/// What `node` creates, renames to or attaches a name to; empty for anything else.
std::string_view created_name(const sql::Node& node) {
  const auto of = [](const PgQuery__RangeVar* range) {
    return range == nullptr ? std::string_view() : std::string_view(range->relname);
  };
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return of(node.create_stmt->relation);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return of(node.view_stmt->view);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return of(node.create_seq_stmt->sequence);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return node.create_table_as_stmt->into == nullptr ? std::string_view()
                                                        : of(node.create_table_as_stmt->into->rel);
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
      return node.create_foreign_table_stmt->base_stmt == nullptr
                 ? std::string_view()
                 : of(node.create_foreign_table_stmt->base_stmt->relation);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return node.index_stmt->idxname;
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return last_of(node.create_enum_stmt->type_name, node.create_enum_stmt->n_type_name);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return last_of(node.create_domain_stmt->domainname, node.create_domain_stmt->n_domainname);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return of(node.composite_type_stmt->typevar);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return node.rename_stmt->newname;
    default:
      return {};
  }
}

catalog::MigrationIndex index_of(std::size_t i) {
  return static_cast<catalog::MigrationIndex>(i);
}

void read_creations(const sql::Migration& migration, catalog::MigrationIndex index,
                    SetFacts& facts) {
  for (const sql::Statement& statement : migration.up.statements()) {
    if (statement.node == nullptr)
      continue;
    const std::string_view name = created_name(*statement.node);
    if (!name.empty())
      facts.made[std::string(name)].push_back(index);
  }
}

void read_dependencies(std::span<const sql::Migration* const> in_order, SetFacts& facts) {
  facts.declares_dependencies =
      std::any_of(in_order.begin(), in_order.end(), [](const sql::Migration* migration) {
        return migration->source->header.declares_dependencies;
      });
  if (!facts.declares_dependencies)
    return;
  std::map<std::int64_t, catalog::MigrationIndex> by_version;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    if (!in_order[i]->source->is_repeatable)
      by_version[in_order[i]->source->version] = index_of(i);
  }
  facts.dependencies.resize(in_order.size());
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const Header& header = in_order[i]->source->header;
    if (!header.declares_dependencies || in_order[i]->source->is_repeatable) {
      // It comes after all that are before it, by its version; a repeatable one always does.
      for (std::size_t before = 0; before < i; ++before)
        facts.dependencies[i].insert(index_of(before));
    }
    for (const DependencyName& name : header.dependencies) {
      catalog::MigrationIndex found = -1;
      if (name.set.empty() && name.version) {
        const auto known = by_version.find(*name.version);
        found = known == by_version.end() ? -1 : known->second;
      } else if (name.set.empty()) {
        for (std::size_t other = 0; other < in_order.size(); ++other) {
          const MigrationSource& source = *in_order[other]->source;
          const auto& aliases = source.header.aliases;
          if (source.full_name == name.text || source.name == name.text ||
              std::find(aliases.begin(), aliases.end(), name.text) != aliases.end())
            found = index_of(other);
        }
      }
      // The order puts dependencies first, so that theirs are complete.
      if (found < 0 || static_cast<std::size_t>(found) >= i)
        continue;
      facts.dependencies[i].insert(found);
      const auto& theirs = facts.dependencies[static_cast<std::size_t>(found)];
      facts.dependencies[i].insert(theirs.begin(), theirs.end());
    }
  }
}

}  // namespace

History::History(std::span<const sql::Migration* const> in_order) : in_order_(in_order) {
  auto facts = std::make_shared<SetFacts>();
  for (std::size_t i = 0; i < in_order.size(); ++i)
    read_creations(*in_order[i], index_of(i), *facts);
  read_dependencies(in_order, *facts);
  facts->has_locked =
      std::any_of(in_order.begin(), in_order.end(),
                  [](const sql::Migration* migration) { return migration->source->is_locked; });
  facts_ = std::move(facts);
}

bool History::is_pending(catalog::MigrationIndex index) const {
  const sql::Migration* found = migration(index);
  return facts_->has_locked && found != nullptr && !found->source->is_locked;
}

std::optional<catalog::MigrationIndex> History::touch(const catalog::Name& table,
                                                      catalog::MigrationIndex migration) {
  const auto [found, is_first] = touched_.emplace(table, migration);
  if (is_first)
    return std::nullopt;
  return std::exchange(found->second, migration);
}

std::string_view History::name_of(catalog::MigrationIndex index) const {
  const sql::Migration* found = migration(index);
  return found == nullptr ? std::string_view("another migration")
                          : std::string_view(found->source->full_name);
}

const sql::Migration* History::migration(catalog::MigrationIndex index) const {
  return index < 0 || static_cast<std::size_t>(index) >= in_order_.size()
             ? nullptr
             : in_order_[static_cast<std::size_t>(index)];
}

std::optional<catalog::MigrationIndex> History::made_later(
    std::string_view name, catalog::MigrationIndex migration) const {
  const auto found = facts_->made.find(name);
  if (found == facts_->made.end())
    return std::nullopt;
  const auto next = std::upper_bound(found->second.begin(), found->second.end(), migration);
  return next == found->second.end() ? std::nullopt : std::optional(*next);
}

std::optional<catalog::MigrationIndex> History::made_before(
    std::string_view name, catalog::MigrationIndex migration) const {
  const auto found = facts_->made.find(name);
  if (found == facts_->made.end())
    return std::nullopt;
  const auto next = std::upper_bound(found->second.begin(), found->second.end(), migration);
  return next == found->second.begin() ? std::nullopt : std::optional(*(next - 1));
}

std::optional<Gone> History::gone(const std::string& key) const {
  const auto found = gone_.find(key);
  return found == gone_.end() ? std::nullopt : std::optional(found->second);
}

bool History::depends_on(catalog::MigrationIndex migration, catalog::MigrationIndex other) const {
  if (!facts_->declares_dependencies || other < 0 || other == migration ||
      !in_order_[static_cast<std::size_t>(migration)]->source->header.declares_dependencies)
    return true;
  const auto& dependencies = facts_->dependencies[static_cast<std::size_t>(migration)];
  return dependencies.count(other) != 0;
}

void History::start_section(SectionKind kind) {
  is_in_down_ = kind == SectionKind::kDown;
  down_is_unknown_ = false;
  if (!is_in_down_)
    up_is_unknown_ = false;
}

void History::note_up(const catalog::Catalog& catalog, catalog::MigrationIndex migration) {
  const catalog::ChangedKeys keys = catalog::changed_keys(catalog, gone_names_);
  for (const auto& [key, name] : keys.gone) {
    gone_[key] = {migration};
    gone_names_.insert(name);
  }
  for (const std::string& key : keys.made) gone_.erase(key);
}

}  // namespace godwit::codegen::lint
