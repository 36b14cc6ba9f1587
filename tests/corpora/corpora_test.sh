#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# corpora_test.sh APP DIRECTORY: what APP applies to an empty database must be the schema that psql
# gives for DIRECTORY's *.up.sql in the order of their versions, by pg_dump; a second run must have
# nothing to do.
set -euo pipefail

app=$1
directory=$2
export PGHOST=$GODWIT_TEST_PGHOST PGPORT=$GODWIT_TEST_PGPORT PGUSER=postgres PGOPTIONS=
export LC_ALL=C
name=corpora_$$
work=$(mktemp -d)
trap 'dropdb --if-exists --force "${name}_app"; dropdb --if-exists --force "${name}_psql"; rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

files=("$directory"/*.up.sql)
echo "${#files[@]} migrations of $directory"
createdb "${name}_app"
createdb "${name}_psql"

"$app" up --url "dbname=${name}_app" >"$work/up" 2>&1 || { tail -40 "$work/up"; fail "up"; }
last=$(tail -1 "$work/up")
[ "$last" = "${#files[@]} applied, 0 skipped, 0 failed" ] || fail "up ended with: $last"

for file in "${files[@]}"; do
  psql -X -q -v ON_ERROR_STOP=1 --single-transaction -d "${name}_psql" -f "$file" >"$work/psql" 2>&1 ||
    { cat "$work/psql"; fail "psql, on $file"; }
done

dump() {
  pg_dump --schema-only --no-owner --exclude-table='schema_migrations*' -d "$1" |
    grep -vE '^(--|\\(un)?restrict |$)'
}
dump "${name}_app" >"$work/app.sql"
dump "${name}_psql" >"$work/psql.sql"
[ "$(wc -l <"$work/psql.sql")" -gt 1000 ] || fail "psql's schema is too small to be true"
diff -u "$work/psql.sql" "$work/app.sql" || fail "the schemas differ"

# The same tables hold the same numbers of rows: what the migrations wrote is there as well.
counts() {
  psql -X -At -d "$1" -c "
    SELECT format('%I.%I %s', table_schema, table_name, (xpath('/row/c/text()', query_to_xml(
             format('SELECT count(*) AS c FROM %I.%I', table_schema, table_name), false, true, '')))[1])
    FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
      AND table_name NOT LIKE 'schema_migrations%' ORDER BY 1"
}
diff -u <(counts "${name}_psql") <(counts "${name}_app") || fail "the numbers of rows differ"

"$app" up --url "dbname=${name}_app" >"$work/again" 2>&1 || fail "the second up"
last=$(tail -1 "$work/again")
[ "$last" = "0 applied, ${#files[@]} skipped, 0 failed" ] || fail "the second up ended with: $last"
"$app" check --url "dbname=${name}_app" >/dev/null || fail "check"
echo "the schemas are the same: $(wc -l <"$work/app.sql") lines"
