#include "simulation/watcher.hpp"

#include <algorithm>
#include <utility>

namespace tender::simulation {
namespace {

constexpr int kBadReloads = 30;  // percent
constexpr Milliseconds kSlowestReload{9'000};
constexpr Milliseconds kLongQueue{3'000};

}  // namespace

void Watcher::before_write(const std::string& relay) {
  was_stale_ = zooid_.stale.contains(relay);
  const auto file = zooid_.relays.find(relay);
  if (file == zooid_.relays.end()) {
    zooid_.not_loaded.insert(relay);
  } else if (!was_stale_) {
    zooid_.stale[relay] = file->second;
  }
}

void Watcher::untouched(const std::string& relay) {
  if (!was_stale_) {
    zooid_.stale.erase(relay);
  }
  if (!zooid_.relays.contains(relay)) {
    zooid_.not_loaded.erase(relay);
  }
}

void Watcher::written(const std::string& relay) {
  ++writes_[relay];
  if (starting()) {
    if (!to_load_.contains(relay)) {
      trace_.fault(FaultKind::written_at_start, "{} was loaded, and zooid does not watch yet",
                   relay);
    }
    return;
  }
  if (weather_.has(FaultKind::reload_failed) && dice_.chance(kBadReloads)) {
    trace_.fault(FaultKind::reload_failed, "{}", relay);
    zooid_.not_loaded.insert(relay);
    return;
  }
  if (weather_.has(FaultKind::reload_slow) && dice_.chance(kBadReloads)) {
    trace_.fault(FaultKind::reload_slow, "{}", relay);
    zooid_.not_loaded.insert(relay);
    read_later(relay, dice_.between(Milliseconds(1), kSlowestReload));
    return;
  }
  if (weather_.reload() == Milliseconds::zero()) {
    read(relay);
    return;
  }
  free_at_ = std::max(free_at_, timeline_.now()) + weather_.reload();
  if (free_at_ - timeline_.now() > kLongQueue) {
    trace_.fault(FaultKind::slow_watcher, "{} waits for {} ms", relay,
                 (free_at_ - timeline_.now()).count());
  }
  read_later(relay, free_at_ - timeline_.now());
}

void Watcher::read_later(const std::string& relay, Milliseconds after) {
  waiting_.insert(relay);
  timeline_.in(after, [this, relay, write = writes_[relay], start = starts_] {
    if (write == writes_[relay] && start == starts_ && waiting_.contains(relay)) {
      read(relay);
    }
  });
}

void Watcher::read(const std::string& relay) {
  waiting_.erase(relay);
  zooid_.stale.erase(relay);
  zooid_.not_loaded.erase(relay);
}

void Watcher::start() {
  ++starts_;
  waiting_.clear();
  zooid_.stale.clear();
  free_at_ = timeline_.now();
  for (const auto& [id, config] : zooid_.relays) {
    to_load_.insert(id);
    zooid_.not_loaded.insert(id);
  }
  load_next();
}

void Watcher::load_next() {
  if (!starting()) {
    return;
  }
  timeline_.in(weather_.load(), [this, start = starts_] {
    if (start != starts_ || !starting()) {
      return;
    }
    const std::string relay = *to_load_.begin();
    to_load_.erase(to_load_.begin());
    read(relay);
    load_next();
  });
}

void Watcher::catch_up() {
  const auto late = std::exchange(to_load_, {});
  for (const std::string& relay : late) {
    read(relay);
  }
  for (const std::string& relay : std::exchange(waiting_, {})) {
    read(relay);
  }
}

}  // namespace tender::simulation
