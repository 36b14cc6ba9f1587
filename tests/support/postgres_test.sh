#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What tests/support/postgres.sh promises, tried out: a server that answers on its socket and nowhere
# else, is gone after stop, and does not outlive its owner.
set -eu
script=$(cd "$(dirname "$0")" && pwd)/postgres.sh
dir=$(mktemp -d /tmp/godwit-pgtest-XXXXXX)
trap '"$script" stop "$dir/a b"; "$script" stop "$dir/o"; rm -rf "$dir"' EXIT
chmod 755 "$dir"  # the server's user must be able to pass

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
sql() {
  psql -X -A -t -h "$1" -p 5432 -U postgres -d postgres -c "$2"
}
refuses() {
  expected=$1
  shift
  if "$script" "$@" >"$dir/out" 2>&1; then
    fail "$* did not fail"
  fi
  grep -q "$expected" "$dir/out" || fail "$* said: $(cat "$dir/out")"
}

# A process that has ended stays in /proc until its parent asks; where there is no init, for long.
runs() {
  state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$1/status" 2>/dev/null) && [ -n "$state" ] &&
    [ "${state#Z}" = "$state" ]
}
# For at most ten seconds.
wait_until() {
  for i in $(seq 100); do
    ! "$@" || return 0
    sleep 0.1
  done
  return 1
}
is_gone() {
  ! runs "$1"
}

server="$dir/a b"  # a space is no reason to fail
output=$("$script" start "$server" -- "work_mem=7MB" "cluster_name=it's" 2>&1)
[ -z "$output" ] || fail "start printed $output"
[ "$(sql "$server" 'SHOW work_mem')" = 7MB ] || fail "the setting after -- is not set"
[ "$(sql "$server" 'SHOW cluster_name')" = "it's" ] || fail "a quote in a setting is lost"
[ -z "$(sql "$server" 'SHOW listen_addresses')" ] || fail "the server listens on TCP"
[ "$(sql "$server" 'SHOW server_encoding')" = UTF8 ] || fail "the encoding is not UTF8"
[ "$(stat -c %a "$server")" = 700 ] || fail "others can enter the server's folder"
pid=$(sed 1q "$server/data/postmaster.pid")
[ "$(stat -c %u "/proc/$pid")" -ne 0 ] || fail "the server runs as root"

refuses "is running in $server already" start "$server"
"$script" stop "$server"
[ ! -e "$server" ] || fail "stop left $server behind"
wait_until is_gone "$pid" || fail "the server is still running after stop"
"$script" stop "$server"  # again is no error

mkdir "$dir/full"
echo precious >"$dir/full/file"
refuses "not empty" start "$dir/full"
refuses "not a folder of this script" stop "$dir/full"
[ -e "$dir/full/file" ] || fail "a foreign file was deleted"
refuses "107 bytes" start "$dir/$(printf '%0100d' 0)"
refuses "not an absolute path" start relative
ln -s "$dir/elsewhere" "$dir/link"
mkdir "$dir/elsewhere"
refuses "symbolic link" start "$dir/link"
refuses "name=value" start "$dir/o" -- fsync
GODWIT_POSTGRES_BINDIR=/nowhere
export GODWIT_POSTGRES_BINDIR
refuses "holds no initdb" start "$dir/new"
unset GODWIT_POSTGRES_BINDIR

# A server that was killed leaves a folder that can be used again.
"$script" start "$server"
sql "$server" 'CREATE TABLE t AS SELECT 1 AS i' >/dev/null
pid=$(sed 1q "$server/data/postmaster.pid")
kill -9 "$pid"
wait_until is_gone "$pid"
"$script" start "$server"
[ -z "$(sql "$server" "SELECT to_regclass('t')")" ] || fail "a new server has the old one's tables"
"$script" stop "$server"

sleep 300 &
owner=$!
"$script" start "$dir/o" --owner "$owner"
pid=$(sed 1q "$dir/o/data/postmaster.pid")
kill -9 "$owner"
wait_until is_gone "$pid" || fail "the server outlives its owner"
wait_until test ! -e "$dir/o" || fail "the folder outlives its owner"
