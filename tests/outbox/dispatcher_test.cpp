#include "tender/outbox/dispatcher.hpp"

#include "dispatcher_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

TEST_F(DispatcherTest, DoesWhatIsDueAndTakesItOut) {
  ask("blue");
  run();
  ASSERT_EQ(keys(executor.begun), Keys{"blue"});
  EXPECT_EQ(executor.settled, (std::vector<Settled>{{"blue", false}}));
  EXPECT_FALSE(waits("blue"));
  EXPECT_EQ(dispatcher->in_flight(), 0U);
}

TEST_F(DispatcherTest, HandsTheWholeJobToTheExecutor) {
  Job wanted = job("blue", Priority::urgent);
  wanted.forced = true;
  wanted.recreate = true;
  outbox.enqueue(wanted, start);
  outbox.enqueue(wanted, start);
  run();
  ASSERT_EQ(executor.begun.size(), 1U);
  EXPECT_EQ(executor.begun[0].generation, 2);
  EXPECT_EQ(executor.begun[0].priority, Priority::urgent);
  EXPECT_TRUE(executor.begun[0].forced);
  EXPECT_TRUE(executor.begun[0].recreate);
}

TEST_F(DispatcherTest, LooksWhenItIsWoken) {
  run();
  EXPECT_TRUE(executor.begun.empty());
  ask("blue");
  EXPECT_EQ(keys(executor.begun), Keys{"blue"});
}

TEST_F(DispatcherTest, TakesTheUrgentFirst) {
  ask("a");
  ask("b");
  ask("z", Priority::urgent);
  run(at_once(1));
  EXPECT_EQ(keys(executor.begun), (Keys{"z", "a", "b"}));
}

TEST_F(DispatcherTest, GivesBulkWorkItsShareHoweverMuchElseThereIs) {
  ask("fleet", Priority::bulk);
  clock.advance(1s);
  for (int i = 0; i < 20; ++i) {
    ask("command" + std::to_string(i));
  }
  run(at_once(1));
  const Keys order = keys(executor.begun);
  ASSERT_EQ(order.size(), 21U);
  EXPECT_EQ(std::ranges::find(order, "fleet") - order.begin(), 7);
}

TEST_F(DispatcherTest, ClaimsNothingWhileTheHostFailsAndProbesIt) {
  bool down = true;
  executor.probe_answer = {DestinationSign::Kind::fault, "refused", {}};
  executor.script = [&](const Job&) {
    Plan plan;
    plan.sign.kind = down ? DestinationSign::Kind::fault : DestinationSign::Kind::well;
    plan.sign.reason = "refused";
    if (down) {
      plan.settle = [this](bool) { return Retry{1, clock.now() + 30s, "refused"}; };
    }
    return plan;
  };
  for (int i = 0; i < 10; ++i) {
    ask("relay" + std::to_string(i));
  }
  run(at_once(10));
  clock.advance(1h);
  EXPECT_EQ(executor.begun.size(), 10U);
  EXPECT_EQ(std::ranges::count(executor.settled, false, &Settled::counts), 5);
  EXPECT_GE(executor.probes.size(), 25U);
  down = false;
  executor.probe_answer = {DestinationSign::Kind::well, {}, {}};
  clock.advance(3min);
  EXPECT_EQ(executor.begun.size(), 20U);
  EXPECT_FALSE(waits("relay0"));
}

TEST_F(DispatcherTest, BeginsNoMoreInASecondThanTheRateAllows) {
  for (int i = 0; i < 30; ++i) {
    ask("relay" + std::to_string(i));
  }
  run(at_once(16, 5));
  EXPECT_EQ(executor.begun.size(), 5U);
  clock.advance(1s);
  EXPECT_EQ(executor.begun.size(), 10U);
  clock.advance(10s);
  EXPECT_EQ(executor.begun.size(), 30U);
}

TEST_F(DispatcherTest, DoesNotPaceWhatAsksNobody) {
  executor.script = [](const Job&) {
    Plan plan;
    plan.asks_destination = false;
    return plan;
  };
  for (int i = 0; i < 30; ++i) {
    ask("relay" + std::to_string(i));
  }
  run(at_once(16, 5));
  EXPECT_EQ(executor.begun.size(), 30U);
}

