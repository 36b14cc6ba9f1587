#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""example_app/run as a user sees it, with the service of this build.

Usage: run_test.py CRM_BINARY [unittest arguments]
"""
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

CRM = os.path.abspath(sys.argv.pop(1))
RUN = pathlib.Path(__file__).resolve().parents[2] / "example_app" / "run"
HOST = os.environ["GODWIT_TEST_PGHOST"]
PG_PORT = os.environ["GODWIT_TEST_PGPORT"]


def environment(**more):
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("PG") and key not in ("GODWIT_URL", "DATABASE_URL", "PORT")}
    return dict(env, **more)


def run(*options, cwd="/", **more):
    return subprocess.run([RUN, *options], env=environment(**more), cwd=cwd, text=True,
                          capture_output=True, timeout=120)


def is_running(pid):
    """A process that ended stays in /proc until its parent asks."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
            return stat.read().rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False


def wait_until_gone(pid):
    for _ in range(100):
        if not is_running(pid):
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} is still there")


class Run(unittest.TestCase):
    def work_folder(self, output):
        return pathlib.Path(re.search(r"/tmp/godwit-example-\w+", output)[0])

    def test_it_shows_everything_and_leaves_nothing(self):
        result = run("--binary", CRM)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(result.stderr, "")
        out = result.stdout
        self.assertEqual(re.findall(r"^(\d)\. ", out, re.M), [str(i) for i in range(1, 7)])
        self.assertIn("8 migrations applied now, 0 before", out)
        self.assertIn("0 migrations applied now, 8 before", out)
        self.assertIn("016_add_summary_to_parent_docs", out)  # the status table
        self.assertIn('{"migrations": 8, "applied": 8}', out)
        self.assertIn("Asked for a work permit", out)
        self.assertIn("a client with this email exists already", out)
        self.assertNotIn("\033", out, "colour, and no terminal")
        self.assertFalse(self.work_folder(out).exists())

    def test_kept_running_until_the_printed_command(self):
        result = run("--binary", CRM, "--keep")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        stop = re.search(r"to stop +(.*)$", result.stdout, re.M)[1]
        try:
            url = re.search(r"the service +(\S+) \(process (\d+)", result.stdout)
            with urllib.request.urlopen(f"{url[1]}/health", timeout=10) as answer:
                self.assertEqual(answer.status, 200)
            shown = re.search(r"its migrations +(.*)$", result.stdout, re.M)[1]
            status = subprocess.run(["sh", "-c", shown], env=environment(), text=True, capture_output=True)
            self.assertEqual(status.returncode, 0, status.stderr)
            self.assertIn("016_add_summary_to_parent_docs", status.stdout)
        finally:
            subprocess.run(["sh", "-c", stop], check=True, timeout=60)
        wait_until_gone(url[2])
        self.assertFalse(self.work_folder(result.stdout).exists())

    def test_a_database_of_ones_own(self):
        name = f"example_run_{os.getpid()}"
        admin = f"postgresql://postgres@/postgres?host={HOST}&port={PG_PORT}"
        url = f"postgresql://postgres@/{name}?host={HOST}&port={PG_PORT}"

        def sql(database_url, text):
            return subprocess.run(["psql", "-X", "-q", "-A", "-t", "-d", database_url, "-c", text],
                                  text=True, capture_output=True, check=True).stdout.strip()

        sql(admin, f"CREATE DATABASE {name}")
        self.addCleanup(sql, admin, f"DROP DATABASE {name} WITH (FORCE)")
        for expected in ("8 migrations applied now, 0 before", "0 migrations applied now, 8 before"):
            result = run("--binary", CRM, DATABASE_URL=url)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            self.assertIn(expected, result.stdout)
        self.assertEqual(sql(url, "SELECT count(*) FROM clients"), "2")
        self.assertEqual(sql(url, "SELECT count(*) FROM interactions"), "2")

    def test_an_interrupt_stops_the_server_too(self):
        with subprocess.Popen([RUN, "--binary", CRM], env=environment(), text=True,
                              stdout=subprocess.PIPE) as process:
            seen = ""
            for line in process.stdout:
                seen += line
                if "export DATABASE_URL" in line:
                    process.send_signal(signal.SIGTERM)
                    break
            process.stdout.read()
        self.assertEqual(process.returncode, 143)
        self.assertFalse(self.work_folder(seen).exists())

    def test_a_service_that_does_not_start_is_an_error(self):
        result = run("--binary", CRM, DATABASE_URL="postgresql://postgres@127.0.0.1:1/none")
        self.assertEqual(result.returncode, 1)
        self.assertIn("the service did not start", result.stderr)

    def test_options(self):
        self.assertEqual(run("--help").returncode, 0)
        self.assertIn("--keep", run("--help").stdout)
        self.assertEqual(run("--nonsense").returncode, 2)
        self.assertEqual(run("--binary", "/nonexistent/crm").returncode, 1)


if __name__ == "__main__":
    unittest.main()
