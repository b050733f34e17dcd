#include "tender/outbox/outbox.hpp"

#include "tender/store/transaction.hpp"

#include "outbox_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;
using Keys = std::vector<std::string>;

constexpr Milliseconds kHorizon = 16min;

struct OutboxTable : OutboxTest {
  // What comes next, one after the other, while nothing is finished.
  Keys due(TimePoint now, Priority floor = Priority::bulk, std::set<std::string> busy = {},
           Outbox::Order order = Outbox::Order::most_urgent) {
    Keys list;
    for (auto job = outbox.next({kSync, kHere}, order, now, kHorizon, floor, busy); job;
         job = outbox.next({kSync, kHere}, order, now, kHorizon, floor, busy)) {
      list.push_back(job->key);
      busy.insert(job->key);
    }
    return list;
  }

  // A row that waits for its backoff.
  void wait_until(const std::string& key, TimePoint not_before) {
    Job waiting = job(key);
    waiting.attempt = 1;
    waiting.not_before = not_before;
    waiting.last_error = "boom";
    outbox.schedule(waiting);
  }
};

TEST_F(OutboxTable, MakesWorkDueAtOnce) {
  outbox.enqueue(job("blue"), start);
  const Job row = find("blue");
  EXPECT_EQ(row.kind, kSync);
  EXPECT_EQ(row.key, "blue");
  EXPECT_EQ(row.generation, 1);
  EXPECT_EQ(row.priority, Priority::normal);
  EXPECT_EQ(row.attempt, 0);
  EXPECT_EQ(row.not_before, start);
  EXPECT_FALSE(row.forced);
  EXPECT_FALSE(row.recreate);
  EXPECT_EQ(row.last_error, "");
  EXPECT_EQ(due(start), Keys{"blue"});
}

TEST_F(OutboxTable, KeepsOneRowForManyCommandsAndCountsTheirGenerations) {
  for (int i = 0; i < 3; ++i) {
    outbox.enqueue(job("blue"), start + i * 1s);
  }
  outbox.enqueue(job("green"), start);
  EXPECT_EQ(find("blue").generation, 3);
  EXPECT_EQ(find("blue").not_before, start + 2s);
  EXPECT_EQ(find("green").generation, 1);
  EXPECT_EQ(due(start + 1h).size(), 2U);
}

TEST_F(OutboxTable, StartsOverWhenTheWorkIsAskedForAgain) {
  wait_until("blue", start + 10min);
  EXPECT_TRUE(due(start).empty());
  outbox.enqueue(job("blue"), start);
  const Job row = find("blue");
  EXPECT_EQ(row.generation, 2);
  EXPECT_EQ(row.attempt, 0);
  EXPECT_EQ(row.last_error, "");
  EXPECT_EQ(row.not_before, start);
}

TEST_F(OutboxTable, MergesTheMostThatWasAskedFor) {
  Job wanted = job("blue", Priority::urgent);
  wanted.forced = true;
  outbox.enqueue(wanted, start);
  outbox.enqueue(job("blue"), start);
  EXPECT_EQ(find("blue").priority, Priority::urgent);
  EXPECT_TRUE(find("blue").forced);
  EXPECT_FALSE(find("blue").recreate);
  wanted = job("blue");
  wanted.recreate = true;
  outbox.enqueue(wanted, start);
  EXPECT_EQ(find("blue").priority, Priority::urgent);
  EXPECT_TRUE(find("blue").forced);
  EXPECT_TRUE(find("blue").recreate);
}

TEST_F(OutboxTable, RaisesARowThatWaitsWhenItBecomesUrgent) {
  outbox.enqueue(job("blue"), start);
  outbox.enqueue(job("blue", Priority::urgent), start);
  EXPECT_EQ(find("blue").priority, Priority::urgent);
}

TEST_F(OutboxTable, SchedulesARetryAsItIsTold) {
  Job retry = job("blue", Priority::urgent);
  retry.attempt = 3;
  retry.not_before = start + 2min;
  retry.last_error = "boom";
  outbox.schedule(retry);
  const Job row = find("blue");
  EXPECT_EQ(row.generation, 1);
  EXPECT_EQ(row.priority, Priority::urgent);
  EXPECT_EQ(row.attempt, 3);
  EXPECT_EQ(row.not_before, start + 2min);
  EXPECT_EQ(row.last_error, "boom");
}

