// SPDX-License-Identifier: Apache-2.0
//
// Pictures of the tables that the migrations add up to, and of which references which. Partitions
// are left out: they are what their table is.
#pragma once

#include <string>

#include "catalog/catalog.hpp"

namespace godwit::codegen::emit {

/// A table a paragraph, a column a line, with what it references.
std::string schema_text(const catalog::Catalog& catalog);

/// For Graphviz: the references go from a table to the one that it needs.
std::string schema_dot(const catalog::Catalog& catalog);

/// A Mermaid erDiagram.
std::string schema_mermaid(const catalog::Catalog& catalog);

}  // namespace godwit::codegen::emit
