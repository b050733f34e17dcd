#include "simulation/look_witness.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tender::simulation {
namespace {

constexpr int kMostPushes = 3;
// What zooid has for its reloads: after the sync, and after each push.
constexpr std::array<std::chrono::seconds, kMostPushes + 1> kGrace{
    std::chrono::seconds(102), std::chrono::seconds(222), std::chrono::seconds(462),
    std::chrono::seconds(702)};

constexpr std::chrono::minutes kStandstill{2};  // nobody came: nobody is expected to

}  // namespace

void LookWitness::sent(const Call& call, RelayRow relay, Asker asker) {
  under_way_.emplace(call.number, UnderWay{std::move(relay), asker});
}

void LookWitness::heard(const Call& call, const Tables& tables) {
  const auto found = under_way_.extract(call.number);
  if (found.empty()) {
    return;
  }
  const RelayRow& relay = found.mapped().relay;
  // zooid still serves the relay that had this host before, and the worker can tell.
  const bool anothers = tables.is_anothers(identity_in(*call.answer), relay.id);
  const Shown shown = anothers ? Shown::wrong : shown_by(*call.answer, relay);
  Record& record = records_[relay.id];
  record.heard_at = timeline_.now();
  record.unclear = shown == Shown::unclear;
  record.misled = shown == Shown::as_described && call.forged;
  if (shown == Shown::as_described) {
    record.pushes = 0;
    newest_came_ = std::max(newest_came_, record.taken_at);
    if (record.ever_wrong && found.mapped().asker != Asker::unsent_sync) {
      came_.push_back(relay);
    }
    record.ever_wrong = false;  // a later look does not see it come once more
  } else if (shown == Shown::wrong) {
    record.ever_wrong = true;
    record.may_come = found.mapped().asker == Asker::sent_sync &&
                      timeline_.now() < came_at_ + kStandstill && record.taken_at > newest_came_;
    seen_wrong_.push_back(relay);
  }
  const auto grace = kGrace.at(static_cast<std::size_t>(std::min(record.pushes, kMostPushes)));
  record.came = record.came || shown == Shown::as_described;
  // What it served once it does not have to come to any more.
  const bool in_time = !record.came && timeline_.now() < record.taken_at + grace;
  if (shown == Shown::wrong && !record.wrong && !in_time) {
    record.wrong = true;
    ++record.wrong_rounds;
  }
}

bool LookWitness::any_at(const std::string& relay) const {
  return std::ranges::any_of(under_way_,
                             [&](const auto& entry) { return entry.second.relay.id == relay; });
}

int LookWitness::checks_under_way() const {
  return static_cast<int>(std::ranges::count_if(
      under_way_, [](const auto& entry) { return entry.second.asker != Asker::unsent_sync; }));
}

int LookWitness::heard_now() const {
  return static_cast<int>(std::ranges::count_if(
      records_, [&](const auto& entry) { return entry.second.heard_at == timeline_.now(); }));
}

void LookWitness::instant_ended(const Tables& tables, bool do_not_count) {
  for (const RelayRow& looked_at : std::exchange(seen_wrong_, {})) {
    const auto now = tables.relay(looked_at.id);
    const bool kept = timeline_.now() < store_works_at_;  // written when the database works again
    if (!do_not_count && !kept && now && now->live == true && now->revision == looked_at.revision) {
      trace_.violate("relay {} is said to be live, and was just seen to be something else",
                     looked_at.id);
    }
  }
  for (const RelayRow& looked_at : std::exchange(came_, {})) {
    const auto now = tables.relay(looked_at.id);
    if (now && now->live == true && now->revision == looked_at.revision) {
      came_at_ = timeline_.now();
    }
  }
}

void LookWitness::store_failed() {
  constexpr std::chrono::seconds longest_pause{30};  // docs/architecture.md
  seen_wrong_.clear();
  store_works_at_ = timeline_.now() + longest_pause;
}

bool LookWitness::heard_now(const std::string& relay) const {
  const auto found = records_.find(relay);
  return found != records_.end() && found->second.heard_at == timeline_.now();
}

void LookWitness::sent_again(const std::string& relay, bool asked) {
  Record& record = records_[relay];
  record.pushed = !asked;
  if (!record.wrong) {
    trace_.violate("relay {} is sent what zooid has already, and nobody asked for that", relay);
  } else if (!asked && record.may_come) {
    trace_.violate("relay {} is sent again, and zooid still comes to what it took before", relay);
  }
}

void LookWitness::taken(const std::string& relay, bool changed) {
  Record& record = records_[relay];
  if (changed) {
    record.wrong_rounds = 0;
    record.pushes = 0;
  } else if (record.pushed && ++record.pushes > kMostPushes) {
    trace_.violate("relay {} is sent again {} times for looks", relay, record.pushes);
  }
  record.taken_at = timeline_.now();
  record.wrong = false;
  record.came = false;
  record.ever_wrong = false;
  record.may_come = false;
  record.unclear = false;
  record.misled = false;
  record.pushed = false;
}

void LookWitness::given_up(const std::string& relay) {
  Record& record = records_[relay];
  if (record.wrong_rounds <= kMostPushes) {
    trace_.violate("relay {} is given up as not served, and was seen so only {} times", relay,
                   record.wrong_rounds);
  }
  if (record.may_come) {
    trace_.violate("relay {} is given up, and zooid still comes to what it took before", relay);
  }
  record.wrong_rounds = 0;
  record.pushes = 0;
}

void LookWitness::process_ended() {
  under_way_.clear();
  seen_wrong_.clear();
  came_.clear();
  came_at_ = TimePoint{};
}

void LookWitness::clock_jumped() {
  came_at_ = TimePoint{};
  for (auto& [relay, record] : records_) {
    record.taken_at = TimePoint{};
  }
}

}  // namespace tender::simulation
