// SPDX-License-Identifier: Apache-2.0
//
// What rows say of other rows: what an applied migration needs, and what a squash stands for that
// this build does not contain.
#include "links.hpp"

#include "squash.hpp"

#include <algorithm>
#include <utility>

namespace godwit::detail {

bool is_applied_in(const Snapshot& snapshot, std::string_view set, std::int64_t version) {
  return std::any_of(snapshot.rows.begin(), snapshot.rows.end(),
                     [&](const Row& row) {
                       return row.set == set && row.version == version && row.state == "applied";
                     }) ||
         is_replaced_in(snapshot, set, version);
}

bool needs_other_set(const MigrationSet& set, const Dependency& dependency) {
  return !dependency.set.empty() && dependency.set != set.name;
}
// Behind the statement that writes the row.
void Run::add_links(Message& message, const Migration& migration) const {
  const std::string sql = history_.note_links(*connection_, identity_, migration);
  if (!sql.empty()) {
    message.add(Section::kGuard, &migration, sql);
  }
}

// A table that an older godwit made has no such columns: an error that says nothing.
Reply Run::look_at_links(const std::string& query) {
  Reply reply = connection_->send(with_role(query), Waiter{});
  if (reply.is_cut) {
    throw ConnectionLost{reply.cut_message};
  }
  if (reply.error) {
    roll_back();
  }
  return reply;
}

// Whether something is missing that a squash of another build, or of another set, may stand for.
bool Run::may_be_replaced() const {
  std::vector<std::int64_t> known;
  for (const Migration& migration : set_.migrations) {
    if (migration.has_version()) {
      known.push_back(migration.version);
    }
  }
  std::vector<std::int64_t> present;
  for (const Row& row : snapshot_.rows) {
    if (row.set == set_.name && row.version) {
      present.push_back(*row.version);
    }
  }
  std::sort(known.begin(), known.end());
  std::sort(present.begin(), present.end());
  if (!snapshot_.has_table ||
      std::includes(present.begin(), present.end(), known.begin(), known.end())) {
    return false;
  }
  const bool has_unknown = std::any_of(present.begin(), present.end(), [&](std::int64_t version) {
    return !std::binary_search(known.begin(), known.end(), version) &&
           squash_of(set_, version) == nullptr;
  });
  return has_unknown ||
         std::any_of(set_.migrations.begin(), set_.migrations.end(),
                     [&](const Migration& migration) {
                       return std::any_of(
                           migration.dependencies.begin(), migration.dependencies.end(),
                           [&](const Dependency& dependency) {
                             return needs_other_set(set_, dependency) &&
                                    !is_applied_in(snapshot_, dependency.set, dependency.version);
                           });
                     });
}

// Never asked by a build that finds all that it knows.
void Run::look_up_replaced() {
  snapshot_.replaced.clear();
  if (may_be_replaced()) {
    snapshot_.replaced = read_replaced(false);
  }
}

std::vector<ReplacedRange> Run::read_replaced(bool is_everywhere) {
  const Reply reply = look_at_links(history_.read_replaces(*connection_, is_everywhere));
  return reply.is_ok() ? History::parse_replaces(reply.results[options_.role.empty() ? 0 : 2].get())
                       : std::vector<ReplacedRange>{};
}

}  // namespace godwit::detail
