// SPDX-License-Identifier: Apache-2.0
//
// The tree has no position for commands, dropped objects and many names: these are found in the
// statement's tokens, which are scanned only when there is something to report.
#include "lint/context.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "lint/registry.hpp"
#include "source/one_line.hpp"

namespace godwit::codegen::lint {
namespace {

using sql::is_symbol;
using sql::is_word;
using sql::Token;
using sql::TokenKind;

bool is_name(const Token& token) {
  return token.kind == TokenKind::kWord || token.kind == TokenKind::kQuotedName;
}

/// Behind a name with dots that begins at token `i`.
std::size_t behind_name(std::string_view text, const std::vector<Token>& tokens, std::size_t i) {
  while (i < tokens.size() && is_name(tokens[i])) {
    ++i;
    if (i + 1 >= tokens.size() || !is_symbol(text, tokens[i], "."))
      break;
    ++i;
  }
  return i;
}

/// The parts of [first, end) between commas that are in no parenthesis.
std::vector<Place> split_at_commas(std::string_view text, const std::vector<Token>& tokens,
                                   std::size_t first) {
  std::vector<Place> parts;
  int depth = 0;
  std::size_t begin = first;
  const auto finish = [&](std::size_t end) {
    if (begin < end)
      parts.push_back({tokens[begin].offset, tokens[end - 1].end() - tokens[begin].offset});
    begin = end + 1;
  };
  for (std::size_t i = first; i < tokens.size(); ++i) {
    if (is_symbol(text, tokens[i], "(") || is_symbol(text, tokens[i], "["))
      ++depth;
    else if (is_symbol(text, tokens[i], ")") || is_symbol(text, tokens[i], "]"))
      --depth;
    else if (depth == 0 && is_symbol(text, tokens[i], ","))
      finish(i);
  }
  finish(tokens.size());
  return parts;
}

}  // namespace

Context::Context(const Policy& policy, const catalog::Catalog& catalog,
                 const sql::Migration& migration, SectionKind kind, catalog::MigrationIndex index,
                 const Session& session, History& history)
    : policy_(policy),
      catalog_(catalog),
      migration_(migration),
      kind_(kind),
      index_(index),
      session_(session),
      history_(history) {}

const Section& Context::section() const noexcept {
  return is_down() ? source().down : source().up;
}

const sql::Script& Context::script() const noexcept {
  return is_down() ? migration_.down : migration_.up;
}

const sql::TransactionPlan& Context::transaction() const noexcept {
  return is_down() ? migration_.down_transaction : migration_.up_transaction;
}

const sql::BatchDirective* Context::batch_of(const Event& event) const noexcept {
  if (event.is_in_body)
    return nullptr;
  return sql::batch_of(is_down() ? migration_.down_batches : migration_.up_batches,
                       event.statement_index);
}

bool Context::is_new(const PgQuery__RangeVar* relation) const {
  return relation != nullptr && is_new(catalog_.resolve(*relation));
}

bool Context::is_new(const catalog::Name& name) const {
  if (name.schema == catalog::kTemporarySchema)
    return true;
  const catalog::Relation* relation = catalog_.relations.find(name);
  return relation != nullptr && is_new(relation->made_in);
}

bool Context::is_external(const catalog::Name& relation) const {
  return lint::is_external(policy_, relation.schema, relation.name);
}

std::string Context::spelled(const PgQuery__RangeVar& relation) {
  const std::string name = catalog::quote_identifier(relation.relname);
  const std::string_view schema = relation.schemaname;
  return schema.empty() ? name : catalog::quote_identifier(schema) + '.' + name;
}

std::size_t Context::offset_of(const Event& event, int location) const {
  if (location < 0)
    return event.place.offset;
  const auto inner = static_cast<std::size_t>(location);
  return event.origin == nullptr ? inner : event.origin->to_outer(inner);
}

const std::vector<Token>& Context::tokens_of(const Event& event) const {
  if (tokens_place_.offset != event.place.offset || tokens_place_.length != event.place.length) {
    tokens_place_ = event.place;
    tokens_ =
        sql::scan(section().text(), event.place.offset, event.place.offset + event.place.length);
  }
  return tokens_;
}

Place Context::name_at(const Event& event, int location) const {
  if (event.call || event.is_built)
    return event.call.value_or(event.place);
  const std::size_t offset = offset_of(event, location);
  const auto& tokens = tokens_of(event);
  const auto first = std::find_if(tokens.begin(), tokens.end(),
                                  [&](const Token& token) { return token.offset >= offset; });
  const auto i = static_cast<std::size_t>(first - tokens.begin());
  const std::size_t end = behind_name(section().text(), tokens, i);
  return end > i ? Place{offset, tokens[end - 1].end() - offset} : Place{offset, 0};
}

Place Context::command_place(const Event& event) const {
  if (event.call || event.is_built)
    return event.call.value_or(event.place);
  const auto* alter = sql::as<PgQuery__AlterTableStmt>(event.node);
  if (alter == nullptr || alter->relation == nullptr)
    return event.place;
  const std::string_view text = section().text();
  const auto& tokens = tokens_of(event);
  const std::size_t relation = offset_of(event, alter->relation->location);
  std::size_t i = 0;
  while (i < tokens.size() && tokens[i].offset < relation) ++i;
  i = behind_name(text, tokens, i);
  if (i < tokens.size() && is_symbol(text, tokens[i], "*"))
    ++i;
  const std::vector<Place> commands = split_at_commas(text, tokens, i);
  return event.command_index < commands.size() ? commands[event.command_index] : event.place;
}

Place Context::column_place(const Event& event, std::string_view column) const {
  if (event.call || event.is_built)
    return event.call.value_or(event.place);
  const auto* rename = sql::as<PgQuery__RenameStmt>(event.node);
  const std::size_t behind = rename != nullptr && rename->relation != nullptr
                                 ? name_at(event, rename->relation->location).offset + 1
                                 : event.place.offset;
  for (const Token& token : tokens_of(event)) {
    if (token.offset >= behind && is_name(token) && sql::name_of(section().text(), token) == column)
      return {token.offset, token.length};
  }
  return event.place;
}

Place Context::object_place(const Event& event, std::size_t index) const {
  if (event.call || event.is_built)
    return event.call.value_or(event.place);
  const std::string_view text = section().text();
  const auto& tokens = tokens_of(event);
  // DROP <one or two words> [CONCURRENTLY] [IF EXISTS] name, name … [CASCADE | RESTRICT]
  std::size_t i = 0;
  while (i < tokens.size() &&
         (is_word(text, tokens[i], "drop") || is_word(text, tokens[i], "table") ||
          is_word(text, tokens[i], "foreign") || is_word(text, tokens[i], "materialized") ||
          is_word(text, tokens[i], "view") || is_word(text, tokens[i], "index") ||
          is_word(text, tokens[i], "schema") || is_word(text, tokens[i], "sequence") ||
          is_word(text, tokens[i], "type") || is_word(text, tokens[i], "domain") ||
          is_word(text, tokens[i], "extension") || is_word(text, tokens[i], "function") ||
          is_word(text, tokens[i], "procedure") || is_word(text, tokens[i], "routine") ||
          is_word(text, tokens[i], "aggregate") || is_word(text, tokens[i], "concurrently") ||
          is_word(text, tokens[i], "if") || is_word(text, tokens[i], "exists")))
    ++i;
  const std::vector<Place> objects = split_at_commas(text, tokens, i);
  if (index >= objects.size())
    return event.place;
  std::size_t first = i;
  while (first < tokens.size() && tokens[first].offset < objects[index].offset) ++first;
  const std::size_t end = behind_name(text, tokens, first);
  if (end == first)
    return objects[index];
  return {objects[index].offset, tokens[end - 1].end() - objects[index].offset};
}

Place Context::head_place(const Event& event, std::string_view last_word) const {
  if (event.call || event.is_built)
    return event.call.value_or(event.place);
  for (const Token& token : tokens_of(event)) {
    if (is_word(section().text(), token, last_word))
      return {event.place.offset, token.end() - event.place.offset};
  }
  return event.place;
}

Diagnostic* Context::report(std::string_view rule, const Event& event, Place place,
                            std::string message, std::vector<std::string> notes,
                            std::optional<Severity> severity) {
  if (event.called != nullptr) {
    const SourceFile& file = event.called->section->file();
    notes.push_back(fmt::format("{}() does that, at {}:{}", event.called->function, file.display(),
                                file.position(event.place.offset).line));
  }
  return report_in(section(), rule, event.call.value_or(place), std::move(message),
                   std::move(notes), severity);
}

void Context::report_in_transaction(std::string_view rule, const Event& event, Place place,
                                    std::string message, std::vector<std::string> notes) {
  Diagnostic* finding = report(rule, event, place, std::move(message), std::move(notes),
                               event.is_conditional ? Severity::kWarning : Severity::kError);
  if (finding != nullptr && !event.is_conditional && transaction().is_transactional)
    finding->fails_in_transaction = event.statement_index;
}

Diagnostic* Context::report_in(const Section& section, std::string_view id, Place place,
                               std::string message, std::vector<std::string> notes,
                               std::optional<Severity> severity) {
  const RuleInfo* rule = find_rule(id);
  const Severity own = severity.value_or(rule == nullptr ? Severity::kError : rule->severity);
  // A function may be called more than once.
  if (!reported_.emplace(id, place.offset, message).second)
    return nullptr;
  findings_.push_back({.severity = own,
                       .rule = rule == nullptr ? id : rule->id,
                       .file = &section.file(),
                       .offset = place.offset,
                       .length = place.length,
                       .message = in_one_line(std::move(message)),
                       .notes = std::move(notes),
                       .fix = {},
                       .is_survivable = false});
  return &findings_.back();
}

Event event_of(const Context& context, std::size_t index) {
  const sql::Statement& statement = context.script().statements()[index];
  Event event;
  event.node = statement.node;
  event.place = {statement.offset, statement.length};
  event.statement_index = index;
  return event;
}

}  // namespace godwit::codegen::lint
