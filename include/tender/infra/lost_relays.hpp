// Relays that zooid had and has no longer. A few can have a fault of their own; when they are many,
// and nothing shows that it has kept the others, zooid as a whole has lost its relays. In memory:
// after a restart each counts again when it is missed again. RelayCheck uses it, on the one thread.
#pragma once

#include <cstddef>
#include <map>
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

  /// `had_at`: when zooid was last known to have it; nothing: not known. Whether it was not counted
  /// yet.
  bool add(const RelayId& id, std::optional<TimePoint> had_at) {
    missing_.insert(id.text);
    return relays_.emplace(id.text, had_at.value_or(TimePoint::min())).second;
  }

  /// zooid has that relay, which it took last at `taken_at`; nothing: not known. It was there
  /// before those were lost that zooid still had later, so zooid has not lost all when it lost
  /// them. One that zooid took after it had lost the others says nothing of them.
  void note_present(const RelayId& id, std::optional<TimePoint> taken_at) {
    relays_.erase(id.text);
    std::erase_if(relays_, [&](const auto& lost) { return !taken_at || lost.second > *taken_at; });
  }

  /// The relay is deleted, or has no row any more: it is not missed.
  void forget(const RelayId& id) {
    relays_.erase(id.text);
    missing_.erase(id.text);
  }

  /// zooid has that relay, whatever that says of the others.
  void found(const RelayId& id) { missing_.erase(id.text); }

  /// How many were lost and not found since. Those that count as lost together are some of them.
  [[nodiscard]] std::size_t missing() const { return missing_.size(); }

  [[nodiscard]] std::size_t count() const { return relays_.size(); }
  [[nodiscard]] bool are_many() const { return relays_.size() >= kMany; }

 private:
  std::map<std::string, TimePoint> relays_;  // and when zooid was last known to have each
  std::set<std::string> missing_;
};

}  // namespace tender::infra
