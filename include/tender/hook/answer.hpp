// What a receiver's answer, or no answer, means for a delivery (Standard Webhooks 1.0.0). A pure
// function.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace tender::hook {

enum class DeliveryResult : std::uint8_t {
  delivered,  // 2xx, whatever became of the rest of the answer
  gone,       // 410: the receiver wants no more of this trigger's webhooks
  failed,     // all else; may work later, as the policy has it
  stopped,    // tender stopped the exchange itself: this does not count as an attempt
};

[[nodiscard]] std::string_view to_string(DeliveryResult result);

/// What the exchange shows of the receiver's origin, which other triggers may share.
enum class ReceiverSign : std::uint8_t {
  none,   // nothing
  well,   // it answers: whatever it thinks of this event
  fault,  // it cannot be reached, or is overloaded as a whole
};

struct DeliveryVerdict {
  DeliveryResult result = DeliveryResult::delivered;
  std::string reason{};  // for people, with the remedy where one is known; empty when delivered
  ReceiverSign sign = ReceiverSign::none;
  bool timed_out = false;      // of a fault: the receiver may be merely slow
  Milliseconds retry_after{};  // how long the receiver asks us to stay away; zero: it does not
};

/// Judges the exchange of a delivery that ended at `now` by our clock. Redirects are failures: they
/// are never followed.
[[nodiscard]] DeliveryVerdict judge(const http::Exchange& exchange, TimePoint now);

}  // namespace tender::hook
