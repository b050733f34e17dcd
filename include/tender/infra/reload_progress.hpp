// How far zooid has come with its reloads, as far as looks have shown. zooid reloads one relay
// after the other, in the order in which it took them; with thousands of relays that takes minutes,
// and writing a file again only makes the queue longer. A hint in memory, lost with the process.
// RelayCheck keeps it.
#pragma once

#include <cstdint>

#include "tender/base/clock.hpp"

namespace tender::infra {

class ReloadProgress {
 public:
  /// When no relay was seen to come for this long, none is expected any more.
  static constexpr std::chrono::minutes kStandstill{2};

  /// What was seen before `now` is not known, so it begins as if a relay had just come.
  explicit ReloadProgress(TimePoint now) : seen_at_(now) {}

  /// A relay that zooid took at activity `seq`, and did not serve at first, is served now.
  void came(std::int64_t seq, TimePoint now);

  /// Whether a relay that zooid took at `seq` may still come by itself: others do come, and none
  /// that zooid took later has come yet.
  [[nodiscard]] bool may_come(std::int64_t seq, TimePoint now) const;

 private:
  std::int64_t newest_ = 0;  // that has come
  TimePoint seen_at_;
};

}  // namespace tender::infra
