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
  // What is applied again may have needed something the last time.
  if (!needs.empty()) {
    sql += compose(", needs = CAST(ARRAY[{}] AS pg_catalog.text[])", needs);
  } else if (is_applied_again(migration.kind)) {
    sql += ", needs = NULL";
  }
  if (!ranges.empty()) {
    sql += compose(", replaces = '{}'", ranges);
  }
  return sql;
}

// A statement is planned when it is reached, so that the columns need not be there.
std::string History::note_links(const Connection& connection, const RunIdentity& run,
                                const Migration& migration) const {
  const std::string assignments = links(connection, run, migration);
  if (assignments.empty()) {
    return {};
  }
  return compose(
      "DO $godwit$ BEGIN IF (SELECT pg_catalog.count(*) FROM pg_catalog.pg_attribute AS a WHERE "
      "a.attrelid{0}CAST({1} AS pg_catalog.regclass) AND a.attname{0}ANY (ARRAY['needs', "
      "'replaces']) AND NOT a.attisdropped){0}2 THEN UPDATE {2} SET {3} WHERE {4}; END IF; END "
      "$godwit$",
      kEquals, connection.literal(quoted(connection)), quoted(connection),
      std::string_view(assignments).substr(2), row_condition(connection, run, migration));
}

// A tenant's need may be met in its schema or by a set of no schema; where both have it, neither
// is needed.
std::string History::read_needs(const Connection& connection, const RunIdentity& run) const {
  const std::string own = is_of_target(connection, "h");
  const std::string table = quoted(connection);
  const std::string set = connection.literal(run.set);
  return compose(
      "SELECT h.migration_set, h.migration_name, n.name, h.target_schema FROM {1} AS h CROSS JOIN "
      "LATERAL pg_catalog.unnest(h.needs) AS n(name) WHERE {4} AND h.migration_set "
      "OPERATOR(pg_catalog.<>) {2} AND pg_catalog.starts_with(n.name, {3}) ORDER BY h.id DESC",
      kEquals, table, set, connection.literal(compose("{}:", run.set)),
      compose("{0} NOT EXISTS (SELECT FROM {1} AS o WHERE o.target_schema{2}{3} AND "
              "o.migration_set{2}{4} AND n.name{2}pg_catalog.concat(o.migration_set, ':', "
              "o.migration_number)){5}",
              target_.empty() ? "(h.target_schema" + std::string(kEquals) + "'' OR" : own + " AND",
              table, kEquals, target_.empty() ? "h.target_schema" : "''", set,
              target_.empty() ? ")" : ""));
}

std::string History::read_replaces(const Connection& connection, bool is_everywhere) const {
  return compose(
      "SELECT h.migration_set, h.migration_number, h.replaces, h.target_schema FROM {1} AS h WHERE "
      "{2}h.state{0}'applied' AND h.replaces IS NOT NULL ORDER BY h.id",
      kEquals, quoted(connection),
      is_everywhere ? std::string() : is_in_sight(connection) + " AND ");
}

std::vector<ReplacedRange> History::parse_replaces(const PGresult* result) {
  std::vector<ReplacedRange> list;
  for (int row = 0; row < PQntuples(result); ++row) {
    std::string_view text = value(result, row, 2);
    while (!text.empty()) {
      ReplacedRange one;
      one.target = value(result, row, 3);
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
