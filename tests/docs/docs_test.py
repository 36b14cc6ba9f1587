#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every snippet of README.md and docs/, in the order in which a reader would.

Each fenced block (and each table that promises something) stands below a comment that says how it is
tested, `<!-- test: KIND argument -->`; a block without one, or of an unknown kind, is a failure. The
blocks of one page share a folder and a shell environment, like a reader at a terminal.

Usage: docs_test.py --source DIR --build DIR --godwit FILE --crm FILE --cxx FILE
The server comes from GODWIT_TEST_PGHOST and GODWIT_TEST_PGPORT.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib

MARK = re.compile(r"<!-- test: (.+?) -->")
READERS_FOLDER = "/home/you/shop"


class Failure(Exception):
    """What is wrong with a snippet."""


class Block:
    """A marked piece of a page: the fenced text, or the table, below the mark."""

    def __init__(self, page, line, language, text):
        self.page, self.line, self.language, self.text = page, line, language, text
        self.kind = self.argument = None


def read_blocks(page):
    """All fenced blocks of a page and all marked tables, with their marks."""
    blocks = []
    lines = page.read_text(encoding="utf-8").splitlines()
    mark = None
    i = 0
    while i < len(lines):
        found = MARK.fullmatch(lines[i].strip())
        if found:
            mark = found[1].split(maxsplit=1)
            i += 1
            continue
        if lines[i].startswith("```"):
            end = lines.index("```", i + 1)
            block = Block(page, i + 1, lines[i][3:], "\n".join(lines[i + 1:end]))
        elif mark and lines[i].startswith("|"):
            end = i
            while end + 1 < len(lines) and lines[end + 1].startswith("|"):
                end += 1
            block = Block(page, i + 1, "table", "\n".join(lines[i:end + 1]))
        else:
            if mark and lines[i].strip():
                raise Failure(f"{page}:{i + 1}: the mark above belongs to no block")
            i += 1
            continue
        if mark:
            block.kind, block.argument = mark[0], mark[1] if len(mark) > 1 else ""
        blocks.append(block)
        mark = None
        i = end + 1
    return blocks


def normalise(text, folder):
    """Takes out what differs from run to run: the folder, durations, moments, identifiers."""
    text = text.replace(str(folder), READERS_FOLDER)
    text = re.sub(r"\b\d+(\.\d+)? ?(ms|s)\b", "N ms", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d(:\d\d)?)?", "DATE TIME", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def matches(expected, actual):
    """Line for line; `…` is any number of lines."""
    if not expected:
        return not actual
    if expected[0] == "…":
        return any(matches(expected[1:], actual[i:]) for i in range(len(actual) + 1))
    return bool(actual) and actual[0] == expected[0] and matches(expected[1:], actual[1:])


def first_column(table):
    """The `quoted` words in the first column of a table."""
    rows = table.splitlines()[2:]
    return [word for row in rows for word in re.findall(r"`([^`]+)`", row.split("|")[1])]


