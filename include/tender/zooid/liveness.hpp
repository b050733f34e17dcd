// Whether zooid serves a relay: what the relay's own NIP-11 document shows, and where to ask for
// it. zooid answers 200 before it reloads a relay, and the reload may fail; no route of the API
// tells. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/http/transport.hpp"
#include "tender/model/drift_detail.hpp"
#include "tender/model/relay.hpp"
#include "tender/zooid/config_file.hpp"

namespace tender::zooid {

enum class Liveness : std::uint8_t {
  as_described,  // all that NIP-11 shows is as the row says; or absent, as one that is not active
  wrong,         // absent, or something differs, or served although it is not active
  unclear,       // the answer (or no answer) says nothing about this relay, or is not zooid's
};

struct LivenessVerdict {
  Liveness liveness = Liveness::as_described;
  std::string reason{};             // for people; empty when as described
  std::vector<FieldDrift> drift{};  // what is shown otherwise; empty when it is absent
  std::string identity{};           // the relay's public key (`self`); empty: none was shown
  // Only with zooid's file of the relay:
  std::vector<FieldDrift> unsupported{};  // desired, and unknown to this zooid
  bool lagging = false;  // other than the file, which is as described: zooid has yet to load it
  bool in_file = false;  // `drift` is the file's: no reload makes it go away
};

/// The request for the relay's NIP-11 document (`Accept: application/nostr+json`), as
/// `env.relay_verify` says: to `address`, one of the API's, with the relay's Host, or to the
/// relay's own URL.
[[nodiscard]] http::Request nip11_request(const Relay& relay, const config::Env& env,
                                          const http::Url& address);

/// The same to `address`, for the relay with that host, whatever `env.relay_verify` says.
[[nodiscard]] http::Request direct_nip11_request(std::string host, const config::Env& env,
                                                 const http::Url& address);

/// What the exchange of that request says of `relay`. Compared are name, description, icon and
/// owner. What NIP-11 does not show
/// (policies, media, calls) is not seen.
[[nodiscard]] LivenessVerdict judge_liveness(const http::Exchange& exchange, const Relay& relay);

/// What that has `shown` (nothing: zooid was not asked), with zooid's file of the relay as it was
/// before and after the exchange; nothing: it was not there. Every field is compared then, and the
/// file counts more than the document, which zooid shows as it was when it loaded the file last. Of
/// a relay that is absent, or served although it is inactive, the file's differences count only if
/// they are the cause. A torn file is as bad as an absent relay. One that tender cannot read says
/// nothing, and neither does one that is missing while zooid serves the relay as described: zooid
/// may read another directory. `taken_at` as in compare().
[[nodiscard]] LivenessVerdict judge_with_file(std::optional<LivenessVerdict> shown,
                                              const Relay& relay, const config::Env& env,
                                              const std::optional<ConfigFile>& before,
                                              const std::optional<ConfigFile>& after,
                                              std::optional<TimePoint> taken_at);

}  // namespace tender::zooid
