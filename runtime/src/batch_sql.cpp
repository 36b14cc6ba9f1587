// SPDX-License-Identifier: Apache-2.0
//
// Why a batch is the rows between two keys, and not "the next 1000 that need it": it reads no more
// than its part of the table however few rows need it, needs no more than the key's index, and the
// statement's own condition stays where the server checks it again when a row was changed
// meanwhile.
#include "batch_sql.hpp"

namespace godwit::detail {
namespace {

constexpr std::string_view kKeysAlias = "godwit_keys";

std::string values(const Connection& connection, const BatchKey& key, std::size_t skipped) {
  std::string list;
  for (std::size_t i = skipped; i < key.size(); ++i) {
    list += (list.empty() ? "" : ", ") + connection.literal(key[i]);
  }
  return key.size() - skipped == 1 ? list : "ROW(" + list + ")";
}

std::string comparison(const std::string& operand, std::string_view sign,
                       const std::string& value) {
  return compose("{} OPERATOR(pg_catalog.{}) {}", operand, sign, value);
}

std::string ordered(const Batch& batch, std::string_view qualifier, std::string_view prefix,
                    std::string_view direction) {
  std::string list;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    list += list.empty() ? "" : ", ";
    list += prefix.empty() ? compose("{}.{}{}", qualifier, batch.columns[i], direction)
                           : compose("{}.{}{}{}", qualifier, prefix, i, direction);
  }
  return list;
}

}  // namespace

BatchStatement with_condition(std::string_view statement, const Batch& batch,
                              std::string_view condition) {
  const bool has_own = batch.open != 0;
  BatchStatement result;
  result.sql = statement.substr(0, batch.open);
  result.inserted[0] = {result.sql.size(), has_own ? 1U : 0U};
  result.sql += has_own ? "(" : "";
  result.sql += statement.substr(batch.open, batch.close - batch.open);
  const std::string added = compose("{}{}", has_own ? ") AND " : " WHERE ", condition);
  result.inserted[1] = {result.sql.size(), added.size()};
  result.sql += added;
  result.sql += statement.substr(batch.close);
  return result;
}

std::string key_operand(const Batch& batch, std::string_view qualifier, std::size_t skipped) {
  std::string list;
  for (std::size_t i = skipped; i < batch.columns.size(); ++i) {
    list += compose("{}{}.{}", list.empty() ? "" : ", ", qualifier, batch.columns[i]);
  }
  return batch.columns.size() - skipped == 1 ? list : "ROW(" + list + ")";
}

// Of a comparison of rows the planner guesses how many there are by its first column alone, and
// would read all of a table that has few different values there. So what both ends have in common
// is said by =, and the next column is named by itself.
std::string key_range(const Connection& connection, const Batch& batch, const BatchKey& from,
                      const BatchKey& to) {
  std::string sql;
  const auto add = [&](const std::string& condition) {
    sql += (sql.empty() ? "" : " AND ") + condition;
  };
  std::size_t common = 0;
  while (!from.empty() && common + 1 < to.size() && from[common] == to[common]) {
    add(compose("{}.{} OPERATOR(pg_catalog.=) {}", batch.qualifier, batch.columns[common],
                connection.literal(to[common])));
    ++common;
  }
  const std::string operand = key_operand(batch, batch.qualifier, common);
  if (!from.empty()) {
    add(comparison(operand, ">", values(connection, from, common)));
  }
  add(comparison(operand, "<=", values(connection, to, common)));
  if (to.size() - common > 1) {
    const std::string first = compose("{}.{}", batch.qualifier, batch.columns[common]);
    if (!from.empty()) {
      add(comparison(first, ">=", connection.literal(from[common])));
    }
    add(comparison(first, "<=", connection.literal(to[common])));
  }
  return sql;
}

KeyQuery key_query(const Batch& batch, std::string_view columns) {
  std::string inner;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    inner += compose("{}{}.{} AS k{}", i == 0 ? "" : ", ", kKeysAlias, batch.columns[i], i);
  }
  KeyQuery query;
  query.head = compose("SELECT {}, pg_catalog.count(*) OVER () FROM (SELECT {} FROM {} AS {}",
                       columns, inner, batch.table, kKeysAlias);
  query.tail =
      compose(" ORDER BY {} LIMIT {}) AS b ORDER BY {} LIMIT 1", ordered(batch, kKeysAlias, "", ""),
              batch.size, ordered(batch, "b", "k", " DESC"));
  return query;
}

std::string next_keys(const Connection& connection, const Batch& batch, const BatchKey& from) {
  std::string columns;
  for (std::size_t i = 0; i < batch.columns.size(); ++i) {
    columns += compose("{}CAST(b.k{} AS pg_catalog.text)", i == 0 ? "" : ", ", i);
  }
  const KeyQuery query = key_query(batch, columns);
  std::string condition;
  if (!from.empty()) {
    condition =
        " WHERE " + comparison(key_operand(batch, kKeysAlias), ">", values(connection, from, 0));
  }
  return query.head + condition + query.tail;
}

std::string estimate_rows(const Connection& connection, const Batch& batch) {
  constexpr std::string_view kOnly = "ONLY ";
  std::string_view table = batch.table;
  if (table.substr(0, kOnly.size()) == kOnly) {
    table.remove_prefix(kOnly.size());
  }
  return compose(
      "SELECT CASE WHEN pg_catalog.bool_and(s.pages OPERATOR(pg_catalog.=) 0 OR (c.reltuples "
      "OPERATOR(pg_catalog.>=) 0 AND c.relpages OPERATOR(pg_catalog.>) 0)) THEN CAST("
      "pg_catalog.sum(CASE WHEN c.relpages OPERATOR(pg_catalog.>) 0 THEN c.reltuples "
      "OPERATOR(pg_catalog./) c.relpages OPERATOR(pg_catalog.*) s.pages ELSE 0 END) AS bigint) "
      "ELSE -1 END FROM pg_catalog.pg_class AS c, LATERAL (SELECT pg_catalog.pg_relation_size("
      "c.oid) OPERATOR(pg_catalog./) CAST(pg_catalog.current_setting('block_size') AS bigint)) AS "
      "s (pages) WHERE c.relkind OPERATOR(pg_catalog.=) 'r' AND (c.oid OPERATOR(pg_catalog.=) "
      "pg_catalog.to_regclass({0}) OR c.oid OPERATOR(pg_catalog.=) ANY (SELECT p.relid FROM "
      "pg_catalog.pg_partition_tree(pg_catalog.to_regclass({0})) AS p WHERE p.isleaf))",
      connection.literal(table));
}

std::string count_rows(const Batch& batch, std::uint64_t most) {
  return compose("SELECT pg_catalog.count(*) FROM (SELECT FROM {} LIMIT {}) AS counted",
                 batch.table, most);
}

}  // namespace godwit::detail
