#include "authenticator.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "tender/base/ascii.hpp"
#include "tender/nostr/http_auth.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender::admin {
namespace {

using nostr::HttpAuthFault;

constexpr std::chrono::seconds kMaxSkew{60};
// A token may be dated kMaxSkew ahead, and is good until its time is kMaxSkew ago.
constexpr std::chrono::seconds kLifetime = 2 * kMaxSkew + std::chrono::seconds(1);
constexpr std::string_view kBearer = "bearer ";

Authentication refused(std::string why) {
  return {.principal = std::nullopt, .refusal = std::move(why)};
}

// The digests, because a comparison of texts shows by its time how long they are.
bool is_same(std::string_view one, std::string_view other) {
  const auto left = nostr::sha256(one);
  const auto right = nostr::sha256(other);
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

// The name of a scheme is read in any case (RFC 9110, 11.1).
bool is_bearer(std::string_view header) {
  const std::string_view scheme = kBearer.substr(0, kBearer.size() - 1);
  return std::ranges::equal(header, scheme, {}, ascii_lower) ||
         std::ranges::equal(header.substr(0, kBearer.size()), kBearer, {}, ascii_lower);
}

std::string explain(HttpAuthFault fault, std::string_view url) {
  switch (fault) {
    case HttpAuthFault::base64:
    case HttpAuthFault::json:
      return "the token is not a nostr event in base64";
    case HttpAuthFault::kind:
      return "the token's event is not of kind 27235 (NIP-98)";
    case HttpAuthFault::signature:
      return "the id or the signature of the token's event is wrong";
    case HttpAuthFault::created_at:
      return fmt::format("the token's created_at is more than {} s from this server's time",
                         kMaxSkew.count());
    case HttpAuthFault::url:
      return fmt::format("the token is for another URL; sign {}", url);
    case HttpAuthFault::method:
      return "the token is for another method";
    default:
      return "the token cannot be used";
  }
}

}  // namespace

bool Authentication::covers(std::string_view body) const {
  return !by_key || nostr::payload_fits(payload, body);
}

Authenticator::Authenticator(std::vector<config::AdminKey> keys, Secret token, const Clock& clock)
    : keys_(std::move(keys)), token_(std::move(token)), clock_(clock), used_(clock, kLifetime) {}

Authentication Authenticator::check(const http::ServerRequest& head,
                                    const std::optional<std::string>& url) {
  const auto header = head.header("Authorization");
  if (!header || header->empty()) {
    return refused("send an Authorization header: a NIP-98 token (Nostr …) or Bearer …");
  }
  if (is_bearer(*header)) {
    return check_bearer(header->substr(std::min(header->size(), kBearer.size())));
  }
  if (!url) {
    return refused(
        "this server is not known by the name in the Host header, so a token for that name could "
        "be one for another server; set ADMIN_URL to the URL that you use");
  }
  return check_key(head, *header, *url);
}

Authentication Authenticator::check_bearer(std::string_view token) const {
  if (token_.empty()) {
    return refused("no bearer token is configured here; set ADMIN_TOKEN_FILE");
  }
  if (!is_same(token, token_.reveal())) {
    return refused("this is not the bearer token");
  }
  return {.principal = Principal{.name = "token", .read_only = false}};
}

Authentication Authenticator::check_key(const http::ServerRequest& head, std::string_view header,
                                        std::string_view url) {
  const nostr::HttpAuthResult result = nostr::verify_http_auth({.header = header,
                                                                .url = url,
                                                                .method = head.method,
                                                                .body = std::nullopt,
                                                                .now = clock_.now(),
                                                                .max_skew = kMaxSkew});
  if (result.fault == HttpAuthFault::scheme) {
    return refused("the Authorization header is neither Nostr … nor Bearer …");
  }
  if (result.fault != HttpAuthFault::none || !result.signer) {
    return refused(explain(result.fault, url));
  }
  const auto found = std::ranges::find(keys_, *result.signer, &config::AdminKey::key);
  if (found == keys_.end()) {
    return refused(fmt::format("{} is not in ADMIN_PUBKEYS", result.signer->npub()));
  }
  switch (used_.use(result.id, result.created_at)) {
    case ReplayCache::Use::again:
      return refused("this token was used already; make a new one for each request");
    case ReplayCache::Use::unknown:
      return refused("tender cannot tell whether this token was used before; make a new one");
    case ReplayCache::Use::first:
      break;
  }
  return {.principal = Principal{.name = result.signer->npub(), .read_only = found->read_only},
          .refusal = {},
          .by_key = true,
          .payload = result.payload};
}

}  // namespace tender::admin
