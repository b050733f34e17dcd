// The dispatcher while an operator has paused what writes.
#include "tender/store/pause_table.hpp"

#include "dispatcher_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Paused : DispatcherTest {
  void pause(std::optional<TimePoint> until = std::nullopt) {
    table.put({.since = clock.now(), .until = until, .reason = "upgrade of\nzooid"});
    wake();
  }
  void resume() {
    table.remove();
    wake();
  }
  void wake() {
    if (dispatcher) {
      dispatcher->wake();
      clock.run_ready();
    }
  }
  void ask_for_look(const std::string& key) {
    Job look = job(key, Priority::bulk);
    look.kind = kLook;
    outbox.enqueue(look, clock.now());
    wake();
  }
  [[nodiscard]] bool is_quiet() { return table.find(clock.now())->quiet; }
  [[nodiscard]] std::size_t logged(const std::string& text) {
    std::size_t count = 0;
    const std::string all = log();
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) {
      ++count;
    }
    return count;
  }

  store::PauseTable table{elsewhere};  // as the command line writes it
};

TEST_F(Paused, BeginsNothingThatWritesUntilItIsResumed) {
  run();
  pause();
  ask("blue");
  ask_for_look("green");
  clock.advance(100h);
  EXPECT_EQ(keys(executor.begun), Keys{"green"});
  EXPECT_TRUE(waits("blue"));
  resume();
  EXPECT_EQ(keys(executor.begun), (Keys{"green", "blue"}));
  EXPECT_FALSE(waits("blue"));
}

// The row of one that is over stays, and holds again when the clock is set back.
TEST_F(Paused, IsNotQuietOnlyBecauseItWasSoBeforeItsEnd) {
  executor.script = [](const Job&) { return Plan{.takes = 1h}; };
  run();
  table.put({.since = clock.now(), .until = clock.now() + 1h});
  wake();
  store::SyncPause over = table.find(clock.now()).value();
  EXPECT_TRUE(over.quiet);
  clock.advance(2h);
  ask("blue");
  ASSERT_EQ(keys(executor.begun), Keys{"blue"});
  over.until = clock.now() + 1h;
  table.put(over);
  wake();
  EXPECT_FALSE(is_quiet());
}

TEST_F(Paused, StaysSoAfterARestart) {
  pause();
  ask("blue");
  run();
  clock.advance(1h);
  EXPECT_TRUE(executor.begun.empty());
  EXPECT_THAT(log(), HasSubstr(" reason=\"upgrade of"));
  EXPECT_THAT(log(), testing::Not(HasSubstr(" until=")));
}

TEST_F(Paused, EndsByItselfWithoutAnybodyWakingIt) {
  run();
  pause(clock.now() + 2h);
  ask("blue");
  clock.advance(2h - 1ms);
  EXPECT_TRUE(executor.begun.empty());
  clock.advance(1ms);
  EXPECT_EQ(keys(executor.begun), Keys{"blue"});
}

TEST_F(Paused, EndsWhatIsUnderWayAndThenSaysThatItIsQuiet) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  run();
  ask("blue");
  pause();
  ask("green");
  EXPECT_FALSE(is_quiet());
  clock.advance(1s);
  EXPECT_TRUE(is_quiet());
  EXPECT_EQ(settled_keys(), Keys{"blue"});
  EXPECT_TRUE(waits("green"));
}

TEST_F(Paused, IsQuietWhileLooksAreUnderWay) {
  executor.script = [](const Job&) { return Plan{.takes = 1h}; };
  run();
  ask_for_look("blue");
  pause();
  EXPECT_TRUE(is_quiet());
}

TEST_F(Paused, IsNotQuietWhileAProbeIsUnderWay) {
  executor.script = [](const Job&) {
    return Plan{.sign = {DestinationSign::Kind::storage, "full", {}}};
  };
  executor.probe_takes = 10s;
  run();
  ask("blue");
  clock.advance(6s);
  ASSERT_EQ(executor.probe_kinds, std::vector{Probe::stores});
  pause();
  EXPECT_FALSE(is_quiet());
  clock.advance(10s);
  EXPECT_TRUE(is_quiet());
}

TEST_F(Paused, WritesNoScratchRelayUntilItIsResumed) {
  executor.script = [](const Job&) {
    return Plan{.sign = {DestinationSign::Kind::storage, "full", {}}};
  };
  run();
  ask("blue");
  pause(clock.now() + 50h);
  clock.advance(49h);  // ends only if the dispatcher sleeps meanwhile
  EXPECT_TRUE(executor.probes.empty());
  executor.script = nullptr;
  clock.advance(2h);
  ASSERT_FALSE(executor.probe_kinds.empty());
  EXPECT_EQ(executor.probe_kinds.front(), Probe::stores);
  EXPECT_EQ(std::ranges::count(executor.probe_kinds, Probe::stores), 1);
}

TEST_F(Paused, ProbesADestinationThatCannotBeReached) {
  executor.script = [](const Job&) {
    return Plan{.sign = {DestinationSign::Kind::fault, "refused", {}}};
  };
  run();
  for (int i = 0; i < 5; ++i) {
    ask("relay" + std::to_string(i));
  }
  pause();
  clock.advance(1min);
  EXPECT_EQ(executor.probe_kinds, std::vector{Probe::answers});
}

TEST_F(Paused, IsSaidOnceAndSoAreItsChangesAndItsEnd) {
  run();
  pause();
  for (int i = 0; i < 5; ++i) {
    ask("relay" + std::to_string(i));
    clock.advance(1min);
  }
  EXPECT_EQ(logged("paused: sending nothing"), 1U) << log();
  EXPECT_THAT(log(), testing::Not(HasSubstr("of\nzooid")));
  pause(clock.now() + 1h);
  EXPECT_EQ(logged("paused: sending nothing"), 2U) << log();
  clock.advance(2h);
  EXPECT_EQ(logged("the pause is over"), 1U) << log();
}

}  // namespace
}  // namespace tender::outbox
