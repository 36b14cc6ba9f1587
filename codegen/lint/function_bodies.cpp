// SPDX-License-Identifier: Apache-2.0
#include "lint/function_bodies.hpp"

namespace godwit::codegen::lint {
namespace {

sql::Body parsed(const catalog::Overload& overload) {
  if (auto text = sql::body_text(overload.section->text(), overload.statement))
    return sql::parse_body(std::move(*text));
  return sql::body_of_tree(overload.statement);
}

}  // namespace

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
