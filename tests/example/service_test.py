#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The example service as its users see it: a real process, a real PostgreSQL, real HTTP.

Usage: service_test.py CRM_BINARY [unittest arguments]
The server comes from GODWIT_TEST_PGHOST and GODWIT_TEST_PGPORT; each class has a database of its own.
"""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

CRM = os.path.abspath(sys.argv.pop(1))
HOST = os.environ["GODWIT_TEST_PGHOST"]
PG_PORT = os.environ["GODWIT_TEST_PGPORT"]


def database_url(name, port=PG_PORT):
    return f"postgresql://postgres@/{name}?host={HOST}&port={port}"


def environment(url, port="0"):
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("PG") and key not in ("GODWIT_URL", "DATABASE_URL", "PORT")}
    return dict(env, DATABASE_URL=url, PORT=port)


def sql(database, text):
    result = subprocess.run(
        ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", database_url(database)],
        input=text, text=True, capture_output=True)
    if result.returncode != 0:
        raise AssertionError(result.stderr)
    return result.stdout.strip()


def crm(url, *arguments, port="0"):
    """Runs the service to its end, which must come by itself."""
    return subprocess.run([CRM, *arguments], env=environment(url, port), text=True,
                          capture_output=True, timeout=60)


class Service:
    """A running service. Its output so far is in `output`."""

    def __init__(self, url, port="0"):
        self.process = subprocess.Popen([CRM], env=environment(url, port), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.output = ""
        for line in self.process.stdout:
            self.output += line
            listening = re.search(r"listening on http://127\.0\.0\.1:(\d+)$", line)
            if listening:
                self.port = int(listening[1])
                return
        raise AssertionError(f"the service ended: {self.output}{self.process.communicate()[1]}")

    def request(self, method, path, body=None):
        """(status, parsed answer); every answer must be JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
            connection.request(method, path, data)
            response = connection.getresponse()
            text = response.read()
            if response.headers["Content-Type"] != "application/json":
                raise AssertionError(f"{method} {path}: {response.status} {text}")
            return response.status, json.loads(text)
        finally:
            connection.close()

    def stop(self, number=signal.SIGTERM):
        """(exit code, what it wrote to stderr)"""
        self.process.send_signal(number)
        try:
            out, err = self.process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        self.output += out
        return self.process.returncode, err


class WithDatabase(unittest.TestCase):
    def setUp(self):
        self.name = f"example_{os.getpid()}_{self.id().rsplit('.', 1)[1]}"[:63]
        sql("postgres", f'CREATE DATABASE "{self.name}"')
        self.addCleanup(sql, "postgres", f'DROP DATABASE "{self.name}" WITH (FORCE)')
        self.url = database_url(self.name)

    def start(self, **options):
        service = Service(self.url, **options)
        self.addCleanup(lambda: service.process.poll() is None and service.stop())
        return service


