#include "tender/zooid/client.hpp"

#include <initializer_list>
#include <map>
#include <memory>
#include <sstream>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <nlohmann/json.hpp>

#include "tender/nostr/http_auth.hpp"
#include "tender/zooid/outcome.hpp"

#include "support/log_sink.hpp"
#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using namespace std::chrono_literals;
using http::Method;
using testing::ElementsAre;
using testing::HasSubstr;

// Keeps what it is asked to send, and answers with a status that tells the answers apart, or as the
// host's script says.
class Recorder final : public http::Transport {
 public:
  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override {
    requests.push_back(std::move(request));
    const auto scripted = answers.find(requests.back().url.host());
    if (scripted != answers.end()) {
      co_return scripted->second;
    }
    co_return test::answer(200 + static_cast<int>(requests.size()), "{}");
  }

  [[nodiscard]] std::vector<std::string> asked() const {
    std::vector<std::string> hosts;
    hosts.reserve(requests.size());
    for (const http::Request& request : requests) {
      hosts.push_back(request.url.host());
    }
    return hosts;
  }

  std::vector<http::Request> requests;
  std::map<std::string, http::Exchange> answers;  // by host
};

struct ZooidClient : testing::Test {
  http::Exchange send(Method method, std::string path, std::string body) {
    return wait_for(client.request(method, std::move(path), std::move(body)));
  }

  http::Exchange wait_for(boost::asio::awaitable<http::Exchange> asking) {
    http::Exchange exchange;
    boost::asio::co_spawn(io, std::move(asking),
                          [&exchange](const std::exception_ptr& error, http::Exchange result) {
                            EXPECT_FALSE(error);
                            exchange = std::move(result);
                          });
    clock.run_ready();
    return exchange;
  }

  void use_addresses(std::initializer_list<const char*> urls) {
    env.zooid_api_urls.clear();
    for (const char* const url : urls) {
      env.zooid_api_urls.push_back(http::Url::parse(url));
    }
  }

  // Every header of that name: a second one must not hide behind the first.
  static std::vector<std::string> headers(const http::Request& request, std::string_view name) {
    std::vector<std::string> values;
    for (const http::Header& header : request.headers) {
      if (header.name == name) {
        values.push_back(header.value);
      }
    }
    return values;
  }

  static std::string token(const http::Request& request) {
    const auto values = headers(request, "Authorization");
    EXPECT_EQ(values.size(), 1U);
    return values.empty() ? std::string() : values.front();
  }

  [[nodiscard]] nostr::HttpAuthResult verify(const std::string& header, std::string_view url,
                                             std::string_view method, std::string_view body,
                                             std::chrono::seconds skew = 0s) const {
    return nostr::verify_http_auth({.header = header,
                                    .url = url,
                                    .method = method,
                                    .body = body,
                                    .now = clock.now(),
                                    .max_skew = skew});
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  Recorder transport;
  Client client{env, transport, clock, random};
};

TEST_F(ZooidClient, SendsTheBodyAsJsonToThePathBelowTheApi) {
  send(Method::post, "/relay/r1", R"({"host":"x"})");
  ASSERT_EQ(transport.requests.size(), 1U);
  const http::Request& request = transport.requests[0];
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.url.text(), "http://zooid.test:3334/relay/r1");
  EXPECT_EQ(request.body, R"({"host":"x"})");
  EXPECT_EQ(headers(request, "Content-Type"), std::vector<std::string>{"application/json"});
  EXPECT_EQ(headers(request, "Accept"), std::vector<std::string>{"application/json"});
}

TEST_F(ZooidClient, NamesNoContentTypeWithoutABody) {
  send(Method::get, "/relay/r1/members", "");
  ASSERT_EQ(transport.requests.size(), 1U);
  EXPECT_EQ(transport.requests[0].body, "");
  EXPECT_TRUE(headers(transport.requests[0], "Content-Type").empty());
}

TEST_F(ZooidClient, SignsTheUrlTheMethodAndTheBodyWithTheRobotsKey) {
  send(Method::patch, "/relay/r1", "{\"a\":1}");
  ASSERT_EQ(transport.requests.size(), 1U);
  const auto result =
      verify(token(transport.requests[0]), "http://zooid.test:3334/relay/r1", "PATCH", "{\"a\":1}");
  EXPECT_EQ(to_string(result.fault), "none");
  EXPECT_EQ(result.signer, env.robot_key.public_key());
}

