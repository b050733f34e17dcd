// One question to one of the peer's addresses: an Op and a target in, what came back out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include "tender/fetch/peer.hpp"
#include "tender/http/transport.hpp"

namespace tender::fetch {

struct Key {
  Op op;
  std::string relay;
  auto operator<=>(const Key&) const = default;
};

/// Under way, or ended and not yet looked at. The worker and the running question share it.
struct Attempt {
  Attempt(Key of, std::size_t whom, SteadyTime now)
      : key(std::move(of)), candidate(whom), began(now) {}

  Key key;
  std::size_t candidate;
  SteadyTime began;
  boost::asio::cancellation_signal cancel;
  bool given_up = false;  // nobody waits for it any more: what it brings is dropped
  http::Exchange heard;
  SteadyTime ended{};
};

/// Takes at most `timeout`. Peer and transport must outlive it.
[[nodiscard]] boost::asio::awaitable<http::Exchange> ask(http::Transport& transport, Peer& peer,
                                                         Key key, http::Url address,
                                                         Milliseconds timeout);

}  // namespace tender::fetch