class Starting(WithDatabase):
    def test_first_start_migrates_and_second_has_nothing_to_do(self):
        first = self.start()
        self.assertIn("8 migrations applied now, 0 before", first.output)
        rows = sql(self.name, "SELECT migration_name, executed_at FROM schema_migrations ORDER BY id")
        self.assertEqual([row.split("|")[0] for row in rows.splitlines()], [
            "001_fix_missing_tables", "007_crm_system_schema", "010_fix_team_members_schema",
            "012_fix_production_schema", "013_agentic_rag_tables", "014_knowledge_graph_tables",
            "015_add_drive_columns", "016_add_summary_to_parent_docs"])
        self.assertEqual(first.stop(), (0, ""))
        second = self.start()
        self.assertIn("0 migrations applied now, 8 before", second.output)
        self.assertEqual(second.request("GET", "/health"), (200, {"migrations": 8, "applied": 8}))
        self.assertEqual(
            sql(self.name, "SELECT migration_name, executed_at FROM schema_migrations ORDER BY id"), rows)
        self.assertEqual(second.stop(), (0, ""))

    def test_three_services_at_once_on_an_empty_database(self):
        processes = [subprocess.Popen([CRM], env=environment(self.url), text=True,
                                      stdout=subprocess.PIPE) for _ in range(3)]
        applied = 0
        try:
            for process in processes:
                for line in process.stdout:
                    now = re.search(r"(\d+) migrations applied now", line)
                    applied += int(now[1]) if now else 0
                    if "listening on" in line:
                        break
        finally:
            for process in processes:
                process.terminate()
                process.communicate()
        self.assertEqual([process.returncode for process in processes], [0, 0, 0])
        self.assertEqual(applied, 8)
        self.assertEqual(sql(self.name, "SELECT count(*) FROM schema_migrations"), "8")

    def test_command_line_is_handed_over(self):
        version = crm("", "migrate", "version")  # needs no database
        self.assertEqual(version.returncode, 0, version.stderr)
        self.assertIn("016_add_summary_to_parent_docs", version.stdout)  # the head
        up = crm(self.url, "migrate", "up")
        self.assertEqual(up.returncode, 0, up.stderr)
        self.assertEqual(up.stdout.splitlines()[-1], "8 applied, 0 skipped, 0 failed")
        status = crm(self.url, "migrate", "status")
        self.assertEqual(status.returncode, 0, status.stderr)
        self.assertIn("016_add_summary_to_parent_docs", status.stdout)
        listing = crm(self.url, "migrate", "list")
        self.assertEqual(listing.returncode, 0, listing.stderr)
        self.assertIn("007_crm_system_schema", listing.stdout)
        check = crm(self.url, "migrate", "check")
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_an_edited_history_is_refused_before_the_port_opens(self):
        self.assertEqual(crm(self.url, "migrate", "up").returncode, 0)
        sql(self.name, "UPDATE schema_migrations SET checksum = repeat('0', 64) WHERE migration_number = 7")
        refused = crm(self.url)
        self.assertEqual(refused.returncode, 4, refused.stderr)
        self.assertIn("007_crm_system_schema", refused.stderr)
        self.assertNotIn("listening", refused.stdout)

    def test_wrong_arguments_and_ports_are_refused(self):
        self.assertEqual(crm(self.url, "serve").returncode, 2)
        for port in ("", "http", "80x", "65536", "-1"):
            with self.subTest(port=port):
                refused = crm(self.url, port=port)
                self.assertEqual(refused.returncode, 2)
                self.assertTrue(refused.stderr.startswith("usage: "), refused.stderr)

    def test_no_server_is_exit_7_and_the_password_is_not_shown(self):
        refused = crm("postgresql://postgres:se-cret@127.0.0.1:1/crm?connect_timeout=3")
        self.assertEqual(refused.returncode, 7, refused.stderr)
        self.assertNotIn("se-cret", refused.stdout + refused.stderr)

    def test_a_port_in_use_is_an_error(self):
        first = self.start()
        second = crm(self.url, port=str(first.port))
        self.assertEqual(second.returncode, 1)
        self.assertIn("cannot listen on 127.0.0.1: Address already in use", second.stderr)
        self.assertEqual(first.request("GET", "/health")[0], 200)

    def test_it_listens_on_loopback_only(self):
        service = self.start()
        with open(f"/proc/{service.process.pid}/net/tcp", encoding="ascii") as table:
            port = f":{service.port:04X}"
            listeners = [line.split()[1] for line in table
                         if line.split()[1].endswith(port) and line.split()[3] == "0A"]
        self.assertEqual(listeners, ["0100007F" + port])


class Stopping(WithDatabase):
    def test_signals_end_it_in_good_order(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number):
                service = self.start()
                self.assertEqual(service.request("GET", "/health")[0], 200)
                begin = time.monotonic()
                self.assertEqual(service.stop(number), (0, ""))
                self.assertLess(time.monotonic() - begin, 5)
                with self.assertRaises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", service.port), timeout=5)

    def test_a_signal_right_after_the_start_is_not_lost(self):
        for _ in range(10):
            self.assertEqual(self.start().stop(), (0, ""))