TEST_F(ZooidClient, SignsForNothingElse) {
  send(Method::patch, "/relay/r1", "{\"a\":1}");
  ASSERT_EQ(transport.requests.size(), 1U);
  const std::string header = token(transport.requests[0]);
  const std::string_view url = "http://zooid.test:3334/relay/r1";
  using nostr::HttpAuthFault;
  EXPECT_EQ(verify(header, "http://zooid.test:3334/relay/r2", "PATCH", "{\"a\":1}").fault,
            HttpAuthFault::url);
  EXPECT_EQ(verify(header, url, "POST", "{\"a\":1}").fault, HttpAuthFault::method);
  EXPECT_EQ(verify(header, url, "PATCH", "{\"a\":2}").fault, HttpAuthFault::payload);
}

TEST_F(ZooidClient, SignsTheUrlWithThePathThatTheApiLivesUnder) {
  env.zooid_api_urls = {http::Url::parse("https://Proxy.test/zooid/api/")};
  send(Method::post, "/relay/r1", "{}");
  ASSERT_EQ(transport.requests.size(), 1U);
  EXPECT_EQ(transport.requests[0].url.target(), "/zooid/api/relay/r1");
  const auto result =
      verify(token(transport.requests[0]), "https://proxy.test/zooid/api/relay/r1", "POST", "{}");
  EXPECT_EQ(to_string(result.fault), "none");
}

TEST_F(ZooidClient, SignsARequestWithoutABody) {
  send(Method::get, "/relay/r1/members", "");
  ASSERT_EQ(transport.requests.size(), 1U);
  const auto result =
      verify(token(transport.requests[0]), "http://zooid.test:3334/relay/r1/members", "GET", "");
  EXPECT_EQ(to_string(result.fault), "none");
}

TEST_F(ZooidClient, SignsEachAttemptAfresh) {
  send(Method::post, "/relay/r1", "{}");
  send(Method::post, "/relay/r1", "{}");
  clock.advance(10min);
  send(Method::post, "/relay/r1", "{}");
  ASSERT_EQ(transport.requests.size(), 3U);
  // Two of one second differ, and the third carries its own time.
  EXPECT_NE(token(transport.requests[0]), token(transport.requests[1]));
  const std::string_view url = "http://zooid.test:3334/relay/r1";
  EXPECT_EQ(to_string(verify(token(transport.requests[2]), url, "POST", "{}").fault), "none");
  EXPECT_EQ(to_string(verify(token(transport.requests[0]), url, "POST", "{}", 60s).fault),
            "created_at");
}

TEST_F(ZooidClient, GivesTheTransportTheConfiguredTimeout) {
  env.zooid_api_timeout = 1234ms;
  send(Method::get, "/relay/r1/members", "");
  ASSERT_EQ(transport.requests.size(), 1U);
  EXPECT_EQ(transport.requests[0].timeout, 1234ms);
}

TEST_F(ZooidClient, HandsBackWhatTheTransportHeard) {
  send(Method::post, "/relay/r1", "{}");
  const http::Exchange second = send(Method::post, "/relay/r1", "{}");
  EXPECT_EQ(std::get<http::Response>(second.result).status, 202);
}

// Credentials that are English words, as LiveKit's own examples have them.
TEST_F(ZooidClient, KnowsWhatZooidSaysWhateverTheSecretsAre) {
  const auto judged = [&](const char* secret, int status, const char* error) {
    env.livekit = config::LivekitSettings{
        .url = "wss://live.test", .api_key = Secret("devkey"), .api_secret = Secret(secret)};
    transport.answers["zooid.test"] = test::answer(status, nlohmann::json{{"error", error}}.dump());
    return judge(send(Method::patch, "/relay/r1", "{}"), Method::patch, clock.now());
  };
  EXPECT_EQ(judged("secret", 400, "secret is required").outcome, Outcome::torn);
  EXPECT_EQ(judged("relay", 404, "relay not found").outcome, Outcome::not_found);
  EXPECT_EQ(judged("e", 404, "relay not found").outcome, Outcome::not_found);
  EXPECT_EQ(judged("write", 500, "failed to write config: no space").outcome,
            Outcome::storage_fault);
  transport.answers["zooid.test"] = test::answer(200, R"({"members":["members", true]})");
  env.livekit->api_secret = Secret("members");
  const http::Exchange members = send(Method::get, "/relay/r1/members", "");
  EXPECT_EQ(std::get<http::Response>(members.result).body, R"({"members":["[secret]",true]})");
  EXPECT_THAT(judged("secret", 400, "devkey, secret and [secret] are bad").reason,
              HasSubstr("[secret], [secret] and [[secret]] are bad"));
  EXPECT_THAT(judged("hidden", 500, "failed to read existing config: toml: hidden").reason,
              HasSubstr("toml: [secret]"));
}

