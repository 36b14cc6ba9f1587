// SPDX-License-Identifier: Apache-2.0
//
// libpg_query's parser makes the very messages that we want, asks for their packed size, packs them
// and throws them away; its deparser unpacks messages. Packing is four fifths of the instructions
// of parsing (464 million for 538 files of 715 KB; 85 million when trees are handed over, copying
// them included), and unpacking a third as many again, as each Node is looked through for each of
// its 238 kinds.
//
// The functions of a ParseResult that do this are called by their names, which a program may define
// itself, as it may malloc: those here hand the tree over while one of our own calls is under way
// on the same thread, and do otherwise what the generated ones do. Where the library does not come
// here for them, what it packed is unpacked, and all that is lost is time.
#include "sql/handover.hpp"

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

#include <pg_query.h>

#include "sql/message_type.hpp"

namespace godwit::codegen::sql {
namespace {

/// Copies messages into an arena, as unpacking what is packed would make them: no string is null,
/// and lists without items have no memory.
class Copier {
 public:
  explicit Copier(Arena& arena) : arena_(arena) {}

  ProtobufCMessage* copy(const ProtobufCMessage* message, const MessageType& type) {
    if (message == nullptr)
      return nullptr;
    auto* made = static_cast<ProtobufCMessage*>(take(message, type.size));
    if (type.is_node()) {
      auto& node = *reinterpret_cast<Node*>(made);
      if (const ProtobufCMessage* inner = content(node))
        node.alias = reinterpret_cast<PgQuery__Alias*>(copy(inner, type.of(node)));
      return made;
    }
    for (const MessageType::Pointer& pointer : type.pointers) {
      if (is_set(made, pointer))
        copy_pointer(made, pointer);
    }
    return made;
  }

 private:
  void* take(const void* from, std::size_t size, std::size_t alignment = alignof(void*)) {
    return std::memcpy(arena_.take(size, alignment), from, size);
  }

  static void put(ProtobufCMessage* message, const MessageType::Pointer& pointer,
                  const void* value) {
    // NOLINTNEXTLINE(bugprone-sizeof-expression): the pointer itself is what is copied
    std::memcpy(reinterpret_cast<char*>(message) + pointer.offset, &value, sizeof value);
  }

  void copy_pointer(ProtobufCMessage* made, const MessageType::Pointer& pointer) {
    switch (pointer.kind) {
      case MessageType::Kind::kString: {
        const auto* text = field_at<const char*>(made, pointer.offset);
        if (text == nullptr || *text == '\0')
          put(made, pointer, &protobuf_c_empty_string);
        else
          put(made, pointer, take(text, std::strlen(text) + 1, 1));
        return;
      }
      case MessageType::Kind::kMessage:
        put(made, pointer,
            copy(field_at<const ProtobufCMessage*>(made, pointer.offset), *pointer.type));
        return;
      case MessageType::Kind::kMessages: {
        const auto count = field_at<std::size_t>(made, pointer.quantifier);
        const auto* items = field_at<const ProtobufCMessage* const*>(made, pointer.offset);
        auto** copies = static_cast<ProtobufCMessage**>(
            count == 0 ? nullptr : arena_.take(count * sizeof(ProtobufCMessage*), alignof(void*)));
        for (std::size_t i = 0; i < count; ++i) copies[i] = copy(items[i], *pointer.type);
        put(made, pointer, copies);
        return;
      }
      case MessageType::Kind::kNumbers: {
        const auto count = field_at<std::size_t>(made, pointer.quantifier);
        put(made, pointer,
            count == 0
                ? nullptr
                : take(field_at<const void*>(made, pointer.offset), count * pointer.item_size));
        return;
      }
    }
  }

  Arena& arena_;
};

/// What a call of ours waits for, or offers, on this thread.
struct Handover {
  Arena* wanted_in = nullptr;
  const PgQuery__ParseResult* taken = nullptr;
  const PgQuery__ParseResult* offered = nullptr;
};
thread_local Handover handover;

/// Puts the thread's handover back to what it was.
class Handing {
 public:
  explicit Handing(Handover next) : before_(handover) { handover = next; }
  Handing(const Handing&) = delete;
  Handing& operator=(const Handing&) = delete;
  ~Handing() { handover = before_; }

