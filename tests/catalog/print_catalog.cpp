// SPDX-License-Identifier: Apache-2.0
//
// print_catalog DIR: the catalog that the migrations of a folder add up to, a line an object, as
// catalog_test.py compares it with what a server says. An object whose shape is not known is listed
// as "unknown NAME", and "fails …" is what a rule says would fail when run.
#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/describe.hpp"
#include "commands/compile.hpp"
#include "lint/lint.hpp"
#include "sql/parse.hpp"

namespace godwit::codegen {
namespace {

/// Storage parameters, volatility and the like: catalog_test.py does not ask the server for them.
void forget_settings(catalog::Catalog& catalog) {
  std::vector<catalog::Name> relations;
  for (const auto& [name, relation] : catalog.relations.all()) relations.push_back(name);
  for (const catalog::Name& name : relations) {
    catalog::Relation* relation = catalog.relations.edit(name);
    relation->settings.clear();
    for (catalog::Column& column : relation->columns) column.settings.clear();
  }
  std::vector<catalog::Name> functions;
  for (const auto& [name, function] : catalog.functions.all()) functions.push_back(name);
  for (const catalog::Name& name : functions) {
    for (catalog::Overload& overload : catalog.functions.edit(name)->overloads)
      overload.settings.clear();
  }
}

void print(const catalog::Catalog& catalog) {
  for (const auto& [key, line] : catalog::describe(catalog))
    std::cout << key << ": " << line.text << '\n';
  for (const auto& [name, relation] : catalog.relations.all()) {
    if (!relation->has_known_shape)
      std::cout << "unknown " << catalog::quote_name(name) << '\n';
    if (relation->is_uncertain)
      std::cout << "uncertain " << catalog::quote_name(name) << '\n';
  }
}

/// Rules whose errors say that a statement fails.
void print_failures(const Diagnostics& diagnostics) {
  constexpr auto kRules = std::to_array<std::string_view>(
      {"unknown-relation", "unknown-column", "unknown-constraint", "unknown-index", "unknown-type",
       "forward-reference", "duplicate-object", "drop-column-used-by", "drop-object-in-use",
       "fk-type-mismatch", "fk-target-not-unique", "or-replace-incompatible", "statement-fails"});
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity == Severity::kError &&
        std::find(kRules.begin(), kRules.end(), finding.rule) != kRules.end())
      std::cout << "fails " << finding.file->path() << ':'
                << finding.file->position(finding.offset).line << ": " << finding.message << " ["
                << finding.rule << "]\n";
  }
}

}  // namespace
}  // namespace godwit::codegen

int main(int argc, char** argv) {
  using namespace godwit::codegen;
  if (argc != 2) {
    std::cerr << "usage: print_catalog DIR\n";
    return 2;
  }
  try {
    sql::run_with_deep_stack(1, 1, [&](std::size_t) {
      const auto set = commands::compile_set(
          {.files = list_directory(argv[1]), .lock = {}, .policy = lint::Policy()});
      catalog::Catalog catalog;
      Diagnostics findings;
      lint::lint_set(set->in_order, lint::Policy(), findings, {}, &catalog);
      forget_settings(catalog);
      print(catalog);
      print_failures(findings);
    });
  } catch (const std::exception& error) {
    std::cerr << "print_catalog: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
