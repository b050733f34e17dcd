// The dispatcher and a database that is locked, full, or refuses a result.
#include "dispatcher_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

TEST_F(DispatcherTest, LeavesTheWriteLockToOthersAfterItWasHeldForLong) {
  executor.script = [this](const Job&) {
    Plan plan;
    plan.settle = [this](bool) {
      clock.pass(store::WriteTurns::kHeld);  // a slow disk
      return Settlement(Complete());
    };
    return plan;
  };
  run();
  ask("a");
  ask("b");
  EXPECT_EQ(executor.begun.size(), 1U);
  EXPECT_TRUE(waits("b"));
  clock.advance(store::WriteTurns::kFree);
  EXPECT_EQ(executor.begun.size(), 2U);
}

// Somebody else holds the write lock, so that no transaction of ours can begin.
struct LockedDatabase : DispatcherTest {
  void lock() { lock_.emplace(elsewhere); }
  void unlock() { lock_.reset(); }

 private:
  std::optional<store::Transaction> lock_;
};

TEST_F(LockedDatabase, LosesNoResult) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  ask("green");
  run();
  lock();
  clock.advance(10s);
  EXPECT_TRUE(waits("blue"));
  EXPECT_EQ(dispatcher->in_flight(), 2U);  // finished, and not yet settled
  unlock();
  clock.advance(30s);
  EXPECT_FALSE(waits("blue"));
  EXPECT_FALSE(waits("green"));
  EXPECT_EQ(dispatcher->in_flight(), 0U);
  EXPECT_EQ(executor.begun.size(), 2U);  // settled, not done again
  EXPECT_THAT(executor.settled,
              testing::UnorderedElementsAre(Settled{"blue", false}, Settled{"green", false}));
}

TEST_F(LockedDatabase, LosesNoJob) {
  run();
  ask("blue");
  EXPECT_EQ(executor.begun.size(), 1U);
  outbox.enqueue(job("green"), clock.now());
  lock();
  dispatcher->wake();
  clock.advance(10s);
  EXPECT_EQ(executor.begun.size(), 1U);
  unlock();
  clock.advance(30s);
  EXPECT_EQ(keys(executor.begun), (Keys{"blue", "green"}));
  EXPECT_FALSE(waits("green"));
}

TEST_F(LockedDatabase, IsTriedAgainWithBackoff) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  run();
  lock();
  clock.advance(2s - 1ms);  // failed at 1 s
  unlock();
  EXPECT_TRUE(waits("blue"));
  clock.advance(1ms);  // and is tried again a second later
  EXPECT_FALSE(waits("blue"));
}

TEST_F(LockedDatabase, IsTriedAgainAtLeastEveryHalfMinute) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  run();
  lock();
  clock.advance(1h);
  unlock();
  clock.advance(30s);
  EXPECT_FALSE(waits("blue"));
}

TEST_F(LockedDatabase, IsReportedOnceAndThenThatItIsOver) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  run();
  lock();
  clock.advance(1min);
  EXPECT_EQ(errors_logged(), 1) << log();
  EXPECT_NE(log().find("locked"), std::string::npos) << log();
  EXPECT_NE(log().find("end its transaction"), std::string::npos) << log();  // the remedy
  EXPECT_EQ(log().find("resuming"), std::string::npos) << log();
  unlock();
  clock.advance(1min);
  EXPECT_EQ(errors_logged(), 1) << log();
  EXPECT_NE(log().find("resuming"), std::string::npos) << log();
}

TEST_F(LockedDatabase, IsReportedAgainWhenItComesBack) {
  run();
  for (int i = 0; i < 2; ++i) {
    outbox.enqueue(job("blue"), clock.now());
    lock();
    dispatcher->wake();
    clock.advance(5s);
    unlock();
    clock.advance(1min);
    EXPECT_FALSE(waits("blue"));
  }
  EXPECT_EQ(errors_logged(), 2) << log();
}

TEST_F(LockedDatabase, DoesNotLetItStopBeforeTheResultIsWritten) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask("blue");
  run();
  lock();
  clock.advance(5s);
  dispatcher->stop();
  clock.advance(5s);
  EXPECT_FALSE(ended);
  unlock();
  clock.advance(30s);
  EXPECT_TRUE(ended);
  EXPECT_FALSE(waits("blue"));
}

