// Keeps webhooks from reaching into the network that tender runs in (server-side request forgery):
// their URLs come from people, and names can resolve to anything. Pure functions.
//
//   http::ClientOptions options;
//   if (!allow_private) {
//     options.address_filter = hook::public_addresses_only();
//   }
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>

#include "tender/http/client.hpp"
#include "tender/http/url.hpp"

namespace tender::hook {

/// What the address is, when it is not one of the public Internet: private, loopback, link-local, a
/// cloud's metadata service, and whatever else the special-purpose registries of IANA (RFC 6890)
/// have that is not globally reachable. An IPv4 address inside an IPv6 one counts as well (mapped,
/// NAT64, 6to4, ISATAP); the compatible and translated forms are never public. Goes on after
/// "it is ": "a private address (RFC 1918)". Nothing for a public address.
[[nodiscard]] std::optional<std::string> why_not_public(const boost::asio::ip::address& address);

/// Allows public addresses only. The decision is made on what a connection would go to, so that a
/// host written as one number, or a name that resolves differently each time, gains nothing.
[[nodiscard]] http::AddressFilter public_addresses_only();

struct ReceiverRules {
  bool allow_http = false;     // also http://
  bool allow_private = false;  // TRIGGER_ALLOW_PRIVATE
};

/// The URL of a trigger. Throws InvalidTrigger that says what is wrong, and shows nothing of path
/// and query, which are often all that a receiver asks for: what http::Url::parse()
/// refuses (such as user info), http where it is not allowed, a number in place of an address, and
/// an address that is not public where it must be. What names resolve to is not looked at here: see
/// public_addresses_only().
[[nodiscard]] http::Url parse_receiver_url(std::string_view text, const ReceiverRules& rules);

}  // namespace tender::hook