// Several addresses of one zooid.
struct ZooidAddresses : ZooidClient {
  ZooidAddresses() { use_addresses({"http://a:1", "http://b:2", "http://c:3"}); }

  static http::Exchange dead() { return test::failure(http::Fault::refused, false); }
  static int status_of(const http::Exchange& exchange) {
    const auto* response = std::get_if<http::Response>(&exchange.result);
    return response == nullptr ? 0 : response->status;
  }
};

TEST_F(ZooidAddresses, AreUsedFromTheFirstOn) {
  send(Method::post, "/relay/r1", "{}");
  send(Method::get, "/relay/r1/members", "");
  EXPECT_THAT(transport.asked(), ElementsAre("a", "a"));
}

TEST_F(ZooidAddresses, TakeAWriteOfWhichNothingWasWrittenToAnother) {
  transport.answers["a"] = dead();
  for (const Method method : {Method::post, Method::patch, Method::put, Method::delete_}) {
    Client fresh(env, transport, clock, random);
    transport.requests.clear();
    const http::Exchange exchange = wait_for(fresh.request(method, "/relay/r1", "{}"));
    EXPECT_EQ(status_of(exchange), 202) << to_string(method);
    EXPECT_THAT(transport.asked(), ElementsAre("a", "b"));
  }
}

TEST_F(ZooidAddresses, AreKeptWhenOneOfThemAsksTenderToWait) {
  http::Exchange busy = test::answer(429, "slow down");
  std::get<http::Response>(busy.result).headers.push_back({"Retry-After", "60"});
  transport.answers["a"] = busy;
  send(Method::get, "/relay/r1/members", "");
  send(Method::get, "/relay/r1/members", "");
  EXPECT_THAT(transport.asked(), ElementsAre("a", "a"));
}

TEST_F(ZooidAddresses, NeverTakeAWriteThatMayHaveBeenReadToAnother) {
  for (const http::Fault fault : {http::Fault::timeout, http::Fault::closed}) {
    transport.answers["a"] = test::failure(fault, true);
    for (const Method method : {Method::post, Method::patch, Method::put, Method::delete_}) {
      Client fresh(env, transport, clock, random);
      transport.requests.clear();
      const http::Exchange exchange = wait_for(fresh.request(method, "/relay/r1", "{}"));
      EXPECT_TRUE(std::get<http::Failure>(exchange.result).written);
      EXPECT_THAT(transport.asked(), ElementsAre("a")) << to_string(method);
    }
  }
}

TEST_F(ZooidAddresses, NeverTakeAWriteThatWasAnsweredToAnother) {
  for (const int status : {401, 404, 500, 502, 503}) {
    transport.answers["a"] = test::answer(status, "");
    Client fresh(env, transport, clock, random);
    transport.requests.clear();
    EXPECT_EQ(status_of(wait_for(fresh.request(Method::post, "/relay/r1", "{}"))), status);
    EXPECT_THAT(transport.asked(), ElementsAre("a"));
  }
}

TEST_F(ZooidAddresses, TakeAReadToAnotherAfterWhatMayBeTheAddresssFault) {
  const std::vector<http::Exchange> faults{test::failure(http::Fault::timeout, true),
                                           test::answer(503, ""), test::answer(401, ""),
                                           test::answer(404, "<html>")};
  for (const http::Exchange& fault : faults) {
    transport.answers["a"] = fault;
    Client fresh(env, transport, clock, random);
    transport.requests.clear();
    EXPECT_EQ(status_of(wait_for(fresh.request(Method::get, "/relay/r1/members", ""))), 202);
    EXPECT_THAT(transport.asked(), ElementsAre("a", "b"));
  }
}

TEST_F(ZooidAddresses, TakeZooidsOwnWord) {
  transport.answers["a"] = test::answer(404, R"({"error":"relay not found"})");
  EXPECT_EQ(status_of(send(Method::get, "/relay/r1/members", "")), 404);
  EXPECT_THAT(transport.asked(), ElementsAre("a"));
}

TEST_F(ZooidAddresses, AreNotTriedWhenWeStopOurselves) {
  transport.answers["a"] = test::failure(http::Fault::stopped, false);
  send(Method::post, "/relay/r1", "{}");
  EXPECT_THAT(transport.asked(), ElementsAre("a"));
}

TEST_F(ZooidAddresses, EachGetATokenOfTheirOwn) {
  transport.answers["a"] = dead();
  send(Method::post, "/relay/r1", "{}");
  ASSERT_EQ(transport.requests.size(), 2U);
  for (const std::size_t i : {0U, 1U}) {
    const std::string url = i == 0 ? "http://a:1/relay/r1" : "http://b:2/relay/r1";
    EXPECT_EQ(to_string(verify(token(transport.requests[i]), url, "POST", "{}").fault), "none");
  }
}