// What the schema refuses: CHECK (error <> '').
GiveUp broken_result() {
  return GiveUp{.reason = DeadLetterReason::rejected, .error = ""};
}

TEST_F(DispatcherTest, HoldsBackOnlyTheJobWhoseResultBreaksARule) {
  executor.script = [this](const Job& work) {
    Plan plan;
    plan.settle = [this, broken = work.key == "green" && work.attempt == 0](bool) {
      database.execute("UPDATE router_offset SET seq = seq + 1");
      return broken ? Settlement(broken_result()) : Settlement(Complete{});
    };
    return plan;
  };
  for (const char* key : {"blue", "green", "red"}) {
    outbox.enqueue(job(key), start);
  }
  run();
  EXPECT_FALSE(waits("blue"));
  EXPECT_FALSE(waits("red"));
  EXPECT_EQ(dispatcher->in_flight(), 0U);
  // Of the broken one nothing is left but the reason for which it waits.
  EXPECT_EQ(find("green").attempt, 1);
  EXPECT_EQ(find("green").not_before, start + 16min);
  EXPECT_NE(find("green").last_error.find("could not be written"), std::string::npos);
  EXPECT_EQ(letters.count_open(), 0);
  store::Statement offset = database.prepare("SELECT seq FROM router_offset");
  ASSERT_TRUE(offset.step());
  EXPECT_EQ(offset.integer(0), 2);
  EXPECT_EQ(errors_logged(), 1) << log();
}

TEST_F(DispatcherTest, DoesAJobAgainWhoseResultBrokeARule) {
  executor.script = [](const Job& work) {
    Plan plan;
    if (work.attempt == 0) {
      plan.settle = [](bool) { return broken_result(); };
    }
    return plan;
  };
  ask("blue");
  run();
  EXPECT_TRUE(waits("blue"));
  clock.advance(16min);
  EXPECT_EQ(keys(executor.begun), (Keys{"blue", "blue"}));
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, StartsOverWithANewerCommandAfterAResultThatBrokeARule) {
  executor.script = [](const Job& work) {
    Plan plan;
    if (work.generation == 1) {
      plan.settle = [](bool) { return broken_result(); };
    }
    return plan;
  };
  ask("blue");
  run();
  EXPECT_TRUE(waits("blue"));
  ask("blue");
  EXPECT_EQ(executor.begun.size(), 2U);
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, TriesTheDatabaseLessAndLessOftenUpToHalfAMinute) {
  std::vector<std::chrono::seconds> tries;
  executor.script = [this, &tries](const Job&) {
    tries.push_back(std::chrono::duration_cast<std::chrono::seconds>(clock.now() - start));
    if (tries.size() < 9) {
      throw store::StoreError(store::StoreFault::full, "the disk is full", "free some space");
    }
    return Plan{};
  };
  ask("blue");
  run();
  clock.advance(10min);
  EXPECT_EQ(tries, (std::vector<std::chrono::seconds>{0s, 1s, 3s, 7s, 15s, 31s, 61s, 91s, 121s}));
  EXPECT_FALSE(waits("blue"));
}

TEST_F(DispatcherTest, ClaimsAllOrNothingWhenOneCannotBegin) {
  bool broken = true;
  executor.script = [this, &broken](const Job& work) {
    database.execute("UPDATE router_offset SET seq = seq + 1");
    if (work.key == "green" && std::exchange(broken, false)) {
      throw store::StoreError(store::StoreFault::full, "the disk is full", "free some space");
    }
    return Plan{};
  };
  ask("blue");
  ask("green");
  run();
  EXPECT_EQ(dispatcher->in_flight(), 0U);
  EXPECT_TRUE(executor.settled.empty());
  clock.advance(1s);
  EXPECT_EQ(keys(executor.begun), (Keys{"blue", "green", "blue", "green"}));
  EXPECT_EQ(executor.settled, (std::vector<Settled>{{"blue", false}, {"green", false}}));
  store::Statement offset = database.prepare("SELECT seq FROM router_offset");
  ASSERT_TRUE(offset.step());
  EXPECT_EQ(offset.integer(0), 2);
}

}  // namespace
}  // namespace tender::outbox
