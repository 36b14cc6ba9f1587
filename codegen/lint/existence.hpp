// SPDX-License-Identifier: Apache-2.0
//
// Is there a thing of this name? What the rules about names share: whose territory a name is, and
// how sure the catalog can be that there is nothing of that name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/context.hpp"

namespace godwit::codegen::lint {

/// A name that the project is not to be asked about: of the system, of an extension, of EXTERNAL.
bool is_foreign_territory(const Context& context, const catalog::Name& name);

/// The same for the name of a type: of PostgreSQL itself, or of a well-known extension.
bool is_foreign_type(const Context& context, const catalog::Type& type);

/// What to say that something is not there with; empty where that is not certain enough to say so.
std::optional<Severity> certainty(const Context& context, const catalog::Name& name);

/// A word for the place that a name goes by in catalog::Lines: "table", "index", …
using Kinds = std::vector<std::string_view>;

/// Reports that `name` is not there: as forward-reference where a later migration makes it, else as
/// `rule`, once in the set. `what` is "table", "column"…; `kinds` are those that it may have been.
void report_absent(Context& context, const Event& event, Place place, std::string_view rule,
                   std::string_view what, const catalog::Name& name, const Kinds& kinds);

/// Reports that a relation has no such column or constraint.
void report_absent_part(Context& context, const Event& event, Place place, std::string_view rule,
                        std::string_view what, const catalog::Relation& relation,
                        std::string_view part);

/// May statements be judged here at all? Not in a file given alone, nor under a condition.
bool can_judge(const Event& event, const Context& context);

/// Is it run in any case, and what it raises not caught?
bool is_unconditional(const Event& event);
/// No relation, index or type goes by this name: IF EXISTS of it does nothing.
bool is_surely_absent(const Context& context, const catalog::Name& name);

/// A table whose columns and constraints are all known.
bool is_certain(const catalog::Relation& relation);

}  // namespace godwit::codegen::lint