class Reader:
    """Does what a page says, in a folder of its own."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder / "shop"
        self.folder.mkdir()
        self.prefix = folder / "prefix"
        self.output = None
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("PG")
                    and key not in ("DATABASE_URL", "GODWIT_URL", "MAKEFLAGS", "CMAKE_GENERATOR")}
        self.env.update(PGHOST=os.environ["GODWIT_TEST_PGHOST"], PGPORT=os.environ["GODWIT_TEST_PGPORT"],
                        PGUSER="postgres", CMAKE_PREFIX_PATH=str(self.prefix), CXX=options.cxx,
                        CMAKE_GENERATOR="Ninja", NO_COLOR="1",
                        PATH=f"{self.prefix}/bin:{os.environ['PATH']}")

    def call(self, *command, **more):
        return subprocess.run([str(word) for word in command], text=True, env=self.env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
                              cwd=more.pop("cwd", self.folder), check=False, **more)

    def must(self, *command, **more):
        result = self.call(*command, **more)
        if result.returncode != 0:
            raise Failure(f"{' '.join(map(str, command))}: exit {result.returncode}\n{result.stdout}")
        return result.stdout

    # ---- the kinds: each is a method named after it ----

    def figure(self, block):
        if block.language != "text":
            raise Failure("only a text block can be a figure")

    def programs(self, block):
        for line in block.text.splitlines():
            program = self.options.source / line.split()[0]
            if not os.access(program, os.X_OK):
                raise Failure(f"{program} cannot be run")
            self.must(program, "--help")

    def install(self, block):
        """Building it all again would take minutes; the build that runs this test stands in."""
        configure, build, install = block.text.splitlines()
        cache = (self.options.build / "CMakeCache.txt").read_text(encoding="utf-8")
        for option in re.findall(r"-D(\w+)=", configure):
            if not re.search(rf"^{option}:", cache, re.M):
                raise Failure(f"there is no option {option}")
        if build != "cmake --build build" or install != "sudo cmake --install build":
            raise Failure("this test does not know these commands")
        self.must("cmake", "--install", self.options.build, "--prefix", self.prefix)

    def file(self, block):
        path = self.folder / block.argument
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text + "\n", encoding="utf-8")

    def run(self, block):
        """The block as a script; what it exports stays for the blocks that follow."""
        saved = self.folder.parent / "env"
        script = f"set -e\n{block.text}\nenv -0 > '{saved}'\n"
        result = self.call("bash", "-c", script)
        self.output = result.stdout
        if block.argument == "fails":
            if result.returncode == 0:
                raise Failure(f"it was to fail, and did not:\n{result.stdout}")
            return
        if result.returncode != 0:
            raise Failure(f"exit {result.returncode}\n{result.stdout}")
        self.env = dict(item.split("=", 1) for item in saved.read_text().split("\0") if item)

    def output_of_run(self, block):
        """Compares with what the run before printed. A line `…` stands for any lines."""
        actual = normalise(self.output, self.folder)
        expected = normalise(block.text, self.folder)
        if not expected or not matches(expected.splitlines(), actual.splitlines()):
            raise Failure(f"the page says\n{expected}\nbut it prints\n{actual}")

    def compile(self, block):
        source = self.folder.parent / "snippet.cpp"
        source.write_text(block.text + "\n", encoding="utf-8")
        # The reader's own project, on a page that makes one.
        generated = [option for header in (self.folder / "build").rglob("shop_migrations.hpp")
                     for option in ("-I", header.parent)]
        self.must(self.options.cxx, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                  *generated, "-I", self.prefix / "include", source)

    def dockerfile(self, block):
        """The image has libpq5 and the binary: it must need no more, and its command must work."""
        packages = re.search(r"--no-install-recommends ([\w.+ -]+?) &&", block.text)[1].split()
        binary = self.folder / re.search(r"^COPY (\S+)", block.text, re.M)[1]
        needed = set(re.findall(r"NEEDED.*\[(\S+?)\.so", self.must("readelf", "-d", binary)))
        base = {"libc", "libm", "libgcc_s", "libstdc++", "ld-linux-x86-64", "ld-linux-aarch64"}
        if packages != ["libpq5"] or needed - base != {"libpq"}:
            raise Failure(f"the image installs {packages}, the binary needs {needed - base}")
        command = re.findall(r'"([^"]+)"', re.search(r"^CMD (.*)$", block.text, re.M)[1])
        self.must(binary.with_name(command[0]), *command[1:])

    def systemd(self, block):
        """Runs what the unit would run, with the example's binary and a database of its own."""
        def command(key):
            words = re.search(rf"^{key}=(.*)$", block.text, re.M)[1].split()
            if words[0] != "/usr/local/bin/crm":
                raise Failure(f"{key} runs {words[0]}")
            return [str(self.options.crm), *words[1:]]
        env = dict(self.env, DATABASE_URL="postgresql:///crm", PORT="0")
        before = subprocess.run(command("ExecStartPre"), env=env, text=True, capture_output=True,
                                timeout=60, check=False)
        if before.returncode != 0:
            raise Failure(f"ExecStartPre: exit {before.returncode}\n{before.stderr}")
        with subprocess.Popen(command("ExecStart"), env=env, text=True, stdout=subprocess.PIPE) as service:
            try:
                if not any("listening on" in line for line in service.stdout):
                    raise Failure("ExecStart does not listen")
            finally:
                service.send_signal(signal.SIGTERM)
        if service.returncode != 0:
            raise Failure(f"ExecStart: exit {service.returncode} after SIGTERM")

    def toml(self, block):
        command = tomllib.loads(block.text)["deploy"]["release_command"].split()
        self.must(self.folder / "build" / command[0], *command[1:])

    def lint(self, block):
        path = self.folder.parent / "snippet.sql"
        path.write_text(block.text + "\n", encoding="utf-8")
        found = self.must(self.options.godwit, "lint", path)
        if re.search(r": (error|warning): ", found):
            raise Failure(found)

    def names(self, block):
        """Each name must be one that the tool understands."""
        for line in block.text.splitlines():
            name = line.split()[0]
            folder = pathlib.Path(tempfile.mkdtemp(dir=self.folder.parent))
            for file in (name, re.sub(r"\.(down|verify)\.sql$", ".up.sql", name)):
                (folder / file).write_text("SELECT 1;\n", encoding="utf-8")
            self.must(self.options.godwit, "list", folder)

    def keys(self, block):
        """The header keys of the manual are those of the reader."""
        source = (self.options.source / "codegen/source/header.cpp").read_text(encoding="utf-8")
        known = re.findall(r'"([A-Z][A-Za-z-]+)"', re.search(r"kKeyNames\{(.*?)\};", source, re.S)[1])
        self.same(first_column(block.text), known)

    def tool_commands(self, block):
        self.same(first_column(block.text), self.commands_of(self.options.godwit))

    def application_commands(self, block):
        self.same(first_column(block.text), self.commands_of(self.folder / "build/shop"))

    def application_options(self, block):
        """Each option of the manual is one of `up` or of another command."""
        binary = self.folder / "build/shop"
        texts = [self.must(binary, "--help")]
        texts += [self.must(binary, command, "--help") for command in self.commands_of(binary)
                  if command != "help"]
        known = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", "\n".join(texts)))
        for option in first_column(block.text):
            if option.split("=")[0] not in known:
                raise Failure(f"there is no option {option}")

    def coming_from(self, block):
        """Each call in the second column is one that the tool or the application understands: the command's
        own help must be shown, and must know each option. What stands behind "not yet:" is skipped."""
        for row in block.text.splitlines()[2:]:
            there, here = re.split(r"(?<!\\)\|", row)[1:3]
            if "`" not in there and not there.strip():
                raise Failure(f"nothing is said in the first column of {row}")
            for part in here.split(";"):
                is_later = part.strip().startswith("not yet:")
                for call in re.findall(r"`((?:app|godwit) [^`]+)`", part):
                    if not is_later:
                        self.understands(call)
                    elif self.is_understood(call):
                        print(f"note: {call} is there by now: take its \"not yet\" away")

    def is_understood(self, call):
        try:
            self.understands(call)
        except Failure:
            return False
        return True

    def understands(self, call):
        program, *words = shlex.split(call)
        binary = self.options.godwit if program == "godwit" else self.folder / "build/shop"
        if {"fresh", "reset"} & set(words):  # what only a build with ALLOW_FRESH has
            binary = self.options.fresh
        commands = [word for word in words if word in self.commands_of(binary)]
        if not commands and "--status" not in words:
            raise Failure(f"{call}: there is no such command")
        help_text = self.must(binary, *commands[:1], "--help")
        if commands:  # an alias has the help of its command
            shown = re.search(rf"^Usage: .*?\b{re.escape(binary.name)} (\S+)", help_text, re.M)
            if not shown or shown[1] not in self.commands_of(binary):
                raise Failure(f"{call}: the help is of something else\n{help_text}")
        known = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", help_text + self.must(binary, "--help")))
        for word in words:
            option = word.split("=")[0]
            is_number = re.fullmatch(r"-\d+", option)
            if option.startswith("-") and not is_number and option not in known and \
                    not re.fullmatch(r"-v+", option):
                raise Failure(f"{call}: there is no option {option}")
        result = self.call(binary, *words, "--help")
        if result.returncode != 0:
            raise Failure(f"{call} --help: exit {result.returncode}\n{result.stdout}")

    def layout(self, block):
        named = {re.match(r"\w+", line)[0] for line in block.text.splitlines() if re.match(r"\w+/", line)}
        tracked = {path.parent.name for path in self.options.source.glob("*/*")
                   if path.parent.name not in ("build",) and not path.parent.name.startswith(".")}
        self.same(named, tracked)

    def commands_of(self, binary):
        """The commands that --help lists."""
        listed = re.search(r"\n(?:Sub)?commands:\n((?:  .*\n?)+)", self.must(binary, "--help"), re.I)
        if not listed:
            raise Failure(f"{binary} --help lists no commands")
        names = re.findall(r"^  ([a-z][\w-]*(?:, [a-z][\w-]*)*)", listed[1], re.M)
        return {name for several in names for name in several.split(", ")}

    def same(self, documented, real):
        documented, real = set(documented), set(real)
        if documented != real:
            raise Failure(f"not documented: {sorted(real - documented)}; "
                          f"documented, but not there: {sorted(documented - real)}")


