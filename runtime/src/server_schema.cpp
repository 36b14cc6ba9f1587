// SPDX-License-Identifier: Apache-2.0
//
// A server's schema as lines, in the words in which the host tool writes down what it expects
// (codegen/catalog/describe.cpp, spelling.cpp): whoever changes a word changes both. What belongs
// to an extension is left out, and so are the system's own schemas. For PostgreSQL 12 and later.
#include "migrator_impl.hpp"
#include "schema.hpp"
#include "squash.hpp"
#include "target.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace godwit::detail {
namespace {

// {0}: the schema whose name is left out. {2}: which others count.
constexpr std::string_view kObjects = R"(WITH
extension_objects AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
schemas AS (
  SELECT oid, nspname, CASE WHEN nspname = {0} THEN '' ELSE nspname || '.' END AS prefix
  FROM pg_namespace
  WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'{2}),
relations AS MATERIALIZED (
  SELECT c.*, s.prefix || c.relname AS shown
  FROM pg_class AS c JOIN schemas AS s ON s.oid = c.relnamespace
  WHERE NOT EXISTS (SELECT FROM extension_objects AS e
                    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid)),
-- Where the name of a type begins that format_type() prints with its schema.
types AS MATERIALIZED (
  SELECT t.oid, CASE WHEN n.nspname = {0} OR EXISTS (
                         SELECT FROM extension_objects AS e
                         WHERE e.classid = 'pg_type'::regclass AND e.objid = b.oid)
                     THEN pg_catalog.length(pg_catalog.quote_ident(n.nspname)) + 2 ELSE 1 END AS first
  FROM pg_type AS t
  JOIN pg_type AS b ON b.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
  JOIN pg_namespace AS n ON n.oid = t.typnamespace
  WHERE n.nspname <> 'pg_catalog'),
attributes AS MATERIALIZED (
  SELECT a.*, {1} AS shown_type
  FROM pg_attribute AS a JOIN relations AS c ON c.oid = a.attrelid
  LEFT JOIN types AS t ON t.oid = a.atttypid
  WHERE a.attnum > 0 AND NOT a.attisdropped)
)";

constexpr std::string_view kRelations = R"(
SELECT kind || ' ' || shown, kind ||
  COALESCE((SELECT ' partitioned by (' || {0} || ')' FROM pg_partitioned_table AS p
            WHERE p.partrelid = c.oid), '') ||
  COALESCE((SELECT string_agg(CASE WHEN c.relispartition THEN ' partition of ' ELSE ' inherits ' END
                              || p.shown, '' ORDER BY i.inhseqno)
            FROM pg_inherits AS i JOIN relations AS p ON p.oid = i.inhparent
            WHERE i.inhrelid = c.oid), '') ||
  CASE WHEN relpersistence = 'u' THEN ' unlogged' ELSE '' END ||
  CASE WHEN relrowsecurity THEN ' with row security' ELSE '' END ||
  CASE WHEN relforcerowsecurity THEN ' forced' ELSE '' END
FROM relations AS c, LATERAL (
  SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                      WHEN 'f' THEN 'foreign table' ELSE 'table' END) AS k(kind)
WHERE relkind IN ('r', 'p', 'f', 'v', 'm')
UNION ALL
SELECT 'sequence ' || c.shown, 'sequence' || COALESCE((
  SELECT ' owned by ' || o.shown || '.' || a.attname
  FROM pg_depend AS d JOIN relations AS o ON o.oid = d.refobjid
  JOIN pg_attribute AS a ON a.attrelid = o.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
    AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') LIMIT 1), '')
FROM relations AS c WHERE relkind = 'S'
UNION ALL
SELECT 'column ' || c.shown || '.' || a.attname, a.shown_type ||
  CASE WHEN a.attnotnull THEN ' not null' ELSE '' END ||
  CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END ||
  CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END ||
  CASE WHEN a.atthasdef AND a.attgenerated = '' THEN ' default' ELSE '' END
FROM relations AS c JOIN attributes AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm'))";

constexpr std::string_view kConstraints = R"(
UNION ALL
SELECT 'constraint ' || c.shown || '.' || k.conname,
  CASE k.contype WHEN 'c' THEN 'CHECK' WHEN 'x' THEN 'EXCLUDE'
    WHEN 'p' THEN 'PRIMARY KEY (' || {0} || ')' WHEN 'u' THEN 'UNIQUE (' || {0} || ')'
    ELSE 'FOREIGN KEY (' || {0} || ') REFERENCES ' || COALESCE(r.shown, '?') || ' (' || {1} || ')' ||
      COALESCE(' ON UPDATE ' || {2}, '') || COALESCE(' ON DELETE ' || {3}, '') END ||
  CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END ||
  CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END ||
  CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END
FROM pg_constraint AS k JOIN relations AS c ON c.oid = k.conrelid
LEFT JOIN relations AS r ON r.oid = k.confrelid
WHERE k.contype IN ('c', 'p', 'u', 'f', 'x'))";

constexpr std::string_view kIndexes = R"(
UNION ALL
SELECT 'index ' || i.shown, CASE WHEN x.indisunique THEN 'unique ' ELSE '' END || 'index on ' ||
  t.shown || ' (' || {0} || ')' || CASE WHEN am.amname <> 'btree' THEN ' using ' || am.amname ELSE '' END ||
  CASE WHEN x.indnatts > x.indnkeyatts THEN ' include (' || {1} || ')' ELSE '' END ||
  CASE WHEN x.indpred IS NOT NULL THEN ' where (expression)' ELSE '' END ||
  CASE WHEN i.relkind = 'i' AND NOT x.indisvalid THEN ' invalid' ELSE '' END
FROM relations AS i JOIN pg_index AS x ON x.indexrelid = i.oid
JOIN relations AS t ON t.oid = x.indrelid JOIN pg_am AS am ON am.oid = i.relam
WHERE NOT EXISTS (SELECT FROM pg_constraint AS k
                  WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
UNION ALL
SELECT 'trigger ' || c.shown || '.' || t.tgname,
  concat_ws(' OR ', CASE WHEN tgtype & 4 <> 0 THEN 'INSERT' END,
            CASE WHEN tgtype & 16 <> 0 THEN 'UPDATE' END, CASE WHEN tgtype & 8 <> 0 THEN 'DELETE' END,
            CASE WHEN tgtype & 32 <> 0 THEN 'TRUNCATE' END) ||
  ' FOR EACH ' || CASE WHEN tgtype & 1 <> 0 THEN 'ROW' ELSE 'STATEMENT' END || ' ' ||
  COALESCE(s.prefix, '') || p.proname || CASE WHEN tgenabled = 'D' THEN ' disabled' ELSE '' END
FROM pg_trigger AS t JOIN relations AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
LEFT JOIN schemas AS s ON s.oid = p.pronamespace
WHERE NOT tgisinternal
UNION ALL
SELECT 'policy ' || c.shown || '.' || p.polname, 'policy'
FROM pg_policy AS p JOIN relations AS c ON c.oid = p.polrelid
UNION ALL
SELECT 'rule ' || c.shown || '.' || r.rulename, 'rule'
FROM pg_rewrite AS r JOIN relations AS c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
UNION ALL
SELECT 'schema ' || nspname, 'schema' FROM schemas
UNION ALL
SELECT 'extension ' || extname, 'extension' FROM pg_extension)";

constexpr std::string_view kTypes = R"(
UNION ALL
SELECT 'type ' || s.prefix || y.typname, CASE y.typtype
  WHEN 'e' THEN 'enum (' || (SELECT string_agg('''' || enumlabel || '''', ', ' ORDER BY enumsortorder)
                             FROM pg_enum AS e WHERE e.enumtypid = y.oid) || ')'
  WHEN 'd' THEN 'domain over ' || {0} || CASE WHEN y.typnotnull THEN ' not null' ELSE '' END ||
    CASE WHEN y.typdefault IS NOT NULL THEN ' default' ELSE '' END ||
    COALESCE((SELECT string_agg(' ' || k.conname || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END,
                                '' ORDER BY k.oid)
              FROM pg_constraint AS k WHERE k.contypid = y.oid AND k.contype = 'c'), '')
  WHEN 'r' THEN 'range'
  WHEN 'c' THEN 'composite (' || COALESCE((
    SELECT string_agg(a.attname || ' ' || a.shown_type, ', ' ORDER BY a.attnum)
    FROM attributes AS a WHERE a.attrelid = y.typrelid), '') || ')'
  ELSE 'type' END
FROM pg_type AS y JOIN schemas AS s ON s.oid = y.typnamespace
LEFT JOIN pg_class AS c ON c.oid = y.typrelid LEFT JOIN types AS t ON t.oid = y.typbasetype
WHERE (y.typrelid = 0 OR c.relkind = 'c') AND y.typcategory <> 'A' AND y.typtype <> 'm'
  AND NOT EXISTS (SELECT FROM extension_objects AS e
                  WHERE e.classid = 'pg_type'::regclass AND e.objid = y.oid)
UNION ALL
SELECT kind || ' ' || s.prefix || p.proname || '(' || COALESCE((
    SELECT string_agg({1}, ', ' ORDER BY u.n)
    FROM unnest(p.proargtypes) WITH ORDINALITY AS u(type, n) LEFT JOIN types AS t ON t.oid = u.type), '') ||
  ')', kind || CASE WHEN p.prokind = 'f' THEN ' returns ' ||
    CASE WHEN p.proretset THEN 'setof ' ELSE '' END || {2} ELSE '' END
FROM pg_proc AS p JOIN schemas AS s ON s.oid = p.pronamespace
LEFT JOIN types AS t ON t.oid = p.prorettype, LATERAL (
  SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END) AS k(kind)
WHERE NOT EXISTS (SELECT FROM extension_objects AS e
                  WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid))";

/// The names of a relation's columns, in the order of an array of their numbers.
std::string columns_of(std::string_view relation, std::string_view numbers) {
  return compose(
      "COALESCE((SELECT string_agg(COALESCE(a.attname::text, '(expression)'), ', ' ORDER BY u.n) "
      "FROM unnest({}) WITH ORDINALITY AS u(number, n) LEFT JOIN pg_attribute AS a "
      "ON a.attrelid = {} AND a.attnum = u.number), '')",
      numbers, relation);
}

/// A type, with `t` the row of "types" that there may be.
std::string shown_type(std::string_view type, std::string_view modifier) {
  return compose("replace(substr(format_type({}, {}), COALESCE(t.first, 1)), '\"', '')", type,
                 modifier);
}

std::string action(std::string_view letter) {
  return compose(
      "CASE {} WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' "
      "WHEN 'd' THEN 'SET DEFAULT' END",
      letter);
}

std::string fill(std::string_view pattern, const std::vector<Piece>& pieces) {
  return compose_pieces(pattern, pieces);
}

constexpr std::string_view kExtension = "extension ";
constexpr std::string_view kPublic = "public.";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Whether the object of this key is one of the schema public.
bool is_in_public(std::string_view key) {
  constexpr std::string_view kTwoWords[] = {"materialized view ", "foreign table "};
  std::size_t name = key.find(' ') + 1;
  for (const std::string_view kind : kTwoWords) {
    if (key.substr(0, kind.size()) == kind) {
      name = kind.size();
    }
  }
  return key.substr(name, kPublic.size()) == kPublic;
}

/// The build names what is in a tenant's schema and what is in public alike: without a schema.
std::string without_public(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.substr(0, kPublic.size()) == kPublic && (out.empty() || !is_word(out.back()))) {
      text.remove_prefix(kPublic.size());
      continue;
    }
    out += text.front();
    text.remove_prefix(1);
  }
  return out;
}

