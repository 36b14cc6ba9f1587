// SPDX-License-Identifier: Apache-2.0
//
// What a history has of other sets, where it touches this one: who needs what is to be undone or
// forgotten.
#include "links.hpp"
#include "migrator_impl.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <godwit/maintenance.hpp>

#include <algorithm>
#include <utility>

namespace godwit::detail {
namespace {

std::string described(const Need& need) {
  return compose(
      "{} of the set \"{}\"{}", need.name, need.set,
      need.schema.empty() ? std::string() : compose(" in the schema \"{}\"", need.schema));
}

}  // namespace

std::vector<Need> Run::read_needs() {
  std::vector<Need> needs;
  const Reply reply = look_at_links(history_.read_needs(*connection_, identity_));
  if (!reply.is_ok()) {
    return needs;
  }
  const PGresult* result = reply.results[options_.role.empty() ? 0 : 2].get();
  for (int row = 0; row < PQntuples(result); ++row) {
    const std::string_view text = value(result, row, 2);
    const auto version = whole_number(text.substr(text.rfind(':') + 1));
    // The schema is only said where it is another one.
    const std::string_view schema = value(result, row, 3);
    if (version) {
      needs.push_back({std::string(value(result, row, 0)), std::string(value(result, row, 1)),
                       std::string(schema == history_.target() ? "" : schema), *version});
    }
  }
  return needs;
}

void Run::refuse_needed_elsewhere(const std::vector<const Row*>& rows, bool is_forgotten) {
  if (rows.empty()) {
    return;
  }
  for (const Need& need : read_needs()) {
    for (const Row* row : rows) {
      const bool is_squash = std::any_of(
          set_.migrations.begin(), set_.migrations.end(), [&](const Migration& migration) {
            return is_row_of(*row, set_, migration) && stands_for(migration, need.version);
          });
      if (row->version != need.version && !is_squash) {
        continue;
      }
      ErrorDetail detail;
      detail.migration = row->version;
      detail.migration_name = row->name;
      detail.message = compose("{} cannot be {}: {} is applied and depends on it", row->name,
                               is_forgotten ? "forgotten" : "undone", described(need));
      detail.hint = compose("{} {} first{}", is_forgotten ? "forget" : "undo", need.name,
                            is_forgotten ? ", or undo both with `down`" : "");
      throw Error(ErrorKind::kFailed, std::move(detail));
    }
  }
}

std::vector<std::string> Run::broken_dependencies() {
  connect();
  for (;;) {
    try {
      std::vector<std::string> texts;
      check();
      if (!snapshot_.has_table) {
        return texts;
      }
      snapshot_.replaced = read_replaced(false);
      for (const Migration& migration : set_.migrations) {
        const Row* row = find_row(snapshot_, set_, migration);
        for (const Dependency& dependency : migration.dependencies) {
          if (row != nullptr && needs_other_set(set_, dependency) &&
              !is_applied_in(snapshot_, dependency.set, dependency.version)) {
            texts.push_back(compose("{} depends on migration {}:{}, but {}:{} has not been applied",
                                    migration.full_name, dependency.set, dependency.version,
                                    dependency.set, dependency.version));
          }
        }
      }
      for (const Need& need : read_needs()) {
        if (!is_applied_in(snapshot_, set_.name, need.version)) {
          texts.push_back(compose("{} depends on migration {}, but {} has not been applied",
                                  described(need), need.version, need.version));
        }
      }
      return texts;
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

}  // namespace godwit::detail

namespace godwit {

std::vector<std::string> broken_dependencies(const std::string& conninfo, const MigrationSet& set,
                                             const Options& options) {
  detail::Run run(set, options, detail::parameters_of(conninfo), nullptr);
  return run.broken_dependencies();
}

}  // namespace godwit
