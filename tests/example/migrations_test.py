#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example's migrations against a real server, by psql alone and without any of our own code.

It is the oracle for what the migrations claim of themselves: each applies and verifies, what says
`Idempotency: YES` applies twice and changes nothing the second time, what says NO fails the second
time, each down ends with the schema that its up began with, and up again gives the same schema.
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

MIGRATIONS = pathlib.Path(__file__).resolve().parents[2] / "migrations"
DATABASE = f"example_migrations_{os.getpid()}"

# The seed's names and dependencies.
EXPECTED = {
    "001_fix_missing_tables": "None",
    "007_crm_system_schema": "None",
    "010_fix_team_members_schema": "7",
    "012_fix_production_schema": "7",
    "013_agentic_rag_tables": "None",
    "014_knowledge_graph_tables": "None",
    "015_add_drive_columns": "13",
    "016_add_summary_to_parent_docs": "13",
}


def environment():
    env = dict(os.environ, PGHOST=os.environ["GODWIT_TEST_PGHOST"],
               PGPORT=os.environ["GODWIT_TEST_PGPORT"], PGUSER="postgres")
    env.pop("PGDATABASE", None)
    return env


def psql(sql, database=DATABASE, single_transaction=False):
    command = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database]
    if single_transaction:
        command.append("--single-transaction")
    return subprocess.run(command, input=sql, text=True, capture_output=True, env=environment())


def schema():
    """The schema as pg_dump prints it, but for the keys of \\restrict, which are random."""
    dump = subprocess.run(["pg_dump", "--schema-only", "-d", DATABASE], text=True,
                          capture_output=True, env=environment(), check=True).stdout
    return re.sub(r"(?m)^\\(un)?restrict .*$", "", dump)


def sections(path):
    """The sections of a migration, those in paired files included."""
    result = {"up": []}
    current = "up"
    for line in path.read_text().splitlines(keepends=True):
        directive = re.fullmatch(r"-- godwit:(\w+)\s*", line)
        if directive:
            current = directive[1]
            result[current] = []
        else:
            result[current].append(line)
    for kind in ("down", "verify"):
        paired = path.with_name(f"{path.stem}.{kind}.sql")
        if paired.exists():
            result[kind] = [paired.read_text()]
    return {kind: "".join(lines) for kind, lines in result.items()}


class Migrations(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        files = sorted(f for f in MIGRATIONS.glob("*.sql")
                       if not f.name.endswith((".down.sql", ".verify.sql")))
        cls.migrations = {f.stem: sections(f) for f in files}

    def setUp(self):
        self.succeed(psql(f"CREATE DATABASE {DATABASE}", "postgres"))
        self.addCleanup(lambda: self.succeed(psql(f"DROP DATABASE {DATABASE}", "postgres")))

    def succeed(self, result):
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_names_headers_and_sections_are_those_of_the_seed(self):
        self.assertEqual(list(self.migrations), list(EXPECTED))
        for name, parts in self.migrations.items():
            lines = parts["up"].splitlines()
            self.assertEqual(lines[0], "-- " + "=" * 48, name)
            self.assertTrue(lines[1].startswith(f"-- Migration {name[:3]}: "), name)
            self.assertRegex(lines[2], r"^-- Created: \d{4}-\d\d-\d\d$", name)
            self.assertRegex(lines[3], r"^-- Purpose: \S", name)
            self.assertRegex(lines[4], r"^-- Idempotency: (YES|NO)$", name)
            self.assertEqual(lines[5], f"-- Dependencies: {EXPECTED[name]}", name)
            self.assertEqual(lines[6], "-- " + "=" * 48, name)
            self.assertEqual(set(parts), {"up", "down", "verify"}, name)

    def test_up_twice_down_and_up_again(self):
        before = {}
        for name, parts in self.migrations.items():
            with self.subTest(up=name):
                before[name] = schema()
                self.succeed(psql(parts["up"]))
                after = schema()
                self.assertNotEqual(after, before[name])
                again = psql(parts["up"])
                if "\n-- Idempotency: YES\n" in parts["up"]:
                    self.succeed(again)
                else:
                    self.assertNotEqual(again.returncode, 0, "it says NO, but applies twice")
                self.assertEqual(schema(), after)
                self.assertEqual(set(self.succeed(psql(parts["verify"])).split()), {"t"})
        whole = schema()
        for name, parts in reversed(self.migrations.items()):
            with self.subTest(down=name):
                self.succeed(psql(parts["down"], single_transaction=True))
                self.assertEqual(schema(), before[name])
        for parts in self.migrations.values():
            self.succeed(psql(parts["up"]))
        self.assertEqual(schema(), whole)

    def test_each_verify_fails_without_its_migration(self):
        for name, parts in self.migrations.items():
            result = psql(parts["verify"])
            self.assertTrue(result.returncode != 0 or "f" in result.stdout.split(), name)
            self.succeed(psql(parts["up"]))

    def test_every_foreign_key_has_an_index(self):
        for parts in self.migrations.values():
            self.succeed(psql(parts["up"]))
        bare = self.succeed(psql("""
            SELECT conrelid::regclass, conname FROM pg_constraint
            WHERE contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index WHERE indrelid = conrelid AND indpred IS NULL
                AND (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey)"""))
        self.assertEqual(bare, "")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