TEST_F(DispatcherTest, DoesOnceMoreWhatIsToBeDoneOnceMore) {
  int times = 0;
  executor.script = [&](const Job&) {
    Plan plan;
    plan.settle = [&](bool) {
      return ++times == 1 ? Settlement(DoAgain{start + 30s}) : Settlement(Complete{});
    };
    return plan;
  };
  ask("blue");
  run();
  EXPECT_TRUE(waits("blue"));
  clock.advance(29s);
  EXPECT_EQ(times, 1);
  clock.advance(1s);
  EXPECT_EQ(times, 2);
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, EndsWithoutTheDatabaseWhenItIsAbandoned) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  run();
  {
    const store::Transaction somebody_else(elsewhere);
    clock.advance(2s);
    dispatcher->stop();
    clock.advance(1min);
    EXPECT_FALSE(ended);
    dispatcher->abandon();
    clock.run_ready();
    EXPECT_TRUE(ended);
  }
  EXPECT_TRUE(waits("blue"));
}

TEST_F(DispatcherTest, SleepsUntilTheNextRowBecomesDue) {
  Job waiting = job("blue");
  waiting.attempt = 1;
  waiting.not_before = start + 30s;
  waiting.last_error = "boom";
  outbox.schedule(waiting);
  run();
  clock.advance(30s - 1ms);
  EXPECT_TRUE(executor.begun.empty());
  clock.advance(1ms);
  EXPECT_EQ(keys(executor.begun), Keys{"blue"});
}

TEST_F(DispatcherTest, DoesNotWaitLongerThanTheHorizon) {
  Job waiting = job("blue");
  waiting.attempt = 1;
  waiting.not_before = start + 24h;  // the clock was set back since
  waiting.last_error = "boom";
  outbox.schedule(waiting);
  run();
  EXPECT_EQ(keys(executor.begun), Keys{"blue"});
}

TEST_F(DispatcherTest, NeverDoesOneKeyTwiceAtOnce) {
  executor.script = [](const Job&) { return Plan{.takes = 10s}; };
  run();
  for (int i = 0; i < 5; ++i) {
    ask("blue");
    clock.advance(1s);
  }
  EXPECT_EQ(executor.begun.size(), 1U);
  EXPECT_EQ(dispatcher->in_flight(), 1U);
  clock.advance(1min);
  // The five commands are two executions: the first, and one for all that came meanwhile.
  ASSERT_EQ(executor.begun.size(), 2U);
  EXPECT_EQ(executor.begun[1].generation, 5);
  EXPECT_EQ(executor.most_at_once_for_one_key, 1);
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, NeverDoesMoreAtOnceThanItMay) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  for (int i = 0; i < 10; ++i) {
    ask("relay" + std::to_string(i));
  }
  run(at_once(3));
  EXPECT_EQ(executor.begun.size(), 3U);
  EXPECT_EQ(dispatcher->in_flight(), 3U);
  ask("late");
  EXPECT_EQ(executor.begun.size(), 3U);
  clock.advance(1min);
  EXPECT_EQ(executor.begun.size(), 11U);
  EXPECT_EQ(executor.most_at_once, 3);
}

TEST_F(DispatcherTest, FillsAPlaceAsSoonAsOneIsFree) {
  executor.script = [](const Job& work) { return Plan{.takes = work.key == "a" ? 1s : 10s}; };
  for (const char* key : {"a", "b", "c"}) {
    ask(key);
  }
  run(at_once(2));
  EXPECT_EQ(keys(executor.begun), (Keys{"a", "b"}));
  clock.advance(1s);
  EXPECT_EQ(keys(executor.begun), (Keys{"a", "b", "c"}));
}

TEST_F(DispatcherTest, LeavesAloneWhatIsLessUrgentThanItsFloor) {
  ask("slow");
  ask("fast", Priority::urgent);
  run(at_once(16), Priority::urgent);
  clock.advance(24h);
  EXPECT_EQ(keys(executor.begun), Keys{"fast"});
  EXPECT_TRUE(waits("slow"));
}

TEST_F(DispatcherTest, SettlesWhatFinishedTogetherInOneTransaction) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  for (int i = 0; i < 8; ++i) {
    ask("relay" + std::to_string(i));
  }
  run();
  const int before = commits;
  clock.advance(1s);
  EXPECT_EQ(executor.settled.size(), 8U);
  EXPECT_EQ(outbox.count(kSync, clock.now()).due, 0);
  EXPECT_EQ(commits - before, 1);
}

