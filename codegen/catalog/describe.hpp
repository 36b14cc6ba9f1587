// SPDX-License-Identifier: Apache-2.0
//
// The catalog as text, a line an object, and the differences between two of them. A line has a key,
// which says what it is about ("column crm.notes.body"), and what is to be said about it ("text not
// null"), so that two catalogs are compared key by key.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "catalog/catalog.hpp"
#include "catalog/spelling.hpp"

namespace godwit::codegen::catalog {

/// What is said about one thing. Where `shape` is all that differs, the same may have been written
/// in another way.
struct Line {
  std::string text;
  std::uint64_t shape = 0;
};

/// What a foreign key's letter means ("c" is CASCADE); empty for NO ACTION, which needs no words.
std::string_view referential_action(std::string_view letter) noexcept;

/// By key: "table crm.notes", "column crm.notes.body", "constraint crm.notes.notes_pkey", …
using Lines = std::map<std::string, Line>;

/// The whole catalog.
Lines describe(const Catalog& catalog);

/// Objects by themselves, with their parts. As a server gives it, a text of kUntold says that only
/// the object's being there is known, and what cannot be named is left out.
void describe(const Relation& relation, Lines& lines, const Spelling& spelling = {});
/// The same without the columns and constraints that `other`, where it is not null, has alike.
void describe(const Relation& relation, const Relation* other, Lines& lines,
              const Spelling& spelling = {});
void describe(const Index& index, Lines& lines, const Spelling& spelling = {});
void describe(const UserType& type, Lines& lines, const Spelling& spelling = {});
void describe(const Function& function, Lines& lines, const Spelling& spelling = {});
void describe(const Schema& schema, Lines& lines, const Spelling& spelling = {});
void describe(const Extension& extension, Lines& lines, const Spelling& spelling = {});

enum class DifferenceKind { kMissing, kExtra, kChanged, kRewritten };

/// One difference of `after` from `before`.
struct Difference {
  DifferenceKind kind = DifferenceKind::kMissing;
  std::string key;
  std::string before;
  std::string after;
};

/// Sorted by key; the parts of a table that is missing or extra are left out. kRewritten: only the
/// text of an expression differs.
std::vector<Difference> diff(const Lines& before, const Lines& after);

/// Of whole catalogs.
std::vector<Difference> diff(const Catalog& before, const Catalog& after);

/// What a recording catalog has touched since start_recording(), as it was then and as it is now.
void describe_touched(const Catalog& catalog, Lines& before, Lines& after);

/// The keys that a recording catalog has no more, and those that are new: of an object that it has
/// changed only the parts that came or went. A key may be in both.
struct ChangedKeys {
  struct Gone {
    std::string key;
    std::string name;  ///< of the object, without its schema
  };
  std::vector<Gone> gone;
  std::vector<std::string> made;
};

/// Of objects that are wholly new only those whose name is one of `names` are told: most of what a
/// migration touches is new.
ChangedKeys changed_keys(const Catalog& catalog, const std::unordered_set<std::string>& names);

/// While something is tried out: what had been touched before that, as it was when the recording
/// started, and as it was when the trial did.
void describe_touched_before_trial(const Catalog& catalog, Lines& before, Lines& after);

/// What a recording catalog has changed since start_recording().
std::vector<Difference> diff_since_recording(const Catalog& catalog);

/// "table notes is left", "column notes.body is missing", "column notes.body is text and was
/// varchar(20)".
std::string to_string(const Difference& difference);

}  // namespace godwit::codegen::catalog
