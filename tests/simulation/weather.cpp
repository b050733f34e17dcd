#include "simulation/weather.hpp"

namespace tender::simulation {
namespace {

constexpr std::array<int, 6> kPercents{0, 5, 15, 30, 60, 90};
constexpr std::array<Milliseconds, 3> kPaces{Milliseconds(20), Milliseconds(200),
                                             Milliseconds(1500)};
constexpr FaultKind kLastOfRequests = FaultKind::refusal;

}  // namespace

Weather::Weather(Dice& dice) : pace_(dice.pick(kPaces)), percent_(dice.pick(kPercents)) {
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    kinds_.set(i, dice.chance(50));
    if (kinds_.test(i) && i <= static_cast<std::size_t>(kLastOfRequests)) {
      of_requests_.push_back(static_cast<FaultKind>(i));
    }
  }
}

std::optional<FaultKind> Weather::next_request_fault(Dice& dice) const {
  if (calm_ || of_requests_.empty() || !dice.chance(percent_)) {
    return std::nullopt;
  }
  const auto last = static_cast<std::int64_t>(of_requests_.size()) - 1;
  return of_requests_[static_cast<std::size_t>(dice.between(0, last))];
}

}  // namespace tender::simulation
