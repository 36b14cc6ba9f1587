#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""catalog_test.py PRINT_CATALOG FOLDER: the catalog that godwit folds out of migrations must be what
a server's own catalog says after psql has applied them; and since they have been applied, no rule may
say of an up section that it fails.

Both are printed as lines, "column crm.notes.body: text not null", and compared. FOLDER holds files of
our own (NNN_name.sql, NNN_name.up.sql), or the layout of diesel (VERSION_name/up.sql) or goose
(-- +goose Up), which are taken apart here. The texts of expressions are not compared: the server
prints them in its own way. What the catalog itself says it does not know (an output column's type, a
view over a function) is left out, and counted.

The server comes from GODWIT_TEST_PGHOST and GODWIT_TEST_PGPORT.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

DATABASE = f"catalog_{os.getpid()}"

# Expected to be unknown, at most: a check that the comparison compares something.
MAX_UNKNOWN_PERCENT = 5

TYPES = [
    ("character varying", "varchar"), ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"), ("time with time zone", "timetz"),
    ("time without time zone", "time"), ("character", "char"), ("bit varying", "varbit"),
    ("double precision", "double precision"),
]

QUERY = r"""
SET search_path = public;
CREATE FUNCTION pg_temp.q(s name, n name) RETURNS text LANGUAGE sql AS
  $$ SELECT CASE WHEN s = 'public' THEN n::text ELSE s || '.' || n END $$;
CREATE FUNCTION pg_temp.cols(rel oid, keys int2[]) RETURNS text LANGUAGE sql AS
  $$ SELECT coalesce(string_agg(coalesce(a.attname::text, '…'), ', ' ORDER BY k.n), '') FROM unnest(keys) WITH ORDINALITY k(num, n)
     LEFT JOIN pg_attribute a ON a.attrelid = rel AND a.attnum = k.num $$;
CREATE FUNCTION pg_temp.action(c "char") RETURNS text LANGUAGE sql AS
  $$ SELECT CASE c WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END $$;
CREATE TEMP VIEW mine AS
  SELECT c.*, pg_temp.q(n.nspname, c.relname) AS shown FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%'
    AND n.nspname NOT LIKE 'pg_toast%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e');
-- relations
SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END
       || ' ' || shown || ': ' ||
       CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END ||
       coalesce((SELECT ' partitioned by (' || pg_temp.cols(c.oid, p.partattrs::int2[]) || ')' FROM pg_partitioned_table p WHERE p.partrelid = c.oid), '') ||
       coalesce((SELECT string_agg(CASE WHEN relispartition THEN ' partition of ' ELSE ' inherits ' END || p.shown, '' ORDER BY inhseqno)
                 FROM pg_inherits i JOIN mine p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid), '') ||
       CASE WHEN relpersistence = 'u' THEN ' unlogged' ELSE '' END ||
       CASE WHEN relrowsecurity THEN ' with row security' ELSE '' END || CASE WHEN relforcerowsecurity THEN ' forced' ELSE '' END
FROM mine c WHERE relkind IN ('r', 'p', 'f', 'v', 'm');
SELECT 'sequence ' || c.shown || ': sequence' || coalesce((
         SELECT ' owned by ' || o.shown || '.' || a.attname FROM pg_depend d JOIN mine o ON o.oid = d.refobjid
         JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum = d.refobjsubid
         WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')), '')
FROM mine c WHERE relkind = 'S';
SELECT 'column ' || c.shown || '.' || a.attname || ': ' || 'TYPE<' || format_type(a.atttypid, a.atttypmod) || '>' ||
       CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity' ELSE '' END ||
       CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END || CASE WHEN a.atthasdef AND a.attgenerated = '' THEN ' default' ELSE '' END
FROM mine c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND a.attnum > 0 AND NOT a.attisdropped;
SELECT 'constraint ' || c.shown || '.' || k.conname || ': ' ||
       CASE k.contype WHEN 'c' THEN 'CHECK' WHEN 'x' THEN 'EXCLUDE'
         WHEN 'p' THEN 'PRIMARY KEY (' || pg_temp.cols(k.conrelid, k.conkey) || ')' WHEN 'u' THEN 'UNIQUE (' || pg_temp.cols(k.conrelid, k.conkey) || ')'
         WHEN 'f' THEN 'FOREIGN KEY (' || pg_temp.cols(k.conrelid, k.conkey) || ') REFERENCES ' || r.shown || ' (' || pg_temp.cols(k.confrelid, k.confkey) || ')'
           || coalesce(' ON UPDATE ' || pg_temp.action(k.confupdtype), '') || coalesce(' ON DELETE ' || pg_temp.action(k.confdeltype), '') END
       || CASE WHEN k.condeferrable THEN ' DEFERRABLE' ELSE '' END || CASE WHEN k.condeferred THEN ' INITIALLY DEFERRED' ELSE '' END
       || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END
FROM pg_constraint k JOIN mine c ON c.oid = k.conrelid LEFT JOIN mine r ON r.oid = k.confrelid WHERE k.contype IN ('c', 'p', 'u', 'f', 'x');
SELECT 'index ' || i.shown || ': ' || CASE WHEN x.indisunique THEN 'unique ' ELSE '' END || 'index on ' || t.shown || ' (' ||
       pg_temp.cols(x.indrelid, (x.indkey::int2[])[0:x.indnkeyatts - 1]) || ')' || CASE WHEN am.amname <> 'btree' THEN ' using ' || am.amname ELSE '' END ||
       CASE WHEN x.indnatts > x.indnkeyatts THEN ' include (' || pg_temp.cols(x.indrelid, (x.indkey::int2[])[x.indnkeyatts:]) || ')' ELSE '' END ||
       CASE WHEN x.indpred IS NOT NULL THEN ' where …' ELSE '' END
FROM mine i JOIN pg_index x ON x.indexrelid = i.oid JOIN mine t ON t.oid = x.indrelid JOIN pg_am am ON am.oid = i.relam
WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'));
SELECT 'trigger ' || c.shown || '.' || t.tgname || ': ' || concat_ws(' OR ', CASE WHEN tgtype & 4 <> 0 THEN 'INSERT' END,
         CASE WHEN tgtype & 16 <> 0 THEN 'UPDATE' END, CASE WHEN tgtype & 8 <> 0 THEN 'DELETE' END, CASE WHEN tgtype & 32 <> 0 THEN 'TRUNCATE' END)
       || ' FOR EACH ' || CASE WHEN tgtype & 1 <> 0 THEN 'ROW' ELSE 'STATEMENT' END || ' ' ||
       CASE WHEN n.nspname = 'pg_catalog' THEN p.proname ELSE pg_temp.q(n.nspname, p.proname) END ||
       CASE WHEN tgenabled = 'D' THEN ' disabled' ELSE '' END || ' '
FROM pg_trigger t JOIN mine c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace WHERE NOT tgisinternal;
SELECT 'policy ' || c.shown || '.' || p.polname || ': policy' FROM pg_policy p JOIN mine c ON c.oid = p.polrelid;
SELECT 'rule ' || c.shown || '.' || r.rulename || ': rule' FROM pg_rewrite r JOIN mine c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN';
SELECT 'type ' || pg_temp.q(n.nspname, t.typname) || ': ' || CASE t.typtype
         WHEN 'e' THEN 'enum (' || (SELECT string_agg('''' || enumlabel || '''', ', ' ORDER BY enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) || ')'
         WHEN 'd' THEN 'domain over TYPE<' || format_type(t.typbasetype, t.typtypmod) || '>' || CASE WHEN t.typnotnull THEN ' not null' ELSE '' END ||
           CASE WHEN t.typdefault IS NOT NULL THEN ' default' ELSE '' END || coalesce((SELECT string_agg(' ' || k.conname || CASE WHEN k.convalidated THEN '' ELSE ' NOT VALID' END, '' ORDER BY k.oid)
           FROM pg_constraint k WHERE k.contypid = t.oid), '')
         WHEN 'r' THEN 'range' WHEN 'c' THEN 'composite (' || (SELECT string_agg(a.attname || ' TYPE<' || format_type(a.atttypid, a.atttypmod) || '>', ', ' ORDER BY a.attnum)
           FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) || ')' ELSE 'type' END
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class r ON r.oid = t.typrelid
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg_temp%' AND n.nspname NOT LIKE 'pg_toast%'
  AND (t.typrelid = 0 OR r.relkind = 'c') AND t.typelem = 0 AND t.typtype <> 'm'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e');
SELECT kind || ' ' || pg_temp.q(n.nspname, p.proname) || '(' || (SELECT coalesce(string_agg('TYPE<' || format_type(a, NULL) || '>', ', ' ORDER BY i), '')
         FROM unnest(p.proargtypes) WITH ORDINALITY u(a, i)) || '): ' || kind || CASE WHEN p.prokind = 'f' THEN ' returns ' || CASE WHEN p.proretset THEN 'setof ' ELSE '' END || 'TYPE<' || format_type(p.prorettype, NULL) || '>' ELSE '' END
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace, LATERAL (SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind) k
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_temp%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e');
SELECT 'schema ' || nspname || ': schema' FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%' AND nspname <> 'information_schema';
SELECT 'extension ' || extname || ': extension' FROM pg_extension WHERE extname <> 'plpgsql';
"""

