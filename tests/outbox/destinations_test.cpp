// Several destinations: each has a gate of its own, and none waits for another.
#include "dispatcher_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kThere = "https://there.example";
const DestinationSign kServes{.kind = DestinationSign::Kind::well, .reason = {}};

struct Destinations : DispatcherTest {
  Destinations() {
    there = {DestinationSign::Kind::fault, "connection refused", {}};
    executor.script = [this](const Job& job) {
      Plan plan{.takes = 10ms};
      plan.sign = job.destination == kThere ? there : kServes;
      return plan;
    };
  }

  Registry both() {
    Registry registry = registry_of(executor, at_once(4));
    registry.destinations.push_back(
        {.name = std::string(kThere), .prober = &executor, .gate = at_once(4)});
    return registry;
  }

  void ask_for(const std::string& name, int count, std::string_view destination) {
    for (int i = 0; i < count; ++i) {
      Job wanted = job(name + std::to_string(i));
      wanted.destination = destination;
      outbox.enqueue(wanted, clock.now());
    }
    if (dispatcher) {
      dispatcher->wake();
      clock.run_ready();
    }
  }

  [[nodiscard]] int begun(std::string_view destination) const {
    return static_cast<int>(std::ranges::count(executor.begun, destination, &Job::destination));
  }

  DestinationSign there;
};

TEST_F(Destinations, OneThatFailsHoldsUpNoOther) {
  ask_for("dead", 100, kThere);
  run(both());
  clock.advance(1s);
  const int tried = begun(kThere);
  EXPECT_LE(tried, 8);  // five faults, and what was in flight then
  ask_for("live", 50, kHere);
  clock.advance(1s);
  EXPECT_EQ(begun(kHere), 50);
  EXPECT_EQ(begun(kThere), tried);
  EXPECT_TRUE(read_destination_state(database, kThere).failing_since);
  EXPECT_FALSE(read_destination_state(database, kHere).failing_since);
}

TEST_F(Destinations, SayByNameWhichOneFails) {
  ask_for("dead", 10, kThere);
  run(both());
  clock.advance(1s);
  EXPECT_THAT(
      log(),
      testing::HasSubstr(
          "the destination is unusable: sending nothing until it works, and spending no retries "
          "destination=https://there.example cause=\"connection refused\" next_probe="));
  there = kServes;
  executor.probe_answer = kServes;
  clock.advance(5min);
  EXPECT_THAT(log(), testing::HasSubstr(
                         "works again; resuming destination=https://there.example failed_for="));
  EXPECT_EQ(outbox.count(kSync, clock.now()).all(), 0);
}

TEST_F(Destinations, EachBearWhatTheyBear) {
  ask_for("here", 20, kHere);
  ask_for("there", 20, kThere);
  there = kServes;
  run(both());
  EXPECT_EQ(executor.most_at_once, 8);
}

TEST_F(Destinations, ShareTheResource) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask_for("blue", 1, kHere);
  Job look = job("blue0");
  look.kind = kLook;
  look.destination = kThere;
  outbox.enqueue(look, clock.now());
  run(both());
  clock.advance(10s);
  EXPECT_EQ(executor.settled.size(), 2U);
  EXPECT_EQ(executor.most_at_once_for_one_key, 1);
}

TEST_F(Destinations, GoOnFromWhatAnEarlierProcessLeft) {
  const TimePoint now = clock.now();
  write_destination_state(
      database, kThere,
      {.failing_since = now - 1min, .reason = "gone", .probe_at = now, .paused_until = {}});
  executor.probe_answer = there;
  ask_for("dead", 3, kThere);
  ask_for("live", 3, kHere);
  run(both());
  clock.advance(10s);
  EXPECT_EQ(begun(kHere), 3);
  EXPECT_EQ(begun(kThere), 0);
}

TEST_F(Destinations, OfUnknownNameAndKindAreLeftAlone) {
  ask_for("far", 3, "elsewhere");
  Job dance = job("blue");
  dance.kind = "dance";
  outbox.enqueue(dance, clock.now());
  run(both());
  clock.advance(1h);
  EXPECT_TRUE(executor.begun.empty());
  const std::vector<Outbox::Kept> lines{{"dance", std::string(kHere)},
                                        {std::string(kSync), "elsewhere"}};
  EXPECT_EQ(outbox.lines(), lines);
}

}  // namespace
}  // namespace tender::outbox
