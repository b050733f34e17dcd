#include "tender/outbox/dead_letters.hpp"

#include "outbox_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

struct DeadLettersTable : OutboxTest {
  void give_up(const std::string& key, std::int64_t revision = 1) {
    letters.add(kSync, key, DeadLetterReason::rejected, "boom", 1, revision, start);
  }
  bool resolve(const std::string& key, Resolution resolution) {
    return letters.resolve(kSync, key, resolution, start + 1h);
  }
};

TEST_F(DeadLettersTable, KeepsWhatWasGivenUp) {
  letters.add(kSync, "blue", DeadLetterReason::exhausted, "boom", 7, 3, start);
  const auto open = letters.list(/*all=*/false);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].key, "blue");
  EXPECT_EQ(open[0].reason, "exhausted");
  EXPECT_EQ(open[0].error, "boom");
  EXPECT_EQ(open[0].attempt, 7);
  EXPECT_EQ(open[0].revision, 3);
  EXPECT_EQ(open[0].created_at, start);
  EXPECT_EQ(open[0].resolution, std::nullopt);
  EXPECT_EQ(open[0].resolved_at, std::nullopt);
  const auto found = letters.find(open[0].id);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->error, "boom");
  EXPECT_FALSE(letters.find(open[0].id + 1));
}

TEST_F(DeadLettersTable, HoldsOneOpenLetterForAWork) {
  give_up("blue");
  give_up("green");
  EXPECT_EQ(letters.count_open(), 2);
  give_up("blue");  // the first one is superseded
  EXPECT_EQ(letters.count_open(), 2);
  const auto all = letters.list(/*all=*/true);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].resolution, "superseded");
  EXPECT_TRUE(resolve("blue", Resolution::retried));
  EXPECT_EQ(letters.count_open(), 1);
}

TEST_F(DeadLettersTable, ResolvesByNumberThatLetterAndNoNewerOne) {
  give_up("blue");
  EXPECT_TRUE(resolve("blue", Resolution::superseded));
  give_up("blue");
  const auto all = letters.list(/*all=*/true);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_FALSE(letters.resolve(all[0].id, Resolution::discarded, start + 2h));
  EXPECT_EQ(letters.count_open(), 1);
  EXPECT_TRUE(letters.resolve(all[1].id, Resolution::discarded, start + 2h));
  EXPECT_EQ(letters.find(all[0].id)->resolution, "superseded");
  EXPECT_EQ(letters.find(all[1].id)->resolution, "discarded");
}

TEST_F(DeadLettersTable, ResolvesTheOpenLetterAndNoOther) {
  give_up("blue");
  give_up("green");
  EXPECT_FALSE(resolve("gone", Resolution::retried));
  EXPECT_TRUE(resolve("blue", Resolution::discarded));
  EXPECT_FALSE(resolve("blue", Resolution::retried));  // it is not open any more
  const auto all = letters.list(/*all=*/true);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].resolution, "discarded");
  EXPECT_EQ(all[0].resolved_at, start + 1h);
  EXPECT_EQ(all[1].resolution, std::nullopt);
  const auto open = letters.list(/*all=*/false);
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].key, "green");
}

TEST_F(DeadLettersTable, ListsTheOldestFirst) {
  for (const char* key : {"c", "a", "b"}) {
    give_up(key);
  }
  const auto list = letters.list(/*all=*/false);
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].key, "c");
  EXPECT_EQ(list[1].key, "a");
  EXPECT_EQ(list[2].key, "b");
}

TEST_F(DeadLettersTable, HoldsTheRevisionThatWasGivenUp) {
  EXPECT_FALSE(letters.holds(kSync, "blue", 2));
  give_up("blue", 2);
  EXPECT_TRUE(letters.holds(kSync, "blue", 2));
  EXPECT_FALSE(letters.holds(kSync, "blue", 1));
  EXPECT_FALSE(letters.holds(kSync, "blue", 3));
  EXPECT_FALSE(letters.holds(kSync, "green", 2));
}

TEST_F(DeadLettersTable, HoldsWhatWasDiscarded) {
  give_up("blue", 2);
  resolve("blue", Resolution::discarded);
  EXPECT_TRUE(letters.holds(kSync, "blue", 2));
  EXPECT_FALSE(letters.holds(kSync, "blue", 3));
}

TEST_F(DeadLettersTable, DoesNotHoldWhatWasRetriedOrSuperseded) {
  give_up("blue");
  resolve("blue", Resolution::retried);
  EXPECT_FALSE(letters.holds(kSync, "blue", 1));
  give_up("green");
  resolve("green", Resolution::superseded);
  EXPECT_FALSE(letters.holds(kSync, "green", 1));
}

TEST_F(DeadLettersTable, HoldsByTheNewestLetter) {
  give_up("blue");
  resolve("blue", Resolution::discarded);
  give_up("blue");
  resolve("blue", Resolution::retried);
  EXPECT_FALSE(letters.holds(kSync, "blue", 1));
  give_up("blue");
  EXPECT_TRUE(letters.holds(kSync, "blue", 1));
}

TEST_F(DeadLettersTable, HasItsRulesInTheSchema) {
  const std::string columns =
      "INSERT INTO dead_letter (kind, key, reason, error, attempt, revision, created_at, "
      "resolution, resolved_at) VALUES ";
  ASSERT_EQ(fault_of(columns + "('relay_sync', 'a', 'lost', 'e', 1, 1, 0, NULL, NULL)"),
            std::nullopt);
  ASSERT_EQ(fault_of(columns + "('relay_sync', 'a', 'lost', 'e', 1, 1, 0, 'retried', 1)"),
            std::nullopt);
  for (const char* broken : {"('', 'b', 'lost', 'e', 1, 1, 0, NULL, NULL)",
                             "('relay_sync', 'b', '', 'e', 1, 1, 0, NULL, NULL)",
                             "('relay_sync', 'b', 'lost', '', 1, 1, 0, NULL, NULL)",
                             "('relay_sync', 'b', 'lost', 'e', 0, 1, 0, NULL, NULL)",
                             "('relay_sync', 'b', 'lost', 'e', 1, 0, 0, NULL, NULL)",
                             "('relay_sync', 'b', 'lost', 'e', 1, 1, 0, 'eaten', 1)",
                             "('relay_sync', 'b', 'lost', 'e', 1, 1, 0, 'retried', NULL)",
                             "('relay_sync', 'b', 'lost', 'e', 1, 1, 0, NULL, 1)"}) {
    EXPECT_EQ(fault_of(columns + broken), store::StoreFault::constraint) << broken;
  }
}

// What the code may write is what the schema takes, and the other way round.
TEST_F(DeadLettersTable, WritesEveryReasonAndResolution) {
  const std::vector<std::pair<DeadLetterReason, std::string>> reasons{
      {DeadLetterReason::rejected, "rejected"},
      {DeadLetterReason::lost, "lost"},
      {DeadLetterReason::exhausted, "exhausted"}};
  const std::vector<std::pair<Resolution, std::string>> resolutions{
      {Resolution::retried, "retried"},
      {Resolution::discarded, "discarded"},
      {Resolution::superseded, "superseded"}};
  for (const auto& [reason, reason_name] : reasons) {
    for (const auto& [resolution, resolution_name] : resolutions) {
      letters.add(kSync, "blue", reason, "boom", 1, 1, start);
      EXPECT_TRUE(resolve("blue", resolution));
      const DeadLetter newest = letters.list(/*all=*/true).back();
      EXPECT_EQ(newest.reason, reason_name);
      EXPECT_EQ(newest.resolution, resolution_name);
    }
  }
}

}  // namespace
}  // namespace tender::outbox
