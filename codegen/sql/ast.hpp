// SPDX-License-Identifier: Apache-2.0
//
// PostgreSQL's parse tree, as libpg_query gives it in protobuf-c structures, with a typed way in:
//
//     if (const auto* drop = sql::as<PgQuery__DropStmt>(node)) …
//
// sql/ is the only folder that includes libpg_query's headers; everybody else includes this one.
// What a field means is PostgreSQL's src/include/nodes/parsenodes.h of version 15.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include <pg_query/pg_query.pb-c.h>

namespace godwit::codegen::sql {

using Node = PgQuery__Node;

template <class T>
struct NodeTraits;

#define GODWIT_NODE(type, member, tag)                                                   \
  template <>                                                                            \
  struct NodeTraits<PgQuery__##type> {                                                   \
    static constexpr auto kCase = PG_QUERY__NODE__NODE_##tag;                            \
    static const PgQuery__##type* get(const Node& node) noexcept { return node.member; } \
  };
#include "sql/node_types.inc"
#undef GODWIT_NODE

/// `node` as a T, or null when it is null or of another kind.
template <class T>
const T* as(const Node* node) noexcept {
  return node != nullptr && node->node_case == NodeTraits<T>::kCase ? NodeTraits<T>::get(*node)
                                                                    : nullptr;
}

/// A repeated field as a range: `list(stmt->cmds, stmt->n_cmds)`.
inline std::span<Node* const> list(Node* const* items, std::size_t count) noexcept {
  return {items, count};
}

/// The text of a String node; empty for anything else.
std::string_view string_value(const Node* node) noexcept;

/// Whether `node` is the constant true, or a number other than 0.
bool is_constant_true(const Node* node) noexcept;

/// The text of a string constant, also behind a cast; empty for anything else.
std::string_view constant_text(const Node* node) noexcept;

/// "CreateStmt": for messages to developers and for tables keyed by kind.
std::string_view node_name(const Node* node) noexcept;

/// Calls `visit` for every node below and including `node`, parents first. Where it returns false,
/// the children are left out. Goes through every field, expressions and sub-selects included.
void walk(const Node* node, const std::function<bool(const Node&)>& visit);

/// The same for the children of a statement's struct, such as a PgQuery__SelectStmt that is not
/// held by a Node.
void walk_message(const ProtobufCMessage* message, const std::function<bool(const Node&)>& visit);

/// A number for what `node` says, wherever it stands in the text: two trees that differ in nothing
/// but their locations, and in casts around constants, have the same. 0 for null.
std::uint64_t shape_of(const Node* node) noexcept;

}  // namespace godwit::codegen::sql
