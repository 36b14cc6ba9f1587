// SPDX-License-Identifier: Apache-2.0
//
// The catalog: the schema that the migrations add up to, computed without a server. fold.hpp brings
// it forward by a statement.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/objects.hpp"
#include "catalog/store.hpp"
#include "sql/ast.hpp"

namespace godwit::codegen::catalog {

struct Analysis;  // query.hpp

class Catalog {
 public:
  Store<Relation> relations;
  Store<Index> indexes;
  Store<UserType> types;
  Store<Function> functions;
  Store<Schema> schemas;
  Store<Extension> extensions;
  Store<Publication> publications;  ///< their tables; that they are there stands in `others`
  Store<OtherObject> others;

  /// SQL was executed that nobody could read: whatever is here may look otherwise, and there may be
  /// more.
  bool is_opaque = false;
  /// There may be more than is here: SQL that nobody could read made something, or the history
  /// begins before the set does.
  bool may_have_more = false;
  /// Some table was made a child or a partition of another: where none was, nobody need look
  /// through all of them for children.
  bool has_families = false;

  Catalog();

  /// The schemas where unqualified names are looked for, in order.
  const std::vector<std::string>& search_path() const noexcept { return search_path_; }
  void set_search_path(std::vector<std::string> path) {
    ++path_changes_;
    search_path_ = std::move(path);
  }
  void reset_search_path();

  /// The relation or index that `range` means; where there is none, the name that it would have.
  Name resolve(const PgQuery__RangeVar& range) const;
  Name resolve(std::string_view schema, std::string_view relation) const;
  /// The name that CREATE gives.
  Name name_for_creation(const PgQuery__RangeVar& range) const;

  /// A name in a list of strings, such as DROP's: ["schema", "name"] or ["name"].
  Name resolve_relation(std::span<sql::Node* const> names) const;
  Name resolve_type(std::span<sql::Node* const> names) const;
  Name resolve_type(std::string_view schema, std::string_view type) const;
  Name resolve_function(std::span<sql::Node* const> names) const;
  /// The name that CREATE gives to what is no relation.
  Name name_for_creation(std::span<sql::Node* const> names) const;

  /// `type` with its schema filled in, where it is one of `types`.
  Type resolved(Type type) const;
  /// The type below all domains.
  Type base_type(const Type& type) const;
  /// Has `type` a CHECK or NOT NULL of its own?
  bool is_constrained_domain(const Type& type) const;

  /// The tables that were made OF a composite type, by name: ALTER TYPE … CASCADE changes them too.
  std::vector<Name> tables_of(const Name& type) const;

  const Relation* find_relation(const PgQuery__RangeVar& range) const {
    return relations.find(resolve(range));
  }

  /// Remembers from here on what changes, until stop_recording().
  void start_recording();
  void stop_recording();
  /// Tries out what follows: roll_back() undoes it.
  void start_trial();
  void roll_back();

  /// Another one after each change.
  std::uint64_t version() const noexcept;

  /// Of analyze_once() alone.
  struct LastAnalysis {
    const sql::Node* statement = nullptr;
    std::uint64_t version = 0;
    std::shared_ptr<const Analysis> analysis;
  };
  LastAnalysis& last_analysis() const noexcept { return last_analysis_; }

 private:
  template <class Work>
  void for_each_store(const Work& work) {
    work(relations);
    work(indexes);
    work(types);
    work(functions);
    work(schemas);
    work(extensions);
    work(publications);
    work(others);
  }

  template <class Exists>
  Name look_up(std::string_view schema, std::string_view name, const Exists& exists) const;

  mutable LastAnalysis last_analysis_;
  std::uint64_t path_changes_ = 0;
  std::vector<std::string> search_path_;
  std::vector<std::string> saved_search_path_;
  bool saved_is_opaque_ = false;
  bool saved_may_have_more_ = false;
};

}  // namespace godwit::codegen::catalog
