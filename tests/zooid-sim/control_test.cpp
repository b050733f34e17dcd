// The control API, as docs/zooid-sim.md describes it.
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

using ControlTest = SimTest;

TEST_F(ControlTest, SaysThatItIsHealthy) {
  call("POST", "/relay/a", relay_config("a"));
  const json expected = {
      {"http_status", 200}, {"ok", true}, {"api_url", sim->api_url()}, {"relays", 1}};
  EXPECT_EQ(control("GET", "/health"), expected);
}

TEST_F(ControlTest, QueuesOneFaultOrMany) {
  json answer = control("POST", "/faults",
                        {{"action", "status"},
                         {"status", 503},
                         {"headers", {{"Retry-After", "3"}}},
                         {"body", {{"error", "busy"}}},
                         {"method", "POST"},
                         {"relay", "a"},
                         {"count", 2}});
  EXPECT_EQ(answer["http_status"], 201);
  EXPECT_EQ(answer["ids"], json::array({1}));
  const Received first = call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(first.status, 503);
  EXPECT_EQ(first.headers.at("retry-after"), "3");
  EXPECT_EQ(error_of(first), "busy");

  answer = control("POST", "/faults",
                   json::array({{{"action", "drop"}, {"applied", true}},
                                {{"action", "hang"}, {"path", "/x"}, {"count", "forever"}}}));
  EXPECT_EQ(answer["ids"], json::array({2, 3}));
  const json listed = control("GET", "/faults")["faults"];
  ASSERT_EQ(listed.size(), 3U);
  EXPECT_EQ(listed[0]["count"], 1);
  EXPECT_EQ(listed[1]["applied"], true);
  EXPECT_EQ(listed[2]["count"], "forever");
  EXPECT_EQ(listed[2]["path"], "/x");

  EXPECT_EQ(control("DELETE", "/faults")["removed"], 3);
  EXPECT_EQ(call("POST", "/relay/a", relay_config("a")).status, 201);
}

TEST_F(ControlTest, KnowsEveryAction) {
  for (const char* action : {"pass", "hang", "drop", "truncate", "garbage", "garbage_json",
                             "oversize", "reload_fails"}) {
    const json fault = {{"action", action},
                        {"delay_before_ms", 1},
                        {"delay_after_ms", 2},
                        {"size", 10},
                        {"host", "h"}};
    EXPECT_EQ(control("POST", "/faults", fault)["http_status"], 201) << action;
    EXPECT_EQ(sim->faults().rules().back().fault.after, std::chrono::milliseconds(2));
    EXPECT_EQ(to_string(sim->faults().rules().back().fault.action), action);
  }
}

TEST_F(ControlTest, RefusesAFaultThatItDoesNotUnderstand) {
  const json wrong[] = {5,
                        {{"action", "explode"}},
                        {{"action", "status"}},
                        {{"action", "status"}, {"status", 99}},
                        {{"acton", "drop"}},
                        {{"action", "drop"}, {"count", 0}},
                        {{"action", "drop"}, {"count", "always"}},
                        {{"action", "drop"}, {"delay_before_ms", -1}},
                        {{"action", "drop"}, {"method", 7}}};
  for (const json& fault : wrong) {
    const json answer = control("POST", "/faults", fault);
    EXPECT_EQ(answer["http_status"], 400) << fault;
    EXPECT_TRUE(answer.contains("error")) << fault;
  }
  const json half = json::array({{{"action", "drop"}}, {{"action", "explode"}}});
  EXPECT_EQ(control("POST", "/faults", half)["http_status"], 400);
  EXPECT_TRUE(sim->faults().rules().empty());
}

TEST_F(ControlTest, ShowsTheJournal) {
  call("POST", "/relay/a", relay_config("a"));
  send({"PATCH", "/relay/a?x=1", "{}", {}, {}});
  const json requests = control("GET", "/journal")["requests"];
  ASSERT_EQ(requests.size(), 2U);
  json first = requests[0];
  EXPECT_EQ(json::parse(first["body"].get<std::string>()), relay_config("a"));
  first.erase("body");
  const json expected = {{"seq", 1},
                         {"time_ms", clock.now().time_since_epoch().count()},
                         {"method", "POST"},
                         {"host", sim->api_host()},
                         {"path", "/relay/a"},
                         {"relay", "a"},
                         {"pubkey", robot.public_key().hex()},
                         {"fault", ""},
                         {"status", 201},
                         {"stage", "answered"},
                         {"applied", true}};
  EXPECT_EQ(first, expected);
  EXPECT_EQ(requests[1]["status"], 401);
  EXPECT_EQ(requests[1]["pubkey"], "");
  EXPECT_EQ(requests[1]["applied"], false);

  EXPECT_EQ(control("GET", "/journal?since=1")["requests"], json::array({requests[1]}));
  control("DELETE", "/journal");
  EXPECT_EQ(control("GET", "/journal")["requests"], json::array());
}

