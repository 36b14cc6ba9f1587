// SPDX-License-Identifier: Apache-2.0
//
// Any bytes, through the C++ that is written of them, and back.
#include <algorithm>

#include "cpp_literals.hpp"
#include "emit/cpp_literal.hpp"
#include "emit/table.hpp"
#include "support.hpp"

namespace {

using godwit::fuzz::read_literals;
using godwit::fuzz::require;
namespace emit = godwit::codegen::emit;

void check_table(const std::string& bytes, const std::string& other) {
  emit::Table table;
  table.header = "x_migrations.hpp";
  table.cpp_namespace = "x_migrations";
  table.set_name = bytes;
  table.history_table = other;
  table.digest = bytes + other;
  table.tool_version = "0";
  const std::string source = emit::emit_table(table);
  require(source == emit::emit_table(table), "the same table gives the same bytes");
  const std::vector<std::string> values = read_literals(source);
  for (const std::string& text : {table.set_name, table.history_table, table.digest})
    require(std::find(values.begin(), values.end(), text) != values.end(),
            "a table holds its texts");
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  std::string literal;
  emit::append_literal(literal, bytes);
  const std::vector<std::string> values = read_literals(literal);
  require(values.size() == 1 && values.front() == bytes, "a literal is read back as it was");

  const std::size_t half = size / 2;
  std::string two = "{";
  emit::append_literal(two, std::string_view(bytes).substr(0, half));
  two += ",";
  emit::append_literal(two, std::string_view(bytes).substr(half));
  two += "}";
  require(read_literals(two) == std::vector{bytes.substr(0, half), bytes.substr(half)},
          "literals do not reach into each other");
  check_table(bytes.substr(0, half), bytes.substr(half));
  return 0;
}