/// The history's own tables, and what belongs to them.
bool is_history(const std::string& key, std::string_view table) {
  const std::size_t at = key.find(' ');
  const std::string_view name = std::string_view(key).substr(at + 1);
  return name.substr(0, table.size()) == table &&
         (name.size() == table.size() || name[table.size()] == '.' || name[table.size()] == '_');
}

}  // namespace

std::string server_schema_query(std::string_view home, bool is_tenant) {
  const std::string of_key = columns_of("k.conrelid", "k.conkey");
  const std::string referenced = columns_of("k.confrelid", "k.confkey");
  const std::string on_update = action("k.confupdtype");
  const std::string on_delete = action("k.confdeltype");
  const std::string column = shown_type("a.atttypid", "a.atttypmod");
  const std::string base = shown_type("y.typbasetype", "y.typtypmod");
  const std::string argument = shown_type("u.type", "NULL");
  const std::string returns = shown_type("p.prorettype", "NULL");
  const std::string partition_key = columns_of("c.oid", "p.partattrs::int2[]");
  const std::string keys = columns_of("x.indrelid", "(x.indkey::int2[])[0:x.indnkeyatts - 1]");
  const std::string included = columns_of("x.indrelid", "(x.indkey::int2[])[x.indnkeyatts:]");
  // What a tenant's objects refer to may be in public; the other tenants are not looked at.
  const std::string others =
      is_tenant ? compose(" AND nspname IN ({}, 'public')", home) : std::string();
  return fill(kObjects, {home, column, others}) + fill(kRelations, {partition_key}) +
         fill(kConstraints, {of_key, referenced, on_update, on_delete}) +
         fill(kIndexes, {keys, included}) + fill(kTypes, {base, argument, returns});
}

