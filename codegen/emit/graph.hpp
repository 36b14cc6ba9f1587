// SPDX-License-Identifier: Apache-2.0
//
// Pictures of a set's dependencies: as text, for Graphviz, and for Mermaid, which GitHub draws in a
// README.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "source/migration_source.hpp"

namespace godwit::codegen::emit {

struct GraphNode {
  const MigrationSource* migration = nullptr;
  std::vector<std::size_t> dependencies;  ///< indexes of other nodes
};

/// In double quotes, as dot takes it.
std::string dot_quoted(std::string_view name);

/// `nodes` in set order.
std::string graph_text(std::span<const GraphNode> nodes);
std::string graph_dot(std::span<const GraphNode> nodes);
std::string graph_mermaid(std::span<const GraphNode> nodes);

}  // namespace godwit::codegen::emit
