// SPDX-License-Identifier: Apache-2.0
//
// Mermaid's grammar is narrow: a type and a column are a letter followed by letters, digits,
// underscores, brackets and parentheses, see
// https://mermaid.js.org/syntax/entityRelationshipDiagram.html
#include "emit/schema_graph.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "emit/graph.hpp"

namespace godwit::codegen::emit {
namespace {

using catalog::Column;
using catalog::Constraint;
using catalog::ConstraintKind;
using catalog::Relation;

std::vector<const Relation*> tables_of(const catalog::Catalog& catalog) {
  std::vector<const Relation*> tables;
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (catalog::is_table(relation->kind) && name.schema != catalog::kTemporarySchema &&
        !relation->partition_of && relation->made_in != catalog::kMadeElsewhere)
      tables.push_back(relation.get());
  }
  std::sort(tables.begin(), tables.end(),
            [](const Relation* a, const Relation* b) { return a->name < b->name; });
  return tables;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

bool has(const Constraint& constraint, ConstraintKind kind, const std::string& column) {
  return constraint.kind == kind && std::find(constraint.columns.begin(), constraint.columns.end(),
                                              column) != constraint.columns.end();
}

bool is_in(const Relation& table, ConstraintKind kind, const std::string& column) {
  return std::any_of(table.constraints.begin(), table.constraints.end(),
                     [&](const Constraint& one) { return has(one, kind, column); });
}

bool is_unique(const Relation& table, const std::vector<std::string>& columns) {
  return std::any_of(
      table.constraints.begin(), table.constraints.end(), [&](const Constraint& one) {
        return (one.kind == ConstraintKind::kPrimaryKey || one.kind == ConstraintKind::kUnique) &&
               std::is_permutation(one.columns.begin(), one.columns.end(), columns.begin(),
                                   columns.end());
      });
}

std::string type_of(const Column& column) {
  return column.type.is_known() ? to_string(column.type) : "unknown";
}

/// "not null default", "primary key, references users (id)".
std::string notes_on(const Relation& table, const Column& column) {
  std::vector<std::string> notes;
  if (is_in(table, ConstraintKind::kPrimaryKey, column.name))
    notes.emplace_back("primary key");
  else if (column.is_not_null)
    notes.emplace_back("not null");
  if (column.is_identity)
    notes.emplace_back("identity");
  if (column.is_generated)
    notes.emplace_back("generated");
  else if (column.has_default)
    notes.emplace_back("default");
  if (is_unique(table, {column.name}) && !is_in(table, ConstraintKind::kPrimaryKey, column.name))
    notes.emplace_back("unique");
  for (const Constraint& constraint : table.constraints) {
    if (has(constraint, ConstraintKind::kForeignKey, column.name))
      notes.push_back(fmt::format("references {} ({})", quote_name(constraint.referenced_table),
                                  joined(constraint.referenced_columns)));
  }
  return joined(notes);
}

template <class Work>
void for_each_reference(const Relation& table, const Work& work) {
  for (const Constraint& constraint : table.constraints) {
    if (constraint.kind == ConstraintKind::kForeignKey)
      work(constraint);
  }
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string mermaid_word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_allowed = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' ||
                            c == '(' || c == ')' || c == '[' || c == ']';
    out += is_allowed ? c : '_';
  }
  if (out.empty() || std::isalpha(static_cast<unsigned char>(out.front())) == 0)
    out.insert(0, "x");
  return out;
}

/// In quotes, where Mermaid has no escape for a quote.
std::string mermaid_quoted(std::string text) {
  std::replace(text.begin(), text.end(), '"', '\'');
  return '"' + text + '"';
}

std::string plain_name(const catalog::Name& name) {
  return name.schema == "public" || name.schema.empty() ? name.name : name.schema + '.' + name.name;
}

std::string mermaid_keys(const Relation& table, const Column& column) {
  std::vector<std::string_view> keys;
  if (is_in(table, ConstraintKind::kPrimaryKey, column.name))
    keys.emplace_back("PK");
  if (is_in(table, ConstraintKind::kForeignKey, column.name))
    keys.emplace_back("FK");
  if (keys.empty() && is_unique(table, {column.name}))
    keys.emplace_back("UK");
  return keys.empty() ? "" : fmt::format(" {}", fmt::join(keys, ","));
}

}  // namespace

std::string schema_text(const catalog::Catalog& catalog) {
  std::string out;
  for (const Relation* table : tables_of(catalog)) {
    out += (out.empty() ? "" : "\n") + quote_name(table->name) + '\n';
    std::size_t name_width = 0;
    std::size_t type_width = 0;
    for (const Column& column : table->columns) {
      name_width = std::max(name_width, catalog::quote_identifier(column.name).size());
      type_width = std::max(type_width, type_of(column).size());
    }
    for (const Column& column : table->columns) {
      std::string line =
          fmt::format("  {:<{}}  {:<{}}  {}", catalog::quote_identifier(column.name), name_width,
                      type_of(column), type_width, notes_on(*table, column));
      line.erase(line.find_last_not_of(' ') + 1);
      out += line + '\n';
    }
  }
  return out;
}

std::string schema_dot(const catalog::Catalog& catalog) {
  std::string out = "digraph schema {\n  rankdir=LR;\n  node [shape=plain];\n";
  const auto tables = tables_of(catalog);
  for (const Relation* table : tables) {
    out += fmt::format(R"(  {} [label=<<table border="0" cellborder="1" cellspacing="0">)"
                       R"(<tr><td colspan="2"><b>{}</b></td></tr>)",
                       dot_quoted(plain_name(table->name)), html(plain_name(table->name)));
    for (const Column& column : table->columns)
      out += fmt::format(R"(<tr><td align="left">{}</td><td align="left">{}</td></tr>)",
                         html(column.name), html(type_of(column)));
    out += "</table>>];\n";
  }
  for (const Relation* table : tables) {
    for_each_reference(*table, [&](const Constraint& reference) {
      out += fmt::format("  {} -> {} [label={}];\n", dot_quoted(plain_name(table->name)),
                         dot_quoted(plain_name(reference.referenced_table)),
                         dot_quoted(joined(reference.columns)));
    });
  }
  return out + "}\n";
}

std::string schema_mermaid(const catalog::Catalog& catalog) {
  std::string out = "erDiagram\n";
  const auto tables = tables_of(catalog);
  for (const Relation* table : tables) {
    out += "  " + mermaid_quoted(plain_name(table->name));
    if (table->columns.empty()) {
      out += '\n';
      continue;
    }
    out += " {\n";
    for (const Column& column : table->columns)
      out += fmt::format("    {} {}{}\n", mermaid_word(type_of(column)), mermaid_word(column.name),
                         mermaid_keys(*table, column));
    out += "  }\n";
  }
  for (const Relation* table : tables) {
    for_each_reference(*table, [&](const Constraint& reference) {
      const bool may_be_null = std::any_of(reference.columns.begin(), reference.columns.end(),
                                           [&](const std::string& name) {
                                             const Column* column = table->find_column(name);
                                             return column == nullptr || !column->is_not_null;
                                           });
      out +=
          fmt::format("  {} {}--{} {} : {}\n", mermaid_quoted(plain_name(table->name)),
                      is_unique(*table, reference.columns) ? "|o" : "}o", may_be_null ? "o|" : "||",
                      mermaid_quoted(plain_name(reference.referenced_table)),
                      mermaid_quoted(joined(reference.columns)));
    });
  }
  return out;
}

}  // namespace godwit::codegen::emit
