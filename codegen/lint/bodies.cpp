// SPDX-License-Identifier: Apache-2.0
#include "lint/bodies.hpp"

#include <algorithm>
#include <thread>

#include "sql/ast.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen::lint {
namespace {

bool has_body(const sql::Statement& statement) {
  return sql::as<PgQuery__DoStmt>(statement.node) != nullptr ||
         sql::as<PgQuery__CreateFunctionStmt>(statement.node) != nullptr;
}

Blocks parse_do_blocks(const Section& section, const sql::Script& script,
                       std::vector<sql::BodyError>& errors) {
  Blocks bodies;
  const auto& statements = script.statements();
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (!has_body(statements[i]))
      continue;
    for (sql::BodyError& error : sql::check_body(section.text(), statements[i]))
      errors.push_back(std::move(error));
    if (sql::as<PgQuery__DoStmt>(statements[i].node) == nullptr)
      continue;
    if (auto text = sql::body_text(section.text(), statements[i]))
      bodies.emplace(i, sql::parse_body(std::move(*text)));
  }
  return bodies;
}

bool has_bodies(const sql::Script& script) {
  const auto& statements = script.statements();
  return std::any_of(statements.begin(), statements.end(), has_body);
}

sql::Body parsed(const catalog::Overload& overload) {
  if (auto text = sql::body_text(overload.section->text(), overload.statement))
    return sql::parse_body(std::move(*text));
  return sql::body_of_tree(overload.statement);
}

}  // namespace

std::vector<ParsedBodies> parse_bodies(std::span<const sql::Migration* const> in_order) {
  std::vector<ParsedBodies> bodies(in_order.size());
  std::vector<std::size_t> with_bodies;
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    if (has_bodies(in_order[i]->up) || has_bodies(in_order[i]->down))
      with_bodies.push_back(i);
  }
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  sql::run_with_deep_stack(with_bodies.size(), threads, [&](std::size_t n) {
    const std::size_t i = with_bodies[n];
    const sql::Migration& migration = *in_order[i];
    bodies[i].up = parse_do_blocks(migration.source->up, migration.up, bodies[i].up_errors);
    if (migration.source->down.is_present())
      bodies[i].down =
          parse_do_blocks(migration.source->down, migration.down, bodies[i].down_errors);
  });
  return bodies;
}

const sql::Body& FunctionBodies::of(const catalog::Overload& overload) {
  const auto key = std::make_pair(overload.section, overload.statement.offset);
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    auto& place = entries_[key];
    if (place == nullptr)
      place = std::make_unique<Entry>();
    entry = place.get();
  }
  std::call_once(entry->once, [&] { entry->body = parsed(overload); });
  return entry->body;
}

}  // namespace godwit::codegen::lint
