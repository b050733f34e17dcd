// What becomes of relays when zooid cannot store them: each write that it tries may destroy a key.
#include <set>

#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/zooid/scratch_relay.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

FakeZooid::Action says(int status, const std::string& error) {
  FakeZooid::Action action;
  action.apply = false;
  action.answer = test::answer(status, nlohmann::json{{"error", error}}.dump());
  action.latency = 5ms;
  return action;
}

// A zooid whose volume can be full: it truncates a relay's file, and then fails to write it.
struct Volume : testing::Test {
  Volume() {
    world.zooid.script = [this](const FakeZooid::Seen& seen) { return act(seen); };
    world.start();
  }

  FakeZooid::Action act(const FakeZooid::Seen& seen) {
    const bool exists = world.zooid.relays.contains(seen.relay) || torn.contains(seen.relay);
    if (unreadable && seen.method != Method::get) {
      return says(409, "failed to read config directory: open /app/config: no such file");
    }
    if (seen.method == Method::delete_ && torn.erase(seen.relay) > 0) {
      return says(200, "");
    }
    if (seen.method == Method::post && exists) {
      return says(409, "relay with this id already exists");
    }
    if (seen.method == Method::patch && torn.contains(seen.relay)) {
      return says(400, "secret is required");
    }
    if (full && seen.method != Method::get && seen.method != Method::delete_) {
      world.zooid.relays.erase(seen.relay);
      torn.insert(seen.relay);
      return says(500, "failed to write config: no space left on device");
    }
    if (seen.method == Method::put) {
      torn.erase(seen.relay);
      world.zooid.relays[seen.relay] = seen.body;
      return says_well();
    }
    return says_well_after_work();
  }

  static FakeZooid::Action says_well() {
    FakeZooid::Action action;
    action.apply = false;
    action.answer = test::answer(200, R"({"message":"relay updated"})");
    return action;
  }
  static FakeZooid::Action says_well_after_work() {
    FakeZooid::Action action;
    action.latency = 5ms;
    return action;
  }

  void create_fleet(int count) {
    for (int i = 0; i < count; ++i) {
      fleet.push_back(world.create("relay" + std::to_string(i)));
    }
    world.clock().advance(1min);
    ASSERT_EQ(world.query->count_relays().synced, count);
  }

  void rename_fleet(const std::string& name) {
    for (const Relay& relay : fleet) {
      world.rename(relay, name);
    }
  }

  // Requests since the `from`th that could destroy a real relay.
  [[nodiscard]] int writes_since(std::size_t from) const {
    int count = 0;
    for (std::size_t i = from; i < world.zooid.requests.size(); ++i) {
      const FakeZooid::Seen& seen = world.zooid.requests[i];
      count += seen.method != Method::get && seen.relay != zooid::kScratchRelay ? 1 : 0;
    }
    return count;
  }

  World world;
  std::vector<Relay> fleet;
  std::set<std::string> torn;  // their files have 0 bytes
  bool full = false;
  bool unreadable = false;
};

TEST_F(Volume, ThatIsFullCostsOneRelayOfAFleetAndTheOthersGoOnWhenThereIsRoom) {
  create_fleet(20);
  full = true;
  rename_fleet("renamed");
  world.clock().advance(6h);
  torn.erase(zooid::kScratchRelay);
  ASSERT_EQ(torn.size(), 1U);
  const auto state = outbox::read_destination_state(*world.database, infra::kZooid);
  ASSERT_TRUE(state.failing_since);
  EXPECT_TRUE(state.stores_nothing);
  EXPECT_NE(state.reason.find("free space on its volume now"), std::string::npos);
  EXPECT_TRUE(world.open_letters().empty());

  full = false;
  world.clock().advance(3min);
  EXPECT_FALSE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
  EXPECT_EQ(world.query->count_relays().synced, 19);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "torn");
  EXPECT_EQ(world.open_letters()[0].key, *torn.begin());
}

TEST_F(Volume, ThatIsFullIsProbedWithTheScratchRelayAlone) {
  create_fleet(20);
  full = true;
  rename_fleet("renamed");
  world.clock().advance(10s);
  const std::size_t from = world.zooid.requests.size();
  world.clock().advance(1h);
  EXPECT_EQ(writes_since(from), 0);
  EXPECT_GE(world.zooid.requests.size(), from + 25U);
}

TEST_F(Volume, ThatIsFullIsRememberedByTheNextProcess) {
  create_fleet(20);
  full = true;
  rename_fleet("renamed");
  world.clock().advance(10s);
  const std::size_t from = world.zooid.requests.size();
  for (int i = 0; i < 5; ++i) {
    world.crash();
    world.start();
    world.clock().advance(1min);
  }
  EXPECT_EQ(writes_since(from), 0);
}

