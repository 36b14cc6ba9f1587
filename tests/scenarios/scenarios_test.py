#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""scenarios_test.py [--update] FILE NAME=BINARY…: goes through the scenarios of a file.

    ## A title            a new database; what follows is the scenario until the next title
    deploy second         `app` is this binary from here on
    hold users            another session takes ACCESS EXCLUSIVE on a table, and keeps it
    release               it gives it back
    $ app up              a command of the shell; the lines below it are what it prints, stdout and
                          stderr as a terminal shows them, and [exit N] where the exit code is not 0

What differs from run to run is written N ms, DATE TIME, PID, DATABASE, CHECKSUM, RUN, … A line `…` stands
for any lines; empty ones are left out. Lines that begin with # are for people. --update writes down what was printed.

The server comes from GODWIT_TEST_PGHOST and GODWIT_TEST_PGPORT.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

DATABASE = f"scenario_{os.getpid()}"


def environment(folder):
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    host, port = os.environ["GODWIT_TEST_PGHOST"], os.environ["GODWIT_TEST_PGPORT"]
    env.update(PGHOST=host, PGPORT=port, PGUSER="postgres", PGDATABASE=DATABASE, NO_COLOR="1", LC_ALL="C.UTF-8",
               DATABASE_URL=f"host={host} port={port} user=postgres dbname={DATABASE}", TZ="UTC",
               PATH=f"{folder}:{os.environ['PATH']}", PGOPTIONS="-c client_min_messages=warning")
    env.pop("GODWIT_URL", None)
    return env


def normalise(text):
    text = text.replace(DATABASE, "DATABASE")
    text = re.sub(r"postgres@[^\s/]*(/[^\s]*)?/DATABASE", "USER@HOST/DATABASE", text)
    text = re.sub(r"\b\d+(\.\d+)? ?(ms|s)\b(?! shall)", "N ms", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?", "DATE TIME", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "CHECKSUM", text)
    text = re.sub(r"\bdigest [0-9a-f]{12}\b", "digest CHECKSUM", text)
    text = re.sub(r"\bPostgreSQL \d+\.\d+", "PostgreSQL N", text)
    text = re.sub(r"\bfor \d\d:\d\d:\d\d\b", "for TIME", text)
    text = re.sub(r"\btried \d+ times", "tried N times", text)
    text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b", "RUN", text)
    text = re.sub(r"\bpid \d+", "pid PID", text)
    # Columns are as wide as what was written there.
    return "\n".join(re.sub(r"(?<=\S) {2,}", "  ", line.rstrip()) for line in text.splitlines() if line.strip())


def matches(expected, actual):
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and actual[0] == expected[0] and matches(expected[1:], actual[1:])


class Scenario:
    def __init__(self, folder, binaries):
        self.folder, self.binaries, self.holder = folder, binaries, None
        self.env = environment(folder)

    def shell(self, command):
        done = subprocess.run(["bash", "-c", command], text=True, env=self.env, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=120, cwd=self.folder, check=False)
        lines = normalise(done.stdout).splitlines()
        return lines + ([f"[exit {done.returncode}]"] if done.returncode != 0 else [])

    def must(self, *command):
        subprocess.run(command, env={**self.env, "PGDATABASE": "postgres"}, check=True, capture_output=True)

    def begin(self):
        self.end()
        self.must("createdb", DATABASE)

    def end(self):
        self.release()
        self.must("dropdb", "--if-exists", "--force", DATABASE)

    def deploy(self, release):
        link = self.folder / "app"
        link.unlink(missing_ok=True)
        link.symlink_to(self.binaries[release])

    def hold(self, table):
        self.holder = subprocess.Popen(["psql", "-X", "-q", "-A", "-t"], env={**self.env, "PGAPPNAME": "nightly_report"},
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.holder.stdin.write(f"BEGIN; LOCK TABLE {table}; SELECT 'held';\n")
        self.holder.stdin.flush()
        while self.holder.stdout.readline().strip() != "held":
            time.sleep(0.01)

    def release(self, _=None):
        if self.holder is not None:
            self.holder.communicate("ROLLBACK;\n", timeout=30)
            self.holder = None


def go_through(scenario, text, report):
    """Gives the text with what was printed in the place of what was expected."""
    out, lines, i = [], text.splitlines(), 0
    while i < len(lines):
        line = lines[i]
        out.append(line)
        i += 1
        words = line.split()
        if line.startswith("## "):
            scenario.begin()
            title = line[3:]
        elif words and words[0] in ("deploy", "hold", "release"):
            getattr(scenario, words[0])(words[-1])
        elif line.startswith("$ "):
            expected = []
            while i < len(lines) and lines[i] and not lines[i].startswith(("$ ", "## ", "# ")) and \
                    lines[i].split()[0] not in ("deploy", "hold", "release"):
                expected.append(lines[i])
                i += 1
            actual = scenario.shell(line[2:])
            is_good = matches(expected, actual)
            report(is_good, f"{title}: {line}", expected, actual)
            out += expected if is_good else actual
        elif line and not line.startswith("# "):
            sys.exit(f"line {i} belongs to no command: {line}")
    return "\n".join(out) + "\n"


def main():
    is_update = sys.argv[1] == "--update"
    path, *named = sys.argv[1 + is_update:]
    path = pathlib.Path(path)
    counts = [0, 0]

    def report(is_good, what, expected, actual):
        counts[is_good] += 1
        print(f"{'ok     ' if is_good else 'FAILED '} {what}")
        if not is_good and not is_update:
            print("\n".join(["expected:", *expected, "printed:", *actual]))

    folder = pathlib.Path(tempfile.mkdtemp(prefix="godwit scenario "))
    scenario = Scenario(folder, dict(name.split("=", 1) for name in named))
    try:
        text = go_through(scenario, path.read_text(encoding="utf-8"), report)
    finally:
        scenario.end()
        shutil.rmtree(folder)
    if is_update:
        path.write_text(text, encoding="utf-8")
        return 0
    print(f"{counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] or not counts[True] else 0


if __name__ == "__main__":
    sys.exit(main())