TEST_F(ControlTest, ShowsTheRelays) {
  call("POST", "/relay/a", relay_config("a"));
  const json relays = control("GET", "/relays")["relays"];
  ASSERT_EQ(relays.size(), 1U);
  const json expected = {{"config", held("a")}, {"creations", 1},
                         {"secret_changes", 0}, {"reloads", 1},
                         {"loaded", true},      {"members", {relay_config("a")["info"]["pubkey"]}}};
  EXPECT_EQ(relays["a"], expected);
}

TEST_F(ControlTest, ShowsTheStats) {
  call("POST", "/relay/a", relay_config("a"));
  call("POST", "/relay/a", relay_config("a"));
  call("GET", "/relay/a/members");
  call("DELETE", "/relay/a");
  sim->faults().add(Fault::drop());
  call("PATCH", "/relay/b", json::object());
  run_until([&] { return sim->traffic().in_flight() == 0; });
  const json expected = {{"http_status", 200},
                         {"requests", 5},
                         {"in_flight", 0},
                         {"max_in_flight", 1},
                         {"by_status", {{"0", 1}, {"200", 2}, {"201", 1}, {"409", 1}}},
                         {"watching", true},
                         {"reloads_waiting", 0},
                         {"relays",
                          {{"a",
                            {{"creations", 1},
                             {"secret_changes", 0},
                             {"reloads", 1},
                             {"writes", 3},
                             {"concurrent", 0},
                             {"max_concurrent", 1}}},
                           {"b",
                            {{"creations", 0},
                             {"secret_changes", 0},
                             {"reloads", 0},
                             {"writes", 1},
                             {"concurrent", 0},
                             {"max_concurrent", 1}}}}}};
  EXPECT_EQ(control("GET", "/stats"), expected);
}

TEST_F(ControlTest, SetsTheMembersOfARelay) {
  const std::string one = test_key(11).public_key().hex();
  const std::string two = test_key(12).public_key().npub();
  const json body = {{"members", {two, one, two}}};
  EXPECT_EQ(control("PUT", "/relays/a/members", body)["http_status"], 404);
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(control("PUT", "/relays/a/members", body)["http_status"], 200);
  json expected = {one, test_key(12).public_key().hex()};
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(json::parse(call("GET", "/relay/a/members").body)["members"], expected);

  EXPECT_EQ(control("PUT", "/relays/a/members", {{"members", json::array()}})["http_status"], 200);
  EXPECT_EQ(json::parse(call("GET", "/relay/a/members").body)["members"], json::array());
  EXPECT_EQ(control("PUT", "/relays/a/members", {{"members", {"x"}}})["http_status"], 400);
  EXPECT_EQ(control("PUT", "/relays/a/members", {{"members", 1}})["http_status"], 400);
}

TEST_F(ControlTest, WipesAllRelaysAndTheirFiles) {
  call("POST", "/relay/a", relay_config("a"));
  call("POST", "/relay/b", relay_config("b"));
  EXPECT_EQ(control("POST", "/wipe")["removed"], 2);
  EXPECT_TRUE(std::filesystem::is_empty(directory.path() / "config"));
  EXPECT_EQ(call("PATCH", "/relay/a", json::object()).status, 404);
  EXPECT_EQ(control("GET", "/stats")["relays"]["a"]["creations"], 1);
}

TEST_F(ControlTest, SetsTheClockWrong) {
  EXPECT_EQ(control("PUT", "/clock", {{"offset_seconds", 600}})["http_status"], 200);
  EXPECT_EQ(call("GET", "/relay/a/members").status, 401);
  EXPECT_EQ(control("PUT", "/clock", {{"offset_seconds", 0}})["http_status"], 200);
  EXPECT_EQ(call("GET", "/relay/a/members").status, 404);
  EXPECT_EQ(control("PUT", "/clock", {{"offset_seconds", "x"}})["http_status"], 400);
}

TEST_F(ControlTest, AnswersUnknownRoutesWith404) {
  EXPECT_EQ(control("GET", "/nothing")["http_status"], 404);
  EXPECT_EQ(control("POST", "/relays")["http_status"], 404);
}

}  // namespace
}  // namespace zooid_sim::test
