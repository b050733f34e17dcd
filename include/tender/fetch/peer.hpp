// What the fetch service does not know of the peer that it asks: how a request to it is written and
// signed, and which of its answers are final. zooid::Reader implements it.
#pragma once

#include "tender/fetch/opts.hpp"
#include "tender/http/transport.hpp"

namespace tender::fetch {

class Peer {
 public:
  virtual ~Peer() = default;

  /// The GET to one of the peer's addresses; signed for that address if the peer wants it signed.
  /// Called for each attempt. The service sets the timeout.
  [[nodiscard]] virtual http::Request make_request(Op op, const std::string& relay,
                                                   const http::Url& address) = 0;

  /// Whether an answer with another status than 200 is the peer's own word, which another address
  /// would only repeat: a relay that it does not have.
  [[nodiscard]] virtual bool is_final(Op op, const http::Response& answer) const = 0;
};

}  // namespace tender::fetch
