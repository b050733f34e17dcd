#include "tender/store/write_turns.hpp"

#include <gtest/gtest.h>

#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

constexpr Milliseconds kShort = WriteTurns::kHeld / 4;

struct WriteTurnsTest : StoreTest {
  void hold_for(Milliseconds time) {
    Transaction transaction(database);
    {
      Transaction nested(database);
      clock.pass(time);
      nested.commit();
    }
    transaction.commit();
  }
  [[nodiscard]] bool is_others() const { return database.write_turns().is_others(); }
};

TEST_F(WriteTurnsTest, AreOursAtFirst) {
  EXPECT_FALSE(is_others());
  hold_for(WriteTurns::kHeld - Milliseconds(1));
  EXPECT_FALSE(is_others());
}

TEST_F(WriteTurnsTest, GoToOthersAfterALongTransaction) {
  hold_for(WriteTurns::kHeld);
  EXPECT_TRUE(is_others());
  EXPECT_EQ(database.write_turns().next(), clock.now() + WriteTurns::kFree);
  clock.pass(WriteTurns::kFree);
  EXPECT_FALSE(is_others());
}

TEST_F(WriteTurnsTest, GoToOthersAfterManyShortTransactions) {
  for (int i = 0; i < 3; ++i) {
    hold_for(kShort);
    clock.pass(Milliseconds(1));
    EXPECT_FALSE(is_others());
  }
  hold_for(kShort);
  EXPECT_TRUE(is_others());
  clock.pass(WriteTurns::kFree);
  hold_for(kShort);
  EXPECT_FALSE(is_others());  // counted afresh
}

TEST_F(WriteTurnsTest, CountNothingFromBeforeTheLockWasFreeForLong) {
  hold_for(3 * kShort);
  clock.pass(WriteTurns::kFree);
  hold_for(3 * kShort);
  EXPECT_FALSE(is_others());
}

TEST_F(WriteTurnsTest, CountWhatWasRolledBack) {
  {
    const Transaction transaction(database);
    clock.pass(WriteTurns::kHeld);
  }
  EXPECT_TRUE(is_others());
}

TEST_F(WriteTurnsTest, AreNotProlongedByAWallClockThatIsSetBack) {
  hold_for(WriteTurns::kHeld);
  clock.jump(-std::chrono::hours(1));
  EXPECT_EQ(database.write_turns().next(), clock.now() + WriteTurns::kFree);
}

}  // namespace
}  // namespace tender::store
