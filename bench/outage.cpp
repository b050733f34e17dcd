// What zooid sees when it comes back after 6 hours with 500 relays waiting, and what one relay that
// it always refuses costs a thousand others. On virtual time, against the tests' zooid in memory,
// so that the figures are the worker's own pace and not this machine's. Asserts nothing.
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "support/world.hpp"

namespace {

using namespace std::chrono_literals;
using tender::Milliseconds;
using tender::TimePoint;
using tender::http::Fault;
using tender::test::FakeZooid;
using tender::test::World;

constexpr Milliseconds kLatency = 20ms;  // of each request that zooid answers

FakeZooid::Action works() {
  FakeZooid::Action action;
  action.latency = kLatency;
  return action;
}

FakeZooid::Action fails(tender::http::Exchange exchange) {
  FakeZooid::Action action = works();
  action.apply = false;
  action.answer = std::move(exchange);
  return action;
}

void create(World& world, int count) {
  for (int i = 0; i < count; ++i) {
    static_cast<void>(world.create("relay" + std::to_string(i)));
  }
}

// From now until only dead letters are pending.
std::optional<Milliseconds> time_to_converge(World& world, Milliseconds limit) {
  const TimePoint begin = world.clock().now();
  const bool converged = world.clock().advance_until(
      [&] {
        const auto pending = world.query->count_relays().pending;
        return pending == 0 || pending == static_cast<std::int64_t>(world.open_letters().size());
      },
      limit);
  return converged ? std::optional(world.clock().now() - begin) : std::nullopt;
}

int count_failures(World& world) {
  int count = 0;
  for (const tender::Relay& relay : world.query->list_relays()) {
    count += world.logged(relay, tender::ActivityType::fail_relay_sync);
  }
  return count;
}

// Requests in each `step` since `from`, by its number; nothing for those without any.
std::map<std::int64_t, int> requests_by(Milliseconds step, const FakeZooid& zooid, TimePoint from) {
  std::map<std::int64_t, int> requests;
  for (const FakeZooid::Seen& seen : zooid.requests) {
    if (seen.at >= from) {
      ++requests[(seen.at - from) / step];
    }
  }
  return requests;
}

std::string seconds(Milliseconds duration) {
  return fmt::format("{:.1f} s", std::chrono::duration<double>(duration).count());
}

void outage(int rate) {
  constexpr int relays = 500;
  constexpr Milliseconds length = 6h;
  bool down = true;
  World world;
  world.env.relay_sync_rate = rate;
  world.zooid.script = [&down](const FakeZooid::Seen&) {
    return down ? fails(tender::test::failure(Fault::refused, /*written=*/false)) : works();
  };
  world.start();
  create(world, relays);
  world.clock().advance(length);
  const auto asked = world.zooid.requests.size();
  const int failures = count_failures(world);
  down = false;
  world.zooid.most_at_once = 0;
  const TimePoint back = world.clock().now();
  const auto took = time_to_converge(world, 1h);
  const Milliseconds step = rate == 0 ? 100ms : 1000ms;
  const auto table = requests_by(step, world.zooid, back);
  if (table.empty()) {
    std::cout << "zooid was never asked again\n";
    return;
  }

  std::cout << fmt::format(
      "zooid refuses connections for 6 h, {} relays wait, RELAY_SYNC_RATE={}\n"
      "  while it is away: {} requests, of which {} are probes; {} failed attempts; {} dead "
      "letters\n"
      "  back: {} until the probe that notices it, all in step after {}, at most {} in flight\n",
      relays, rate, asked, asked - static_cast<std::size_t>(failures), failures,
      world.open_letters().size(), seconds(table.begin()->first * step),
      took ? seconds(*took) : "more than 1 h", world.zooid.most_at_once);
  for (const auto& [number, count] : table) {
    std::cout << fmt::format("  {:>8} after its return: {:>4} requests in {}\n",
                             seconds(number * step), count, seconds(step));
  }
}

Milliseconds fleet(bool with_refused) {
  constexpr int relays = 999;
  World world;
  world.zooid.script = [](const FakeZooid::Seen& seen) {
    return seen.body.value("schema", "").starts_with("taken")
               ? fails(tender::test::answer(409, R"({"error":"schema \"taken\" is in use"})"))
               : works();
  };
  world.start();
  if (with_refused) {
    static_cast<void>(world.create("taken"));
  }
  create(world, relays);
  const auto took = time_to_converge(world, 1h);
  for (const auto& letter : world.open_letters()) {
    std::cout << fmt::format("  dead letter, {}: {}\n", letter.reason, letter.error);
  }
  return took.value_or(1h);
}

void refusal() {
  std::cout << "999 relays beside one whose schema zooid refuses\n";
  const Milliseconds without = fleet(/*with_refused=*/false);
  const Milliseconds with = fleet(/*with_refused=*/true);
  std::cout << fmt::format(
      "  in step without it: {}; with it: {}, {:.2f} times as long\n", seconds(without),
      seconds(with), static_cast<double>(with.count()) / static_cast<double>(without.count()));
}

}  // namespace

int main() {
  outage(/*rate=*/0);
  outage(/*rate=*/20);
  refusal();
}
