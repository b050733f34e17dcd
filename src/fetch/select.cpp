#include "select.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tender::fetch {
namespace {

// How much a new measurement counts: a quarter smooths out one slow answer, and follows within ten.
constexpr double kWeight = 0.25;

}  // namespace

Candidates::Candidates(std::vector<http::Url> addresses) {
  for (http::Url& address : addresses) {
    all_.push_back({.address = std::move(address), .latency = std::nullopt});
  }
}

std::vector<std::size_t> Candidates::in_order(std::vector<std::size_t> candidates,
                                              SteadyTime now) const {
  std::ranges::sort(candidates, {}, [&](std::size_t candidate) {
    const Candidate& each = all_.at(candidate);
    const bool rests = each.failures > 0 && each.rests_until > now;
    return std::tuple(rests, rests ? each.rests_until : SteadyTime(), expected_latency(each),
                      candidate);
  });
  return candidates;
}

void Candidates::answered(std::size_t candidate, Milliseconds latency) {
  Candidate& its = all_.at(candidate);
  its.failures = 0;
  smooth(its, latency);
}

void Candidates::failed(std::size_t candidate, SteadyTime now) {
  Candidate& its = all_.at(candidate);
  Milliseconds rest = kFirstRest;
  for (int i = 0; i < its.failures && rest < kLongestRest; ++i) {
    rest *= 2;
  }
  ++its.failures;
  its.rests_until = now + std::min<Milliseconds>(rest, kLongestRest);
}

void Candidates::outpaced(std::size_t candidate, Milliseconds latency) {
  Candidate& its = all_.at(candidate);
  if (Latency(latency) > its.latency.value_or(Latency::zero())) {
    smooth(its, latency);
  }
}

Candidates::Latency Candidates::expected_latency(const Candidate& candidate) {
  return candidate.latency.value_or(candidate.failures > 0 ? Latency::max() : Latency::zero());
}

void Candidates::smooth(Candidate& candidate, Milliseconds latency) {
  candidate.latency = candidate.latency
                          ? *candidate.latency + (Latency(latency) - *candidate.latency) * kWeight
                          : Latency(latency);
}

}  // namespace tender::fetch