def check_links(page):
    """Every relative link leads to a file."""
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target and not (page.parent / target).exists():
            raise Failure(f"a link leads to {target}, which is not there")


def main():
    parser = argparse.ArgumentParser()
    for name in ("source", "build", "godwit", "crm", "fresh"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    parser.add_argument("--cxx", required=True)
    options = parser.parse_args()
    for name in ("source", "build", "godwit", "crm", "fresh"):
        setattr(options, name, getattr(options, name).resolve())

    pages = [options.source / "README.md", *sorted((options.source / "docs").glob("*.md"))]
    # The manual of the rules is written from the rules themselves, whose examples the lint cases run.
    pages = [page for page in pages if page.name != "rules.md"]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="godwit docs "))
    reader = Reader(options, folder)
    for database in ("shop", "crm"):
        reader.must("psql", "-X", "-q", "-d", "postgres", "-c", f"DROP DATABASE IF EXISTS {database}",
                    "-c", f"CREATE DATABASE {database}")
    methods = {"output": reader.output_of_run, "tool-commands": reader.tool_commands,
               "application-commands": reader.application_commands,
               "application-options": reader.application_options, "coming-from": reader.coming_from}
    for kind in ("figure", "programs", "install", "file", "run", "compile", "dockerfile", "systemd",
                 "toml", "lint", "names", "keys", "layout"):
        methods[kind] = getattr(reader, kind)
    passed = failed = 0
    try:
        for page in pages:
            for block in read_blocks(page):
                where = f"{page.relative_to(options.source)}:{block.line}: {block.kind} {block.argument or ''}"
                try:
                    if block.kind is None:
                        raise Failure("a block without a test; mark it with <!-- test: … -->")
                    if block.kind not in methods:
                        raise Failure(f"there is no test of the kind {block.kind}")
                    methods[block.kind](block)
                    passed += 1
                    print(f"ok      {where}")
                except (Failure, subprocess.TimeoutExpired, ValueError, TypeError, StopIteration) as error:
                    failed += 1
                    print(f"FAILED  {where}\n{error}")
            check_links(page)
    finally:
        for database in ("shop", "crm"):
            reader.must("psql", "-X", "-q", "-d", "postgres", "-c",
                        f"DROP DATABASE IF EXISTS {database} WITH (FORCE)", cwd="/")
        shutil.rmtree(folder)
    print(f"{passed} snippets passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