SchemaReport Run::compare_schema() {
  connect();
  for (;;) {
    try {
      check();
      const Snapshot before = snapshot_;
      const SchemaLines found = read_schema();
      check();
      if (before == snapshot_) {
        return compare_with(found);
      }
    } catch (const ConnectionLost& lost) {
      recover(lost);
    }
  }
}

SchemaLines Run::read_schema() {
  // One snapshot for all; the role may have a search path of its own. Compiling the query took 10 s
  // where running it takes 0.1.
  std::string begin =
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; SET LOCAL "
      "jit = off; ";
  if (!options_.role.empty()) {
    begin += compose("SET LOCAL ROLE {}; ", connection_->identifier(options_.role));
  }
  if (has_tenant()) {
    begin += compose("SELECT pg_catalog.set_config('search_path', {}, true); ", tenant_path());
  }
  begin += "SELECT pg_catalog.current_schema()";
  Reply reply = ask(begin, Section::kBegin);
  const std::string_view home = value(reply.results.back().get(), 0, 0);
  home_schema_ = home.empty() ? "public" : std::string(home);
  reply =
      ask("SET LOCAL search_path = pg_catalog, pg_temp; " +
              server_schema_query(connection_->literal(home_schema_), has_tenant()) + "; COMMIT",
          Section::kBegin);
  SchemaLines lines;
  const PGresult* rows = reply.results.at(1).get();
  for (int row = 0; row < PQntuples(rows); ++row) {
    if (!has_tenant()) {
      lines.emplace(value(rows, row, 0), value(rows, row, 1));
    } else if (!is_in_public(value(rows, row, 0))) {
      lines.emplace(without_public(value(rows, row, 0)), without_public(value(rows, row, 1)));
    }
  }
  return lines;
}