TEST_F(OutboxTable, SchedulesNothingOverARowThatIsThere) {
  outbox.enqueue(job("blue"), start);
  wait_until("blue", start + 10min);
  EXPECT_EQ(find("blue").generation, 1);
  EXPECT_EQ(find("blue").attempt, 0);
  EXPECT_EQ(due(start), Keys{"blue"});
}

TEST_F(OutboxTable, GivesTheUrgentFirstAndThenTheLongestDue) {
  outbox.enqueue(job("c"), start);
  outbox.enqueue(job("a"), start + 2s);
  outbox.enqueue(job("b"), start + 1s);
  outbox.enqueue(job("z", Priority::urgent), start + 3s);
  outbox.enqueue(job("y", Priority::urgent), start + 4s);
  EXPECT_EQ(due(start + 1min), (Keys{"z", "y", "c", "b", "a"}));
}

TEST_F(OutboxTable, GivesTheLongestDueFirstWhenAskedSoWhateverItsPriority) {
  outbox.enqueue(job("fleet", Priority::bulk), start);
  outbox.enqueue(job("fast", Priority::urgent), start + 1s);
  EXPECT_EQ(due(start + 1s), (Keys{"fast", "fleet"}));
  EXPECT_EQ(due(start + 1s, Priority::bulk, {}, Outbox::Order::longest_due),
            (Keys{"fleet", "fast"}));
}

TEST_F(OutboxTable, GivesWhatBecameDueTogetherInTheOrderOfAsking) {
  for (const auto& [key, seq] : {std::pair{"b", 1}, std::pair{"c", 2}, std::pair{"a", 3}}) {
    Job asked = job(key, Priority::bulk);
    asked.asked_seq = seq;
    outbox.enqueue(asked, start);
  }
  EXPECT_EQ(due(start), (Keys{"b", "c", "a"}));
}

TEST_F(OutboxTable, KeepsBulkWorkBulkWhenItIsTriedAgain) {
  outbox.enqueue(job("fleet", Priority::bulk), start);
  outbox.enqueue(job("fast", Priority::urgent), start);
  outbox.retry_later(find("fleet"), 1, start, "boom");
  outbox.retry_later(find("fast"), 1, start, "boom");
  EXPECT_EQ(find("fleet").priority, Priority::bulk);
  EXPECT_EQ(find("fast").priority, Priority::normal);
}

TEST_F(OutboxTable, MakesWorkFreshThatIsToBeDoneOnceMore) {
  Job forced = job("blue", Priority::urgent);
  forced.forced = true;
  forced.recreate = true;
  outbox.enqueue(forced, start);
  outbox.retry_later(find("blue"), 3, start, "boom");
  EXPECT_TRUE(outbox.do_again(find("blue"), start + 30s));
  const Job row = find("blue");
  EXPECT_EQ(row.attempt, 0);
  EXPECT_EQ(row.last_error, "");
  EXPECT_EQ(row.not_before, start + 30s);
  EXPECT_FALSE(row.forced);
  EXPECT_FALSE(row.recreate);
  Job older = row;
  outbox.enqueue(job("blue"), start);
  EXPECT_FALSE(outbox.do_again(older, start + 1h));
  EXPECT_EQ(find("blue").not_before, start);
}

TEST_F(OutboxTable, LeavesWorkAsItIsUntilItsTurn) {
  Job forced = job("blue", Priority::urgent);
  forced.forced = true;
  forced.recreate = true;
  outbox.enqueue(forced, start);
  outbox.retry_later(find("blue"), 3, start, "boom");
  const Job before = find("blue");
  EXPECT_TRUE(outbox.wait_until(before, start + 30s));
  const Job row = find("blue");
  EXPECT_EQ(row.not_before, start + 30s);
  EXPECT_EQ(row.attempt, 3);
  EXPECT_EQ(row.last_error, "boom");
  EXPECT_EQ(row.priority, before.priority);
  EXPECT_TRUE(row.forced);
  EXPECT_TRUE(row.recreate);
  outbox.enqueue(job("blue"), start);
  EXPECT_FALSE(outbox.wait_until(before, start + 1h));
  EXPECT_EQ(find("blue").not_before, start);
}

TEST_F(OutboxTable, GivesARowFromItsTimeOnAndNotBefore) {
  wait_until("blue", start + 30s);
  EXPECT_TRUE(due(start + 30s - 1ms).empty());
  EXPECT_EQ(due(start + 30s), Keys{"blue"});
}

