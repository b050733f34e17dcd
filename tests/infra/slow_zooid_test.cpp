// Thousands of relays on a zooid that needs 12 ms for each reload, and one that starts: what zooid
// has taken is served in the end, and hardly anything is sent twice.
#include "slow_zooid.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "tender/outbox/dead_letters.hpp"
#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;

struct SlowZooidTest : testing::Test {
  SlowZooidTest() {
    env.relay_verify = config::RelayVerify::direct;
    process.open(TimePoint(24h * 365 * 56));
    zooid.use(process.clock());
    process.start();
  }

  // As a control plane imports them: all in one transaction.
  void import(int count) {
    store::Transaction transaction(*process.database);
    for (int i = 0; i < count; ++i) {
      RelayChange change;
      change.tenant = test::kTenant;
      change.subdomain = "r" + std::to_string(i);
      change.info_name = "old";
      relays.push_back(process.command->create_relay(change));
    }
    transaction.commit();
    process.clock().run_ready();
  }

  void rename(std::size_t relay, const std::string& name) {
    RelayChange change;
    change.info_name = name;
    static_cast<void>(process.command->update_relay(relays.at(relay).id, change));
    process.clock().run_ready();
  }

  // Counting reads the whole table, so not after each event.
  [[nodiscard]] bool advance_until_all_are_live(Milliseconds limit) {
    const auto wanted = static_cast<std::int64_t>(relays.size());
    for (Milliseconds waited{}; waited < limit; waited += 10s) {
      process.clock().advance(10s);
      if (process.query->count_relays().live == wanted) {
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] int most_writes() const {
    int most = 0;
    for (const Relay& relay : relays) {
      most = std::max(most, zooid.writes(relay.id.text));
    }
    return most;
  }
  [[nodiscard]] std::size_t letters() {
    return outbox::DeadLetters(*process.database).list(/*all=*/true).size();
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  std::shared_ptr<Logger> logger = make_null_logger();
  test::SlowZooid zooid{12ms};
  test::Process process{{path, env, random, zooid, *logger}, {.busy_timeout = Milliseconds(0)}};
  std::vector<Relay> relays;
};

TEST_F(SlowZooidTest, ServesTenThousandRelaysThatAreEachSentOnce) {
  const TimePoint begin = process.clock().now();
  import(10'000);
  EXPECT_TRUE(advance_until_all_are_live(10min));
  EXPECT_GT(zooid.served_at(), begin + 2min);
  EXPECT_EQ(most_writes(), 1);
  EXPECT_EQ(letters(), 0U);
}

TEST_F(SlowZooidTest, ServesAnUpdateThatWasTakenWhileItStarted) {
  import(2'000);
  ASSERT_TRUE(advance_until_all_are_live(10min));
  zooid.restart();
  process.clock().advance(12s);
  const auto loaded = std::ranges::find_if(relays, [&](const Relay& relay) {
    return zooid.name_at(relay.subdomain + "." + env.relay_domain) == "old";
  });
  ASSERT_NE(loaded, relays.end());
  rename(static_cast<std::size_t>(loaded - relays.begin()), "new");
  ASSERT_TRUE(
      process.clock().advance_until([&] { return zooid.writes(loaded->id.text) == 1; }, 1s));
  process.clock().advance(1min);
  ASSERT_EQ(zooid.name_at(loaded->subdomain + "." + env.relay_domain), "old");
  EXPECT_NE(process.query->get_relay(loaded->id)->live, true);
  process.clock().advance(5min);
  EXPECT_EQ(zooid.name_at(loaded->subdomain + "." + env.relay_domain), "new");
  EXPECT_EQ(process.query->count_relays().live, 2'000);
  EXPECT_EQ(zooid.writes(loaded->id.text), 2);
  EXPECT_EQ(letters(), 0U);
  process.clock().advance(24h);
  EXPECT_EQ(most_writes(), 2);
}

TEST_F(SlowZooidTest, SeesRelaysServedWhileOthersAreStillSent) {
  zooid.write_latency = 1s;
  import(640);  // 40 s of syncs at 16 a second
  process.clock().advance(30s);
  const auto counts = process.query->count_relays();
  EXPECT_GT(counts.pending, 100);
  EXPECT_GT(counts.live, counts.synced / 2);
}

}  // namespace
}  // namespace tender
