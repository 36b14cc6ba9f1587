#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what the design has budgets for. Ours and the floor run in turns; medians, and their ratio."""
import argparse
import asyncio
import glob
import os
import statistics
import subprocess
import tempfile
import threading
import time


def seconds(command, **options):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    return time.perf_counter() - begin


def paired(rounds, ours, floor):
    """Two callables that return seconds, in turns: the medians of both."""
    a, b = [], []
    for _ in range(rounds):
        a.append(ours())
        b.append(floor())
    return statistics.median(a), statistics.median(b)


def report(name, ours, floor, budget):
    ratio = ours / floor
    verdict = "" if ratio <= budget else "   over budget"
    print(f"{name:<44} {ours * 1000:9.1f} ms {floor * 1000:9.1f} ms {ratio:6.2f} ×  (≤ {budget} ×){verdict}", flush=True)


class DelayedLine(threading.Thread):
    """A TCP port in front of a Unix socket; what passes takes half a round trip each way."""

    def __init__(self, socket_path, round_trip):
        super().__init__(daemon=True)
        self.socket_path, self.delay = socket_path, round_trip / 2
        self.ready = threading.Event()
        self.port = 0

    async def pump(self, reader, writer):
        loop = asyncio.get_running_loop()
        queue = asyncio.Queue()

        async def deliver():
            while True:
                due, data = await queue.get()
                if data is None:
                    break
                await asyncio.sleep(max(0, due - loop.time()))
                writer.write(data)
            writer.close()

        task = asyncio.create_task(deliver())
        while data := await reader.read(1 << 16):
            queue.put_nowait((loop.time() + self.delay, data))
        queue.put_nowait((0, None))
        await task

    async def serve(self):
        async def accept(reader, writer):
            server_reader, server_writer = await asyncio.open_unix_connection(self.socket_path)
            await asyncio.gather(self.pump(reader, server_writer), self.pump(server_reader, writer), return_exceptions=True)

        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        await server.serve_forever()

    def run(self):
        asyncio.run(self.serve())


def bench_server(options):
    host = tempfile.mkdtemp(prefix="gwb", dir="/tmp")
    os.rmdir(host)
    subprocess.run([options.postgres_sh, "start", host, "--owner", str(os.getpid())], check=True)
    line = DelayedLine(f"{host}/.s.PGSQL.5432", 0.002)
    line.start()
    line.ready.wait()
    files = sorted(glob.glob(f"{options.directory}/*.up.sql"))
    try:
        def sql(statement):
            subprocess.run(["psql", "-X", "-q", "-h", host, "-U", "postgres", "-c", statement, "postgres"], check=True, stderr=subprocess.DEVNULL)

        def fresh(name, where, command):
            sql(f"DROP DATABASE IF EXISTS {name}")
            sql(f"CREATE DATABASE {name}")
            return seconds(command(f"{where} user=postgres dbname={name} sslmode=disable gssencmode=disable"))

        def ours(conninfo):
            return [options.app, "up", "--quiet", "--url", conninfo]

        def floor(conninfo):
            return [options.floor, "apply", conninfo, *files]

        local, remote = f"host={host}", f"host=127.0.0.1 port={line.port}"
        for name, where, budget in ((f"apply {len(files)}, local socket", local, 1.1), (f"apply {len(files)}, 2 ms round trip", remote, 1.15)):
            report(name, *paired(options.rounds, lambda w=where: fresh("ours", w, ours), lambda w=where: fresh("floor", w, floor)), budget)
        current = f"{local} user=postgres dbname=ours"
        report("start with nothing to do, whole process", *paired(
            options.rounds * 10, lambda: seconds(ours(current)), lambda: seconds([options.floor, "check", current])), 1.1)
    finally:
        subprocess.run([options.postgres_sh, "stop", host], check=False)


def bench_lint(options):
    """Each of the sets beside the one that is applied: the whole process, catalog and report included."""
    for directory in sorted(glob.glob(f"{os.path.dirname(os.path.abspath(options.directory))}/*/")):
        files = sorted(glob.glob(f"{directory}/**/*.sql", recursive=True))
        if not files:
            continue

        def lint(directory=directory):
            begin = time.perf_counter()
            subprocess.run([options.tool, "lint", "--warn-only", directory], check=True, stderr=subprocess.DEVNULL)
            return time.perf_counter() - begin

        name = f"lint {os.path.basename(directory.rstrip('/'))}, {len(files)} files"
        report(name, *paired(options.rounds * 4, lint, lambda files=files: seconds([options.raw_parse, *files])), 2)


def bench_compile(options):
    """The generated table against the same bytes as bare literals."""
    for megabytes in (10,) if options.short else (10, 100):
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(f"{folder}/m")
            row = "INSERT INTO words (word, meaning) VALUES ('alpha', 'the first of many words in a row of words');\n"
            text = row * (megabytes * 1_000_000 // 300 // len(row))
            manifest = f"godwit-manifest 1\nlibrary t\nheader t.hpp\nnamespace t\nroot {folder}/m\nwarn-only\n"
            for i in range(300):
                with open(f"{folder}/m/{i + 1:03}_x.sql", "w", encoding="utf-8") as out:
                    out.write(text)
                manifest += f"file {folder}/m/{i + 1:03}_x.sql\n"
            with open(f"{folder}/t.manifest", "w", encoding="utf-8") as out:
                out.write(manifest)
            with open(f"{folder}/t.hpp", "w", encoding="utf-8") as out:
                out.write("#pragma once\n#include <godwit/migration.hpp>\nnamespace t { const godwit::MigrationSet& migrations() noexcept; }\n")
            seconds([options.tool, "generate", f"{folder}/t.manifest", "-o", f"{folder}/t.cpp"])
            literal = "".join('"' + line.replace("\\", "\\\\") + '\\n"\n' for line in text.splitlines())
            with open(f"{folder}/floor.cpp", "w", encoding="utf-8") as out:
                out.write("#include <span>\n#include <string_view>\nstruct Row { std::string_view sql; };\nconstexpr Row kRows[] = {\n")
                out.write(",\n".join(f"{{{{{literal}, {len(text)}}}}}" for _ in range(300)))
                out.write("};\nstd::span<const Row> rows() { return kRows; }\n")
            for compiler in ("g++", "clang++-14"):
                compile_ = [compiler, "-std=c++20", "-O2", "-c", "-o", f"{folder}/o.o", "-I", options.include, "-I", folder]
                report(f"compile {megabytes} MB, {compiler}", *paired(
                    3, lambda: seconds([*compile_, f"{folder}/t.cpp"]), lambda: seconds([*compile_, f"{folder}/floor.cpp"])), 1.2)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("app", "floor", "raw-parse", "tool", "postgres-sh", "include", "directory"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--lint-only", action="store_true", help="measure the tool alone")
    parser.add_argument("--short", action="store_true", help="leave out what takes minutes")
    options = parser.parse_args()
    print(f"{'':<44} {'ours':>12} {'floor':>12}")
    bench_lint(options)
    if options.lint_only:
        return
    bench_server(options)
    bench_compile(options)


if __name__ == "__main__":
    main()
