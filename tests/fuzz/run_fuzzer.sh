#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
#   run_fuzzer.sh FUZZER FOLDER SEEDS [libFuzzer's options]
#
# Runs one fuzzer for GODWIT_FUZZ_SECONDS (10). New inputs that reach new code are collected in
# FOLDER/found/<fuzzer>, where the next run begins with them; what breaks something is kept in
# FOLDER/broken/ and named. Try such a file again with: FUZZER FILE.
#
# The seeds are tried first, and always decide. What chance finds decides as well, but not with
# GODWIT_FUZZ_FINDINGS=report: it is then named, for a change is not to be refused for what another
# has broken, on one run in ten.
set -eu

fuzzer=$1
folder=$2
seeds=$3
shift 3
name=${fuzzer##*/}
name=${name%_fuzzer}
found=$folder/found/$name
broken=$folder/broken
mkdir -p "$found" "$broken"
export LSAN_OPTIONS="suppressions=$(dirname "$0")/../support/leaks.supp:print_suppressions=0"
# Reading back what hours of fuzzing have found would leave no time for more.
if [ "${GODWIT_FUZZ_SECONDS:-10}" -le 10 ]; then
  rm -f "$found"/*
fi

if ! "$fuzzer" -runs=0 -artifact_prefix="$broken/$name-seed-" "$@" "$seeds"; then
  echo
  echo "fuzz.$name: an input that is kept in $seeds breaks it"
  exit 1
fi
if "$fuzzer" -max_total_time="${GODWIT_FUZZ_SECONDS:-10}" -artifact_prefix="$broken/$name-" \
  -print_final_stats=1 -rss_limit_mb=4096 "$@" "$found" "$seeds"; then
  exit 0
fi
echo
echo "fuzz.$name: an input broke it; the newest file of this folder is that input:"
for file in "$broken/$name"-*; do
  [ ! -e "$file" ] || ls -l "$file"
done
echo "To see it again: $fuzzer FILE"
[ "${GODWIT_FUZZ_FINDINGS:-decide}" = report ]
