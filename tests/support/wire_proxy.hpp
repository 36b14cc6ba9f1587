// SPDX-License-Identifier: Apache-2.0
//
// A proxy between libpq and the server on a Unix socket, which understands just enough of the
// protocol to count round trips and to cut connections at chosen moments. A round trip is: the
// client sends after it has had an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace godwit::test {

class WireProxy {
 public:
  /// Listens in a directory of its own, in front of the tests' server.
  WireProxy();
  /// Who sends what is counted, or cut off.
  enum class Side : std::uint8_t { kClient, kServer };
  ~WireProxy();
  WireProxy(const WireProxy&) = delete;
  WireProxy& operator=(const WireProxy&) = delete;

  /// `conninfo` as of Database::conninfo(), but through the proxy.
  std::string conninfo(const std::string& database) const;

  int connections() const;
  int round_trips() const;
  /// What clients sent so far, of all connections.
  std::string sent() const;

  /// Cuts, both ways and without a word, the connection whose client has just sent something that
  /// contains `text`: `pass_on` tells whether the server still gets it. Once.
  void cut_on_request(std::string text, bool pass_on);
  /// The same when the server's answer contains `text`; the client does not see that answer.
  void cut_on_answer(std::string text);
  /// Cuts the connection in the middle of what that side sends, when `bytes` of it have been passed
  /// on since the proxy was made, of all connections. Once.
  void cut_after(Side side, std::size_t bytes);
  /// How much that side has sent so far.
  std::size_t bytes(Side side) const;
  /// What a client sends with `text` in it reaches the server only when another connection, such as
  /// that of PQcancel, has come and gone. Once.
  void hold_request(std::string text);
  /// From now on servers say that they are of this major, of two digits: who asks for what only
  /// newer ones have asks in vain.
  void claim_major(std::string major);
  /// No connection is accepted any more (they are closed at once), or again.
  void refuse(bool is_refusing);
  int cuts() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace godwit::test