TEST_F(Volume, ThatIsFullIsNoObstacleLaterForRelaysThatWereToBeCreated) {
  full = true;
  for (int i = 0; i < 20; ++i) {
    fleet.push_back(world.create("relay" + std::to_string(i)));
  }
  world.clock().advance(1h);
  full = false;
  world.clock().advance(3min);
  EXPECT_EQ(world.query->count_relays().synced, 20);
  EXPECT_TRUE(world.open_letters().empty());
  for (const Relay& relay : fleet) {
    EXPECT_LE(world.zooid.creations[relay.id.text], 1);
    EXPECT_EQ(world.zooid.relays[relay.id.text]["secret"].get<std::string>().size(), 64U);
  }
  EXPECT_TRUE(torn.empty());
}

TEST_F(Volume, ThatIsFullCostsOneRelayOfThoseWhoseCreationWasNotAnswered) {
  create_fleet(16);  // so that zooid is known to bear several requests at once
  bool lost = true;
  world.zooid.script = [&](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = act(seen);
    if (lost) {
      action.answer = test::failure(http::Fault::closed, /*written=*/true);
    }
    return action;
  };
  std::vector<Relay> unsure;
  for (int i = 0; i < 4; ++i) {
    unsure.push_back(world.create("unsure" + std::to_string(i)));
  }
  world.clock().advance(10s);
  ASSERT_EQ(world.zooid.relays.size(), 20U);
  lost = false;
  full = true;
  for (const Relay& relay : unsure) {
    world.command->reconcile_relay(relay, {});
  }
  world.clock().advance(1min);
  EXPECT_EQ(torn.size() - torn.count(std::string(zooid::kScratchRelay)), 1U);
  EXPECT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).stores_nothing);
}

TEST_F(Volume, ThatIsFullCostsOneRelayOfThoseWhoseCreationWasRefusedAfterOneWithoutAnAnswer) {
  create_fleet(16);
  FakeZooid::Action interference;
  world.zooid.script = [&](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = interference.answer ? interference : act(seen);
    return action;
  };
  interference.answer = test::failure(http::Fault::closed, /*written=*/true);
  std::vector<Relay> unsure;
  for (int i = 0; i < 4; ++i) {
    unsure.push_back(world.create("unsure" + std::to_string(i)));
  }
  world.clock().advance(2s);
  ASSERT_EQ(world.zooid.relays.size(), 20U);
  interference = says(429, "too many requests");  // after the doubt, and tells nothing of them
  world.clock().advance(world.env.relay_sync_settle + 1min);
  interference = FakeZooid::Action();
  full = true;
  for (const Relay& relay : unsure) {
    world.command->reconcile_relay(relay, {});
  }
  world.clock().advance(5min);
  EXPECT_EQ(torn.size() - torn.count(std::string(zooid::kScratchRelay)), 1U);
}

TEST_F(Volume, ThatWasFullIsNoExcuseToReplaceAnIdentityThatMayHaveBeenGivenSince) {
  full = true;
  const Relay relay = world.create("victim");
  world.clock().advance(1s);
  ASSERT_TRUE(torn.contains(relay.id.text));
  full = false;
  int puts = 0;
  world.zooid.script = [&](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = act(seen);
    if (seen.method == Method::put) {  // zooid does it, and then its machine crashes
      ++puts;
      torn.insert(seen.relay);
      action.answer = test::failure(http::Fault::closed, /*written=*/true);
    }
    return action;
  };
  world.clock().advance(30min);
  EXPECT_EQ(puts, 1);
  const auto letters = outbox::DeadLetters(*world.database).list(/*all=*/false);
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters.front().reason, "torn");
}

TEST_F(Volume, IsNotWrittenByAnAttemptThatIsUnderWayOnceItIsKnownToBeFull) {
  create_fleet(2);
  world.zooid.script = [this](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = act(seen);
    action.answer_latency = seen.relay == "imported" ? 100ms : 10ms;
    return action;
  };
  world.zooid.relays["imported"] = {{"host", "imported.relays.test"}, {"secret", "old"}};
  world.database->execute(
      "INSERT INTO relay (id, tenant, subdomain, schema, created_at) SELECT 'imported', tenant, "
      "'imported', 'imported', 0 FROM relay LIMIT 1");
  world.database->execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) SELECT tenant, "
      "'create_relay', 'relay', 'imported' FROM relay LIMIT 1");
  full = true;
  world.rename(fleet[0], "renamed");
  world.clock().advance(1min);
  EXPECT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).stores_nothing);
  EXPECT_FALSE(torn.contains("imported"));
  EXPECT_EQ(world.zooid.relays["imported"]["secret"], "old");
  full = false;
  world.clock().advance(3min);
  EXPECT_TRUE(world.query->get_relay(RelayId{"imported"})->synced);
}

TEST_F(Volume, IsNotTrustedAgainBecauseZooidRefusesTheScratchRelay) {
  create_fleet(2);
  full = true;
  world.rename(fleet[0], "renamed");
  world.clock().advance(2s);
  full = false;
  world.zooid.script = [](const FakeZooid::Seen& seen) {
    return seen.method == Method::post ? says(400, "invalid config") : says_well();
  };
  world.clock().advance(1h);
  EXPECT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).stores_nothing);
}

