#include "tender/nostr/http_auth.hpp"

#include <array>
#include <utility>

#include "tender/nostr/base64.hpp"
#include "tender/nostr/event.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender::nostr {
namespace {

constexpr std::int64_t kHttpAuthKind = 27235;
constexpr std::string_view kScheme = "Nostr ";

std::int64_t seconds_of(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<std::string> payload_of(const Event& event) {
  const auto payload = tag_value(event, "payload");
  return payload ? std::optional<std::string>(*payload) : std::nullopt;
}

HttpAuthFault check_event(const Event& event, const HttpAuthCheck& check) {
  if (event.kind != kHttpAuthKind) {
    return HttpAuthFault::kind;
  }
  if (verify_event(event) != EventFault::none) {
    return HttpAuthFault::signature;
  }
  const std::int64_t now = seconds_of(check.now);
  const std::int64_t skew = check.max_skew.count();
  if (event.created_at < now - skew || event.created_at > now + skew) {
    return HttpAuthFault::created_at;
  }
  if (tag_value(event, "u") != check.url) {
    return HttpAuthFault::url;
  }
  if (tag_value(event, "method") != check.method) {
    return HttpAuthFault::method;
  }
  if (check.body && !payload_fits(payload_of(event), *check.body)) {
    return HttpAuthFault::payload;
  }
  return HttpAuthFault::none;
}

HttpAuthResult refused(HttpAuthFault fault) {
  return {.fault = fault, .signer = std::nullopt};
}

}  // namespace

std::string make_http_auth(const SecretKey& key, Random& random, TimePoint now,
                           std::string_view url, std::string_view method, std::string_view body) {
  Event event;
  event.created_at = seconds_of(now);
  event.kind = kHttpAuthKind;
  event.tags.push_back({"u", std::string(url)});
  event.tags.push_back({"method", std::string(method)});
  if (!body.empty()) {
    event.tags.push_back({"payload", to_hex(sha256(body))});
  }
  std::array<std::uint8_t, 16> nonce;
  random.fill(nonce);
  event.tags.push_back({"nonce", to_hex(nonce)});
  return std::string(kScheme) + to_base64(to_text(sign_event(std::move(event), key, random)));
}

std::string_view to_string(HttpAuthFault fault) {
  switch (fault) {
    case HttpAuthFault::none:
      return "none";
    case HttpAuthFault::missing:
      return "missing";
    case HttpAuthFault::scheme:
      return "scheme";
    case HttpAuthFault::base64:
      return "base64";
    case HttpAuthFault::json:
      return "json";
    case HttpAuthFault::kind:
      return "kind";
    case HttpAuthFault::signature:
      return "signature";
    case HttpAuthFault::created_at:
      return "created_at";
    case HttpAuthFault::url:
      return "url";
    case HttpAuthFault::method:
      return "method";
    case HttpAuthFault::payload:
      return "payload";
  }
  return "unknown";
}

HttpAuthResult verify_http_auth(const HttpAuthCheck& check) {
  if (check.header.empty()) {
    return refused(HttpAuthFault::missing);
  }
  if (!check.header.starts_with(kScheme)) {
    return refused(HttpAuthFault::scheme);
  }
  const auto text = from_base64(check.header.substr(kScheme.size()));
  if (!text) {
    return refused(HttpAuthFault::base64);
  }
  const auto event = parse_event(*text);
  if (!event) {
    return refused(HttpAuthFault::json);
  }
  if (const HttpAuthFault fault = check_event(*event, check); fault != HttpAuthFault::none) {
    return refused(fault);
  }
  return {.fault = HttpAuthFault::none,
          .signer = PublicKey::parse(event->pubkey),
          .id = event->id,
          .created_at = event->created_at,
          .payload = payload_of(*event)};
}

bool payload_fits(const std::optional<std::string>& payload, std::string_view body) {
  return payload ? *payload == to_hex(sha256(body)) : body.empty();
}

}  // namespace tender::nostr