class Answers(WithDatabase):
    def setUp(self):
        super().setUp()
        self.service = self.start()

    def ask(self, method, path, body=None):
        return self.service.request(method, path, body)

    def test_clients_are_written_and_read(self):
        self.assertEqual(self.ask("GET", "/clients"), (200, []))
        ada = {"full_name": "Ada O'Lovelace', NULL); DROP TABLE clients; --", "email": "ada@example.com",
               "phone": "+44 20", "nationality": "GB"}
        status, answer = self.ask("POST", "/clients", ada)
        self.assertEqual((status, list(answer)), (201, ["id"]))
        self.assertEqual(
            sql(self.name, f"SELECT full_name, email, phone, nationality, status FROM clients WHERE id = {answer['id']}"),
            "|".join([*ada.values(), "prospect"]))
        status, shown = self.ask("GET", f"/clients/{answer['id']}")
        self.assertEqual(status, 200)
        self.assertEqual({key: shown[key] for key in ada}, ada)
        status, second = self.ask("POST", "/clients", {"full_name": "Grazia Nöther 数"})
        self.assertEqual(status, 201)
        self.assertEqual(self.ask("GET", "/clients"), (200, [
            {"id": answer["id"], "full_name": ada["full_name"], "email": ada["email"], "status": "prospect"},
            {"id": second["id"], "full_name": "Grazia Nöther 数", "email": None, "status": "prospect"}]))
        self.assertEqual([c["id"] for c in self.ask("GET", f"/clients?after={answer['id']}")[1]],
                         [second["id"]])

    def test_interactions_are_written_and_read_newest_first(self):
        client = self.ask("POST", "/clients", {"full_name": "Ada"})[1]["id"]
        self.assertEqual(self.ask("GET", f"/clients/{client}/interactions"), (200, []))
        first = {"channel": "phone", "summary": "Called"}
        second = {"channel": "email", "summary": "Sent the form", "conversation_id": "mail-7"}
        for interaction in (first, second):
            self.assertEqual(self.ask("POST", f"/clients/{client}/interactions", interaction)[0], 201)
        status, shown = self.ask("GET", f"/clients/{client}/interactions")
        self.assertEqual(status, 200)
        self.assertEqual([(i["channel"], i["summary"], i["conversation_id"]) for i in shown],
                         [("email", "Sent the form", "mail-7"), ("phone", "Called", None)])
        self.assertEqual(sql(self.name, "SELECT client_id, channel, direction FROM interactions ORDER BY id"),
                         f"{client}|phone|inbound\n{client}|email|inbound")

    def test_what_the_schema_refuses_is_400_and_writes_nothing(self):
        for body in (b"", b"{", b"[]", b"7", b"null", b'{"full_name": "\xff"}', b'{"full_name": "a\\u0000b"}',
                     {}, {"full_name": ""}, {"full_name": None}, {"full_name": "A", "email": "nobody"},
                     {"full_name": "A", "nationality": "Italy"}):
            with self.subTest(body=body):
                status, answer = self.ask("POST", "/clients", body)
                self.assertEqual((status, list(answer)), (400, ["error"]))
        self.assertEqual(sql(self.name, "SELECT count(*) FROM clients"), "0")
        client = self.ask("POST", "/clients", {"full_name": "Ada"})[1]["id"]
        for body in ({}, {"channel": "pigeon", "summary": "x"}, {"channel": "phone", "summary": ""}):
            with self.subTest(body=body):
                self.assertEqual(self.ask("POST", f"/clients/{client}/interactions", body)[0], 400)
        self.assertEqual(sql(self.name, "SELECT count(*) FROM interactions"), "0")
        self.assertEqual(self.ask("GET", "/clients?after=x")[0], 400)
        self.assertEqual(self.ask("GET", "/clients/99999999999999999999")[0], 400)

    def test_the_same_email_is_409_whatever_its_capitals(self):
        ada = {"full_name": "Ada", "email": "ada@example.com"}
        self.assertEqual(self.ask("POST", "/clients", ada)[0], 201)
        self.assertEqual(self.ask("POST", "/clients", dict(ada, email="ADA@example.com")),
                         (409, {"error": "a client with this email exists already"}))
        self.assertEqual(sql(self.name, "SELECT count(*) FROM clients"), "1")

    def test_what_is_not_there_is_404(self):
        interaction = {"channel": "phone", "summary": "x"}
        for request in (("GET", "/clients/1"), ("GET", "/clients/1/interactions"),
                        ("POST", "/clients/1/interactions", interaction)):
            with self.subTest(request=request):
                self.assertEqual(self.ask(*request), (404, {"error": "no such client"}))
        for request in (("GET", "/"), ("GET", "/clients/ada"), ("DELETE", "/clients/1"), ("PUT", "/clients", {})):
            with self.subTest(request=request):
                status, answer = self.ask(*request)
                self.assertEqual((status, list(answer)), (404, ["error"]))

    def test_a_body_beyond_a_megabyte_is_413(self):
        body = {"full_name": "x" * (1 << 20)}
        self.assertEqual(self.ask("POST", "/clients", body)[0], 413)

    def test_health_tells_a_schema_that_is_behind(self):
        sql(self.name, "DELETE FROM schema_migrations WHERE migration_number = 16")
        self.assertEqual(self.ask("GET", "/health"), (503, {"migrations": 8, "applied": 7}))
        # 016 is idempotent, so applying it again is what repairs that.
        again = self.start()
        self.assertIn("1 migrations applied now, 7 before", again.output)
        self.assertEqual(self.ask("GET", "/health"), (200, {"migrations": 8, "applied": 8}))

    def test_without_its_database_it_answers_503_and_recovers(self):
        quoted = f'"{self.name}"'
        sql("postgres", f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS false")
        for request in (("GET", "/health"), ("GET", "/clients"), ("POST", "/clients", {"full_name": "A"})):
            with self.subTest(request=request):
                self.assertEqual(self.ask(*request), (503, {"error": "the database is not available"}))
        sql("postgres", f"ALTER DATABASE {quoted} ALLOW_CONNECTIONS true")
        self.assertEqual(self.ask("GET", "/health"), (200, {"migrations": 8, "applied": 8}))
        self.assertEqual(self.ask("GET", "/clients"), (200, []))
        code, log = self.service.stop()
        self.assertEqual(code, 0)
        self.assertEqual(log.count(f'database "{self.name}" is not currently accepting connections'), 3, log)


if __name__ == "__main__":
    unittest.main()
