// Which faults may strike in one life, and how often: each life has a random half of them, so that
// rare combinations are met as often as the full storm. When calm, nothing strikes any more.
#pragma once

#include <bitset>
#include <optional>
#include <vector>

#include "simulation/dice.hpp"
#include "simulation/fault_kind.hpp"

namespace tender::simulation {

class Weather {
 public:
  explicit Weather(Dice& dice);

  [[nodiscard]] bool has(FaultKind kind) const {
    return !calm_ && kinds_.test(static_cast<std::size_t>(kind));
  }

  /// The fault that the next request meets; nothing: it goes well.
  [[nodiscard]] std::optional<FaultKind> next_request_fault(Dice& dice) const;

  /// A request that goes well takes at most twice this.
  [[nodiscard]] Milliseconds pace() const { return pace_; }

  /// How long zooid takes to read the file of a relay that was written; when it starts.
  [[nodiscard]] Milliseconds reload() const;
  [[nodiscard]] Milliseconds load() const { return load_; }

  void calm_down() { calm_ = true; }

 private:
  std::bitset<kFaultKinds> kinds_;
  std::vector<FaultKind> of_requests_;
  Milliseconds pace_;
  Milliseconds reload_;
  Milliseconds load_;
  int percent_ = 0;  // of requests that meet a fault
  bool calm_ = false;
};

}  // namespace tender::simulation