TEST_F(Volume, WhoseDirectoryCannotBeReadIsNoCollision) {
  create_fleet(3);
  unreadable = true;
  rename_fleet("renamed");
  const Relay late = world.create("late");
  world.clock().advance(1h);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).stores_nothing);
  unreadable = false;
  world.clock().advance(3min);
  EXPECT_EQ(world.query->count_relays().synced, 4);
  EXPECT_TRUE(world.get(late).synced);
}

struct Torn : Volume {
  Torn() {
    create_fleet(2);
    torn.insert(fleet[0].id.text);
    world.zooid.relays.erase(fleet[0].id.text);
    world.rename(fleet[0], "renamed");
    world.clock().advance(1min);
  }
};

// zooid reads a file that somebody else is writing as if it were torn.
TEST_F(Torn, IsOnlyWhatZooidCallsSoTwice) {
  const Relay whole = fleet[1];
  bool once = true;
  world.zooid.script = [&](const FakeZooid::Seen& seen) {
    return seen.relay == whole.id.text && std::exchange(once, false)
               ? says(400, "secret is required")
               : act(seen);
  };
  world.command->reconcile_relay(whole, {.forced = true, .recreate = true});
  world.clock().advance(1min);
  EXPECT_FALSE(once);
  EXPECT_TRUE(world.get(whole).synced);
  EXPECT_EQ(world.zooid.count(Method::put), 0);
  EXPECT_EQ(world.open_letters().size(), 1U);
}

TEST_F(Torn, IsADeadLetterThatSaysWhatToDo) {
  ASSERT_EQ(world.open_letters().size(), 1U);
  const outbox::DeadLetter letter = world.open_letters()[0];
  EXPECT_EQ(letter.reason, "torn");
  EXPECT_NE(letter.error.find(fleet[0].id.text + ".toml"), std::string::npos);
  EXPECT_NE(letter.error.find("restore the file from a backup"), std::string::npos);
  EXPECT_NE(letter.error.find("tender reconcile relay0 --recreate"), std::string::npos);
  world.clock().advance(24h);
  EXPECT_EQ(world.zooid.count(Method::put), 0);
  EXPECT_FALSE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
}

TEST_F(Torn, IsReplacedWithANewIdentityWhenAPersonAsks) {
  world.command->reconcile_relay(fleet[0], {.forced = true});
  world.run_ready();
  EXPECT_EQ(world.zooid.count(Method::put), 0);
  world.command->reconcile_relay(fleet[0], {.forced = true, .recreate = true});
  world.clock().advance(1min);
  EXPECT_EQ(world.zooid.count(Method::put), 1);
  EXPECT_TRUE(world.get(fleet[0]).synced);
  EXPECT_EQ(world.zooid.relays[fleet[0].id.text]["info"]["name"], "renamed");
  EXPECT_EQ(world.zooid.relays[fleet[0].id.text]["secret"].get<std::string>().size(), 64U);
  EXPECT_TRUE(world.open_letters().empty());
}

// The answer to its creation was lost, so its file has held an identity that others may know.
TEST_F(Torn, IsNotReplacedUnaskedThoughTheRelayNeverCompletedASync) {
  bool lost = false;
  world.zooid.script = [&](const FakeZooid::Seen& seen) {
    if (seen.method != Method::post || std::exchange(lost, true)) {
      return act(seen);
    }
    torn.insert(seen.relay);
    FakeZooid::Action action;
    action.apply = false;
    action.answer = test::failure(http::Fault::timeout, /*written=*/true);
    return action;
  };
  const Relay late = world.create("late");
  world.clock().advance(1h);
  EXPECT_TRUE(lost);
  EXPECT_EQ(world.zooid.count(Method::put), 0);
  ASSERT_EQ(world.open_letters().size(), 2U);
  world.command->reconcile_relay(late, {.forced = true, .recreate = true});
  world.clock().advance(1min);
  EXPECT_EQ(world.zooid.count(Method::put), 1);
  EXPECT_TRUE(world.get(late).synced);
}

TEST_F(Torn, IsNotTakenForInStepWhenItsOldStateIsWantedAgain) {
  world.rename(fleet[1], "renamed");
  world.clock().advance(1min);
  torn.insert(fleet[1].id.text);
  world.zooid.script = [this](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = act(seen);
    action.answer_latency = 1s;
    return action;
  };
  world.rename(fleet[1], "other");
  world.clock().advance(10ms);
  world.rename(fleet[1], "renamed");
  world.clock().advance(10min);
  EXPECT_FALSE(world.get(fleet[1]).synced);
}

TEST_F(Torn, GoesOnWhenItsFileWasRestored) {
  torn.clear();
  world.zooid.relays[fleet[0].id.text] = {{"host", "relay0.relays.test"}, {"secret", "old"}};
  world.command->reconcile_relay(fleet[0], {});
  world.clock().advance(1min);
  EXPECT_TRUE(world.get(fleet[0]).synced);
  EXPECT_EQ(world.zooid.relays[fleet[0].id.text]["secret"], "old");
}

}  // namespace
}  // namespace tender
