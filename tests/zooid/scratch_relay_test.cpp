#include "tender/zooid/scratch_relay.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using http::Method;
using test::FakeZooid;

constexpr const char* kFull =
    R"({"error":"failed to write config: failed to encode toml: no space left on device"})";

struct ScratchRelay : testing::Test {
  ScratchRelay() { zooid.use(clock); }

  Verdict attempt() {
    zooid.requests.clear();
    Verdict verdict{Outcome::stopped, "it did not end"};
    boost::asio::co_spawn(io, try_scratch_relay(client, env, random, clock),
                          [&verdict](const std::exception_ptr& error, Verdict result) {
                            EXPECT_FALSE(error);
                            verdict = std::move(result);
                          });
    clock.run_ready();
    return verdict;
  }

  [[nodiscard]] std::vector<Method> methods() const {
    std::vector<Method> list;
    for (const FakeZooid::Seen& seen : zooid.requests) {
      EXPECT_EQ(seen.relay, kScratchRelay);
      list.push_back(seen.method);
    }
    return list;
  }

  void answer_all(Method method, const http::Exchange& exchange) {
    zooid.script = [method, exchange](const FakeZooid::Seen& seen) {
      FakeZooid::Action action;
      if (seen.method == method) {
        action.apply = false;
        action.answer = exchange;
      }
      return action;
    };
  }

  test::VirtualClock clock{io};
  boost::asio::io_context io;
  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  FakeZooid zooid;
  Client client{env, zooid, clock, random};
};

TEST_F(ScratchRelay, IsCreatedChangedAndDeleted) {
  EXPECT_EQ(attempt().outcome, Outcome::done);
  EXPECT_EQ(methods(), (std::vector<Method>{Method::post, Method::patch, Method::delete_}));
  EXPECT_TRUE(zooid.relays.empty());
}

TEST_F(ScratchRelay, IsNeverServedHasAKeyOfItsOwnAndNeedsRoom) {
  attempt();
  const nlohmann::json body = zooid.requests[0].body;
  attempt();
  EXPECT_TRUE(body["inactive"].get<bool>());
  EXPECT_TRUE(body["host"].get<std::string>().ends_with(".invalid"));
  EXPECT_EQ(body["secret"].get<std::string>().size(), 64U);
  EXPECT_NE(body["secret"], zooid.requests[0].body["secret"]);
  EXPECT_EQ(body["info"]["pubkey"], env.robot_key.public_key().hex());
  EXPECT_GE(body.dump().size(), std::size_t{64} << 10);
}

TEST_F(ScratchRelay, ThatCannotBeWrittenIsTakenAway) {
  answer_all(Method::post, test::answer(500, kFull));
  const Verdict verdict = attempt();
  EXPECT_EQ(verdict.outcome, Outcome::storage_fault);
  EXPECT_NE(verdict.reason.find("no space left on device"), std::string::npos);
  EXPECT_EQ(methods(), (std::vector<Method>{Method::post, Method::delete_}));
}

TEST_F(ScratchRelay, ThatCannotBeReadBackIsAStorageFault) {
  answer_all(Method::patch, test::answer(400, R"({"error":"secret is required"})"));
  EXPECT_EQ(attempt().outcome, Outcome::storage_fault);
  EXPECT_TRUE(zooid.relays.empty());
}

TEST_F(ScratchRelay, LeftBehindByAnEarlierAttemptIsReplaced) {
  zooid.relays[kScratchRelay] = {{"host", "tender-scratch.invalid"}};
  EXPECT_EQ(attempt().outcome, Outcome::done);
  EXPECT_TRUE(zooid.relays.empty());
}

TEST_F(ScratchRelay, HandsOnThePauseThatAnyAnswerAsksFor) {
  zooid.script = [](const FakeZooid::Seen& seen) {
    FakeZooid::Action action;
    if (seen.method == Method::delete_) {
      http::Response later;
      later.status = 429;
      later.headers.push_back({"Retry-After", "60"});
      action.answer = http::Exchange{later};
    }
    return action;
  };
  EXPECT_EQ(attempt().retry_after, std::chrono::seconds(60));
}

TEST_F(ScratchRelay, IsNotPursuedWhileNobodyAnswers) {
  answer_all(Method::post, test::failure(http::Fault::refused, /*written=*/false));
  EXPECT_EQ(attempt().outcome, Outcome::host_fault);
  EXPECT_EQ(methods(), std::vector<Method>{Method::post});
}

}  // namespace
}  // namespace tender::zooid
