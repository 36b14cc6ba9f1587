#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# corpora_test.sh APP DIRECTORY CORPUS: what APP applies to an empty database must be the schema that
# psql gives for DIRECTORY's migrations in the order of the tool that they were written for, by
# pg_dump; a second run must have nothing to do. At a few places on the way, and at the end, `verify`
# must find the schema that the build computed.
set -euo pipefail

app=$1
directory=$2
corpus=$3
export PGHOST=$GODWIT_TEST_PGHOST PGPORT=$GODWIT_TEST_PGPORT PGUSER=postgres PGOPTIONS=
export LC_ALL=C
name=corpora_$$
work=$(mktemp -d)
trap 'dropdb --if-exists --force "${name}_app"; dropdb --if-exists --force "${name}_psql"; rm -rf "$work"' EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# What the tool would run, in its order: files, and a function that says whether psql is to run one
# in a single transaction, and one that gives its up part.
is_transactional() { true; }
up_part() { cat "$1"; }
case $corpus in
  openmeter) # golang-migrate
    files=("$directory"/*.up.sql)
    ;;
  crates_io) # diesel: the version is what is before the underscore, without dashes, as text
    mapfile -t files < <(cd "$directory" && for folder in */; do
      version=${folder%%_*}
      printf '%s %s\n' "${version//-/}" "$directory/${folder}up.sql"
    done | sort | cut -d' ' -f2-)
    is_transactional() { ! grep -qs '^run_in_transaction *= *false' "$(dirname "$1")/metadata.toml"; }
    ;;
  hatchet) # goose
    mapfile -t files < <(ls "$directory"/*.sql | sort)
    is_transactional() { ! grep -qi '^-- *+goose no transaction' "$1"; }
    up_part() { awk 'tolower($0) ~ /^-- *\+goose down/ { exit } { print }' "$1"; }
    ;;
  *) fail "no corpus $corpus" ;;
esac
echo "${#files[@]} migrations of $directory"
createdb "${name}_app"
createdb "${name}_psql"

# What is not known (50 partitions that functions make by date, at most) must stay a small part.
verify() {
  "$app" verify --url "dbname=${name}_app" >"$work/verify" 2>&1 || { cat "$work/verify"; fail "verify, $1"; }
  last=$(tail -1 "$work/verify")
  [[ $last =~ ^schema:\ ([0-9]+)\ compared,\ 0\ differ ]] || fail "verify ended with: $last"
  [[ $last != *perhaps* ]] || fail "verify is in doubt: $last"
  [ "${BASH_REMATCH[1]}" -gt "$2" ] || fail "verify compared too little: $last"
}
for part in 1 2 3; do
  "$app" up $((${#files[@]} / 4)) --url "dbname=${name}_app" >"$work/up" 2>&1 ||
    { tail -40 "$work/up"; fail "up, part $part"; }
  verify "part $part" 50
done
"$app" up --url "dbname=${name}_app" >"$work/up" 2>&1 || { tail -40 "$work/up"; fail "up"; }
last=$(tail -1 "$work/up")
done=$((${#files[@]} / 4 * 3))
[ "$last" = "$((${#files[@]} - done)) applied, $done skipped, 0 failed" ] || fail "up ended with: $last"
verify "the end" 400

for file in "${files[@]}"; do
  single=
  if is_transactional "$file"; then single=--single-transaction; fi
  up_part "$file" >"$work/up.sql"
  psql -X -q -v ON_ERROR_STOP=1 $single -d "${name}_psql" -f "$work/up.sql" >"$work/psql" 2>&1 ||
    { cat "$work/psql"; fail "psql, on $file"; }
done

dump() {
  pg_dump --schema-only --no-owner --exclude-table='schema_migrations*' --exclude-table='godwit_migrations*' -d "$1" |
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
      AND table_name NOT LIKE 'schema_migrations%' AND table_name NOT LIKE 'godwit_migrations%' ORDER BY 1"
}
diff -u <(counts "${name}_psql") <(counts "${name}_app") || fail "the numbers of rows differ"

"$app" up --url "dbname=${name}_app" >"$work/again" 2>&1 || fail "the second up"
last=$(tail -1 "$work/again")
[ "$last" = "0 applied, ${#files[@]} skipped, 0 failed" ] || fail "the second up ended with: $last"
"$app" check --url "dbname=${name}_app" >/dev/null || fail "check"
echo "the schemas are the same: $(wc -l <"$work/app.sql") lines"
