// Watches that a zooid which cannot write its files destroys next to nothing: no two updates go out
// within the same unanswered second, nor does a creation that may find its relay there; and once a
// storage error was heard nothing is written but the scratch relay, until that has been created,
// changed and deleted.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "simulation/meaning.hpp"
#include "simulation/network.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

/// A relay that is never anybody's.
inline constexpr std::string_view kScratchRelay = "tender-scratch";

class StorageWitness {
 public:
  StorageWitness(const Timeline& timeline, Trace& trace) : timeline_(timeline), trace_(trace) {}

  /// A request of the scratch relay's; its answer.
  void scratch_sent(const Call& call) const;
  void scratch_heard(const Call& call, const Meaning& meaning);

  /// A request of a relay's. `overwrites_since`: when its job began, if that may overwrite a file.
  void sent(const Call& call, std::optional<TimePoint> overwrites_since);
  void heard(const Call& call, const Meaning& meaning);

  /// Whether zooid is known not to store what it is told.
  [[nodiscard]] bool failing() const { return failing_; }

  /// The next process begins with what the database says.
  void process_ended(bool failing);
  void clock_jumped() { updates_.clear(); }

 private:
  enum class Scratch : std::uint8_t { nothing, created, changed };

  const Timeline& timeline_;
  Trace& trace_;
  bool failing_ = false;
  Scratch scratch_ = Scratch::nothing;  // how far it got
  std::map<int, TimePoint> updates_;    // under way: by number, when their job began
};

}  // namespace tender::simulation
