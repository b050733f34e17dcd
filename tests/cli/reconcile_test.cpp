// `tender reconcile` beside others that hold the lock and write the log.
#include <optional>
#include <thread>

#include <gmock/gmock.h>

#include "tender/store/database_lock.hpp"
#include "tender/store/transaction.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

// More than the channel of the command keeps.
constexpr int kFlood = 6000;
constexpr std::chrono::seconds kDeadline{30};

struct Reconcile : CliTest {
  Reconcile() { configure_zooid(); }

  // Runs `act` beside the command, as soon as the command has asked for its work.
  std::thread when_asked(std::function<void(Behind&)> act) const {
    return std::thread([this, act = std::move(act)] {
      Behind behind(path);
      const auto give_up = std::chrono::steady_clock::now() + kDeadline;
      const auto asked = [&behind] {
        return behind.database
            .prepare("SELECT 1 FROM activity WHERE activity_type = 'reconcile_relay'")
            .step();
      };
      while (!asked() && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::yield();
      }
      act(behind);
    });
  }

  [[nodiscard]] nlohmann::ordered_json result() const {
    const Ran ran = run({"reconcile", "blue", "--timeout", "20s", "--json"});
    EXPECT_EQ(ran.err + ran.log, "");
    return ran.out.empty() ? nlohmann::ordered_json() : ran.json().at(0);
  }
};

TEST_F(Reconcile, LosesNoResultAmongMoreRowsThanItsChannelKeeps) {
  create("blue");
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(sidecar);
  std::thread other = when_asked([](Behind& behind) {
    store::Transaction transaction(behind.database);
    behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 1, .digest = "d"});
    for (int i = 0; i < kFlood; ++i) {
      behind.database
          .prepare(
              "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
              "VALUES ('t', 'paid', 'invoice', 'i')")
          .run();
    }
    transaction.commit();
  });
  EXPECT_EQ(result()["result"], "updated");
  other.join();
}

TEST_F(Reconcile, DoesTheWorkItselfWhenTheHolderOfTheLockEnds) {
  create("blue");
  auto sidecar = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(sidecar);
  std::thread other = when_asked([&sidecar](Behind&) { sidecar.reset(); });
  const auto got = result();
  other.join();
  EXPECT_EQ(got["result"], "failed") << got;
  EXPECT_THAT(got["error"].get<std::string>(), testing::HasSubstr("refused"));
}

}  // namespace
}  // namespace tender::cli
