// Kinds of zooid that are well, and yet not what one would wish for: old ones and slow ones.
#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/destination_state.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

TEST(OldZooid, ThatCannotListMembersIsUsedAgainAfterAnOutage) {
  World world;
  bool down = true;
  world.zooid.script = [&down](const FakeZooid::Seen& seen) {
    FakeZooid::Action action;
    if (down) {
      action.apply = false;
      action.answer = test::failure(http::Fault::refused, /*written=*/false);
    } else if (seen.method == Method::get) {
      action.apply = false;
      action.answer = test::answer(405, R"({"error":"method not allowed"})");
    }
    return action;
  };
  world.start();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(world.create("relay" + std::to_string(i)));
  }
  world.clock().advance(30s);
  ASSERT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
  down = false;
  world.clock().advance(1min);
  EXPECT_EQ(world.query->count_relays().synced, 20);
}

// One that works on what it is asked one after the other.
struct BusyZooid : testing::Test {
  BusyZooid() {
    world.zooid.script = [this](const FakeZooid::Seen&) {
      free_at = std::max(free_at, world.clock().now()) + work;
      const Milliseconds latency = free_at - world.clock().now();
      FakeZooid::Action action;
      action.latency = latency;
      if (latency > world.env.zooid_api_timeout) {
        action.latency = world.env.zooid_api_timeout;
        action.answer = test::failure(http::Fault::timeout, /*written=*/true);
      }
      return action;
    };
  }

  World world;
  Milliseconds work = 600ms;
  TimePoint free_at{};
};

TEST_F(BusyZooid, IsNotAskedMoreThanItBearsAndCostsNoAttempts) {
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 200; ++i) {
    relays.push_back(world.create("relay" + std::to_string(i)));
  }
  ASSERT_TRUE(world.clock().advance_until([&] { return world.query->count_relays().synced == 200; },
                                          10min));
  for (const Relay& relay : relays) {
    EXPECT_EQ(world.logged(relay, ActivityType::fail_relay_sync), 0);
    EXPECT_EQ(world.zooid.creations[relay.id.text], 1);
  }
  EXPECT_LT(world.zooid.most_at_once, 8);  // 5 s of work
  EXPECT_FALSE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
}

TEST_F(BusyZooid, ThatRecoversIsAskedMoreAgain) {
  world.start();
  for (int i = 0; i < 50; ++i) {
    static_cast<void>(world.create("slow" + std::to_string(i)));
  }
  world.clock().advance(20s);
  const auto slow = outbox::read_destination_state(*world.database, infra::kZooid).concurrency;
  ASSERT_TRUE(slow);
  EXPECT_LE(*slow, 4);
  work = 1ms;
  for (int i = 0; i < 500; ++i) {
    static_cast<void>(world.create("quick" + std::to_string(i)));
  }
  world.clock().advance(10min);
  EXPECT_EQ(outbox::read_destination_state(*world.database, infra::kZooid).concurrency, 16);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

// While others are answered, slowly, a relay that gets no answer has met the load and not a fault.
TEST_F(BusyZooid, SpendsNoAttemptOnATimeoutUnderLoad) {
  work = 1500ms;
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 30; ++i) {
    relays.push_back(world.create("relay" + std::to_string(i)));
  }
  world.clock().advance(10s);
  free_at = world.clock().now() + 4s;  // a hiccup: what is sent now takes longer than the timeout
  world.clock().advance(10min);
  for (const Relay& relay : relays) {
    EXPECT_EQ(world.logged(relay, ActivityType::fail_relay_sync), 0);
  }
  EXPECT_EQ(world.query->count_relays().synced, 30);
}

}  // namespace
}  // namespace tender
