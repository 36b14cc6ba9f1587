// SPDX-License-Identifier: Apache-2.0
//
// The messages: https://www.postgresql.org/docs/15/protocol-message-formats.html
#include "server_errors.hpp"

#include <array>
#include <cstring>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace godwit::fuzz {
namespace {

std::string number(std::size_t value) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    bytes += static_cast<char>((value >> shift) & 0xFFU);
  return bytes;
}

/// A message with its type and length.
std::string message(char type, const std::string& content) {
  return type + number(content.size() + 4) + content;
}

std::string ready() {
  return message('Z', "I");
}

/// What a server says to a client that it lets in.
std::string welcome() {
  using namespace std::string_literals;
  return message('R', number(0)) + message('S', "client_encoding\0UTF8\0"s) +
         message('S',
                 "server_version\0"
                 "15.0\0"s) +
         message('K', number(1) + number(2)) + ready();
}

int listen_on(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  require(path.native().size() < sizeof address.sun_path, "a socket's name is short");
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  require(listener >= 0 &&
              bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
              listen(listener, 1) == 0,
          "a socket can be made");
  return listener;
}

}  // namespace

ServerErrors::ServerErrors() {
  const int listener = listen_on(folder_.path() / ".s.PGSQL.5432");
  std::thread server([&] {
    socket_ = accept(listener, nullptr, nullptr);
    std::array<char, 4096> startup{};
    require(socket_ >= 0 && read(socket_, startup.data(), startup.size()) > 0,
            "a client says who it is");
    send(welcome());
  });
  const std::string conninfo =
      "host=" + folder_.path().string() + " port=5432 user=x dbname=x gssencmode=disable";
  connection_ = PQconnectdb(conninfo.c_str());
  server.join();
  close(listener);
  require(PQstatus(connection_) == CONNECTION_OK, PQerrorMessage(connection_));
}

ServerErrors::~ServerErrors() {
  PQfinish(connection_);
  close(socket_);
}

void ServerErrors::send(const std::string& bytes) const {
  require(write(socket_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()),
          "a message fits into the socket");
}

ServerErrors::Result ServerErrors::make(const ErrorFields& fields) {
  std::string content;
  for (const auto& [code, text] : fields) {
    content += code;
    content += text.c_str();
    content += '\0';
  }
  content += '\0';
  require(PQsendQuery(connection_, "SELECT 1") == 1, PQerrorMessage(connection_));
  std::array<char, 256> query{};
  require(read(socket_, query.data(), query.size()) > 0, "a query arrives");
  send(message('E', content) + ready());
  Result result(PQgetResult(connection_), &PQclear);
  while (PGresult* more = PQgetResult(connection_)) PQclear(more);
  require(PQresultStatus(result.get()) == PGRES_FATAL_ERROR, "an error is an error");
  return result;
}

}  // namespace godwit::fuzz
