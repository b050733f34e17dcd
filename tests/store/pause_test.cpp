// The pause of syncs as `tender pause` and `tender resume` write it.
#include <gmock/gmock.h>

#include "tender/store/pause_table.hpp"

#include "store_fixture.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using store::PauseTable;
using store::SyncPause;
using testing::ElementsAre;

struct Pause : StoreTest {
  [[nodiscard]] std::optional<SyncPause> found() { return table.find(clock.now()); }

  PauseTable table{database};
};

TEST_F(Pause, HoldsUntilItIsEnded) {
  EXPECT_FALSE(found());
  const SyncPause pause = command.pause_sync(std::nullopt, "upgrade");
  EXPECT_EQ(found(), pause);
  clock.advance(24h * 365);
  ASSERT_TRUE(found());
  EXPECT_EQ(found()->since, clock.now() - 24h * 365);
  EXPECT_EQ(found()->until, std::nullopt);
  EXPECT_EQ(found()->reason, "upgrade");
  EXPECT_TRUE(command.resume_sync());
  EXPECT_FALSE(found());
  EXPECT_THAT(log(), ElementsAre("pause_sync", "resume_sync"));
}

TEST_F(Pause, IsAnActivityOfTenderAndNotOfARelay) {
  const TimePoint until = clock.now() + 1h;
  static_cast<void>(command.pause_sync(until, "\"quoted\" \xff"));
  const auto rows = query.list_activity({.after_seq = 0, .relay = std::nullopt, .limit = 10});
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].resource_type, "tender");
  EXPECT_EQ(rows[0].relay_activity(), std::nullopt);
  EXPECT_EQ(rows[0].detail, R"({"until":)" + std::to_string(until.time_since_epoch().count()) +
                                R"(,"reason":"\"quoted\" )" + "\xEF\xBF\xBD\"}");
}

TEST_F(Pause, EndsByItself) {
  static_cast<void>(command.pause_sync(clock.now() + 1h, ""));
  clock.advance(1h - 1ms);
  EXPECT_TRUE(found());
  clock.advance(1ms);
  EXPECT_FALSE(found());
  EXPECT_FALSE(command.resume_sync());
  EXPECT_THAT(log(), ElementsAre("pause_sync"));
}

TEST_F(Pause, KeepsItsBeginningWhenItsEndIsReplaced) {
  const TimePoint begun = clock.now();
  table.set_quiet(command.pause_sync(begun + 2h, "first"), true);
  clock.advance(1h);
  static_cast<void>(command.pause_sync(clock.now() + 1min, "second"));
  EXPECT_EQ(
      found(),
      (SyncPause{.since = begun, .until = clock.now() + 1min, .reason = "second", .quiet = true}));
  clock.advance(1h);
  const SyncPause next = command.pause_sync(std::nullopt, "");
  EXPECT_EQ(next, SyncPause{.since = clock.now()});
}

TEST_F(Pause, IsNotQuietBecauseAnEarlierOneWas) {
  const SyncPause earlier = command.pause_sync(std::nullopt, "");
  EXPECT_TRUE(command.resume_sync());
  clock.advance(1s);
  static_cast<void>(command.pause_sync(std::nullopt, ""));
  table.set_quiet(earlier, true);
  EXPECT_FALSE(found()->quiet);
}

TEST_F(Pause, RefusesAnEndThatHasPassedAndALongReason) {
  EXPECT_THROW(static_cast<void>(command.pause_sync(clock.now(), "")), store::CommandError);
  EXPECT_THROW(static_cast<void>(command.pause_sync(std::nullopt, std::string(501, 'x'))),
               store::CommandError);
  EXPECT_FALSE(found());
  EXPECT_THAT(log(), ElementsAre());
}

TEST_F(Pause, HasOneRow) {
  const std::string values = " (id, since) VALUES (2, 1)";
  EXPECT_EQ(fault_of([&] { database.execute("INSERT INTO pause" + values); }),
            store::StoreFault::constraint);
}

}  // namespace
}  // namespace tender
