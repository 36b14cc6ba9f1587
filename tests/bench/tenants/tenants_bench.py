#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One set of 50 migrations in 1,000 schemas: the first run, a look when all is up to date, and one tenant that is behind."""
import argparse
import os
import statistics
import subprocess
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--app", required=True)
    parser.add_argument("--postgres-sh", required=True)
    parser.add_argument("--tenants", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=8)
    options = parser.parse_args()
    host = tempfile.mkdtemp(prefix="gwt", dir="/tmp")
    os.rmdir(host)
    subprocess.run([options.postgres_sh, "start", host, "--owner", str(os.getpid())], check=True)
    try:
        measure(options, f"host={host} user=postgres dbname=tenants", host)
    finally:
        subprocess.run([options.postgres_sh, "stop", host], check=False)


def measure(options, conninfo, host):
    def psql(database, *statements):
        commands = [word for statement in statements for word in ("-c", statement)]
        subprocess.run(["psql", "-X", "-q", "-h", host, "-U", "postgres", "-d", database, *commands], check=True)

    def app(*words):
        """Seconds, and the last line."""
        begin = time.perf_counter()
        done = subprocess.run([options.app, *words, "--url", conninfo], check=True, stdout=subprocess.PIPE, text=True)
        return time.perf_counter() - begin, done.stdout.strip().splitlines()[-1]

    def show(what, seconds, line):
        print(f"{what:<44} {seconds * 1000:10.1f} ms   {line}", flush=True)

    def look(what):
        times = [app(*everybody) for _ in range(11)]
        show(what, statistics.median(seconds for seconds, _ in times), times[0][1])

    everybody = ["up", "--schemas=tenant_%", f"--jobs={options.jobs}", "--quiet"]
    psql("postgres", "CREATE DATABASE tenants")
    psql("tenants", f"DO $$BEGIN FOR i IN 1..{options.tenants} LOOP EXECUTE format('CREATE SCHEMA tenant_%s', i); END LOOP; END$$")
    seconds, line = app(*everybody)
    show(f"first run, {options.jobs} jobs", seconds, line)
    print(f"{'':<44} {seconds / options.tenants * 1000:10.2f} ms   a tenant", flush=True)
    look("nothing to do, whole process")
    psql("tenants", "VACUUM ANALYZE")
    look("the same after VACUUM ANALYZE")
    behind = []
    for _ in range(5):
        app("down", "--schema=tenant_500", "--yes")
        behind.append(app(*everybody))
    show("one behind by one, whole process", statistics.median(seconds for seconds, _ in behind), behind[0][1])
    single = [app("up", "--schema=tenant_500", "--quiet")[0] for _ in range(11)]
    show("one tenant alone, nothing to do", statistics.median(single), "")


if __name__ == "__main__":
    main()
