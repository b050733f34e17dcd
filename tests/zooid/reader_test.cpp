#include "tender/zooid/reader.hpp"

#include <map>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include "tender/nostr/http_auth.hpp"
#include "tender/zooid/client.hpp"

#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using testing::HasSubstr;
using testing::Not;

// Answers as the host's script says, when the test lets it.
class Addresses final : public http::Transport {
 public:
  explicit Addresses(Clock& clock) : clock_(clock) {}

  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override {
    requests.push_back(request);
    const auto timer = clock_.make_timer();
    co_await timer->wait_until(clock_.now() + std::chrono::milliseconds(10));
    co_return answers.at(request.url.host());
  }

  std::vector<http::Request> requests;
  std::map<std::string, http::Exchange> answers;  // by host

 private:
  Clock& clock_;
};

struct ZooidReader : testing::Test {
  ZooidReader() {
    env.zooid_api_urls = {http::Url::parse("http://a:1"), http::Url::parse("http://b:2")};
    env.relay_verify = config::RelayVerify::direct;
    env.relay_domain = "relays.test";
    transport.answers["b"] = test::answer(200, kNobody);
    reader = std::make_unique<Reader>(env, transport, clock, random);
    boost::asio::co_spawn(io, reader->run(),
                          [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
  }

  ~ZooidReader() override {
    reader->stop();
    clock.run_ready();
  }

  template <class T>
  T wait_for(boost::asio::awaitable<T> reading) {
    std::optional<T> came;
    boost::asio::co_spawn(io, std::move(reading), [&](const std::exception_ptr& error, T result) {
      EXPECT_FALSE(error);
      came = std::move(result);
    });
    EXPECT_TRUE(clock.advance_until([&] { return came.has_value(); }, std::chrono::minutes(1)));
    return came.value_or(T());
  }

  fetch::Error refusal() {
    const fetch::Result result = wait_for(reader->members(RelayId{"r1"}));
    return std::get<fetch::Error>(result.value);
  }

  static constexpr const char* kNobody = R"({"members":[]})";

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  Addresses transport{clock};
  std::unique_ptr<Reader> reader;
};

TEST_F(ZooidReader, SignsEachRequestForTheAddressThatItGoesTo) {
  transport.answers["a"] = test::failure(http::Fault::refused, false);
  const fetch::Result result = wait_for(reader->members(RelayId{"r1"}));
  EXPECT_EQ(*std::get<fetch::Outcome>(result.value).bytes, kNobody);
  ASSERT_EQ(transport.requests.size(), 2U);
  const std::vector<std::string> urls{"http://a:1/relay/r1/members", "http://b:2/relay/r1/members"};
  for (std::size_t i = 0; i < urls.size(); ++i) {
    EXPECT_EQ(transport.requests[i].url.text(), urls[i]);
    const Secret token(transport.requests[i].headers.at(1).value);
    EXPECT_EQ(to_string(nostr::verify_http_auth({.header = token.reveal(),
                                                 .url = urls[i],
                                                 .method = "GET",
                                                 .body = "",
                                                 .now = clock.now(),
                                                 .max_skew = std::chrono::seconds(1)})
                            .fault),
              "none");
  }
}

TEST_F(ZooidReader, TakesZooidsOwnWordAndNoOtherForFinal) {
  for (const auto& [status, word] : {std::pair{404, R"({"error":"relay not found"})"},
                                     std::pair{405, R"({"error":"method not allowed"})"}}) {
    transport.answers["a"] = test::answer(status, word);
    transport.answers["b"] = test::answer(status, word);
    EXPECT_EQ(refusal().kind, fetch::ErrorKind::refused);
  }
  EXPECT_EQ(transport.requests.size(), 2U);
  transport.answers["b"] = test::answer(200, kNobody);
  for (const int status : {401, 404, 502}) {  // of a proxy, or with a host that zooid does not know
    transport.answers["a"] = test::answer(status, "");
    const fetch::Result result = wait_for(reader->members(RelayId{"r1"}));
    EXPECT_EQ(std::get<fetch::Outcome>(result.value).address.host(), "b") << status;
    clock.advance(std::chrono::minutes(10));
  }
}

TEST_F(ZooidReader, HidesOurSecrets) {
  transport.answers["a"] =
      test::answer(500, fmt::format(R"({{"error":"what is {}"}})", env.robot_key.reveal_hex()));
  const fetch::Error error = refusal();
  const std::string body = std::get<http::Response>(error.exchange->result).body;
  EXPECT_THAT(body, HasSubstr("what is [secret]"));
  EXPECT_THAT(body, Not(HasSubstr(env.robot_key.reveal_hex())));
}

TEST_F(ZooidReader, GivesEachAddressTheWholeTimeout) {
  transport.answers["a"] = test::failure(http::Fault::refused, false);
  wait_for(reader->members(RelayId{"r1"}));
  ASSERT_EQ(transport.requests.size(), 2U);
  EXPECT_EQ(transport.requests[0].timeout, env.zooid_api_timeout);
  EXPECT_EQ(transport.requests[1].timeout, env.zooid_api_timeout);
}

TEST_F(ZooidReader, LooksAtARelayWithItsHost) {
  transport.answers["a"] = test::failure(http::Fault::refused, false);
  transport.answers["b"] = test::answer(200, R"({"name":"Blue"})");
  Relay relay;
  relay.subdomain = "blue";
  const http::Exchange exchange = wait_for(reader->look(relay));
  EXPECT_EQ(std::get<http::Response>(exchange.result).body, R"({"name":"Blue"})");
  ASSERT_EQ(transport.requests.size(), 2U);
  EXPECT_EQ(transport.requests[1].host, "blue.relays.test");
  EXPECT_EQ(transport.requests[1].url.text(), "http://b:2/");
  EXPECT_EQ(transport.requests[1].headers.size(), 1U);  // no token: anybody may ask
}

TEST_F(ZooidReader, HandsOnWhatALookHeardInsteadOfADocument) {
  transport.answers["a"] = test::answer(404, "no relay here");
  EXPECT_EQ(std::get<http::Response>(wait_for(reader->look(Relay())).result).status, 404);
  EXPECT_EQ(transport.requests.size(), 1U);
  transport.answers["a"] = test::answer(200, "<html>");
  transport.answers["b"] = test::failure(http::Fault::refused, false);
  EXPECT_EQ(std::get<http::Response>(wait_for(reader->look(Relay())).result).body, "<html>");
}

TEST_F(ZooidReader, LooksAtTheRelaysOwnUrlWhereItIsToldTo) {
  env.relay_verify = config::RelayVerify::public_;
  transport.answers["blue.relays.test"] = test::failure(http::Fault::tls, false);
  Relay relay;
  relay.subdomain = "blue";
  const http::Exchange exchange = wait_for(reader->look(relay));
  EXPECT_EQ(std::get<http::Failure>(exchange.result).fault, http::Fault::tls);
}

}  // namespace
}  // namespace tender::zooid