TEST_F(OutboxTable, SkipsWhatIsBusyAndFillsThePlaces) {
  for (const char* key : {"a", "b", "c", "d"}) {
    outbox.enqueue(job(key), start);
  }
  EXPECT_EQ(due(start, Priority::bulk, {"a", "c"}), (Keys{"b", "d"}));
  EXPECT_EQ(due(start, Priority::bulk, {"a", "b", "gone"}), (Keys{"c", "d"}));
  EXPECT_TRUE(due(start, Priority::bulk, {"a", "b", "c", "d"}).empty());
}

TEST_F(OutboxTable, LeavesAloneWhatIsLessUrgentThanTheFloor) {
  outbox.enqueue(job("slow"), start);
  outbox.enqueue(job("fast", Priority::urgent), start + 1s);
  EXPECT_EQ(due(start + 1s, Priority::urgent), Keys{"fast"});
  EXPECT_EQ(due(start + 1s, Priority::normal), (Keys{"fast", "slow"}));
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::urgent, {}), start + 1s);
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::normal, {}), start);
}

TEST_F(OutboxTable, TakesARowThatLiesTooFarAheadForDue) {
  wait_until("as-planned", start + kHorizon);
  wait_until("set-back", start + kHorizon + 1ms);
  EXPECT_EQ(due(start), Keys{"set-back"});
}

TEST_F(OutboxTable, SaysWhenTheNextRowBecomesDue) {
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::normal, {}), std::nullopt);
  wait_until("late", start + 2min);
  wait_until("soon", start + 1min);
  wait_until("sooner", start + 30s);
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::normal, {}), start + 30s);
}

TEST_F(OutboxTable, DoesNotCountWhatIsBusyForTheNextDue) {
  wait_until("late", start + 2min);
  outbox.enqueue(job("a"), start);
  outbox.enqueue(job("b"), start);
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::normal, {"a", "b"}), start + 2min);
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::normal, {"a"}), start);
  EXPECT_EQ(outbox.next_due({kSync, kHere}, Priority::normal, {"a", "b", "late"}), std::nullopt);
}

TEST_F(OutboxTable, RemovesWhatIsDone) {
  outbox.enqueue(job("blue"), start);
  outbox.enqueue(job("green"), start);
  EXPECT_TRUE(outbox.remove(find("blue")));
  EXPECT_FALSE(outbox.find(kSync, "blue"));
  EXPECT_TRUE(outbox.find(kSync, "green"));
  EXPECT_FALSE(outbox.remove(job("blue")));
}

TEST_F(OutboxTable, PutsOffWhatFailed) {
  Job wanted = job("blue", Priority::urgent);
  wanted.forced = true;
  wanted.recreate = true;
  outbox.enqueue(wanted, start);
  EXPECT_TRUE(outbox.retry_later(find("blue"), 2, start + 1min, "boom"));
  const Job row = find("blue");
  EXPECT_EQ(row.generation, 1);
  EXPECT_EQ(row.attempt, 2);
  EXPECT_EQ(row.not_before, start + 1min);
  EXPECT_EQ(row.last_error, "boom");
  EXPECT_EQ(row.priority, Priority::normal);  // nobody waits for a retry
  EXPECT_TRUE(row.forced);                    // but what was asked for still is
  EXPECT_TRUE(row.recreate);
}

TEST_F(OutboxTable, DoesNotLetAnOlderExecutionSettleANewerGeneration) {
  outbox.enqueue(job("blue"), start);
  const Job claimed = find("blue");
  outbox.enqueue(job("blue"), start + 1s);
  EXPECT_FALSE(outbox.remove(claimed));
  EXPECT_FALSE(outbox.retry_later(claimed, 1, start + 10min, "boom"));
  const Job row = find("blue");
  EXPECT_EQ(row.generation, 2);
  EXPECT_EQ(row.attempt, 0);
  EXPECT_EQ(row.not_before, start + 1s);
  EXPECT_EQ(row.last_error, "");
}

