// SPDX-License-Identifier: Apache-2.0
#include "sql/bodies.hpp"

#include <utility>

#include "sql/ast.hpp"
#include "sql/body_check.hpp"

namespace godwit::codegen::sql {

SectionBodies parse_bodies(const Section& section, const Script& script) {
  SectionBodies bodies;
  const auto& statements = script.statements();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    const bool is_block = as<PgQuery__DoStmt>(statements[i].node) != nullptr;
    if (!is_block && as<PgQuery__CreateFunctionStmt>(statements[i].node) == nullptr)
      continue;
    for (BodyError& error : check_body(section.text(), statements[i]))
      bodies.errors.push_back(std::move(error));
    if (!is_block)
      continue;
    if (auto text = body_text(section.text(), statements[i]))
      bodies.blocks.emplace(i, parse_body(std::move(*text)));
  }
  return bodies;
}

}  // namespace godwit::codegen::sql
