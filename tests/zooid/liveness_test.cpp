#include "tender/zooid/liveness.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

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
    relay.info_description = "Deep & wide";
    relay.info_icon = "https://example.com/blue.png";
    relay.tenant = test::kTenant;
  }
  // As zooid shows it.
  [[nodiscard]] nlohmann::json document() const {
    return {{"name", relay.info_name},
            {"description", relay.info_description},
            {"icon", relay.info_icon},
            {"pubkey", relay.tenant},
            {"self", std::string(64, 'a')}};
  }
  [[nodiscard]] LivenessVerdict judge(const nlohmann::json& shown) const {
    return judge(200, shown.dump());
  }
  [[nodiscard]] LivenessVerdict judge(int status, const std::string& body) const {
    return judge_liveness(answer(status, body), relay);
  }

  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  Relay relay;
};

TEST_F(LivenessOf, AnActiveRelayIsAllThatItsDocumentShows) {
  EXPECT_EQ(judge(document()).liveness, Liveness::as_described);
  for (const char* key : {"name", "description", "icon", "pubkey"}) {
    nlohmann::json other = document();
    other[key] = "\x1b[31mRed";
    const LivenessVerdict verdict = judge(other);
    EXPECT_EQ(verdict.liveness, Liveness::wrong) << key;
    EXPECT_THAT(verdict.reason,
                testing::AllOf(HasSubstr(key), HasSubstr("Red"), testing::Not(HasSubstr("\x1b"))));
  }
  EXPECT_EQ(judge(404, "404 page not found").liveness, Liveness::wrong);
}

TEST_F(LivenessOf, WhatIsEmptyMayBeLeftOut) {
  for (const char* key : {"name", "description", "icon"}) {
    nlohmann::json partial = document();
    partial.erase(key);
    EXPECT_EQ(judge(partial).liveness, Liveness::wrong) << key;
  }
  relay.info_name.clear();
  relay.info_description.clear();
  relay.info_icon.clear();
  EXPECT_EQ(judge(document()).liveness, Liveness::as_described);
  nlohmann::json bare = document();
  for (const char* key : {"name", "description", "icon"}) {
    bare.erase(key);
  }
  EXPECT_EQ(judge(bare).liveness, Liveness::as_described);
}

TEST_F(LivenessOf, ANameThatOnlyEndsLikeTheNewOneIsTheOldOne) {
  relay.info_name = "Blue";
  nlohmann::json shown = document();
  shown["name"] = "Relays/Blue";
  EXPECT_EQ(judge(shown).liveness, Liveness::wrong);
}

TEST_F(LivenessOf, AnIconMayBeCompletedByZooid) {
  relay.info_icon = "HTTPS://example.com/blue.png";
  nlohmann::json completed = document();
  completed["icon"] = "http://blue.relays.test/HTTPS://example.com/blue.png";
  EXPECT_EQ(judge(completed).liveness, Liveness::as_described);
}

TEST_F(LivenessOf, ADocumentWithoutTheKeysThatZooidShowsIsUnclear) {
  for (const char* key : {"pubkey", "self"}) {
    nlohmann::json partial = document();
    partial.erase(key);
    partial["name"] = "somebody else's";
    const LivenessVerdict verdict = judge(partial);
    EXPECT_EQ(verdict.liveness, Liveness::unclear) << key;
    EXPECT_THAT(verdict.reason, HasSubstr(key));
  }
}

TEST_F(LivenessOf, ARelayThatIsNotActiveIsItsAbsence) {
  for (const RelayStatus status : {RelayStatus::inactive, RelayStatus::delinquent}) {
    relay.status = status;
    EXPECT_EQ(judge(404, "").liveness, Liveness::as_described);
    EXPECT_EQ(judge(document()).liveness, Liveness::wrong);
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
  env.zooid_api_urls = {http::Url::parse("http://zooid.test:3334/api")};
  env.relay_verify = config::RelayVerify::direct;
  const http::Request direct = nip11_request(relay, env, env.zooid_api_urls.front());
  EXPECT_EQ(direct.url.text(), "http://zooid.test:3334/");
  EXPECT_EQ(direct.host, "blue.relays.test");
  EXPECT_EQ(direct.method, http::Method::get);
  ASSERT_EQ(direct.headers.size(), 1U);  // no token: anybody may ask
  EXPECT_EQ(direct.headers[0].value, "application/nostr+json");
  env.relay_verify = config::RelayVerify::public_;
  const http::Request at_home = nip11_request(relay, env, env.zooid_api_urls.front());
  EXPECT_EQ(at_home.url.text(), "https://blue.relays.test/");
  EXPECT_EQ(at_home.host, "");
}

}  // namespace
}  // namespace tender::zooid