TEST_F(ZooidAddresses, AreKeptAsLongAsTheyWork) {
  transport.answers["a"] = dead();
  send(Method::post, "/relay/r1", "{}");
  transport.answers.clear();  // it works again, and b works, too
  transport.requests.clear();
  send(Method::patch, "/relay/r1", "{}");
  EXPECT_THAT(transport.asked(), ElementsAre("b"));
}

TEST_F(ZooidAddresses, AreLeftForTheNextRequestAfterAWriteInDoubt) {
  transport.answers["a"] = test::failure(http::Fault::timeout, true);
  send(Method::post, "/relay/r1", "{}");
  send(Method::patch, "/relay/r1", "{}");
  EXPECT_THAT(transport.asked(), ElementsAre("a", "b"));
}

TEST_F(ZooidAddresses, AreEachTriedOnce) {
  for (const char* const host : {"a", "b", "c"}) {
    transport.answers[host] = dead();
  }
  const http::Exchange exchange = send(Method::post, "/relay/r1", "{}");
  EXPECT_EQ(std::get<http::Failure>(exchange.result).fault, http::Fault::refused);
  EXPECT_THAT(transport.asked(), ElementsAre("a", "b", "c"));
}

TEST_F(ZooidAddresses, HaveTheirAnswerToldRatherThanASilence) {
  transport.answers["a"] = dead();
  transport.answers["b"] = test::answer(401, R"({"error":"who are you"})");
  transport.answers["c"] = dead();
  EXPECT_EQ(status_of(send(Method::get, "/relay/r1/members", "")), 401);
}

TEST_F(ZooidAddresses, AreNamedInTheLogOnceForEachChange) {
  std::ostringstream log;
  Logger logger("test", test::log_sink(log));
  Client told(env, transport, clock, random, &logger);
  const auto post = [&] { wait_for(told.request(Method::post, "/relay/r1", "{}")); };
  post();
  EXPECT_EQ(log.str(), "");
  transport.answers["a"] = dead();
  post();
  post();
  EXPECT_THAT(log.str(), HasSubstr("using another address of zooid from now on address=http://b:2/ "
                                   "failed=http://a:1/ cause=\"refused"));
  log.str("");
  for (const char* const host : {"b", "c"}) {
    transport.answers[host] = dead();
  }
  post();  // now all are dead, and none is in use
  post();
  EXPECT_EQ(log.str(), "");
  transport.answers.erase("c");
  post();
  EXPECT_THAT(log.str(), HasSubstr(" address=http://c:3/ "));
}

TEST_F(ZooidAddresses, AreLookedAtInTurn) {
  env.relay_verify = config::RelayVerify::direct;
  env.relay_domain = "relays.test";
  transport.answers["a"] = dead();
  transport.answers["b"] = test::answer(404, "no relay");  // an answer like any other
  Relay relay;
  relay.subdomain = "blue";
  EXPECT_EQ(status_of(wait_for(client.look(relay))), 404);
  EXPECT_THAT(transport.asked(), ElementsAre("a", "b"));
  EXPECT_EQ(transport.requests[1].host, "blue.relays.test");
  EXPECT_TRUE(headers(transport.requests[1], "Authorization").empty());
}

TEST_F(ZooidAddresses, ArePassedOverByALookThatAGatewayAnswers) {
  env.relay_verify = config::RelayVerify::direct;
  transport.answers["a"] = test::answer(502, "");
  transport.answers["b"] = test::answer(200, "{}");
  EXPECT_EQ(status_of(wait_for(client.look(Relay()))), 200);
}

TEST_F(ZooidAddresses, AreNotAskedByALookAtTheRelaysOwnUrl) {
  env.relay_verify = config::RelayVerify::public_;
  env.relay_domain = "relays.test";
  Relay relay;
  relay.subdomain = "blue";
  transport.answers["blue.relays.test"] = dead();
  wait_for(client.look(relay));
  EXPECT_THAT(transport.asked(), ElementsAre("blue.relays.test"));
}

TEST_F(ZooidAddresses, AreProbedOneByOneForTheCheck) {
  transport.answers["c"] = dead();
  wait_for(client.probe(env.zooid_api_urls[2]));
  EXPECT_THAT(transport.asked(), ElementsAre("c"));
}

TEST_F(ZooidClient, KeepsARelayUnderItsId) {
  EXPECT_EQ(relay_path(RelayId{"a-B_9"}), "/relay/a-B_9");
}

}  // namespace
}  // namespace tender::zooid
