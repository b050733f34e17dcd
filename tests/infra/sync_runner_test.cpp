// The runner by itself, without a database: an order that came as JSON, and its report.
#include "tender/infra/sync_runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "support/fake_zooid.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "support/world.hpp"

namespace tender::infra {
namespace {

using testing::HasSubstr;
using testing::Not;
using zooid::Outcome;

struct Runner : testing::Test {
  Runner() {
    env.blossom_s3 = config::S3Settings{.endpoint = "https://s3.example",
                                        .region = "r",
                                        .bucket = "b",
                                        .access_key = Secret("s3-access"),
                                        .secret_key = Secret("s3-secret")};
    zooid.use(clock);
    order.relay.id = {"id-1"};
    order.relay.tenant = test::kTenant;
    order.relay.subdomain = "blue";
    order.relay.schema = "blue_id1";
    order.relay.blossom_enabled = true;
    order.action = SyncAction::create;
  }

  // As another machine would: with nothing but the text of the order, and back with nothing but
  // the text of the report.
  SyncReport run() {
    const std::string sent = to_json(order).dump();
    std::optional<SyncReport> report;
    auto received = read_sync_order(nlohmann::json::parse(sent));
    boost::asio::co_spawn(io, runner.run(*std::move(received)),
                          [&](const std::exception_ptr& bug, SyncReport came) {
                            EXPECT_FALSE(bug);
                            report = read_sync_report(nlohmann::json::parse(to_json(came).dump()));
                          });
    EXPECT_TRUE(clock.advance_until([&] { return report.has_value(); }, std::chrono::minutes(1)));
    return report.value_or(SyncReport());
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  test::FakeZooid zooid;
  zooid::Client client{env, zooid, clock, random};
  SyncRunner runner{env, client, clock, random};
  SyncOrder order;
};

TEST_F(Runner, CreatesTheRelayWithTheSecretsOfItsOwnEnvironment) {
  const SyncReport report = run();
  EXPECT_EQ(report.verdict.outcome, Outcome::done);
  EXPECT_TRUE(report.created);
  EXPECT_EQ(report.requests, 1);
  ASSERT_EQ(zooid.requests.size(), 1U);
  EXPECT_EQ(zooid.requests[0].body["blossom"]["s3"]["secret_key"], "s3-secret");
  const std::string identity = zooid.requests[0].body["secret"];
  for (const std::string& text : {to_json(order).dump(), to_json(report).dump()}) {
    EXPECT_THAT(text, Not(HasSubstr("s3-secret")));
    EXPECT_THAT(text, Not(HasSubstr("s3-access")));
    EXPECT_THAT(text, Not(HasSubstr(identity)));
    EXPECT_THAT(text, Not(HasSubstr(env.robot_key.reveal_hex())));
  }
}

TEST_F(Runner, CarriesOnWithWhatExists) {
  static_cast<void>(run());
  const SyncReport report = run();
  EXPECT_EQ(report.verdict.outcome, Outcome::done);
  EXPECT_FALSE(report.created);
  EXPECT_EQ(report.requests, 2);
}

TEST_F(Runner, RecreatesWhatIsLostOnlyWhenTheOrderSaysSo) {
  order.action = SyncAction::update;
  EXPECT_EQ(run().verdict.outcome, Outcome::not_found);
  EXPECT_EQ(zooid.count(http::Method::post), 0);
  order.recreate_lost = true;
  EXPECT_TRUE(run().created);
}

TEST_F(Runner, ReportsTheFileThatAFailedCreationLeaves) {
  zooid.script = [](const test::FakeZooid::Seen&) {
    test::FakeZooid::Action action;
    action.apply = false;
    action.answer = test::answer(500, R"({"error":"failed to write config: no space left"})");
    return action;
  };
  const SyncReport report = run();
  EXPECT_EQ(report.verdict.outcome, Outcome::storage_fault);
  EXPECT_EQ(report.leftover, Leftover::torn);
}

}  // namespace
}  // namespace tender::infra
