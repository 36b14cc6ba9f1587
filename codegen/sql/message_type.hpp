// SPDX-License-Identifier: Apache-2.0
//
// The kinds of messages in a tree, and where they have pointers. protobuf-c's own descriptors say
// it too, but a Node is one of 238 kinds and has a field for each, which whoever goes by
// descriptors has to look through. Made once from the descriptors, so that no field can be
// forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "sql/ast.hpp"

namespace godwit::codegen::sql {

struct MessageType {
  enum class Kind : std::uint8_t { kString, kMessage, kMessages, kNumbers };

  struct Pointer {
    Kind kind = Kind::kString;
    bool is_one_of_several = false;  ///< there only where the number at `quantifier` is `id`
    std::uint32_t id = 0;
    std::uint32_t offset = 0;
    std::uint32_t quantifier = 0;       ///< of kMessages and kNumbers, the offset of their count
    std::uint32_t item_size = 0;        ///< of kNumbers
    const MessageType* type = nullptr;  ///< of kMessage and kMessages
  };

  std::size_t size = 0;
  std::vector<Pointer> pointers;
  std::vector<const MessageType*> by_node_case;  ///< of a Node, which has nothing else

  bool is_node() const noexcept { return !by_node_case.empty(); }
  /// Of what `node` holds. This is the type of a Node, which holds something.
  const MessageType& of(const Node& node) const {
    return *by_node_case[static_cast<std::size_t>(node.node_case)];
  }
};

/// Every kind of message that a parse result can hold has one. Thread-safe.
const MessageType& type_of(const ProtobufCMessageDescriptor& descriptor);

/// What stands in a message at an offset.
template <class T>
T field_at(const ProtobufCMessage* message, std::size_t offset) noexcept {
  T value;
  // NOLINTNEXTLINE(bugprone-sizeof-expression): the pointer itself is what is copied
  std::memcpy(&value, reinterpret_cast<const char*>(message) + offset, sizeof value);
  return value;
}

/// The message that a Node holds, whatever its kind: the members of the union are all pointers.
inline const ProtobufCMessage* content(const Node& node) noexcept {
  if (node.node_case == PG_QUERY__NODE__NODE__NOT_SET)
    return nullptr;
  return reinterpret_cast<const ProtobufCMessage*>(node.alias);
}

/// Is the field there, where it is one of several?
inline bool is_set(const ProtobufCMessage* message, const MessageType::Pointer& pointer) noexcept {
  return !pointer.is_one_of_several ||
         field_at<std::uint32_t>(message, pointer.quantifier) == pointer.id;
}

}  // namespace godwit::codegen::sql
