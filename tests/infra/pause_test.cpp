// An operator maintains zooid: nothing that changes it is sent, and nothing is lost.
#include <gmock/gmock.h>

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::FakeZooid;
using test::World;

struct PausedWorld : testing::Test {
  PausedWorld() {
    world.env.relay_verify = config::RelayVerify::direct;
    world.env.relay_sweep = 1h;
    world.start();
  }

  void pause(std::optional<TimePoint> until = std::nullopt) {
    static_cast<void>(world.command->pause_sync(until, "maintenance"));
    world.run_ready();
  }
  void resume() {
    EXPECT_TRUE(world.command->resume_sync());
    world.run_ready();
  }
  void restart() {
    world.crash();
    world.start();
    world.run_ready();
  }
  // A relay that was seen to be served, and of which nothing is to be done.
  Relay live(const std::string& subdomain = "blue") {
    const Relay relay = world.create(subdomain);
    world.clock().advance(10s);
    EXPECT_EQ(world.get(relay).live, true);
    return world.get(relay);
  }
  [[nodiscard]] std::size_t requests() const { return world.zooid.requests.size(); }
  nlohmann::json& file(const Relay& relay) { return world.zooid.relays[relay.id.text]; }

  World world;
};

TEST_F(PausedWorld, TakesCommandsAndSendsThemWhenItIsResumed) {
  const Relay old = live("old");
  pause();
  const std::size_t before = requests();
  const Relay blue = world.create("blue");
  world.rename(old, "renamed");
  world.rename(old, "renamed twice");
  world.clock().advance(100h);
  EXPECT_EQ(requests(), before);
  EXPECT_FALSE(world.get(blue).synced);
  resume();
  world.clock().advance(2s);  // updates go one at a time
  EXPECT_EQ(requests(), before + 2);
  EXPECT_EQ(file(old)["info"]["name"], "renamed twice");
  EXPECT_TRUE(world.get(blue).synced);
}

TEST_F(PausedWorld, StaysSoAfterARestart) {
  pause();
  const Relay blue = world.create("blue");
  for (int i = 0; i < 3; ++i) {
    restart();
    world.clock().advance(2h);
  }
  EXPECT_EQ(requests(), 0U);
  resume();
  EXPECT_TRUE(world.get(blue).synced);
}

TEST_F(PausedWorld, EndsByItself) {
  pause(world.clock().now() + 2h);
  const Relay blue = world.create("blue");
  world.clock().advance(2h - 1s);
  EXPECT_EQ(requests(), 0U);
  world.clock().advance(1s);
  EXPECT_TRUE(world.get(blue).synced);
}

TEST_F(PausedWorld, EndsWhatIsUnderWay) {
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.latency = 3s;
    return action;
  };
  const Relay blue = world.create("blue");
  world.run_ready();
  pause();
  const store::PauseTable table(*world.database);
  world.clock().advance(2s);
  EXPECT_FALSE(table.find(world.clock().now())->quiet);
  world.clock().advance(1s);
  EXPECT_TRUE(table.find(world.clock().now())->quiet);
  EXPECT_TRUE(world.get(blue).synced);
  EXPECT_EQ(requests(), 1U);
}

TEST_F(PausedWorld, SpendsNoRetryWhileZooidIsDown) {
  const Relay blue = live();
  bool down = true;
  world.zooid.script = [&](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    if (down) {
      action = test::answer_with(500, R"({"error":"boom"})");
    }
    return action;
  };
  world.rename(blue, "renamed");
  world.run_ready();
  ASSERT_EQ(world.logged(blue, ActivityType::fail_relay_sync), 1);
  pause();
  world.zooid.look_answer = test::failure(http::Fault::refused, /*written=*/false);
  world.clock().advance(100h);
  EXPECT_EQ(world.logged(blue, ActivityType::fail_relay_sync), 1);
  EXPECT_TRUE(world.open_letters().empty());
  down = false;
  world.zooid.look_answer.reset();
  resume();
  world.clock().advance(3min);  // the breaker's next probe
  EXPECT_EQ(world.get(blue).live, true);
  EXPECT_EQ(file(blue)["info"]["name"], "renamed");
}

TEST_F(PausedWorld, LooksAndPutsNothingRight) {
  const Relay hand = live("hand");
  const Relay owned = live("owned");
  pause();
  const std::size_t before = requests();
  const std::size_t looks = world.zooid.looks.size();
  file(hand)["info"]["pubkey"] = std::string(64, '0');
  file(owned)["info"]["name"] = "Owner's name";
  world.clock().advance(10h);
  EXPECT_GT(world.zooid.looks.size(), looks + 18);
  EXPECT_EQ(requests(), before);
  EXPECT_EQ(world.logged(hand, ActivityType::notice_relay_drift), 1);
  EXPECT_EQ(world.logged(owned, ActivityType::adopt_relay_info), 0);
  EXPECT_EQ(world.get(owned).info_name, "owned");
  resume();
  world.clock().advance(1min);
  EXPECT_EQ(file(hand)["info"]["pubkey"], hand.tenant);
  EXPECT_EQ(world.get(owned).info_name, "Owner's name");
  EXPECT_EQ(file(owned)["info"]["name"], "Owner's name");
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(PausedWorld, GivesUpNoRelayThatIsAbsentMeanwhile) {
  const Relay blue = live("blue");
  pause();
  const std::size_t before = requests();
  world.zooid.not_loaded.insert(blue.id.text);
  world.clock().advance(100h);
  EXPECT_EQ(world.get(blue).live, false);
  EXPECT_TRUE(world.open_letters().empty());
  world.zooid.not_loaded.clear();
  world.clock().advance(2h);
  EXPECT_EQ(world.get(blue).live, true);
  resume();
  world.clock().advance(1h);
  EXPECT_EQ(requests(), before);  // there is nothing to put right
}

TEST_F(PausedWorld, CallsNothingContestedThatIsChangedMeanwhile) {
  const Relay blue = live("blue");
  for (int i = 0; i < 3; ++i) {
    file(blue)["info"]["pubkey"] = std::string(64, '0');
    world.clock().advance(1h);
    ASSERT_EQ(file(blue)["info"]["pubkey"], blue.tenant) << i;
  }
  pause();
  file(blue)["info"]["pubkey"] = std::string(64, '0');
  world.clock().advance(1h);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_NE(file(blue)["info"]["pubkey"], blue.tenant);
  resume();
  world.clock().advance(1min);
  EXPECT_EQ(file(blue)["info"]["pubkey"], blue.tenant);
}

}  // namespace
}  // namespace tender