 private:
  Handover before_;
};

/// protobuf-c has no const.
PgQuery__ParseResult* mutable_tree(const PgQuery__ParseResult* tree) {
  return const_cast<PgQuery__ParseResult*>(tree);
}

struct FreeParsed {
  void operator()(PgQueryProtobufParseResult* result) const noexcept {
    pg_query_free_protobuf_parse_result(*result);
  }
};

struct FreeWritten {
  void operator()(PgQueryDeparseResult* result) const noexcept {
    pg_query_free_deparse_result(*result);
  }
};

const PgQuery__ParseResult* unpacked(const PgQueryProtobuf& packed, Arena& arena) {
  ProtobufCAllocator allocator{
      [](void* memory, std::size_t size) { return static_cast<Arena*>(memory)->take(size); },
      [](void*, void*) {}, &arena};
  const PgQuery__ParseResult* tree = pg_query__parse_result__unpack(
      &allocator, packed.len, reinterpret_cast<const std::uint8_t*>(packed.data));
  if (tree == nullptr)
    throw std::runtime_error("libpg_query's tree could not be unpacked");
  return tree;
}

}  // namespace
}  // namespace godwit::codegen::sql

// Weak, so that a static libpg_query, which has its own, can be linked; visible, so that a shared
// one finds them. The tree that is handed over has no bytes.
extern "C" {

__attribute__((weak, visibility("default"))) std::size_t pg_query__parse_result__get_packed_size(
    const PgQuery__ParseResult* message) {
  using namespace godwit::codegen::sql;
  if (handover.wanted_in != nullptr) {
    const MessageType& type = type_of(pg_query__parse_result__descriptor);
    handover.taken = reinterpret_cast<const PgQuery__ParseResult*>(
        Copier(*handover.wanted_in).copy(&message->base, type));
    return 0;
  }
  return handover.offered == message ? 0 : protobuf_c_message_get_packed_size(&message->base);
}

__attribute__((weak, visibility("default"))) std::size_t pg_query__parse_result__pack(
    const PgQuery__ParseResult* message, std::uint8_t* out) {
  using namespace godwit::codegen::sql;
  if (handover.taken != nullptr || handover.offered == message)
    return 0;
  return protobuf_c_message_pack(&message->base, out);
}

__attribute__((weak, visibility("default"))) PgQuery__ParseResult* pg_query__parse_result__unpack(
    ProtobufCAllocator* allocator, std::size_t length, const std::uint8_t* data) {
  using namespace godwit::codegen::sql;
  if (handover.offered != nullptr && length == 0)
    return mutable_tree(handover.offered);
  return reinterpret_cast<PgQuery__ParseResult*>(
      protobuf_c_message_unpack(&pg_query__parse_result__descriptor, allocator, length, data));
}

__attribute__((weak, visibility("default"))) void pg_query__parse_result__free_unpacked(
    PgQuery__ParseResult* message, ProtobufCAllocator* allocator) {
  using namespace godwit::codegen::sql;
  if (message != nullptr && handover.offered != message)
    protobuf_c_message_free_unpacked(&message->base, allocator);
}
}

namespace godwit::codegen::sql {

std::variant<const PgQuery__ParseResult*, ParserError> parse_tree(const char* text, Arena& arena) {
  const Handing handing({.wanted_in = &arena});
  PgQueryProtobufParseResult result = pg_query_parse_protobuf(text);
  const std::unique_ptr<PgQueryProtobufParseResult, FreeParsed> freed(&result);
  if (result.error != nullptr)
    return ParserError{result.error->message, result.error->cursorpos};
  return handover.taken != nullptr ? handover.taken : unpacked(result.parse_tree, arena);
}

std::string write_tree(const PgQuery__ParseResult& tree) {
  std::vector<std::uint8_t> packed;
  if (!trees_come_unpacked()) {
    packed.resize(pg_query__parse_result__get_packed_size(&tree));
    pg_query__parse_result__pack(&tree, packed.data());
  }
  const Handing handing({.offered = packed.empty() ? &tree : nullptr});
  PgQueryDeparseResult result =
      pg_query_deparse_protobuf({packed.size(), reinterpret_cast<char*>(packed.data())});
  const std::unique_ptr<PgQueryDeparseResult, FreeWritten> freed(&result);
  return result.error != nullptr || result.query == nullptr ? std::string() : result.query;
}

bool trees_come_unpacked() {
  static const bool kCome = [] {
    Arena arena;
    const Handing handing({.wanted_in = &arena});
    PgQueryProtobufParseResult result = pg_query_parse_protobuf("SELECT");
    const std::unique_ptr<PgQueryProtobufParseResult, FreeParsed> freed(&result);
    return handover.taken != nullptr;
  }();
  return kCome;
}

}  // namespace godwit::codegen::sql
