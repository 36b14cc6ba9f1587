// SPDX-License-Identifier: Apache-2.0
#include "catalog/catalog.hpp"

#include <utility>

namespace godwit::codegen::catalog {
namespace {

constexpr int kMaxDomainDepth = 16;  ///< a guard against a wrong catalog, not a limit of anybody

struct Parts {
  std::string_view schema;
  std::string_view name;
};

Parts parts_of(std::span<sql::Node* const> names) {
  Parts parts;
  if (!names.empty())
    parts.name = sql::string_value(names.back());
  if (names.size() >= 2)
    parts.schema = sql::string_value(names[names.size() - 2]);
  return parts;
}

}  // namespace

Catalog::Catalog() {
  reset_search_path();
  schemas.put({"", "public"}, {"public", kMadeElsewhere});
}

std::uint64_t Catalog::version() const noexcept {
  return path_changes_ + relations.changes() + indexes.changes() + types.changes() +
         functions.changes() + schemas.changes() + extensions.changes() + publications.changes() +
         others.changes();
}

void Catalog::reset_search_path() {
  ++path_changes_;
  search_path_ = {"public"};
}

template <class Exists>
Name Catalog::look_up(std::string_view schema, std::string_view name, const Exists& exists) const {
  Name found{std::string(schema), std::string(name)};
  if (!schema.empty())
    return found;
  if (relations.has_temporary() || indexes.has_temporary() || types.has_temporary() ||
      functions.has_temporary()) {
    found.schema = kTemporarySchema;
    if (exists(found))
      return found;
  }
  for (const std::string& candidate : search_path_) {
    found.schema = candidate;
    if (exists(found))
      return found;
  }
  found.schema = search_path_.empty() ? std::string("public") : search_path_.front();
  return found;
}

Name Catalog::resolve(std::string_view schema, std::string_view relation) const {
  return look_up(schema, relation, [&](const Name& name) {
    return relations.find(name) != nullptr || indexes.find(name) != nullptr;
  });
}

Name Catalog::resolve(const PgQuery__RangeVar& range) const {
  return resolve(range.schemaname, range.relname);
}

Name Catalog::name_for_creation(const PgQuery__RangeVar& range) const {
  const std::string_view schema = range.schemaname;
  if (std::string_view(range.relpersistence) == "t" || schema == kTemporarySchema)
    return {std::string(kTemporarySchema), range.relname};
  if (!schema.empty())
    return {std::string(schema), range.relname};
  return {search_path_.empty() ? "public" : search_path_.front(), range.relname};
}

Name Catalog::resolve_relation(std::span<sql::Node* const> names) const {
  const Parts parts = parts_of(names);
  return resolve(parts.schema, parts.name);
}

Name Catalog::resolve_type(std::string_view schema, std::string_view type) const {
  return look_up(schema, type, [&](const Name& name) { return types.find(name) != nullptr; });
}

Name Catalog::resolve_type(std::span<sql::Node* const> names) const {
  const Parts parts = parts_of(names);
  return resolve_type(parts.schema, parts.name);
}

Name Catalog::resolve_function(std::span<sql::Node* const> names) const {
  const Parts parts = parts_of(names);
  return look_up(parts.schema, parts.name,
                 [&](const Name& name) { return functions.find(name) != nullptr; });
}

Name Catalog::name_for_creation(std::span<sql::Node* const> names) const {
  const Parts parts = parts_of(names);
  if (!parts.schema.empty())
    return {std::string(parts.schema), std::string(parts.name)};
  return {search_path_.empty() ? "public" : search_path_.front(), std::string(parts.name)};
}

std::vector<Name> Catalog::tables_of(const Name& type) const {
  std::vector<Name> tables;
  for (const auto& [name, relation] : relations.all()) {
    if (relation->of_type == type)
      tables.push_back(name);
  }
  std::sort(tables.begin(), tables.end());
  return tables;
}

Type Catalog::resolved(Type type) const {
  const auto is_there = [&](const Name& name) {
    return types.find(name) != nullptr || relations.find(name) != nullptr;
  };
  const Name found = look_up(type.schema, type.name, is_there);
  if (is_there(found))
    type.schema = found.schema;
  return type;
}

Type Catalog::base_type(const Type& type) const {
  Type base = type;
  for (int depth = 0; depth < kMaxDomainDepth && base.dimensions == 0; ++depth) {
    const UserType* found = types.find({base.schema, base.name});
    if (found == nullptr || found->kind != TypeKind::kDomain)
      break;
    base = found->base;
  }
  return base;
}

bool Catalog::is_constrained_domain(const Type& type) const {
  Type base = type;
  for (int depth = 0; depth < kMaxDomainDepth; ++depth) {
    const UserType* found = types.find({base.schema, base.name});
    if (found == nullptr || found->kind != TypeKind::kDomain)
      return false;
    if (found->is_constrained)
      return true;
    base = found->base;
  }
  return false;
}

void Catalog::start_recording() {
  for_each_store([](auto& store) { store.start_recording(); });
}

void Catalog::stop_recording() {
  for_each_store([](auto& store) { store.stop_recording(); });
}

void Catalog::start_trial() {
  saved_search_path_ = search_path_;
  saved_is_opaque_ = is_opaque;
  saved_may_have_more_ = may_have_more;
  for_each_store([](auto& store) { store.start_trial(); });
}

void Catalog::roll_back() {
  for_each_store([](auto& store) { store.roll_back(); });
  search_path_ = std::move(saved_search_path_);
  is_opaque = saved_is_opaque_;
  may_have_more = saved_may_have_more_;
}

}  // namespace godwit::codegen::catalog
