// What one new relay costs the worker, from the command to the result, while others wait for their
// backoff: 0 to a million of them. CPU time, against the tests' zooid in memory. Asserts nothing.
#include <ctime>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace {

using tender::test::World;

constexpr int kNewRelays = 5;

double cpu_milliseconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) * 1e3 + static_cast<double>(spent.tv_nsec) / 1e6;
}

// Syncs that failed and are due in ten minutes, of relays that are no concern here.
void add_waiting(World& world, int count) {
  tender::store::Transaction transaction(*world.database);
  for (int i = 0; i < count; ++i) {
    world.database
        ->prepare(
            "INSERT INTO outbox (kind, key, priority, attempt, not_before, last_error) "
            "VALUES ('relay_sync', ?, ?, 1, ?, 'connection refused')",
            fmt::format("waits-{:08}", i), 1 + i % 2,
            world.clock().now() + std::chrono::minutes(10) + tender::Milliseconds(i % 60'000))
        .run();
  }
  transaction.commit();
}

double milliseconds_for_a_new_relay(int waiting) {
  World world;
  add_waiting(world, waiting);
  world.start();
  const double before = cpu_milliseconds();
  for (int i = 0; i < kNewRelays; ++i) {
    static_cast<void>(world.create("new" + std::to_string(i)));
    world.run_ready();
  }
  return (cpu_milliseconds() - before) / kNewRelays;
}

}  // namespace

int main() {
  std::cout << "CPU for one new relay, from the command to the result, beside others that wait\n";
  for (const int waiting : {0, 1'000, 10'000, 100'000, 1'000'000}) {
    std::cout << fmt::format("{:>9} waiting: {:10.2f} ms\n", waiting,
                             milliseconds_for_a_new_relay(waiting))
              << std::flush;
  }
}
