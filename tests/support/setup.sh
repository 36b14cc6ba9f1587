#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Installs what a build of godwit needs and the machine does not have yet. Does nothing, in a few
# milliseconds, when all is there.
#
#   tests/support/setup.sh example    what ./example_app/run needs
#   tests/support/setup.sh tests      what ./tests/run needs besides
#
# Debian and Ubuntu: apt-get, as root or through sudo. Elsewhere it names what is needed and leaves
# the rest to CMake, which says what it does not find.
set -eu

example_packages="g++ make cmake ninja-build pkg-config libpq-dev libfmt-dev libcli11-dev
  nlohmann-json3-dev libpg-query-dev libprotobuf-c-dev libssl-dev libcpp-httplib-dev
  libtomlplusplus-dev postgresql curl"
tests_packages="$example_packages libgtest-dev libbenchmark-dev ccache clang-14 libclang-rt-14-dev
  llvm-14 clang-tidy-14 clang-format-14 pgbouncer python3 git"

case "${1-}" in
  example) packages=$example_packages ;;
  tests) packages=$tests_packages ;;
  *)
    echo "usage: $0 example|tests" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
  echo "setup: this is not a Debian or Ubuntu system; install these, or what they are called here:" >&2
  echo "  $(echo $packages)" >&2
  exit 0
fi

# One dpkg-query for all: it prints only what is installed completely, and complains about the rest.
installed=" $(dpkg-query -W -f '${Package}=${db:Status-Status} ' $packages 2>/dev/null || :)"
missing=
for package in $packages; do
  case "$installed" in
    *" $package=installed "*) ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1; then
  as_root=sudo
else
  echo "setup: these packages are missing and neither root nor sudo is at hand to install them." >&2
  echo "Run as root:  apt-get install -y --no-install-recommends$missing" >&2
  exit 1
fi

echo "setup: installing$missing" >&2

# The packages of PostgreSQL and PgBouncer would start servers of their own on TCP ports. The tests
# start what they need themselves, so: no default cluster, and no service started meanwhile. Both
# files are taken away again; what the machine had before stays as it was.
no_cluster=/etc/postgresql-common/createcluster.d/godwit-no-main-cluster.conf
no_start=/usr/sbin/policy-rc.d
made=
clean_up() {
  [ -z "$made" ] || $as_root rm -f $made
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if [ ! -e "$no_cluster" ]; then
  $as_root mkdir -p "${no_cluster%/*}"
  echo "create_main_cluster = false" | $as_root tee "$no_cluster" >/dev/null
  made="$made $no_cluster"
fi
if [ ! -e "$no_start" ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$no_start" >/dev/null
  $as_root chmod 755 "$no_start"
  made="$made $no_start"
fi

apt_install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o Dpkg::Use-Pty=0 $missing >&2
}
# The lists of a fresh machine are empty or old; those of others need no network trip.
if ! apt_install; then
  echo "setup: trying again with fresh package lists" >&2
  $as_root apt-get update -q >&2
  if ! apt_install; then
    echo "setup: apt-get could not install$missing (its own words are above)" >&2
    exit 1
  fi
fi
