// SPDX-License-Identifier: Apache-2.0
#include "emit/graph.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace godwit::codegen::emit {
namespace {

/// In double quotes, where Mermaid knows no escape but that of HTML.
std::string mermaid_quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"')
      out += "#quot;";
    else if (c == '#')
      out += "#35;";
    else
      out += c;
  }
  return out + '"';
}

}  // namespace

std::string dot_quoted(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + '"';
}

std::string graph_text(std::span<const GraphNode> nodes) {
  std::string out;
  for (const GraphNode& node : nodes) {
    out += node.migration->full_name;
    std::string_view separator = " <- ";
    for (const std::size_t dependency : node.dependencies) {
      out += separator;
      out += nodes[dependency].migration->full_name;
      separator = ", ";
    }
    out += '\n';
  }
  return out;
}

std::string graph_dot(std::span<const GraphNode> nodes) {
  std::string out = "digraph migrations {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const GraphNode& node : nodes)
    out += fmt::format("  {};\n", dot_quoted(node.migration->full_name));
  for (const GraphNode& node : nodes) {
    for (const std::size_t dependency : node.dependencies)
      out += fmt::format("  {} -> {};\n", dot_quoted(nodes[dependency].migration->full_name),
                         dot_quoted(node.migration->full_name));
  }
  return out + "}\n";
}

std::string graph_mermaid(std::span<const GraphNode> nodes) {
  const auto id_of = [&](const GraphNode& node) {
    return node.migration->is_repeatable ? fmt::format("r{}", &node - nodes.data())
                                         : fmt::format("m{}", node.migration->version);
  };
  std::string out = "graph LR\n";
  for (const GraphNode& node : nodes)
    out += fmt::format("  {}[{}]\n", id_of(node), mermaid_quoted(node.migration->full_name));
  for (const GraphNode& node : nodes) {
    for (const std::size_t dependency : node.dependencies)
      out += fmt::format("  {} --> {}\n", id_of(nodes[dependency]), id_of(node));
  }
  return out;
}

}  // namespace godwit::codegen::emit
