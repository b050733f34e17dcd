#include "access.hpp"

#include <algorithm>
#include <any>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>

#include "tender/http/url.hpp"

#include "problem.hpp"

namespace tender::admin {
namespace {

bool only_reads(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// The host of a Host header, without its port; nothing when it is not one.
std::optional<http::Url> url_of_host(const std::string& host) {
  try {
    auto url = http::Url::parse(fmt::format("http://{}", host));
    return url.target() == "/" ? std::optional(std::move(url)) : std::nullopt;
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

// A page in somebody's browser reaches this server only by a name that its author controls.
bool is_numeric_or_local(const std::string& host) {
  boost::system::error_code error;
  static_cast<void>(boost::asio::ip::make_address(host, error));
  return !error || host == "localhost";
}

// Whether what listens at `address` is reached by the host of that URL, wherever it is used.
bool reaches(const http::Url& url, const http::TcpAddress& address) {
  boost::system::error_code error;
  const auto bound = boost::asio::ip::make_address(address.host, error);
  if (url.host() == "localhost") {
    return bound.is_loopback() || bound.is_unspecified();
  }
  const auto named = boost::asio::ip::make_address(url.host(), error);
  return !error && (named == bound || (bound.is_unspecified() && named.is_loopback()));
}

std::vector<config::AdminKey> with_robot(std::vector<config::AdminKey> keys,
                                         const nostr::PublicKey& robot) {
  if (std::ranges::find(keys, robot, &config::AdminKey::key) == keys.end()) {
    keys.push_back({robot, /*read_only=*/true});
  }
  return keys;
}

http::Admission refuse(int status, std::string_view why, std::string_view remedy) {
  return {.refusal = problem(status, why, remedy), .note = {}};
}

}  // namespace

Access::Access(const config::AdminSettings& settings, const nostr::PublicKey& robot,
               const Clock& clock)
    : settings_(settings),
      bind_(settings.bind.value_or(http::ServerAddress())),
      authenticator_(with_robot(settings.pubkeys, robot), settings.token, clock) {}

http::Admission Access::admit(const http::ServerRequest& head) {
  if (only_reads(head.method) && open_.contains(head.path) && head.query.empty()) {
    return {};
  }
  if (!is_for_us(head)) {
    return refuse(421, "the Host header names another server",
                  "use the address of ADMIN_BIND, or set ADMIN_URL to the URL that you use");
  }
  const auto origin = head.header("Origin");
  if (origin && !is_of_us(*origin, head)) {
    return refuse(403, "the request comes from a page of another site",
                  "set ADMIN_URL to the URL under which such pages are served");
  }
  Authentication caller = authenticator_.check(head, url_of(head));
  if (!caller.principal) {
    const bool nobody = settings_.pubkeys.empty() && settings_.token.empty();
    return {.refusal = unauthorized(
                caller.refusal,
                nobody ? "nobody may use the admin API yet: set ADMIN_PUBKEYS or ADMIN_TOKEN_FILE, "
                         "and start tender again"
                       : ""),
            .note = {}};
  }
  if (caller.principal->read_only && !only_reads(head.method)) {
    return refuse(403, fmt::format("{} may only read", caller.principal->name),
                  "remove `:ro` behind the key in ADMIN_PUBKEYS");
  }
  return {.refusal = std::nullopt, .note = std::move(caller)};
}

bool Access::is_for_us(const http::ServerRequest& head) const {
  const auto url = url_of_host(head.host);
  if (!url) {
    return false;
  }
  return std::holds_alternative<http::UnixAddress>(bind_) || is_numeric_or_local(url->host()) ||
         (settings_.url && url->host() == settings_.url->host());
}

bool Access::is_of_us(std::string_view origin, const http::ServerRequest& head) const {
  if (settings_.url) {
    return origin == fmt::format("{}://{}", settings_.url->tls() ? "https" : "http",
                                 settings_.url->authority());
  }
  return origin == fmt::format("http://{}", head.host);
}

// What a client's token must be for. The Host header alone does not say it: whoever got a token for
// another server could send it on to this one under that server's name.
std::optional<std::string> Access::url_of(const http::ServerRequest& head) const {
  const std::string target =
      fmt::format("{}{}{}", head.path, head.query.empty() ? "" : "?", head.query);
  if (auto url = settings_.public_url(target)) {
    return url;
  }
  const auto* const address = std::get_if<http::TcpAddress>(&bind_);
  if (address == nullptr) {
    return "http://localhost" + target;
  }
  const auto url = url_of_host(head.host);
  if (url && url->port() == port_ && reaches(*url, *address)) {
    return fmt::format("http://{}{}", url->authority(), target);
  }
  return std::nullopt;
}

const Authentication* caller_of(const http::ServerRequest& request) {
  return std::any_cast<Authentication>(&request.note);
}

}  // namespace tender::admin
