// SPDX-License-Identifier: Apache-2.0
//
// The walk goes by what protobuf-c's descriptors say instead of a switch over 238 kinds of nodes,
// so that no field can be forgotten.
#include "sql/ast.hpp"

#include <cstring>

#include "sql/message_type.hpp"

namespace godwit::codegen::sql {
namespace {

void visit_message(const ProtobufCMessage* message, const MessageType& type,
                   const std::function<bool(const Node&)>& visit) {
  if (message == nullptr)
    return;
  if (type.is_node()) {
    const auto& node = *reinterpret_cast<const Node*>(message);
    if (visit(node) && content(node) != nullptr)
      visit_message(content(node), type.of(node), visit);
    return;
  }
  for (const MessageType::Pointer& pointer : type.pointers) {
    if (pointer.kind == MessageType::Kind::kMessages) {
      const auto count = field_at<std::size_t>(message, pointer.quantifier);
      const auto* items = field_at<const ProtobufCMessage* const*>(message, pointer.offset);
      for (std::size_t k = 0; k < count; ++k) visit_message(items[k], *pointer.type, visit);
    } else if (pointer.kind == MessageType::Kind::kMessage && is_set(message, pointer)) {
      visit_message(field_at<const ProtobufCMessage*>(message, pointer.offset), *pointer.type,
                    visit);
    }
  }
}

void visit_message(const ProtobufCMessage* message, const std::function<bool(const Node&)>& visit) {
  if (message != nullptr)
    visit_message(message, type_of(*message->descriptor), visit);
}

/// FNV-1a, https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
class Shape {
 public:
  void add(const void* data, std::size_t size) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = 0; i < size; ++i) {
      value_ ^= bytes[i];
      value_ *= 0x100000001B3U;
    }
  }

  void add_message(const ProtobufCMessage* message) noexcept {
    if (message == nullptr)
      return;
    const ProtobufCMessageDescriptor& descriptor = *message->descriptor;
    if (&descriptor == &pg_query__node__descriptor) {
      const auto& node = *reinterpret_cast<const Node*>(message);
      const auto* cast =
          node.node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? node.type_cast : nullptr;
      if (cast != nullptr && cast->arg != nullptr &&
          cast->arg->node_case == PG_QUERY__NODE__NODE_A_CONST)
        return add_message(&cast->arg->base);
      const int kind = node.node_case;
      add(&kind, sizeof kind);
      return add_message(content(node));
    }
    for (unsigned i = 0; i < descriptor.n_fields; ++i) add_field(message, descriptor.fields[i], i);
  }

  std::uint64_t value() const noexcept { return value_; }

 private:
  void add_field(const ProtobufCMessage* message, const ProtobufCFieldDescriptor& field,
                 unsigned index) noexcept {
    if (std::strstr(field.name, "location") != nullptr)
      return;
    add(&index, sizeof index);
    const bool is_repeated = field.label == PROTOBUF_C_LABEL_REPEATED;
    const std::size_t count =
        is_repeated ? field_at<std::size_t>(message, field.quantifier_offset) : 1;
    add(&count, sizeof count);
    // One of several: only what is set is looked at, through the Node or the constant's case.
    if ((field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0) {
      if (field_at<int>(message, field.quantifier_offset) != static_cast<int>(field.id))
        return;
    }
    switch (field.type) {
      case PROTOBUF_C_TYPE_MESSAGE:
        if (is_repeated) {
          const auto* items = field_at<const ProtobufCMessage* const*>(message, field.offset);
          for (std::size_t k = 0; k < count; ++k) add_message(items[k]);
        } else {
          add_message(field_at<const ProtobufCMessage*>(message, field.offset));
        }
        return;
      case PROTOBUF_C_TYPE_STRING: {
        const auto* text = field_at<const char*>(message, field.offset);
        if (!is_repeated && text != nullptr)
          add(text, std::strlen(text) + 1);
        return;
      }
      case PROTOBUF_C_TYPE_INT64:
      case PROTOBUF_C_TYPE_UINT64:
      case PROTOBUF_C_TYPE_DOUBLE: {
        const auto number = field_at<std::uint64_t>(message, field.offset);
        return add(&number, sizeof number);
      }
      default: {
        if (is_repeated)
          return;
        const auto number = field_at<std::uint32_t>(message, field.offset);
        return add(&number, sizeof number);
      }
    }
  }

  std::uint64_t value_ = 0xCBF29CE484222325U;
};

}  // namespace

std::uint64_t shape_of(const Node* node) noexcept {
  if (node == nullptr)
    return 0;
  Shape shape;
  shape.add_message(&node->base);
  return shape.value() == 0 ? 1 : shape.value();
}

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
