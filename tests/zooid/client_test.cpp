#include "tender/zooid/client.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "tender/nostr/http_auth.hpp"

#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using namespace std::chrono_literals;
using http::Method;

// Keeps what it is asked to send, and answers with a status that tells the answers apart.
class Recorder final : public http::Transport {
 public:
  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override {
    requests.push_back(std::move(request));
    co_return test::answer(200 + static_cast<int>(requests.size()), "{}");
  }

  std::vector<http::Request> requests;
};

struct ZooidClient : testing::Test {
  http::Exchange send(Method method, std::string path, std::string body) {
    Client client(env, transport, clock, random);
    http::Exchange exchange;
    boost::asio::co_spawn(io, client.request(method, std::move(path), std::move(body)),
                          [&exchange](const std::exception_ptr& error, http::Exchange result) {
                            EXPECT_FALSE(error);
                            exchange = std::move(result);
                          });
    clock.run_ready();
    return exchange;
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
  env.zooid_api_url = http::Url::parse("https://Proxy.test/zooid/api/");
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

TEST_F(ZooidClient, KeepsARelayUnderItsId) {
  EXPECT_EQ(relay_path(RelayId{"a-B_9"}), "/relay/a-B_9");
}

}  // namespace
}  // namespace tender::zooid