# Partitions that functions make with EXECUTE, by the day on which they run.
BY_DATE = re.compile(r"_20\d{6}(?=\b|_)")

COMPARED = ("table", "view", "materialized view", "foreign table", "column", "constraint", "index",
            "sequence", "trigger", "policy", "rule", "type", "function", "procedure", "aggregate",
            "schema", "extension")


def environment():
    env = dict(os.environ, PGHOST=os.environ["GODWIT_TEST_PGHOST"],
               PGPORT=os.environ["GODWIT_TEST_PGPORT"], PGUSER="postgres", PGOPTIONS="-c client_min_messages=error")
    env.pop("PGDATABASE", None)
    return env


def run(*command, **options):
    done = subprocess.run(command, text=True, capture_output=True, env=environment(), **options)
    if done.returncode != 0:
        sys.exit(f"FAILED: {' '.join(map(str, command))}\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout


def apply(sql, in_transaction):
    command = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", DATABASE]
    if in_transaction:
        command.append("--single-transaction")
    run(*command, input=sql)


def only_up(text):
    """What a file of our own runs: everything before the first directive of another section."""
    parts = re.split(r"(?m)^-- godwit:(?:down|verify|require)\s*$", text)
    return parts[0]


def goose_up(text):
    parts = re.split(r"(?im)^--\s*\+goose\s+(up|down)\b[^\n]*\n", text)
    bodies = [parts[i + 1] for i in range(1, len(parts), 2) if parts[i].lower() == "up"]
    return re.sub(r"(?im)^--\s*\+goose[^\n]*\n", "", "".join(bodies))


def copy_as_ours(folder, target):
    """Writes the up sections of a folder of another tool's as NNNN_name.sql."""
    diesel = sorted((d for d in folder.iterdir() if (d / "up.sql").exists()),
                    key=lambda d: re.sub(r"\D", "", d.name.split("_")[0]))
    if diesel:
        texts = [(d / "up.sql").read_text() for d in diesel]
    else:
        texts = [goose_up(f.read_text()) for f in sorted(folder.glob("*.sql"))]
    for number, text in enumerate(texts, 1):
        (target / f"{number:04}_m.up.sql").write_text(text)


def is_ours(folder):
    return any(re.fullmatch(r"\d+_\w+(\.up)?\.sql", f.name) and "+goose" not in f.read_text()
               for f in folder.glob("*.sql"))


def normal_type(text):
    for server, ours in TYPES:
        text = re.sub(rf"\b{server}\b", ours, text) if server != ours else text
    # timestamp(3) with time zone
    text = re.sub(r"\b(timestamp|time)(\(\d\)) with time zone", r"\1tz\2", text)
    return re.sub(r"\b(timestamp|time)(\(\d\)) without time zone", r"\1\2", text)


def server_lines():
    out = run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", DATABASE, input=QUERY)
    lines = {}
    for line in out.splitlines():
        line = re.sub(r"TYPE<([^>]*)>", lambda m: normal_type(m[1]), line).replace('"', "")
        key, text = line.split(": ", 1)
        if not BY_DATE.search(line):
            lines[key] = text.strip()
    return lines


def our_lines(program, folder):
    lines, unknown, failures = {}, set(), []
    for line in run(program, folder).splitlines():
        line = line.replace('"', "")
        if line.startswith(("unknown ", "uncertain ")):
            unknown.add(line)
            continue
        if line.startswith("fails "):
            if ".down.sql:" not in line:
                failures.append(line)
            continue
        key, text = line.split(": ", 1)
        if key.startswith(COMPARED):
            lines[key] = text.strip()
    return lines, unknown, failures


def compare(ours, server, unknown):
    def is_vague(key):
        if key.startswith("index ") and key in ours:
            # On a partition that a function made: what happens to it there is not known.
            return "table " + re.search(r"index on (.*?) \(", ours[key])[1] not in ours
        return key.startswith("column ") and f"unknown {key[7:].rsplit('.', 1)[0]}" in unknown

    differences, vague = [], 0
    for key in sorted(set(ours) | set(server)):
        mine, theirs = ours.get(key), server.get(key)
        if mine == theirs:
            continue
        if is_vague(key) or (mine is not None and theirs is not None and mine.startswith("unknown")):
            vague += 1
            continue
        differences.append(f"{key}\n    folded: {mine}\n    server: {theirs}")
    return differences, vague


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    run("createdb", DATABASE)
    try:
        with tempfile.TemporaryDirectory() as work:
            if not is_ours(folder):
                copy_as_ours(folder, pathlib.Path(work))
                folder = pathlib.Path(work)
            files = sorted((f for f in folder.glob("*.sql")
                            if not f.name.endswith((".down.sql", ".verify.sql"))),
                           key=lambda f: (int(f.name.split("_")[0]), f.name))
            for file in files:
                text = only_up(file.read_text())
                apply(text, not re.search(r"(?i)\b(concurrently|vacuum|add\s+value|commit)\b", text))
            ours, unknown, failures = our_lines(program, folder)
            server = server_lines()
    finally:
        subprocess.run(["dropdb", "--if-exists", "--force", DATABASE], env=environment(), check=False)
    differences, vague = compare(ours, server, unknown)
    print(f"{len(files)} migrations, {len(server)} lines of the server, {len(ours)} of the catalog, "
          f"{vague} not known, {len(differences)} different")
    for line in sorted(unknown):
        print(line)
    for difference in differences:
        print(difference)
    if len(server) < 20 or vague * 100 > MAX_UNKNOWN_PERCENT * len(server):
        sys.exit("FAILED: too little was compared")
    for failure in failures:
        print(failure)
    sys.exit(1 if differences or failures else 0)


if __name__ == "__main__":
    main()
