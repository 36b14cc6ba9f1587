// SPDX-License-Identifier: Apache-2.0
//
// crm: a small service that brings its database to the schema it was built for, then opens its
// port.
//   crm                  migrates, then serves HTTP on 127.0.0.1:$PORT (8080; 0 takes a free one)
//   crm migrate COMMAND  godwit's command line: up, status, list, info, check, validate, help
// Both read DATABASE_URL, else libpq's PG* variables. SIGTERM and SIGINT end it in good order.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <optional>
#include <string>
#include <string_view>

#include <httplib.h>
#include <unistd.h>

#include <crm_migrations.hpp>
#include <godwit/cli.hpp>
#include <godwit/migrator.hpp>

#include "database.hpp"

namespace {

using httplib::Request;
using httplib::Response;

/// The JSON of every answer comes from PostgreSQL; without a row there was no such client.
void answer(Response& response, int status, const std::optional<std::string>& row) {
  response.status = row ? status : 404;
  response.set_content(row.value_or(R"({"error": "no such client"})") + "\n", "application/json");
}

/// The schema's constraints are the validation: what they refuse is the caller's mistake.
void answer_exception(const Request&, Response& response, const std::exception_ptr& exception) {
  std::string sqlstate;
  std::string text;
  try {
    std::rethrow_exception(exception);
  } catch (const crm::DatabaseError& error) {
    sqlstate = error.sqlstate;
    text = error.what();
  } catch (const std::exception& error) {
    text = error.what();
  }
  if (sqlstate == "23505") {  // unique_violation
    answer(response, 409, R"({"error": "a client with this email exists already"})");
  } else if (sqlstate == "23503") {  // foreign_key_violation
    answer(response, 404, std::nullopt);
  } else if (sqlstate.starts_with("22") || sqlstate.starts_with("23")) {
    answer(response, 400, R"({"error": "a field is missing, or has a value that is not allowed"})");
  } else {
    std::fprintf(stderr, "crm: %s\n", text.c_str());  // for the log, not for strangers
    answer(response, 503, R"({"error": "the database is not available"})");
  }
}

void add_routes(httplib::Server& server, const std::string& url) {
  // Healthy means: the database answers, and holds all that this build needs.
  server.Get("/health", [url](const Request&, Response& response) {
    const godwit::MigrationSet& set = crm_migrations::migrations();
    const std::size_t applied = godwit::Migrator(url, set).status().count(godwit::State::kApplied);
    answer(response, applied == set.migrations.size() ? 200 : 503,
           "{\"migrations\": " + std::to_string(set.migrations.size()) +
               ", \"applied\": " + std::to_string(applied) + "}");
  });

  server.Get("/clients", [url](const Request& request, Response& response) {
    static constexpr auto kSql = R"(
        SELECT coalesce(json_agg(c ORDER BY id), '[]')
        FROM (SELECT id, full_name, email, status FROM clients
              WHERE id > $1::bigint ORDER BY id LIMIT 100) AS c)";
    const auto after = request.has_param("after") ? request.get_param_value("after") : "0";
    answer(response, 200, crm::query(url, kSql, {after}));
  });

  server.Post("/clients", [url](const Request& request, Response& response) {
    static constexpr auto kSql = R"(
        INSERT INTO clients (full_name, email, phone, nationality)
        SELECT full_name, email, phone, nationality
        FROM json_to_record($1) AS c(full_name text, email text, phone text, nationality text)
        RETURNING json_build_object('id', id))";
    answer(response, 201, crm::query(url, kSql, {request.body}));
  });

  server.Get(R"(/clients/(\d+))", [url](const Request& request, Response& response) {
    static constexpr auto kSql = R"(
        SELECT to_json(c)
        FROM (SELECT id, full_name, email, phone, nationality, status, created_at FROM clients
              WHERE id = $1::bigint) AS c)";
    answer(response, 200, crm::query(url, kSql, {request.matches[1]}));
  });

  server.Post(R"(/clients/(\d+)/interactions)", [url](const Request& request, Response& response) {
    static constexpr auto kSql = R"(
        INSERT INTO interactions (client_id, channel, summary, conversation_id)
        SELECT $1::bigint, channel, summary, conversation_id
        FROM json_to_record($2) AS i(channel text, summary text, conversation_id text)
        RETURNING json_build_object('id', id))";
    answer(response, 201, crm::query(url, kSql, {request.matches[1], request.body}));
  });

  server.Get(R"(/clients/(\d+)/interactions)", [url](const Request& request, Response& response) {
    static constexpr auto kSql = R"(
        SELECT (SELECT coalesce(json_agg(i), '[]')
                FROM (SELECT id, channel, summary, conversation_id, occurred_at FROM interactions
                      WHERE client_id = clients.id ORDER BY occurred_at DESC LIMIT 100) AS i)
        FROM clients WHERE id = $1::bigint)";
    answer(response, 200, crm::query(url, kSql, {request.matches[1]}));
  });

  server.set_exception_handler(answer_exception);
  server.set_error_handler([](const Request&, Response& response) {
    if (response.body.empty()) {  // the library's own refusals, such as an unknown path
      answer(response, response.status, R"({"error": "nothing here answers this request"})");
    }
  });
}

/// Serves until SIGTERM or SIGINT, which every thread keeps blocked: no handler is needed.
int serve(const std::string& url, int port) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  httplib::Server server;
  add_routes(server, url);
  server.set_payload_max_length(1 << 20);
  // In place of the library's SO_REUSEPORT, with which two services would share one port.
  server.set_socket_options([](socket_t socket) {
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  });
  const bool is_bound = port == 0 ? (port = server.bind_to_any_port("127.0.0.1")) > 0
                                  : server.bind_to_port("127.0.0.1", port);
  if (!is_bound) {
    std::perror("crm: cannot listen on 127.0.0.1");
    return 1;
  }
  auto listening = std::async(std::launch::async, [&server] {
    const bool was_stopped = server.listen_after_bind();
    kill(getpid(), SIGTERM);  // where it ended by itself, the wait below ends as well
    return was_stopped;
  });
  std::printf("crm: listening on http://127.0.0.1:%d\n", port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  while (!server.is_running() &&
         listening.wait_for(std::chrono::milliseconds(10)) == std::future_status::timeout) {
  }
  server.stop();
  return listening.get() ? 0 : 1;
}

std::string environment(const char* name, const char* fallback) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const godwit::MigrationSet& migrations = crm_migrations::migrations();
  if (argc > 1 && argv[1] == std::string_view("migrate")) {
    return godwit::run_cli(argc - 1, argv + 1, migrations);
  }
  const std::string url = environment("DATABASE_URL", "");
  const std::string port_text = environment("PORT", "8080");
  std::uint16_t port = 0;
  const auto parsed =
      std::from_chars(port_text.c_str(), port_text.c_str() + port_text.size(), port);
  if (argc > 1 || parsed.ec != std::errc() || *parsed.ptr != '\0') {
    std::fputs("usage: [DATABASE_URL=…] [PORT=…] crm [migrate COMMAND…]\n", stderr);
    return 2;
  }
  try {
    const godwit::Report report = godwit::migrate(url, migrations);
    std::printf("crm: schema is current: %zu migrations applied now, %zu before\n",
                report.applied.size(), report.skipped);
    return serve(url, port);
  } catch (const godwit::Error& error) {
    std::fprintf(stderr, "crm: %s\n", error.what());
    return static_cast<int>(error.kind());
  }
}
