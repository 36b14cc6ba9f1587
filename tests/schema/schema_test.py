#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schema_test.py KINDS BRANCHES [CRM]: what `verify` says of a database that is as the migrations made
it, at each of its stages, and of one that somebody has damaged.

The server comes from GODWIT_TEST_PGHOST and GODWIT_TEST_PGPORT.
"""
import json
import os
import subprocess
import sys

DATABASE = f"schema_{os.getpid()}"
failures = []


def environment():
    env = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    env.update(PGHOST=os.environ["GODWIT_TEST_PGHOST"], PGPORT=os.environ["GODWIT_TEST_PGPORT"],
               PGUSER="postgres", PGDATABASE=DATABASE, PGOPTIONS="-c client_min_messages=warning")
    env.pop("GODWIT_URL", None)
    env.pop("DATABASE_URL", None)
    return env


def run(*command):
    return subprocess.run([str(word) for word in command], text=True, capture_output=True,
                          env=environment(), timeout=120, check=False)


def must(*command):
    done = run(*command)
    if done.returncode != 0:
        sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def psql(*statements):
    must("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", *[word for s in statements for word in ("-c", s)])


def fresh():
    env = environment()
    for command in (["dropdb", "--if-exists", "--force", DATABASE], ["createdb", DATABASE]):
        subprocess.run(command, env={**env, "PGDATABASE": "postgres"}, check=True, capture_output=True)


def check(what, is_true, *shown):
    print(f"{'ok     ' if is_true else 'FAILED '} {what}")
    if not is_true:
        failures.append(what)
        print(*shown, sep="\n")


def verify(app, *more):
    """The exit code, and the part of the output that is about the schema."""
    done = run(*app, "verify", *more)
    lines = done.stdout.splitlines()
    return done.returncode, [line for line in lines if not line.startswith("holds") and " verified, " not in line]


def differences(app):
    code, lines = verify(app)
    return code, [line.removeprefix("differs: ") for line in lines if line.startswith("differs: ")]


def nothing_differs(app, what):
    code, lines = verify(app, "-v")
    compared = int(lines[-1].split()[1]) if lines else 0
    check(f"{what}: {compared} compared, nothing differs",
          code == 0 and compared > 0 and ", 0 differ" in lines[-1] and "perhaps" not in lines[-1] or
          (code == 0 and not lines), code, *lines)
    return compared


# What somebody did to the tables of kinds/, what verify says to it, and what undoes it.
DAMAGES = [
    ("ALTER TABLE sales DROP COLUMN price",
     ["table sales: column price is missing", "index orders_note_idx is missing"]),
    ("ALTER TABLE crm.\"Clients\" ALTER fee TYPE integer, ALTER fee DROP NOT NULL",
     ["table crm.Clients: column fee: expected numeric(12,2) not null, found integer"]),
    ("ALTER TABLE crm.\"Clients\" ALTER code TYPE text",
     ["table crm.Clients: column code: expected character(3), found text"]),
    ("ALTER TABLE sales ALTER paid DROP DEFAULT",
     ["table sales: column paid: expected boolean not null default, found boolean not null"]),
    ("ALTER TABLE crm.\"Clients\" ALTER id DROP IDENTITY",
     ["table crm.Clients: column id: expected bigint not null identity, found bigint not null",
      "sequence crm.Clients_id_seq is missing"]),
    ("ALTER TABLE crm.\"Clients\" ALTER lower_name DROP EXPRESSION",
     ["table crm.Clients: column lower_name: expected text generated, found text"]),
    ("ALTER TABLE crm.\"Clients\" DROP COLUMN span", ["table crm.Clients: column span is missing"]),
    ("DROP INDEX orders_note_idx", ["index orders_note_idx is missing"]),
    ("DROP INDEX orders_note_idx; CREATE INDEX orders_note_idx ON sales (note)",
     ["index orders_note_idx: expected index on sales ((expression), total) include (price) where "
      "(expression), found index on sales (note)"]),
    ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'crm.clients_name_idx'::regclass",
     ["index crm.clients_name_idx: expected unique index on crm.Clients (Name), found unique index on "
      "crm.Clients (Name) invalid"]),
    ("ALTER TABLE sales DROP CONSTRAINT orders_client_id_fkey",
     ["table sales: constraint orders_client_id_fkey is missing"]),
    ("ALTER TABLE sales DROP CONSTRAINT orders_client_id_fkey, ADD CONSTRAINT orders_client_id_fkey "
     "FOREIGN KEY (client_id) REFERENCES crm.\"Clients\" NOT VALID",
     ["table sales: constraint orders_client_id_fkey: expected FOREIGN KEY (client_id) REFERENCES "
      "crm.Clients (id) ON DELETE CASCADE, found FOREIGN KEY (client_id) REFERENCES crm.Clients (id) "
      "NOT VALID"]),
    ("ALTER TABLE sales DISABLE TRIGGER touch",
     ["table sales: trigger touch: expected INSERT OR UPDATE FOR EACH ROW touch, found INSERT OR UPDATE "
      "FOR EACH ROW touch disabled"]),
    ("ALTER TABLE sales DISABLE ROW LEVEL SECURITY",
     ["table sales: expected table with row security, found table"]),
    ("DROP POLICY own ON sales", ["table sales: policy own is missing"]),
    ("DROP RULE no_delete ON crm.\"Clients\"", ["table crm.Clients: rule no_delete is missing"]),
    ("DROP VIEW totals", ["view totals is missing"]),
    ("DROP MATERIALIZED VIEW all_totals", ["materialized view all_totals is missing"]),
    ("DROP SEQUENCE numbers", ["sequence numbers is missing"]),
    ("ALTER TYPE crm.mood RENAME VALUE 'sad' TO 'blue'",
     ["type crm.mood: expected enum ('sad', 'Very happy', 'glad'), found enum ('blue', 'Very happy', "
      "'glad')"]),
    ("ALTER DOMAIN price DROP CONSTRAINT price_positive",
     ["type price: expected domain over numeric(12,2) not null default price_positive, found domain over "
      "numeric(12,2) not null default"]),
    ("DROP FUNCTION total_of(bigint, timestamptz)",
     ["function total_of(bigint, timestamp with time zone) is missing"]),
    ("DROP PROCEDURE tidy", ["procedure tidy(integer) is missing"]),
    ("DROP TABLE events_2025", ["expected 4 tables, found 3, missing: events_2025"]),
    ("DROP TABLE events", ["expected 4 tables, found 2, missing: events, events_2025"]),
    ("DROP TABLE sales, events CASCADE; DROP TYPE price; DROP MATERIALIZED VIEW IF EXISTS all_totals",
     ["expected 4 tables, found 1, missing: events, events_2025, sales",
      "materialized view all_totals is missing", "type price is missing", "view totals is missing"]),
]


def check_kinds(app):
    print("== each kind of object")
    fresh()
    code, lines = verify(app)
    check("nothing is applied", code == 0 and len(lines) == 1 and lines[0].startswith("nothing is applied, "),
          code, *lines)
    for step in ("up 1", "up 1", "up 1"):
        must(*app, *step.split())
        nothing_differs(app, step)
    must(*app, "down", "2")
    check("what a down section leaves behind is found", differences(app) == (
        11, ["type crm.mood: expected enum ('sad', 'Very happy'), found enum ('sad', 'Very happy', 'glad')"]),
          *verify(app)[1])
    must(*app, "up")
    nothing_differs(app, "up again")
    dump = subprocess.run(["pg_dump", "-Fc", DATABASE], env=environment(), capture_output=True, check=True)
    for damage, expected in DAMAGES:
        fresh()
        subprocess.run(["pg_restore", "-d", DATABASE], input=dump.stdout, env=environment(), check=True,
                       capture_output=True)
        psql(*damage.split("; "))
        found = differences(app)
        check(damage, found == (11, expected), found, expected)
    fresh()
    subprocess.run(["pg_restore", "-d", DATABASE], input=dump.stdout, env=environment(), check=True,
                   capture_output=True)
    psql("CREATE TABLE of_others (id serial PRIMARY KEY)", "ALTER TABLE sales ADD COLUMN extra int")
    code, lines = verify(app, "-v")
    check("what others made is no difference, and is listed",
          code == 0 and "not of this set: table of_others" in lines and
          "not of this set: column sales.extra" in lines and
          not any("of_others." in line or "schema_migrations" in line for line in lines), code, *lines)
    psql("ALTER TABLE sales DROP COLUMN note", "DROP TABLE events")
    report = json.loads(run(*app, "verify", "--json").stdout)
    schema = report["schema"]
    check("JSON has it all",
          report["exit_code"] == 11 and not report["ok"] and schema["missing_tables"] == ["events", "events_2025"]
          and (schema["expected_tables"], schema["found_tables"]) == (4, 2)
          and {"object": "column sales.note", "expected": "text not null", "found": None, "doubt": None,
               "text": "table sales: column note is missing"} in schema["differences"]
          and "table of_others" in schema["not_of_this_set"], json.dumps(report, indent=1))
    check("a quiet one says what differs all the same", differences((*app, "-q"))[0] == 11)


def check_places(app):
    print("== where unqualified names lead")
    fresh()
    psql("CREATE SCHEMA app", f"ALTER DATABASE {DATABASE} SET search_path = app", "CREATE EXTENSION citext SCHEMA app")
    must(*app, "up")
    nothing_differs(app, "another schema stands first in the search path")
    code, lines = verify(app, "-v")
    check("an extension's objects are nobody's", not any("citext(" in line or "type citext" in line for line in lines),
          *lines)
    psql("DROP TABLE app.sales CASCADE")
    check("and what is missing there is found", differences(app)[1][0] == "expected 4 tables, found 3, missing: sales")
    fresh()
    psql("CREATE SCHEMA trap",
         "CREATE FUNCTION trap.eq(name, name) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$",
         "CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = name, FUNCTION = trap.eq)",
         "CREATE FUNCTION trap.format_type(oid, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE 'trapped'; END $$",
         f"ALTER DATABASE {DATABASE} SET search_path = public, trap, pg_catalog")
    must(*app, "up")
    nothing_differs(app, "operators and functions of others are not called")


def check_branches(app):
    print("== any part of the set applied")
    fresh()
    for step in ("apply 1", "apply 3"):
        must(*app, *step.split())
        compared = nothing_differs(app, step)
    check("the column that both change is not compared", compared > 0 and
          "not compared: column notes.id" in verify(app, "-v")[1], *verify(app, "-v")[1])
    psql("ALTER TABLE notes DROP COLUMN author")
    check("what only the applied one makes is", differences(app) == (11, ["table notes: column author is missing"]))
    psql("ALTER TABLE notes ADD COLUMN author text")
    must(*app, "up", "--order=any")
    code, lines = verify(app)
    check("what SQL that nobody could read may have done is no failure",
          code == 0 and lines[0] == "perhaps: table notes: column body: expected text, found text not null "
          "(004_dynamic may have done so)" and ", 0 differ, 1 perhaps" in lines[-1], code, *lines)
    psql("DROP TABLE after")
    check("what was made after it is certain again",
          differences(app) == (11, ["expected 2 tables, found 1, missing: after"]), *verify(app))
    psql("CREATE TABLE after (id int)",
         "INSERT INTO schema_migrations (migration_name, migration_number, checksum, migration_set, kind, state, "
         "applied_by, run_id) SELECT '009_newer', 9, checksum, migration_set, kind, state, applied_by, run_id "
         "FROM schema_migrations LIMIT 1", "DROP TABLE notes")
    code, lines = verify(app)
    check("a newer build may have done anything", code == 0 and lines[-1].split(", ")[1] == "0 differ" and
          any(line.endswith("(009_newer may have done so)") for line in lines), code, *lines)


def check_crm(app):
    print("== the example")
    fresh()
    for _ in range(8):
        must(*app, "up", "1")
        nothing_differs(app, "up 1")
    must(*app, "down")
    nothing_differs(app, "down")
    psql("DROP TABLE clients CASCADE")
    code, found = differences(app)
    check("a missing table", code == 11 and "missing: clients" in found[0], code, *found)


def main():
    kinds, branches, *crm = sys.argv[1:]
    try:
        check_kinds((kinds,))
        check_places((kinds,))
        check_branches((branches,))
        if crm:
            check_crm((crm[0], "migrate"))
    finally:
        subprocess.run(["dropdb", "--if-exists", "--force", DATABASE],
                       env={**environment(), "PGDATABASE": "postgres"}, check=False, capture_output=True)
    print(f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