TEST_F(DispatcherTest, BeginsWhatItClaimsInOneTransaction) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  for (int i = 0; i < 8; ++i) {
    ask("relay" + std::to_string(i));
  }
  const int before = commits;
  run();
  EXPECT_EQ(executor.begun.size(), 8U);
  EXPECT_EQ(commits - before, 1);
}

TEST_F(DispatcherTest, HoldsNoTransactionWhileItWorks) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  run();
  EXPECT_EQ(dispatcher->in_flight(), 1U);
  elsewhere.execute("UPDATE router_offset SET seq = 1");  // would throw: busy
  clock.advance(1s);
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, DoesItAgainWhenToldSo) {
  int left = 2;
  executor.script = [&left](const Job&) {
    return Plan{.takes = 1s, .settle = [&left](bool) {
                  return left-- > 0 ? Settlement(StayDue{}) : Settlement(Complete{});
                }};
  };
  ask("blue");
  run();
  clock.advance(1s);
  EXPECT_TRUE(waits("blue"));
  clock.advance(1min);
  EXPECT_EQ(executor.begun.size(), 3U);
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, RetriesAtTheTimeThatItIsTold) {
  executor.script = [this](const Job& work) {
    Plan plan;
    if (work.attempt == 0) {
      plan.settle = [this](bool) {
        return Retry{.attempt = 1, .not_before = start + 30s, .error = "boom"};
      };
    }
    return plan;
  };
  ask("blue", Priority::urgent);
  run();
  EXPECT_EQ(find("blue").attempt, 1);
  EXPECT_EQ(find("blue").not_before, start + 30s);
  EXPECT_EQ(find("blue").last_error, "boom");
  EXPECT_EQ(find("blue").priority, Priority::normal);
  clock.advance(30s - 1ms);
  EXPECT_EQ(executor.begun.size(), 1U);
  clock.advance(1ms);
  ASSERT_EQ(executor.begun.size(), 2U);
  EXPECT_EQ(executor.begun[1].attempt, 1);
  EXPECT_EQ(executor.begun[1].last_error, "boom");
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, WritesADeadLetterWhenItGivesUp) {
  executor.script = [](const Job&) {
    return Plan{.takes = 1s, .settle = [](bool) {
                  return GiveUp{.reason = DeadLetterReason::lost,
                                .attempt = 4,
                                .revision = 9,
                                .error = "zooid has lost it"};
                }};
  };
  ask("blue");
  run();
  clock.advance(24h);
  EXPECT_EQ(executor.begun.size(), 1U);
  EXPECT_FALSE(waits("blue"));
  const auto open = letters.list(/*all=*/false);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].key, "blue");
  EXPECT_EQ(open[0].reason, "lost");
  EXPECT_EQ(open[0].error, "zooid has lost it");
  EXPECT_EQ(open[0].attempt, 4);
  EXPECT_EQ(open[0].revision, 9);
  EXPECT_EQ(open[0].created_at, start + 1s);
}

// Whatever an older generation has to say, the newer one is done.
struct LateResult {
  const char* name;
  Settlement settlement;
};

void PrintTo(const LateResult& result, std::ostream* out) {
  *out << result.name;
}

struct Superseded : DispatcherTest, testing::WithParamInterface<LateResult> {};

TEST_P(Superseded, LeavesTheNewerGenerationDue) {
  const Settlement result = GetParam().settlement;
  executor.script = [&result](const Job& work) {
    Plan plan{.takes = 1s};
    if (work.generation == 1) {
      plan.settle = [&result](bool) { return result; };
    }
    return plan;
  };
  ask("blue");
  run();
  ask("blue");
  clock.advance(1s);
  EXPECT_TRUE(letters.list(/*all=*/true).empty());
  ASSERT_EQ(executor.begun.size(), 2U);
  EXPECT_EQ(executor.begun[1].generation, 2);
  EXPECT_EQ(executor.begun[1].attempt, 0);
  clock.advance(1s);
  EXPECT_EQ(executor.settled, (std::vector<Settled>{{"blue", true}, {"blue", false}}));
  EXPECT_FALSE(waits("blue"));
}

