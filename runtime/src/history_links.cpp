// SPDX-License-Identifier: Apache-2.0
//
// What a row says of others, for builds that do not contain its migration: which migrations of
// other sets it needs (so that those are not undone under it), and for which versions of its own
// set it stands, where it is a squash (so that an older build does not apply them again). Few rows
// say anything, and a table that an older godwit made has no place for it: then nothing is known.
#include "history.hpp"

#include <charconv>

namespace godwit::detail {
namespace {

constexpr std::string_view kEquals = " OPERATOR(pg_catalog.=) ";

// Takes the number off the front of a text.
std::int64_t take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return error == std::errc{} ? number : 0;
}

}  // namespace

std::string History::links(const Connection& connection, const RunIdentity& run,
                           const Migration& migration) const {
  std::string needs;
  for (const Dependency& dependency : migration.dependencies) {
    if (!dependency.set.empty() && dependency.set != run.set) {
      needs += compose("{}{}", needs.empty() ? "" : ", ",
                       connection.literal(compose("{}:{}", dependency.set, dependency.version)));
    }
  }
  std::string ranges;
  for (const VersionRange& range : migration.replaces) {
    ranges += compose("{}{}-{}", ranges.empty() ? "" : ",", range.first, range.last);
  }
  std::string sql;
  if (!needs.empty()) {
    sql += compose(", needs = CAST(ARRAY[{}] AS pg_catalog.text[])", needs);
  }
  if (!ranges.empty()) {
    sql += compose(", replaces = '{}'", ranges);
  }
  return sql;
}

std::string History::read_needs(const Connection& connection, const RunIdentity& run) const {
  return compose(
      "SELECT h.migration_set, h.migration_name, n.name FROM {1} AS h CROSS JOIN LATERAL "
      "pg_catalog.unnest(h.needs) AS n(name) WHERE h.target_schema{0}'' AND h.migration_set "
      "OPERATOR(pg_catalog.<>) {2} AND pg_catalog.starts_with(n.name, {3}) ORDER BY h.id DESC",
      kEquals, quoted(connection), connection.literal(run.set),
      connection.literal(compose("{}:", run.set)));
}

std::string History::read_replaces(const Connection& connection) const {
  return compose(
      "SELECT h.migration_set, h.migration_number, h.replaces FROM {1} AS h WHERE "
      "h.target_schema{0}'' AND h.state{0}'applied' AND h.replaces IS NOT NULL ORDER BY h.id",
      kEquals, quoted(connection));
}

std::vector<ReplacedRange> History::parse_replaces(const PGresult* result) {
  std::vector<ReplacedRange> list;
  for (int row = 0; row < PQntuples(result); ++row) {
    std::string_view text = value(result, row, 2);
    while (!text.empty()) {
      ReplacedRange one;
      one.set = value(result, row, 0);
      one.squash = integer(result, row, 1);
      one.range.first = take_number(text);
      one.range.last = one.range.first;
      if (!text.empty() && text.front() == '-') {
        text.remove_prefix(1);
        one.range.last = take_number(text);
      }
      list.push_back(std::move(one));
      text.remove_prefix(text.empty() ? 0 : 1);
    }
  }
  return list;
}

}  // namespace godwit::detail
