// The peer's addresses and what was seen of each: which to ask first. On the one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/http/url.hpp"

namespace tender::fetch {

class Candidates {
 public:
  /// An address that failed goes behind the others for this long; twice as long after each further
  /// failure in a row.
  static constexpr std::chrono::seconds kFirstRest{5};
  static constexpr std::chrono::minutes kLongestRest{5};

  /// In the order in which they are tried while nothing else is known of them.
  explicit Candidates(std::vector<http::Url> addresses);

  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] const http::Url& address(std::size_t candidate) const {
    return all_.at(candidate).address;
  }

  /// `candidates`, the best first: those that do not rest before those that do, by their smoothed
  /// latency; of those that rest, the one that has rested enough soonest. One that was never asked
  /// counts as fast, so that each is tried once; one that has only ever failed counts as slow.
  [[nodiscard]] std::vector<std::size_t> in_order(std::vector<std::size_t> candidates,
                                                  SteadyTime now) const;

  void answered(std::size_t candidate, Milliseconds latency);
  void failed(std::size_t candidate, SteadyTime now);
  /// It was given up when it had not answered for that long.
  void outpaced(std::size_t candidate, Milliseconds latency);

 private:
  using Latency = std::chrono::duration<double, std::milli>;
  struct Candidate {
    http::Url address;
    std::optional<Latency> latency;  // an exponentially weighted moving average
    int failures = 0;                // in a row
    SteadyTime rests_until{};
  };
  [[nodiscard]] static Latency expected_latency(const Candidate& candidate);
  static void smooth(Candidate& candidate, Milliseconds latency);

  std::vector<Candidate> all_;
};

}  // namespace tender::fetch