INSTANTIATE_TEST_SUITE_P(
    Dispatcher, Superseded,
    testing::Values(LateResult{"Complete", Complete{}}, LateResult{"StayDue", StayDue{}},
                    LateResult{"Retry", Retry{.attempt = 3, .not_before = {}, .error = "boom"}},
                    LateResult{"GiveUp", GiveUp{.error = "boom"}}),
    [](const testing::TestParamInfo<LateResult>& result) { return result.param.name; });

TEST_F(DispatcherTest, MakesNothingOfARowThatIsGone) {
  executor.script = [](const Job&) {
    return Plan{.takes = 1s, .settle = [](bool) {
                  return GiveUp{.reason = DeadLetterReason::rejected, .error = "boom"};
                }};
  };
  ask("blue");
  run();
  database.execute("DELETE FROM outbox");
  clock.advance(1s);
  EXPECT_EQ(executor.settled, (std::vector<Settled>{{"blue", true}}));
  EXPECT_TRUE(letters.list(/*all=*/true).empty());
  EXPECT_EQ(dispatcher->in_flight(), 0U);
}

TEST_F(DispatcherTest, EndsAtOnceWhenNothingIsInFlight) {
  run();
  EXPECT_FALSE(ended);
  dispatcher->stop();
  clock.run_ready();
  EXPECT_TRUE(ended);
}

TEST_F(DispatcherTest, FinishesAndSettlesWhatIsInFlightAndClaimsNothingMore) {
  executor.script = [](const Job&) { return Plan{.takes = 2s}; };
  ask("blue");
  run();
  dispatcher->stop();
  ask("late");
  clock.advance(1s);
  EXPECT_FALSE(ended);
  EXPECT_TRUE(waits("blue"));
  clock.advance(1s);
  EXPECT_TRUE(ended);
  EXPECT_FALSE(waits("blue"));
  EXPECT_TRUE(waits("late"));
  EXPECT_EQ(keys(executor.begun), Keys{"blue"});
}

TEST_F(DispatcherTest, LeavesTheRowWhenTheProcessDies) {
  executor.script = [](const Job&) { return Plan{.takes = 2s}; };
  ask("blue");
  run();
  EXPECT_EQ(dispatcher->in_flight(), 1U);
  Outbox after_restart(elsewhere);
  const auto job = after_restart.next({kSync, kHere}, Outbox::Order::most_urgent, clock.now(),
                                      16min, Priority::bulk, {});
  ASSERT_TRUE(job);
  EXPECT_EQ(job->key, "blue");
}

TEST_F(DispatcherTest, OverwritesOneThingAtATime) {
  executor.script = [](const Job&) { return Plan{.takes = 100ms, .overwrites = true}; };
  for (int i = 0; i < 5; ++i) {
    ask("relay" + std::to_string(i));
  }
  run();
  EXPECT_EQ(executor.begun.size(), 1U);
  clock.advance(300ms);
  EXPECT_EQ(executor.begun.size(), 4U);
  EXPECT_EQ(executor.most_at_once, 1);
}

TEST_F(DispatcherTest, IsNotHeldUpByAnOverwriteWithoutAnswer) {
  executor.script = [](const Job& work) {
    return Plan{.takes = work.key == "a" ? 10s : 1ms, .overwrites = true};
  };
  for (const char* key : {"a", "b", "c"}) {
    ask(key);
  }
  run();
  clock.advance(999ms);
  EXPECT_EQ(keys(executor.begun), Keys{"a"});
  clock.advance(2ms);
  EXPECT_EQ(keys(executor.begun), (Keys{"a", "b", "c"}));
}

TEST_F(DispatcherTest, ProbesWhetherTheHostStoresOnceItHasShownThatItDoesNot) {
  executor.probe_answer = {DestinationSign::Kind::storage, "disk full", {}};
  executor.script = [](const Job&) {
    return Plan{.sign = {DestinationSign::Kind::storage, "disk full", {}}};
  };
  ask("a");
  run();
  clock.advance(1min);
  ASSERT_FALSE(executor.probe_kinds.empty());
  EXPECT_EQ(std::ranges::count(executor.probe_kinds, Probe::answers), 0);
  ask("b");
  EXPECT_EQ(keys(executor.begun), Keys{"a"});
}

}  // namespace
}  // namespace tender::outbox
