#include "zooid-sim/auth.hpp"

#include "tender/nostr/http_auth.hpp"

namespace zooid_sim {
namespace {

using tender::nostr::HttpAuthFault;

constexpr std::chrono::seconds kAnyTime = std::chrono::years(100);  // generation A does not look

const char* zooid_words(HttpAuthFault fault) {
  switch (fault) {
    case HttpAuthFault::missing:
      return "missing authorization header";
    case HttpAuthFault::scheme:
      return "invalid authorization header format";
    case HttpAuthFault::base64:
      return "invalid base64 encoding";
    case HttpAuthFault::json:
      return "invalid event json";
    case HttpAuthFault::kind:
      return "invalid event kind";
    case HttpAuthFault::signature:
      return "invalid event signature";
    case HttpAuthFault::created_at:
      return "event created_at is too far from current time";
    case HttpAuthFault::url:
      return "event missing or invalid u tag";
    case HttpAuthFault::method:
      return "event missing or invalid method tag";
    case HttpAuthFault::none:
    case HttpAuthFault::payload:
      break;  // accepted, and not checked by zooid
  }
  return "unauthorized";
}

}  // namespace

Auth::Auth(const std::vector<tender::nostr::PublicKey>& whitelist, const SkewedClock& clock,
           Generation generation)
    : clock_(clock), generation_(generation) {
  for (const auto& key : whitelist) {
    whitelist_.insert(key.hex());
  }
}

std::optional<Answer> Auth::refuse(const Request& request, std::string& pubkey) const {
  const std::string header(request.header("authorization").value_or(""));
  const bool https = request.header("x-forwarded-proto") == "https";
  const std::string url = (https ? "https://" : "http://") + request.host + request.path;

  tender::nostr::HttpAuthCheck check;
  check.header = header;
  check.url = url;
  check.method = request.method;
  check.now = clock_.now();
  if (generation_ == Generation::a) {
    check.max_skew = kAnyTime;
  }
  const auto result = tender::nostr::verify_http_auth(check);
  if (!result.signer) {
    return error_answer(401, zooid_words(result.fault));
  }
  pubkey = result.signer->hex();
  if (!whitelist_.contains(pubkey)) {
    return error_answer(403, "pubkey not in whitelist");
  }
  return std::nullopt;
}

}  // namespace zooid_sim
