// SPDX-License-Identifier: Apache-2.0
//
// Objects of which the catalog keeps nothing but that they are there.
#pragma once

#include <string>

#include "catalog/catalog.hpp"
#include "catalog/fold.hpp"

namespace godwit::codegen::catalog {

/// What a CREATE of such a kind makes: its key and object; no kind for other statements.
OtherObject read_other(const Catalog& catalog, const sql::Node& node);

/// The key of what a DROP, RENAME or COMMENT names.
Name name_of_other(const Catalog& catalog, PgQuery__ObjectType kind, const sql::Node* object);

/// Adds what `node` creates, when it is of such a kind.
void create_other(Catalog& catalog, const sql::Node& node, const Occasion& occasion);

/// CREATE and ALTER PUBLICATION: which tables it is of.
void publish(Catalog& catalog, const sql::Node& node, const Occasion& occasion);

}  // namespace godwit::codegen::catalog
