// SPDX-License-Identifier: Apache-2.0
//
// `godwit graph`: which migration depends on which, or the tables that they make.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "commands/commands.hpp"
#include "commands/compile.hpp"
#include "emit/graph.hpp"
#include "emit/report.hpp"
#include "emit/schema_graph.hpp"

namespace godwit::codegen::commands {
namespace {

std::vector<emit::GraphNode> nodes_of(const CompiledSet& set) {
  const auto& order = set.order.order;
  std::vector<emit::GraphNode> nodes;
  for (const std::size_t index : order) {
    emit::GraphNode node{&set.sources[index], {}};
    for (const std::size_t dependency : set.order.dependencies[index]) {
      const auto place = std::find(order.begin(), order.end(), dependency);
      if (place != order.end())
        node.dependencies.push_back(static_cast<std::size_t>(place - order.begin()));
    }
    std::sort(node.dependencies.begin(), node.dependencies.end());
    nodes.push_back(std::move(node));
  }
  return nodes;
}

std::string draw_schema(const catalog::Catalog& catalog, GraphFormat format) {
  switch (format) {
    case GraphFormat::kText:
      return emit::schema_text(catalog);
    case GraphFormat::kDot:
      return emit::schema_dot(catalog);
    case GraphFormat::kMermaid:
      return emit::schema_mermaid(catalog);
  }
  return {};
}

std::string draw_migrations(const std::vector<emit::GraphNode>& nodes, GraphFormat format) {
  switch (format) {
    case GraphFormat::kText:
      return emit::graph_text(nodes);
    case GraphFormat::kDot:
      return emit::graph_dot(nodes);
    case GraphFormat::kMermaid:
      return emit::graph_mermaid(nodes);
  }
  return {};
}

}  // namespace

int run_graph(const GraphOptions& options) {
  const auto set =
      compile_set({.files = files_of(options.directory, options.layout, options.defines),
                   .lock = options.directory / "godwit.lock",
                   .policy = {},
                   .wants_schema = options.schema});
  const std::string text = options.schema ? draw_schema(set->catalog, options.format)
                                          : draw_migrations(nodes_of(*set), options.format);
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (!set->diagnostics.has_errors())
    return kClean;
  fmt::print(
      stderr, "{}\n",
      emit::summary_line(set->diagnostics, set->in_order.size()) + "; `godwit lint` shows them");
  return kFindings;
}

}  // namespace godwit::codegen::commands
