// simulate [SEEDS]: lives the life of each seed, and prints what broke. SEEDS is a number, a range
// A-B, or a list of both with commas; without it, 1-200. See docs/simulation.md.
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "simulation/life.hpp"

namespace {

using tender::simulation::FaultCounts;
using tender::simulation::FaultKind;
using tender::simulation::kFaultKinds;
using tender::simulation::Trace;

struct Range {
  std::uint64_t first = 1;
  std::uint64_t last = 200;
};

bool parse_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

bool parse_range(std::string_view text, Range& range) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    return parse_number(text, range.first) && parse_number(text, range.last);
  }
  return parse_number(text.substr(0, dash), range.first) &&
         parse_number(text.substr(dash + 1), range.last) && range.first <= range.last;
}

std::vector<Range> parse_seeds(std::string_view text) {
  std::vector<Range> ranges;
  while (!text.empty()) {
    const auto comma = text.find(',');
    Range range;
    if (!parse_range(text.substr(0, comma), range)) {
      std::cerr << "simulate: \"" << text << "\" is no seeds; write 7, 1-2000 or 3,5,10-20\n";
      std::exit(2);  // NOLINT(concurrency-mt-unsafe): there is one thread
    }
    ranges.push_back(range);
    text = comma == std::string_view::npos ? "" : text.substr(comma + 1);
  }
  return ranges;
}

struct Summary {
  std::uint64_t lives = 0;
  FaultCounts counts;
};

// False when the life broke a rule.
bool live_one(std::uint64_t seed, bool with_trace, Summary& summary) {
  const Trace trace = tender::simulation::live(seed);
  ++summary.lives;
  summary.counts.add(trace.counts());
  if (trace.violation()) {
    trace.print(std::cout);
    std::cout << fmt::format("seed {} breaks a rule: {}\nreplay: make simulate SEEDS={}\n", seed,
                             *trace.violation(), seed);
    return false;
  }
  if (with_trace) {
    trace.print(std::cout);
    std::cout << fmt::format("seed {} keeps all rules; trace {:016x}\n", seed, trace.hash());
  }
  return true;
}

// Whether every fault has struck at least once.
bool report(const Summary& summary, double seconds) {
  bool all = true;
  for (std::size_t i = 0; i < kFaultKinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    std::cout << fmt::format("{:>10}  {}\n", summary.counts.of(kind), to_string(kind));
    all = all && summary.counts.of(kind) > 0;
  }
  std::cout << fmt::format("{} lives in {:.1f} s, {:.1f} a second\n", summary.lives, seconds,
                           static_cast<double>(summary.lives) / seconds);
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  const auto ranges = parse_seeds(argc > 1 ? argv[1] : "1-200");
  const bool one = ranges.size() == 1 && ranges[0].first == ranges[0].last;
  const auto start = std::chrono::steady_clock::now();
  Summary summary;
  for (const Range& range : ranges) {
    for (std::uint64_t seed = range.first; seed <= range.last; ++seed) {
      if (!live_one(seed, one, summary)) {
        return 1;
      }
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const bool all = report(summary, took.count());
  constexpr std::uint64_t enough_for_all = 200;
  if (!all && summary.lives >= enough_for_all) {
    std::cout << "a class of faults never struck: this run proves nothing about it\n";
    return 1;
  }
  return 0;
}
