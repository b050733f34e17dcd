// NIP-98 as zooid checks it: 401 for any fault of the token, then 403 for a key it does not know.
#include <functional>

#include "tender/nostr/http_auth.hpp"

#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using namespace std::chrono_literals;

struct AuthTest : SimTest {
  // A PATCH of an unknown relay: 404 once it has passed.
  Outgoing request{"PATCH", "/relay/a", "{}", {}, {}};

  Received send_with(const std::string& header) {
    Outgoing outgoing = request;
    outgoing.headers.push_back(header);
    return send(outgoing);
  }

  std::string token_for(const std::string& url, const std::string& method) {
    return "Authorization: " +
           tender::nostr::make_http_auth(robot, random, clock.now(), url, method, request.body);
  }
};

TEST_F(AuthTest, LetsTheRobotPass) {
  EXPECT_EQ(send_with(token(request)).status, 404);
}

TEST_F(AuthTest, RefusesARequestWithoutAToken) {
  const Received answer = send(request);
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(error_of(answer), "missing authorization header");
}

TEST_F(AuthTest, RefusesWhatIsNoToken) {
  EXPECT_EQ(error_of(send_with("Authorization: Bearer x")), "invalid authorization header format");
  EXPECT_EQ(error_of(send_with("Authorization: Nostr ***")), "invalid base64 encoding");
  EXPECT_EQ(error_of(send_with("Authorization: Nostr e30=")), "invalid event json");
  EXPECT_EQ(send_with("Authorization: Nostr e30=").status, 401);
}

TEST_F(AuthTest, RefusesATokenOfAnotherUrlOrMethod) {
  EXPECT_EQ(error_of(send_with(token_for(sim->api_url() + "/relay/b", "PATCH"))),
            "event missing or invalid u tag");
  EXPECT_EQ(error_of(send_with(token_for(sim->api_url() + "/relay/a", "POST"))),
            "event missing or invalid method tag");
}

TEST_F(AuthTest, LeavesTheQueryOutOfTheUrl) {
  request.path = "/relay/a?x=1";
  EXPECT_EQ(send_with(token(request)).status, 404);
}

TEST_F(AuthTest, ExpectsHttpsBehindAProxyThatSaysSo) {
  request.headers.push_back("X-Forwarded-Proto: https");
  EXPECT_EQ(send_with(token(request)).status, 401);
  const std::string https = "https://" + sim->api_host() + "/relay/a";
  EXPECT_EQ(send_with(token_for(https, "PATCH")).status, 404);
}

TEST_F(AuthTest, AllowsSixtySecondsOfSkew) {
  for (const auto offset : {60s, -60s}) {
    sim->set_clock_offset(offset);
    EXPECT_EQ(send_with(token(request)).status, 404) << offset.count();
  }
  for (const auto offset : {61s, -61s, 600s}) {
    sim->set_clock_offset(offset);
    const Received answer = send_with(token(request));
    EXPECT_EQ(answer.status, 401) << offset.count();
    EXPECT_EQ(error_of(answer), "event created_at is too far from current time");
  }
}

TEST_F(AuthTest, RefusesAKeyThatIsNotOnTheWhitelist) {
  const Received answer = send_with(token(request, test_key(2)));
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(error_of(answer), "pubkey not in whitelist");
}

TEST_F(AuthTest, ChecksTheTokenBeforeTheWhitelistAndBothBeforeTheRoute) {
  Outgoing stranger = request;
  stranger.path = "/relay/b";
  EXPECT_EQ(send_with(token(stranger, test_key(2))).status, 401);
  request.path = "/no/such/route";
  EXPECT_EQ(send(request).status, 401);
  EXPECT_EQ(send_with(token(request, test_key(2))).status, 403);
}

}  // namespace
}  // namespace zooid_sim::test
