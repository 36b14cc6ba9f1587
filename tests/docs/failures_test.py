#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# docs/failures.md: all 42 failures are there, and each test that it names is one that ctest runs.

import argparse
import json
import pathlib
import re
import subprocess
import sys


def rows_of(page):
    """The cells of the page's table, head and rule left out."""
    lines = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def tests_of(ctest, build):
    listed = subprocess.run([ctest, "--test-dir", build, "--show-only=json-v1"], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    return {test["name"].split("  #")[0] for test in json.loads(listed)["tests"]}


def problems_of(rows, tests):
    numbers = [row[0] for row in rows if row[0]]
    if numbers != [f"F{i}" for i in range(1, 43)]:
        yield f"the numbers are {' '.join(numbers)}, not F1 to F42"
    # A test with parameters is named without them.
    known = tests | {name.rpartition("/")[0] for name in tests}
    for row in rows:
        if len(row) != 4 or not row[1] or not row[2]:
            yield f"not a row of four cells: {row}"
            continue
        names = re.findall(r"`([^`]+)`", row[3])
        if not names:
            yield f"no test: {row[1]}"
        for name in names:
            if name not in known:
                yield f"there is no test {name}: {row[1]}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--page", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--ctest", required=True)
    options = parser.parse_args()
    rows = rows_of(options.page)
    problems = list(problems_of(rows, tests_of(options.ctest, options.build)))
    for problem in problems:
        print(problem)
    print(f"{len(rows)} failures, {len(problems)} problems")
    return 1 if problems or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
