// SPDX-License-Identifier: Apache-2.0
//
// The walk uses protobuf-c's own descriptors instead of a switch over 238 kinds of nodes, so that
// no field can be forgotten.
#include "sql/ast.hpp"

#include <cstring>

namespace godwit::codegen::sql {
namespace {

/// The message that a Node holds, whatever its kind: the members of the union are all pointers.
const ProtobufCMessage* content(const Node& node) noexcept {
  if (node.node_case == PG_QUERY__NODE__NODE__NOT_SET)
    return nullptr;
  return reinterpret_cast<const ProtobufCMessage*>(node.alias);
}

template <class T>
T field_at(const ProtobufCMessage* message, unsigned offset) noexcept {
  T value;
  // NOLINTNEXTLINE(bugprone-sizeof-expression): the pointer itself is what is copied
  std::memcpy(&value, reinterpret_cast<const char*>(message) + offset, sizeof value);
  return value;
}

void visit_message(const ProtobufCMessage* message, const std::function<bool(const Node&)>& visit) {
  if (message == nullptr)
    return;
  if (message->descriptor == &pg_query__node__descriptor) {
    const auto& node = *reinterpret_cast<const Node*>(message);
    if (visit(node))
      visit_message(content(node), visit);
    return;
  }
  const ProtobufCMessageDescriptor& descriptor = *message->descriptor;
  for (unsigned i = 0; i < descriptor.n_fields; ++i) {
    const ProtobufCFieldDescriptor& field = descriptor.fields[i];
    if (field.type != PROTOBUF_C_TYPE_MESSAGE)
      continue;
    if (field.label == PROTOBUF_C_LABEL_REPEATED) {
      const auto count = field_at<std::size_t>(message, field.quantifier_offset);
      const auto* items = field_at<const ProtobufCMessage* const*>(message, field.offset);
      for (std::size_t k = 0; k < count; ++k) visit_message(items[k], visit);
    } else {
      visit_message(field_at<const ProtobufCMessage*>(message, field.offset), visit);
    }
  }
}

}  // namespace

std::string_view string_value(const Node* node) noexcept {
  const auto* string = as<PgQuery__String>(node);
  return string != nullptr && string->sval != nullptr ? std::string_view(string->sval)
                                                      : std::string_view();
}

std::string_view node_name(const Node* node) noexcept {
  const ProtobufCMessage* message = node == nullptr ? nullptr : content(*node);
  return message == nullptr ? std::string_view() : message->descriptor->short_name;
}

bool is_constant_true(const Node* node) noexcept {
  const auto* constant = as<PgQuery__AConst>(node);
  if (constant == nullptr)
    return false;
  if (constant->val_case == PG_QUERY__A__CONST__VAL_IVAL)
    return constant->ival->ival != 0;
  return constant->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL && constant->boolval->boolval;
}

std::string_view constant_text(const Node* node) noexcept {
  if (const auto* cast = as<PgQuery__TypeCast>(node))
    node = cast->arg;
  const auto* constant = as<PgQuery__AConst>(node);
  if (constant == nullptr || constant->val_case != PG_QUERY__A__CONST__VAL_SVAL)
    return {};
  return constant->sval->sval;
}

void walk(const Node* node, const std::function<bool(const Node&)>& visit) {
  if (node != nullptr)
    visit_message(&node->base, visit);
}

void walk_message(const ProtobufCMessage* message, const std::function<bool(const Node&)>& visit) {
  visit_message(message, visit);
}

}  // namespace godwit::codegen::sql
