// Relays that zooid had and has no longer, counted since it was last seen to have any other. A few
// can have a fault of their own; when they are many, zooid as a whole has lost its relays. In
// memory: after a restart each counts again when it is looked at. RelayCheck uses it, on the one
// thread.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "tender/base/clock.hpp"
#include "tender/model/relay.hpp"

namespace tender::infra {

class LostRelays {
 public:
  /// So many are no longer the fault of single relays.
  static constexpr std::size_t kMany = 10;

  /// Whether it was not counted yet.
  bool add(const RelayId& id, TimePoint now) {
    if (ids_.empty()) {
      since_ = now;
    }
    return ids_.insert(id.text).second;
  }

  /// zooid has that relay, which it took last at `taken_at`; nothing: not known. One that it took
  /// after it lost the others says nothing of them.
  void note_present(const RelayId& id, std::optional<TimePoint> taken_at) {
    if (taken_at && *taken_at >= since_) {
      ids_.erase(id.text);
    } else {
      ids_.clear();
    }
  }

  [[nodiscard]] std::size_t count() const { return ids_.size(); }
  [[nodiscard]] bool are_many() const { return ids_.size() >= kMany; }

 private:
  std::set<std::string> ids_;
  TimePoint since_{};  // the first one was missed
};

}  // namespace tender::infra
