// The routes of the management API, and what each answers.
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

using ApiTest = SimTest;

TEST_F(ApiTest, CreatesARelayOnce) {
  const Received created = call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(created.status, 201);
  EXPECT_TRUE(json::parse(created.body).contains("message"));

  const Received again = call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(error_of(again), "relay with this id already exists");
}

TEST_F(ApiTest, SaysThatTheRelayExistsBeforeItLooksAtTheBody) {
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(call("POST", "/relay/a", json::object()).status, 409);
}

TEST_F(ApiTest, ReplacesAWholeConfigWithPut) {
  call("POST", "/relay/a", relay_config("a"));
  json config = relay_config("a");
  config["info"].erase("description");
  EXPECT_EQ(call("PUT", "/relay/a", config).status, 200);
  EXPECT_EQ(held("a")["info"]["description"], "");

  config.erase("secret");
  const Received incomplete = call("PUT", "/relay/a", config);
  EXPECT_EQ(incomplete.status, 400);
  EXPECT_EQ(error_of(incomplete), "secret is required");
}

TEST_F(ApiTest, PatchesAndKeepsTheSecret) {
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(call("PATCH", "/relay/a", {{"info", {{"name", "New"}}}}).status, 200);
  json expected = relay_config("a");
  EXPECT_EQ(held("a")["info"]["name"], "New");
  EXPECT_EQ(held("a")["info"]["icon"], expected["info"]["icon"]);
  EXPECT_EQ(held("a")["secret"], expected["secret"]);
}

TEST_F(ApiTest, DeletesARelay) {
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(call("DELETE", "/relay/a").status, 200);
  EXPECT_TRUE(held("a").is_null());
  EXPECT_EQ(call("DELETE", "/relay/a").status, 404);
}

TEST_F(ApiTest, DoesNotKnowARelayThatWasNotCreated) {
  const std::pair<const char*, const char*> requests[] = {{"PUT", "/relay/a"},
                                                          {"PATCH", "/relay/a"},
                                                          {"DELETE", "/relay/a"},
                                                          {"GET", "/relay/a/members"}};
  for (const auto& [method, path] : requests) {
    const Received answer = call(method, path);
    EXPECT_EQ(answer.status, 404) << method;
    EXPECT_EQ(error_of(answer), "relay not found") << method;
  }
}

TEST_F(ApiTest, RefusesASchemaOrHostThatAnotherRelayUses) {
  call("POST", "/relay/a", relay_config("a"));
  json same_schema = relay_config("b");
  same_schema["schema"] = "a";
  json same_host = relay_config("b");
  same_host["host"] = "a.example.com";

  Received answer = call("POST", "/relay/b", same_schema);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(error_of(answer), "schema \"a\" is already in use");
  answer = call("POST", "/relay/b", same_host);
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(error_of(answer), "host \"a.example.com\" is already in use");

  call("POST", "/relay/b", relay_config("b"));
  EXPECT_EQ(call("PUT", "/relay/b", same_schema).status, 409);
  answer = call("PATCH", "/relay/b", {{"host", "a.example.com"}});
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(error_of(answer), "host \"a.example.com\" is already in use");
}

TEST_F(ApiTest, AcceptsARelaysOwnSchemaAndHostAgain) {
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(call("PATCH", "/relay/a", relay_config("a")).status, 200);
}

TEST_F(ApiTest, ListsTheOwnerAsTheOnlyMember) {
  call("POST", "/relay/a", relay_config("a"));
  const Received answer = call("GET", "/relay/a/members");
  EXPECT_EQ(answer.status, 200);
  const json expected = {{"members", {relay_config("a")["info"]["pubkey"]}}};
  EXPECT_EQ(json::parse(answer.body), expected);
}

TEST_F(ApiTest, RefusesABodyOverOneMebibyte) {
  json config = relay_config("a");
  config["info"]["description"] = std::string(1'048'576, 'x');
  EXPECT_EQ(call("POST", "/relay/a", config).status, 400);
  config["info"]["description"] = std::string(1'000'000, 'x');
  EXPECT_EQ(call("POST", "/relay/a", config).status, 201);
}

TEST_F(ApiTest, RefusesIdsThatAreNoFileName) {
  for (const char* id : {"..", "a.b", "%2e%2e", "a%2Fb"}) {
    const Received answer = call("POST", std::string("/relay/") + id, relay_config("a"));
    EXPECT_EQ(answer.status, 400) << id;
  }
  EXPECT_EQ(call("POST", "/relay/" + std::string(65, 'a'), relay_config("a")).status, 400);
  EXPECT_EQ(call("POST", "/relay/" + std::string(64, 'a'), relay_config("a")).status, 201);
  EXPECT_EQ(call("POST", "/relay/../escaped", relay_config("b")).status, 400);
}

TEST_F(ApiTest, AnswersOtherPathsAndMethodsAsZooidDoes) {
  EXPECT_EQ(call("GET", "/relays").status, 404);
  EXPECT_EQ(call("POST", "/relay/").status, 400);
  EXPECT_EQ(call("GET", "/relay/a/config").status, 404);
  EXPECT_EQ(call("GET", "/relay/a").status, 405);
  EXPECT_EQ(call("POST", "/relay/a/members").status, 405);
  EXPECT_EQ(error_of(call("GET", "/relays")), "not found");
}

TEST_F(ApiTest, ServesManyRequestsOnOneConnection) {
  Outgoing outgoing{"GET", "/relay/a/members", {}, {}, {}};
  outgoing.headers.push_back(token(outgoing));
  std::shared_ptr<Client> connection;
  for (int i = 0; i < 3; ++i) {
    const auto pending = begin(outgoing, connection);
    run_until([&] { return pending->done; });
    EXPECT_EQ(pending->received.status, 404);
    connection = pending->client;
  }
}

TEST_F(ApiTest, DatesItsAnswersByItsOwnClock) {
  clock.jump(std::chrono::sys_days(std::chrono::year(2026) / 11 / 6) + std::chrono::hours(8) -
             clock.now());
  EXPECT_EQ(call("GET", "/relay/a/members").headers.at("date"), "Fri, 06 Nov 2026 08:00:00 GMT");
  sim->set_clock_offset(std::chrono::seconds(30));
  EXPECT_EQ(call("GET", "/relay/a/members").headers.at("date"), "Fri, 06 Nov 2026 08:00:30 GMT");
}

}  // namespace
}  // namespace zooid_sim::test
