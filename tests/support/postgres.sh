#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A throwaway PostgreSQL for tests and for the example: on a Unix socket only, never on TCP, with
# everything it writes in one folder.
#
#   postgres.sh start DIR [--owner PID] [-- SETTING=VALUE…]
#   postgres.sh stop DIR
#
# start   makes DIR, initialises a cluster in DIR/data and starts it. When it returns, the server
#         takes connections: host=DIR port=5432 user=postgres, database postgres, no password. Its
#         log is DIR/log. With --owner the server is stopped and DIR deleted as soon as that process
#         is gone, however it went. What follows -- is set in the server (as in `-- fsync=on`).
# stop    stops the server at once and deletes DIR. Nothing to stop is not an error.
#
# DIR must be absolute, short (a socket's path has at most 107 bytes) and new, empty, or left over
# from a server that is gone. Both commands print nothing unless something is wrong.
#
# How it works: PostgreSQL refuses to run as root, so root hands DIR over to the user postgres (or
# nobody) and runs the server as that user. Only DIR's owner and root can enter DIR, which is why
# `trust` in its pg_hba.conf is no hole. fsync is off, since the cluster need not outlive a crash of
# the machine; a killed server that is started again loses nothing. The file DIR/godwit-postgres says
# that DIR is ours, so that nothing else is ever deleted.
set -eu

port=5432

fail() {
  echo "postgres.sh: error: $*" >&2
  exit 1
}

usage() {
  sed -n '/^#   postgres.sh/s/^#  *//p' "$0" >&2
  exit 2
}

# Debian keeps the server's programs out of PATH; the newest version that is there wins.
find_bindir() {
  if [ -n "${GODWIT_POSTGRES_BINDIR-}" ]; then
    [ -x "$GODWIT_POSTGRES_BINDIR/initdb" ] ||
      fail "GODWIT_POSTGRES_BINDIR=$GODWIT_POSTGRES_BINDIR holds no initdb"
    echo "$GODWIT_POSTGRES_BINDIR"
    return
  fi
  for candidate in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t / -k 5,5nr); do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ]; then
      echo "$candidate"
      return
    fi
  done
  if command -v initdb >/dev/null 2>&1; then
    dirname "$(command -v initdb)"
    return
  fi
  fail "no PostgreSQL server was found in /usr/lib/postgresql/*/bin or PATH; install the package" \
    "postgresql, or set GODWIT_POSTGRES_BINDIR to the folder of initdb"
}

# The unprivileged user for root; empty for everybody else.
server_user() {
  [ "$(id -u)" -eq 0 ] || return 0
  for candidate in postgres nobody; do
    if id "$candidate" >/dev/null 2>&1; then
      echo "$candidate"
      return
    fi
  done
  fail "root needs a user postgres or nobody to run the server as"
}

# Runs a command as the server's user, in a folder that this user can enter.
as_server() {
  if [ -z "$user" ]; then
    (cd / && "$@")
  elif command -v runuser >/dev/null 2>&1; then
    (cd / && runuser -u "$user" -- "$@")
  else
    # su takes one shell command only: "$0" "$@" keeps every argument whole.
    (cd / && su -s /bin/sh "$user" -c 'exec "$0" "$@"' -- "$@")
  fi
}

# When a process began, to tell it from a later one with the same number. Field 22 of /proc/PID/stat;
# the name in field 2 may hold spaces, so count from the last parenthesis.
started_at() {
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# `pg_ctl status` takes a killed server that nobody has waited for yet (a zombie), and any process
# that has its number now, for a running server.
is_running() {
  [ -r "$dir/data/postmaster.pid" ] || return 1
  pid=$(sed 1q "$dir/data/postmaster.pid")
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ] &&
    ! grep -q '^State:[[:space:]]*Z' "/proc/$pid/status" 2>/dev/null
}

