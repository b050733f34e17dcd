#include "tender/zooid/liveness.hpp"

#include <gmock/gmock.h>

#include "support/fake_zooid.hpp"
#include "support/seeded_random.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using test::answer;
using testing::HasSubstr;

struct LivenessOf : testing::Test {
  LivenessOf() {
    relay.subdomain = "blue";
    relay.info_name = "The Blue";
  }
  [[nodiscard]] LivenessVerdict judge(int status, const std::string& body) const {
    return judge_liveness(answer(status, body), relay);
  }

  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  Relay relay;
};

TEST_F(LivenessOf, AnActiveRelayIsItsName) {
  EXPECT_EQ(judge(200, R"({"name":"The Blue","pubkey":"x"})").liveness, Liveness::as_described);
  const LivenessVerdict other = judge(200, R"({"name":"The \u001b[31mRed"})");
  EXPECT_EQ(other.liveness, Liveness::wrong);
  EXPECT_THAT(other.reason, testing::AllOf(HasSubstr("Red"), HasSubstr("The Blue"),
                                           testing::Not(HasSubstr("\x1b"))));
  EXPECT_EQ(judge(404, "404 page not found").liveness, Liveness::wrong);
}

TEST_F(LivenessOf, ARelayWithoutANameIsNoName) {
  relay.info_name.clear();
  EXPECT_EQ(judge(200, "{}").liveness, Liveness::as_described);
  EXPECT_EQ(judge(200, R"({"name":""})").liveness, Liveness::as_described);
}

TEST_F(LivenessOf, ARelayThatIsNotActiveIsItsAbsence) {
  for (const RelayStatus status : {RelayStatus::inactive, RelayStatus::delinquent}) {
    relay.status = status;
    EXPECT_EQ(judge(404, "").liveness, Liveness::as_described);
    EXPECT_EQ(judge(200, R"({"name":"The Blue"})").liveness, Liveness::wrong);
  }
}

TEST_F(LivenessOf, ADifferentAnswerIsUnclear) {
  for (const int status : {301, 401, 403, 429, 500, 502, 503}) {
    EXPECT_EQ(judge(status, "{}").liveness, Liveness::unclear) << status;
  }
  EXPECT_EQ(judge(200, "<html>welcome</html>").liveness, Liveness::unclear);
  EXPECT_EQ(judge(200, "[]").liveness, Liveness::unclear);
  EXPECT_EQ(judge(200, std::string(100, '[')).liveness, Liveness::unclear);
  EXPECT_EQ(judge_liveness(test::failure(http::Fault::dns, false), relay).liveness,
            Liveness::unclear);
}

TEST_F(LivenessOf, ARelayIsAskedForWhereTheSettingSays) {
  env.zooid_api_url = http::Url::parse("http://zooid.test:3334/api");
  env.relay_verify = config::RelayVerify::direct;
  const http::Request direct = nip11_request(relay, env);
  EXPECT_EQ(direct.url.text(), "http://zooid.test:3334/");
  EXPECT_EQ(direct.host, "blue.relays.test");
  EXPECT_EQ(direct.method, http::Method::get);
  ASSERT_EQ(direct.headers.size(), 1U);  // no token: anybody may ask
  EXPECT_EQ(direct.headers[0].value, "application/nostr+json");
  env.relay_verify = config::RelayVerify::public_;
  const http::Request at_home = nip11_request(relay, env);
  EXPECT_EQ(at_home.url.text(), "https://blue.relays.test/");
  EXPECT_EQ(at_home.host, "");
}

}  // namespace
}  // namespace tender::zooid
