// From an origin to a connected socket: name lookup, then each address in turn.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "call.hpp"

namespace tender::http {

/// Connects `socket` to the origin of `call`; nothing on success. IP addresses are never looked up;
/// of several addresses each gets an even share of the time that is left. Both arguments live in
/// the frame that awaits this.
boost::asio::awaitable<std::optional<Failure>> dial(
    boost::asio::generic::stream_protocol::socket& socket, Call& call);

}  // namespace tender::http