start() {
  owner=
  while [ $# -gt 0 ]; do
    case "$1" in
      --owner)
        [ $# -ge 2 ] || usage
        owner=$2
        shift 2
        ;;
      --)
        shift
        break
        ;;
      *) usage ;;
    esac
  done

  bindir=$(find_bindir)
  user=$(server_user)
  socket="$dir/.s.PGSQL.$port"
  [ "$(printf %s "$socket" | wc -c)" -le 107 ] ||
    fail "$socket is longer than the 107 bytes of a socket's path; take a shorter folder"

  if [ -e "$dir/godwit-postgres" ]; then
    is_running && fail "a server is running in $dir already; end its tests first, or run: $0 stop $dir"
    rm -rf "$dir"
  elif [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
    fail "$dir is not empty, and not a folder of this script"
  fi
  # A folder that somebody else made, or a link to elsewhere, is not to be trusted with a database.
  [ ! -L "$dir" ] || fail "$dir is a symbolic link"
  mkdir -p "$dir"
  [ -O "$dir" ] || fail "$dir belongs to somebody else"
  chmod 700 "$dir"
  : >"$dir/godwit-postgres"
  if [ -n "$user" ]; then
    chown -R "$user" "$dir"
    as_server test -w "$dir" ||
      fail "the user $user cannot enter $dir; take a folder under /tmp, since root's own are closed to it"
  fi

  if ! as_server "$bindir/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 \
    --no-sync >"$dir/log" 2>&1; then
    cat "$dir/log" >&2
    fail "initdb failed (its words are above)"
  fi
  {
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$dir'"
    echo "port = $port"
    echo "fsync = off"
    echo "full_page_writes = off"
    echo "max_connections = 200"
    echo "wal_keep_size = 512MB" # a standby may be made while other tests write and checkpoint
    echo "log_line_prefix = '%m [%p] %q%u@%d %a '"
    for setting in "$@"; do
      case "$setting" in
        *=*) echo "${setting%%=*} = '$(printf %s "${setting#*=}" | sed "s/'/''/g")'" ;;
        *) fail "a setting is written name=value, not $setting" ;;
      esac
    done
  } >>"$dir/data/postgresql.conf"

  # The log is opened by the server's user, so that it can be written when root started it.
  : >"$dir/log"
  [ -z "$user" ] || chown "$user" "$dir/log"
  # Its own output goes to the log and nowhere else: a test runner waits for whoever holds its pipe.
  if ! as_server "$bindir/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 start >/dev/null 2>&1; then
    cat "$dir/log" >&2
    fail "the server did not start (its log is above)"
  fi

  if [ -n "$owner" ]; then
    born=$(started_at "$owner")
    # In a session of its own, so that the signal that ends the owner's group does not end this too.
    setsid sh "$0" watch "$dir" "$owner" "$born" </dev/null >/dev/null 2>&1 &
  fi
}

stop() {
  if [ ! -e "$dir/godwit-postgres" ]; then
    [ ! -d "$dir" ] || [ -z "$(ls -A "$dir")" ] || fail "$dir is not a folder of this script"
    [ ! -d "$dir" ] || rmdir "$dir"
    return
  fi
  bindir=$(find_bindir)
  user=$(server_user)
  if is_running; then
    as_server "$bindir/pg_ctl" -D "$dir/data" -m immediate -w -t 60 stop >/dev/null 2>&1 ||
      fail "the server in $dir did not stop; its log is $dir/log"
  fi
  rm -rf "$dir"
}

# Not for people: waits until the process $1, begun at $2, is gone or the server is, then stops.
watch() {
  while [ -e "$dir/godwit-postgres" ] && [ -n "$2" ] && [ "$(started_at "$1")" = "$2" ]; do
    sleep 1
  done
  [ ! -e "$dir/godwit-postgres" ] || stop
}

[ $# -ge 2 ] || usage
command=$1
dir=$2
shift 2
case "$dir" in
  /) usage ;;
  /*) dir=${dir%/} ;;
  *) fail "$dir is not an absolute path" ;;
esac
case "$dir" in
  *[\'\\]*) fail "$dir holds a quote or a backslash" ;;
esac
case "$command" in
  start) start "$@" ;;
  stop) stop ;;
  watch) watch "$@" ;;
  *) usage ;;
esac
