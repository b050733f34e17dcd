// The worker on virtual time, beside a program that writes every kind of statement: in the end
// zooid is as the rows say, and no relay was created twice.
#include <set>

#include <gtest/gtest.h>

#include "support/sql_writer.hpp"
#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

struct SqlStormWorld : testing::TestWithParam<bool> {
  SqlStormWorld() {
    world.env.reconcile_interval = 1h;
    world.zooid.script = [this](const FakeZooid::Seen& seen) { return answer(seen); };
    world.database->execute("PRAGMA synchronous = OFF");
    world.start();
  }

  FakeZooid::Action answer(const FakeZooid::Seen& seen) {
    if (seen.method == Method::post) {
      EXPECT_FALSE(taken.contains(seen.relay)) << seen.relay << " is created again";
    }
    FakeZooid::Action action;
    action.latency = between(0ms, 4000ms);
    action.answer_latency = between(0ms, 900ms);
    const bool lost = calm ? false : random.unit() < 0.1;
    if (lost) {
      action.apply = random.unit() < 0.5;
      action.answer = test::failure(http::Fault::timeout, /*written=*/true);
    } else {
      taken.insert(seen.relay);
    }
    return action;
  }

  Milliseconds between(Milliseconds low, Milliseconds high) {
    return low + Milliseconds(static_cast<std::int64_t>(random.unit() *
                                                        static_cast<double>((high - low).count())));
  }

  World world;
  test::SeededRandom random{5};
  std::set<std::string> taken;  // by zooid, and tender was told so
  bool calm = false;
};

TEST_P(SqlStormWorld, EndsWithZooidAsTheRowsSay) {
  test::SqlWriter writer(world.path, world.clock(), /*seed=*/21, GetParam());
  for (int round = 0; round < 500; ++round) {
    static_cast<void>(writer.step());
    world.clock().advance(between(0ms, 2000ms));
    if (round % 50 == 49) {
      world.clock().advance(2h);  // the writer logs nothing: the interval finds it
    }
  }
  calm = true;
  // Hosts that deleted relays have in zooid are nobody else's.
  world.database->execute("UPDATE relay SET subdomain = 'own-' || id");
  world.clock().advance(24h);
  const auto relays = world.query->list_relays();
  ASSERT_FALSE(relays.empty());
  for (const Relay& relay : relays) {
    EXPECT_TRUE(relay.synced) << relay.id.text << " " << relay.sync_error;
    const auto& held = world.zooid.relays[relay.id.text];
    EXPECT_EQ(held["info"]["name"], relay.info_name);
    EXPECT_EQ(held["host"], relay.subdomain + ".relays.test");
    EXPECT_EQ(held["schema"], relay.schema);
    EXPECT_EQ(writer.wanted().at(relay.id.text), relay.info_name);
  }
  EXPECT_EQ(world.zooid.most_at_once_for_one_relay, 1);
}

INSTANTIATE_TEST_SUITE_P(RecursiveTriggers, SqlStormWorld, testing::Bool(), [](const auto& param) {
  return param.param ? std::string("On") : std::string("Off");
});

}  // namespace
}  // namespace tender
