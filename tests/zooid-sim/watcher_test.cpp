// What is served and when: the start-up window, one reload at a time, and what writes cost.
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

struct WatcherTest : SimTest {
  Outgoing nip11(const std::string& name) {
    return {"GET", "/", {}, name + ".example.com", {"Accept: application/nostr+json"}};
  }
  std::string served(const std::string& name) {
    const Received answer = send(nip11(name));
    return answer.status == 200 ? json::parse(answer.body)["name"].get<std::string>() : "";
  }
  void rename(const std::string& id, const std::string& name) {
    EXPECT_EQ(call("PATCH", "/relay/" + id, {{"info", {{"name", name}}}}).status, 200);
  }
  // A restart of a zooid with the relays a and b that needs a second for each.
  void restart_slowly() {
    call("POST", "/relay/a", relay_config("a"));
    call("POST", "/relay/b", relay_config("b"));
    options.reload = 1s;
    restart();
    clock.run_ready();
  }
};

TEST_F(WatcherTest, AnswersTheApiWhileItLoads) {
  restart_slowly();
  EXPECT_EQ(call("GET", "/relay/a/members").status, 200);
  EXPECT_EQ(served("a"), "");
  EXPECT_EQ(control("GET", "/stats")["watching"], false);
  clock.advance(1s);
  EXPECT_EQ(served("a"), "Relay a");
  EXPECT_EQ(served("b"), "");
  clock.advance(1s);
  EXPECT_EQ(served("b"), "Relay b");
  EXPECT_EQ(control("GET", "/stats")["watching"], true);
}

TEST_F(WatcherTest, DoesNotSeeAWriteBetweenTheLoadAndTheWatchUntilTheNextOne) {
  restart_slowly();
  clock.advance(1s);
  rename("a", "Early");
  rename("b", "Also early");  // being loaded
  call("POST", "/relay/c", relay_config("c"));
  clock.advance(1h);
  EXPECT_EQ(served("a"), "Relay a");
  EXPECT_EQ(served("b"), "Relay b");
  EXPECT_EQ(served("c"), "");
  EXPECT_EQ(held("a")["info"]["name"], "Early");
  rename("a", "Early");
  clock.advance(1s);
  EXPECT_EQ(served("a"), "Early");
}

TEST_F(WatcherTest, ReloadsOneAtATimeAndServesTheOldOneMeanwhile) {
  restart_slowly();
  clock.advance(2s);
  rename("a", "New a");
  rename("b", "New b");
  EXPECT_EQ(control("GET", "/stats")["reloads_waiting"], 2);
  const auto waiting = begin(nip11("b"));
  run_until([&] { return sim->traffic().in_flight() == 1; });
  clock.run_ready();
  EXPECT_FALSE(waiting->done) << "every relay's host waits for the reload under way";
  clock.advance(1s);
  run_until([&] { return waiting->done; });
  EXPECT_EQ(json::parse(waiting->received.body)["name"], "Relay b");
  clock.advance(1s);
  EXPECT_EQ(served("a"), "New a");
  EXPECT_EQ(served("b"), "New b");
}

TEST_F(WatcherTest, NeverServesARelayOnTheHostOfTheApi) {
  json config = relay_config("a");
  config["host"] = sim->api_host();
  EXPECT_EQ(call("POST", "/relay/a", config).status, 201);
  EXPECT_EQ(send({"GET", "/", {}, {}, {"Accept: application/nostr+json"}}).status, 401);
}

TEST_F(WatcherTest, LetsWritesWaitForEachOtherAndNothingElse) {
  call("POST", "/relay/a", relay_config("a"));
  call("POST", "/relay/b", relay_config("b"));
  options.write_cost_per_relay = 500ms;
  restart();
  const auto first = begin_call("PATCH", "/relay/a", json::object());
  run_until([&] { return sim->traffic().in_flight() == 1; });
  const auto second = begin_call("PATCH", "/relay/b", json::object());
  run_until([&] { return sim->traffic().in_flight() == 2; });
  EXPECT_EQ(call("GET", "/relay/a/members").status, 200);
  clock.advance(1s);
  run_until([&] { return first->done; });
  EXPECT_FALSE(second->done);
  clock.advance(1s);
  run_until([&] { return second->done; });
  EXPECT_EQ(second->received.status, 200);
}

}  // namespace
}  // namespace zooid_sim::test
