// From an origin to a connected socket: name lookup, then each address in turn.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "tender/http/client.hpp"

#include "call.hpp"

namespace tender::http {

/// Connects `socket` to the origin of `call`; nothing on success. IP addresses are never looked up;
/// of several addresses that `filter` allows each gets an even share of the time that is left. All
/// arguments outlive the frame of this.
boost::asio::awaitable<std::optional<Failure>> dial(
    boost::asio::generic::stream_protocol::socket& socket, Call& call, const AddressFilter& filter);

}  // namespace tender::http