TEST_F(OutboxTable, CountsWhatIsDueAndWhatWaits) {
  const auto none = outbox.count(kSync, start);
  EXPECT_EQ(none.due, 0);
  EXPECT_EQ(none.waiting, 0);
  EXPECT_EQ(none.next_due, std::nullopt);
  outbox.enqueue(job("a"), start);
  outbox.enqueue(job("b"), start);
  wait_until("c", start + 1min);
  wait_until("d", start + 2min);
  wait_until("e", start + 3min);
  const auto some = outbox.count(kSync, start);
  EXPECT_EQ(some.due, 2);
  EXPECT_EQ(some.waiting, 3);
  EXPECT_EQ(some.next_due, start + 1min);
  EXPECT_EQ(outbox.count(kSync, start + 1min).due, 3);
}

TEST_F(OutboxTable, IsPartOfTheCallersTransaction) {
  {
    const store::Transaction rolled_back(database);
    outbox.enqueue(job("blue"), start);
  }
  EXPECT_FALSE(outbox.find(kSync, "blue"));
}

TEST_F(OutboxTable, OutlivesTheProcess) {
  outbox.enqueue(job("blue"), start);
  store::Database after_restart(path, clock, {});
  EXPECT_TRUE(Outbox(after_restart).find(kSync, "blue"));
}

struct OutboxRule {
  const char* name;
  const char* columns;
  const char* values;
};

void PrintTo(const OutboxRule& rule, std::ostream* out) {
  *out << rule.name;
}

struct OutboxRules : OutboxTest, testing::WithParamInterface<OutboxRule> {};

TEST_P(OutboxRules, AreInTheSchema) {
  const std::string insert = "INSERT INTO outbox (kind, key, not_before";
  ASSERT_EQ(fault_of(insert + ") VALUES ('relay_sync', 'sound', 0)"), std::nullopt);
  const auto& rule = GetParam();
  const bool replaces_kind = std::string(rule.columns).empty();
  const std::string sql = replaces_kind
                              ? insert + ") VALUES (" + rule.values + ")"
                              : insert + ", " + rule.columns +
                                    ") VALUES ('relay_sync', 'broken', 0, " + rule.values + ")";
  EXPECT_EQ(fault_of(sql), store::StoreFault::constraint) << sql;
}

INSTANTIATE_TEST_SUITE_P(
    Outbox, OutboxRules,
    testing::Values(OutboxRule{"Kind", "", "'', 'broken', 0"},
                    OutboxRule{"OneRowForAWork", "", "'relay_sync', 'sound', 0"},
                    OutboxRule{"Time", "", "'relay_sync', 'broken', NULL"},
                    OutboxRule{"Generation", "generation", "0"},
                    OutboxRule{"Priority", "priority", "3"},
                    OutboxRule{"NegativePriority", "priority", "-1"},
                    OutboxRule{"Attempt", "attempt, last_error", "-1, 'boom'"},
                    OutboxRule{"FailureHasAnError", "attempt", "1"},
                    OutboxRule{"FreshWorkHasNoError", "last_error", "'boom'"},
                    OutboxRule{"Forced", "forced", "2"}, OutboxRule{"Recreate", "recreate", "2"},
                    OutboxRule{"Destination", "destination", "''"},
                    OutboxRule{"Payload", "payload", "'[]'"},
                    OutboxRule{"Policy", "policy", "'1'"}),
    [](const testing::TestParamInfo<OutboxRule>& rule) { return rule.param.name; });

TEST_F(OutboxTest, KnowsWhenTheNewestWorkOfAPriorityBecameDue) {
  const Outbox::Line line{kSync, kHere};
  outbox.enqueue(job("old", Priority::urgent), start - 2s);
  outbox.enqueue(job("new", Priority::urgent), start - 1s);
  outbox.enqueue(job("later", Priority::urgent), start + 1s);
  outbox.enqueue(job("bulk", Priority::bulk), start);
  EXPECT_EQ(outbox.newest_due(line, Priority::urgent, start), start - 1s);
  EXPECT_EQ(outbox.newest_due(line, Priority::normal, start), std::nullopt);
  EXPECT_EQ(outbox.newest_due({kLook, kHere}, Priority::urgent, start), std::nullopt);
}

TEST_F(OutboxTest, KnowsOfJobsForOtherKeys) {
  EXPECT_FALSE(outbox.has_other(kSync, {}));
  outbox.enqueue(job("a"), start);
  EXPECT_FALSE(outbox.has_other(kSync, {"a", "b"}));
  EXPECT_TRUE(outbox.has_other(kSync, {"b"}));
  EXPECT_FALSE(outbox.has_other(kLook, {"b"}));
}

}  // namespace
}  // namespace tender::outbox
