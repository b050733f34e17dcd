// The activity log as server-sent events.
#include <algorithm>
#include <map>
#include <sstream>

#include "admin_fixture.hpp"

namespace tender::admin {
namespace {

using namespace std::chrono_literals;
using http::Method;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct AdminEvents : AdminApi {
  // What comes until the sidecar stops, without what syncs add: "create_relay", "lagged null" or
  // "at 1". `meanwhile` runs when the stream has begun.
  std::vector<std::string> read_events(
      const std::string& target, const std::function<void()>& meanwhile = [] {}) {
    boost::asio::co_spawn(io, sidecar.run(),
                          [this](const std::exception_ptr&, bool) { sidecar_ended = true; });
    run_until([&] { return sidecar.condition().begun; });
    http::Request request(Method::get, http::Url::parse(url(target)));
    request.headers = more;
    request.headers.push_back({"Authorization", authorization});
    std::optional<http::Exchange> exchange;
    boost::asio::co_spawn(
        io, client->exchange(std::move(request)),
        [&](const std::exception_ptr&, http::Exchange result) { exchange = std::move(result); });
    // The stream has begun when a request that was sent after it has its answer.
    EXPECT_EQ(ask(Method::get, "/v1/status").status, 200);
    meanwhile();
    EXPECT_EQ(ask(Method::get, "/v1/status").status, 200);
    sidecar.stop();
    run_until([&] {
      clock.advance(1s);
      return sidecar_ended && exchange.has_value();
    });
    const auto& response = std::get<http::Response>(exchange->result);
    EXPECT_EQ(response.header("Content-Type"), "text/event-stream");
    return read(response.body);
  }

  static std::vector<std::string> read(const std::string& body) {
    std::vector<std::string> events;
    std::istringstream lines(body);
    std::map<std::string, std::string> fields;
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty()) {
        const auto colon = line.find(": ");
        fields[line.substr(0, colon)] = line.substr(colon + 2);
        continue;
      }
      events.push_back(name_of(fields));
      fields.clear();
    }
    std::erase_if(events, [](const std::string& event) { return event.ends_with("_sync"); });
    return events;
  }

  static std::string name_of(std::map<std::string, std::string> fields) {
    if (!fields.contains("event")) {
      return "at " + fields["id"];
    }
    const auto data = nlohmann::json::parse(fields["data"]);
    if (fields["event"] == "lagged") {
      return "lagged " + data.at("missed").dump();
    }
    EXPECT_EQ(fields["event"], "activity");
    EXPECT_EQ(fields["id"], data.at("seq").dump());
    return data.at("activity_type");
  }
};

TEST_F(AdminEvents, StreamWhatIsNew) {
  create("blue");
  EXPECT_THAT(read_events("/v1/events", [&] { create("green"); }), ElementsAre("create_relay"));
}

TEST_F(AdminEvents, GoOnAfterTheLastOneThatTheClientHasHad) {
  create("blue");
  create("green");
  create("red");
  more = {{"Last-Event-ID", "1"}};
  EXPECT_THAT(read_events("/v1/events?after=0"), ElementsAre("create_relay", "create_relay"));
}

TEST_F(AdminEvents, AreThoseOfOneRelayIfAsked) {
  create("blue");
  create("green");
  const auto events = read_events("/v1/events?relay=blue&after=0");
  EXPECT_EQ(std::ranges::count(events, "create_relay"), 1);
  EXPECT_EQ(ask(Method::get, "/v1/events?relay=none").status, 404);
}

TEST_F(AdminEvents, SayWhatIsMissing) {
  create("blue");
  create("green");
  create("red");
  database.execute("DELETE FROM activity WHERE seq = 2");
  EXPECT_THAT(read_events("/v1/events?after=1"), ElementsAre("lagged 1", "create_relay"));
}

TEST_F(AdminEvents, BeginAnewWhenTheDatabaseIsOlderThanTheClient) {
  create("blue");
  EXPECT_THAT(read_events("/v1/events?after=9", [&] { create("green"); }),
              ElementsAre("lagged null", "create_relay"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/events?after=x")), HasSubstr("or 0 for all"));
}

TEST_F(AdminEvents, GiveASignWhileNothingHappens) {
  create("blue");
  EXPECT_THAT(read_events("/v1/events", [&] { clock.advance(15s); }), Contains(StartsWith("at ")));
}

TEST_F(AdminEvents, LeaveConnectionsForThoseWhoWantAnAnswerAtOnce) {
  http::ClientOptions options;
  options.max_connections = 64;
  restart(options);
  constexpr int most = 32;
  int streams = most;
  for (int i = 0; i < most; ++i) {
    http::Request request(Method::get, http::Url::parse(url("/v1/events")));
    request.headers = {{"Authorization", authorization}};
    boost::asio::co_spawn(io, client->exchange(std::move(request)),
                          [&](const std::exception_ptr&, const http::Exchange&) { --streams; });
  }
  http::Response refused;
  run_until([&] {
    refused = ask(Method::get, "/v1/events?after=none");
    return refused.status == 503;
  });
  EXPECT_THAT(problem(503, refused), HasSubstr("32 clients follow events"));
  EXPECT_EQ(refused.header("Retry-After"), "10");
  create("blue");
  EXPECT_EQ(ask(Method::post, "/v1/relays/blue/sync?wait=1s").status, 503);
  EXPECT_EQ(ask(Method::post, "/v1/relays/blue/sync").status, 202);
  EXPECT_EQ(ask(Method::get, "/healthz").status, 200);
  EXPECT_EQ(streams, most);
  server->stop();
  run_until([&] { return streams == 0; });
}

}  // namespace
}  // namespace tender::admin
