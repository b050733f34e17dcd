#include "simulation/weather.hpp"

namespace tender::simulation {
namespace {

constexpr std::array<int, 6> kPercents{0, 5, 15, 30, 60, 90};
constexpr std::array<Milliseconds, 3> kPaces{Milliseconds(20), Milliseconds(200),
                                             Milliseconds(1500)};
constexpr std::array<Milliseconds, 3> kReloads{Milliseconds(12), Milliseconds(100),
                                               Milliseconds(1000)};
constexpr std::array<Milliseconds, 3> kLoads{Milliseconds(12), Milliseconds(300),
                                             Milliseconds(2000)};
constexpr FaultKind kLastOfRequests = FaultKind::refusal;

}  // namespace

Weather::Weather(Dice& dice)
    : pace_(dice.pick(kPaces)),
      reload_(dice.pick(kReloads)),
      load_(dice.pick(kLoads)),
      percent_(dice.pick(kPercents)) {
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    kinds_.set(i, dice.chance(50));
    if (kinds_.test(i) && i <= static_cast<std::size_t>(kLastOfRequests)) {
      of_requests_.push_back(static_cast<FaultKind>(i));
    }
  }
}

Milliseconds Weather::reload() const {
  return has(FaultKind::slow_watcher) ? reload_ : Milliseconds::zero();
}

std::optional<FaultKind> Weather::next_request_fault(Dice& dice) const {
  if (calm_ || of_requests_.empty() || !dice.chance(percent_)) {
    return std::nullopt;
  }
  const auto last = static_cast<std::int64_t>(of_requests_.size()) - 1;
  return of_requests_[static_cast<std::size_t>(dice.between(0, last))];
}

}  // namespace tender::simulation