SchemaReport Run::compare_with(const SchemaLines& found) const {
  const Versions versions = versions_of(set_, snapshot_);
  const auto stage = [&](const Migration& migration) {
    const Row* row = find_row(snapshot_, set_, migration);
    if (row == nullptr) {
      if (!is_covered(set_, migration, versions)) {
        return Stage::kPending;
      }
      // A squash of which all is there says what that adds up to.
      return migration.replaces.empty() ? Stage::kCovered : Stage::kApplied;
    }
    // Of one that is to be applied again, what there is may be of either text, or gone.
    const bool is_other = is_applied_again(migration.kind) && row->checksum != migration.checksum;
    return row->state == "applied" && !is_other ? Stage::kApplied : Stage::kPartial;
  };
  std::string_view newer;
  for (const Row& row : snapshot_.rows) {
    const auto is_of_row = [&](const Migration& migration) {
      return is_row_of(row, set_, migration);
    };
    const bool is_replaced = row.version && squash_of(set_, *row.version) != nullptr;
    if (row.set == set_.name && !is_replaced &&
        std::none_of(set_.migrations.begin(), set_.migrations.end(), is_of_row)) {
      newer = row.name;
    }
  }
  SchemaReport report = compare_schemas(expected_schema(set_, stage), found, newer);
  const std::string prefix = history_.schema() == home_schema_ ? "" : history_.schema() + ".";
  std::erase_if(report.unknown, [&](const std::string& object) {
    return object == "extension plpgsql" || object == "schema public" ||
           object == "schema " + home_schema_ || is_history(object, prefix + history_.table()) ||
           (has_tenant() && object.substr(0, kExtension.size()) == kExtension);
  });
  report.database = connection_->description();
  return report;
}

}  // namespace godwit::detail

namespace godwit {

SchemaReport Migrator::compare_schema() {
  return impl_->run([](detail::Run& run) { return run.compare_schema(); });
}

}  // namespace godwit
