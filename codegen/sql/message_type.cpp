// SPDX-License-Identifier: Apache-2.0
#include "sql/message_type.hpp"

#include <memory>
#include <optional>
#include <unordered_map>

namespace godwit::codegen::sql {
namespace {

std::uint32_t size_of_number(ProtobufCType type) {
  switch (type) {
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
      return sizeof(std::uint64_t);
    case PROTOBUF_C_TYPE_BOOL:
      return sizeof(protobuf_c_boolean);
    default:
      return sizeof(std::uint32_t);
  }
}

class MessageTypes {
 public:
  MessageTypes() { add(pg_query__parse_result__descriptor); }

  const MessageType& of(const ProtobufCMessageDescriptor& descriptor) const {
    return *known_.at(&descriptor);
  }

 private:
  const MessageType* add(const ProtobufCMessageDescriptor& descriptor) {
    const auto [entry, is_new] = known_.try_emplace(&descriptor);
    if (!is_new)
      return entry->second.get();
    entry->second = std::make_unique<MessageType>();
    MessageType& type = *entry->second;  // stays where it is while others are added
    type.size = descriptor.sizeof_message;
    const bool is_node = &descriptor == &pg_query__node__descriptor;
    for (unsigned i = 0; i < descriptor.n_fields; ++i) {
      const ProtobufCFieldDescriptor& field = descriptor.fields[i];
      if (is_node) {
        type.by_node_case.resize(field.id + 1);
        type.by_node_case[field.id] = add(message_of(field));
      } else if (const auto pointer = pointer_in(field)) {
        type.pointers.push_back(*pointer);
      }
    }
    return &type;
  }

  static const ProtobufCMessageDescriptor& message_of(const ProtobufCFieldDescriptor& field) {
    return *static_cast<const ProtobufCMessageDescriptor*>(field.descriptor);
  }

  std::optional<MessageType::Pointer> pointer_in(const ProtobufCFieldDescriptor& field) {
    MessageType::Pointer pointer;
    pointer.is_one_of_several = (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    pointer.id = field.id;
    pointer.offset = field.offset;
    pointer.quantifier = field.quantifier_offset;
    const bool is_repeated = field.label == PROTOBUF_C_LABEL_REPEATED;
    if (field.type == PROTOBUF_C_TYPE_MESSAGE) {
      pointer.kind = is_repeated ? MessageType::Kind::kMessages : MessageType::Kind::kMessage;
      pointer.type = add(message_of(field));
    } else if (is_repeated) {
      pointer.kind = MessageType::Kind::kNumbers;
      pointer.item_size = size_of_number(field.type);
    } else if (field.type != PROTOBUF_C_TYPE_STRING) {
      return std::nullopt;
    }
    return pointer;
  }

  std::unordered_map<const ProtobufCMessageDescriptor*, std::unique_ptr<MessageType>> known_;
};

}  // namespace

const MessageType& type_of(const ProtobufCMessageDescriptor& descriptor) {
  static const MessageTypes all;
  return all.of(descriptor);
}

}  // namespace godwit::codegen::sql
