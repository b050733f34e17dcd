// The admin API as its clients see it, over loopback: who is let in, and what the routes answer.
#include <map>

#include "tender/model/sync_detail.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/store/transaction.hpp"

#include "admin_fixture.hpp"
#include "support/metric_value.hpp"

namespace tender::admin {
namespace {

using namespace std::chrono_literals;
using http::Method;
using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(AdminApi, LetsInWhoHasTheTokenOrAKey) {
  EXPECT_EQ(ask(Method::get, "/v1/status").status, 200);
  EXPECT_EQ(ask_as(owner, Method::get, "/v1/relays?limit=5").status, 200);
  EXPECT_EQ(ask_as(reader, Method::get, "/v1/status").status, 200);
}

TEST_F(AdminApi, LetsNobodyElseIn) {
  authorization = "";
  const http::Response response = ask(Method::get, "/v1/status");
  EXPECT_THAT(problem(401, response), HasSubstr("send an Authorization header"));
  EXPECT_EQ(response.header("WWW-Authenticate"), "Nostr, Bearer");
  authorization = "Bearer open";
  EXPECT_THAT(problem(401, ask(Method::get, "/v1/status")), HasSubstr("not the bearer token"));
  const auto stranger = nostr::SecretKey::parse(std::string(63, '0') + "5");
  EXPECT_THAT(problem(401, ask_as(stranger, Method::get, "/v1/status")),
              HasSubstr("is not in ADMIN_PUBKEYS"));
  authorization = "";
  EXPECT_EQ(ask(Method::get, "/v1/none").status, 401);
}

TEST_F(AdminApi, SaysWhenNobodyCanBeLetIn) {
  env.admin.token = Secret();
  env.admin.pubkeys.clear();
  restart();
  authorization = "";
  EXPECT_THAT(problem(401, ask(Method::get, "/v1/status")),
              HasSubstr("set ADMIN_PUBKEYS or ADMIN_TOKEN_FILE"));
}

TEST_F(AdminApi, LetsReadersReadOnly) {
  EXPECT_THAT(problem(403, ask_as(reader, Method::post, "/v1/relays", "{}")),
              HasSubstr("may only read"));
  EXPECT_EQ(sidecar.query().count_relays().total, 0);
}

TEST_F(AdminApi, LetsTheCommandLineReadWithTheRobotsKey) {
  EXPECT_EQ(ask_as(env.robot_key, Method::get, "/v1/status").status, 200);
  EXPECT_EQ(ask_as(env.robot_key, Method::put, "/v1/pause", "{}").status, 403);
}

TEST_F(AdminApi, AcceptsABodyOnlyIfItWasSigned) {
  const std::string signed_body = json{{"tenant", test::kTenant}, {"subdomain", "blue"}}.dump();
  authorization =
      nostr::make_http_auth(owner, random, clock.now(), url("/v1/relays"), "POST", signed_body);
  const std::string other = json{{"tenant", test::kTenant}, {"subdomain", "green"}}.dump();
  EXPECT_THAT(problem(401, ask(Method::post, "/v1/relays", other)), HasSubstr("payload"));
  EXPECT_EQ(sidecar.query().count_relays().total, 0);
}

TEST_F(AdminApi, TakesEachTokenOnce) {
  EXPECT_EQ(ask_as(owner, Method::get, "/v1/status").status, 200);
  EXPECT_THAT(problem(401, ask(Method::get, "/v1/status")), HasSubstr("used already"));
}

TEST_F(AdminApi, AnswersOnlyRequestsThatAreMeantForIt) {
  host = "tender.evil.example";
  EXPECT_THAT(problem(421, ask(Method::get, "/v1/status")), HasSubstr("names another server"));
  host = "localhost:" + std::to_string(http::Url::parse(url("/")).port());
  EXPECT_EQ(ask(Method::get, "/v1/status").status, 200);
  more = {{"Origin", "http://evil.example"}};
  EXPECT_THAT(problem(403, ask(Method::get, "/v1/status")), HasSubstr("page of another site"));
  more = {{"Origin", "http://" + host}};
  EXPECT_EQ(ask(Method::get, "/v1/status").status, 200);
}

// A token for another server could be sent on to this one under that server's name.
TEST_F(AdminApi, AcceptsTokensOnlyForTheAddressOnWhichItListens) {
  const auto ask_under = [&](const std::string& name) {
    host = name;
    authorization = nostr::make_http_auth(owner, random, clock.now(),
                                          "http://" + name + "/v1/status", "GET", "");
    return ask(Method::get, "/v1/status");
  };
  const std::string port = std::to_string(http::Url::parse(url("/")).port());
  EXPECT_EQ(ask_under("127.0.0.1:" + port).status, 200);
  EXPECT_EQ(ask_under("localhost:" + port).status, 200);
  EXPECT_THAT(problem(401, ask_under("127.0.0.1:1")), HasSubstr("set ADMIN_URL"));
  EXPECT_THAT(problem(401, ask_under("10.0.0.1:" + port)), HasSubstr("set ADMIN_URL"));
  EXPECT_THAT(problem(401, ask_under("127.0.0.1")), HasSubstr("set ADMIN_URL"));
}

TEST_F(AdminApi, AcceptsTokensForAdminUrlUnderAnyOfItsNames) {
  env.admin.url = http::Url::parse("https://tender.example/api");
  restart();
  authorization = nostr::make_http_auth(owner, random, clock.now(),
                                        "https://tender.example/api/v1/status", "GET", "");
  host = "tender.example";
  EXPECT_EQ(ask(Method::get, "/v1/status").status, 200);
  host = "";
  EXPECT_THAT(problem(401, ask_as(owner, Method::get, "/v1/status")),
              HasSubstr("sign https://tender.example/api/v1/status"));
}

TEST_F(AdminApi, ListensOnAUnixSocket) {
  env.admin.bind = http::UnixAddress{directory.path() / "admin.sock"};
  http::ClientOptions options;
  options.unix_socket = directory.path() / "admin.sock";
  restart(std::move(options));
  const auto ask_for = [&](const std::string& target) {
    http::Request request(Method::get, http::Url::parse("http://localhost" + target));
    request.headers = {{"Authorization", authorization}};
    return send(std::move(request));
  };
  EXPECT_EQ(ask_for("/v1/status").status, 200);
  authorization = nostr::make_http_auth(owner, random, clock.now(),
                                        "http://localhost/v1/relays?limit=5", "GET", "");
  EXPECT_EQ(ask_for("/v1/relays?limit=5").status, 200);
}

TEST_F(AdminApi, ShowsItsHealthToEverybody) {
  authorization = "";
  host = "tender";
  EXPECT_EQ(ask(Method::get, "/healthz").body, "ok\n");
  const http::Response standby = ask(Method::get, "/readyz");
  EXPECT_EQ(standby.status, 503);
  EXPECT_THAT(standby.body, HasSubstr("on standby"));
  EXPECT_EQ(ask(Method::post, "/healthz").status, 421);
  EXPECT_EQ(ask(Method::get, "/readyz?verbose").status, 421);
  host = "";
  EXPECT_EQ(ask(Method::get, "/readyz?verbose").status, 401);
}

TEST_F(AdminApi, IsReadyWhenTheSidecarWorksAlsoWithoutZooid) {
  boost::asio::co_spawn(io, sidecar.run(),
                        [this](const std::exception_ptr&, bool) { sidecar_ended = true; });
  run_until([&] { return sidecar.condition().begun; });
  EXPECT_EQ(ask(Method::get, "/readyz").body, "ok\n");
  outbox::DestinationState down;
  outbox::write_destination_state(database, "zooid", down);
  EXPECT_THAT(ask(Method::get, "/readyz?verbose").body,
              HasSubstr("zooid is usable; no answer yet"));
  down.answered_at = clock.now() - 3h;
  outbox::write_destination_state(database, "zooid", down);
  EXPECT_THAT(ask(Method::get, "/readyz?verbose").body,
              HasSubstr("zooid is usable; last answered 3 h ago"));
  down.failing_since = clock.now();
  down.probe_at = clock.now() + 5s;
  down.reason = "connection refused";
  outbox::write_destination_state(database, "zooid", down);
  const http::Response degraded = ask(Method::get, "/readyz");
  EXPECT_EQ(degraded.status, 200);
  EXPECT_EQ(degraded.body, "degraded\nzooid is unusable\n");
  EXPECT_THAT(ask(Method::get, "/readyz?verbose").body,
              HasSubstr("degraded: zooid is unusable: connection refused"));
  sidecar.stop();
  EXPECT_EQ(ask(Method::get, "/readyz").status, 503);
  run_until([&] {
    clock.advance(1s);
    return sidecar_ended;
  });
}

TEST_F(AdminApi, CreatesShowsAndChangesRelays) {
  const http::Response created =
      ask(Method::post, "/v1/relays",
          json{{"tenant", test::kTenant}, {"subdomain", "blue"}, {"push_enabled", false}}.dump());
  EXPECT_EQ(created.status, 201);
  const json relay = json::parse(created.body);
  EXPECT_EQ(created.header("Location"), "/v1/relays/" + relay.at("id").get<std::string>());
  EXPECT_EQ(relay["push_enabled"], false);
  EXPECT_EQ(relay["state"], "pending");
  EXPECT_EQ(ok(Method::get, "/v1/relays/blue"), relay);
  const json changed = ok(Method::patch, "/v1/relays/blue",
                          json{{"info_name", "Blue"}, {"admins", {test::kTenant}}}.dump());
  EXPECT_EQ(changed["info_name"], "Blue");
  EXPECT_EQ(changed["admins"], json::array({test::kTenant}));
  create("plain");
  EXPECT_EQ(
      ask(Method::post, "/v1/relays",
          json{{"tenant", test::kTenant}, {"subdomain", "new"}, {"admins", json::array()}}.dump())
          .status,
      201);
  EXPECT_THAT(problem(422, ask(Method::patch, "/v1/relays/plain", R"({"admins":[]})")),
              HasSubstr("never told"));
  EXPECT_EQ(ok(Method::patch, "/v1/relays/blue", R"({"admins":[]})")["admins"], json::array());
  EXPECT_EQ(ok(Method::post, "/v1/relays/blue/deactivate")["status"], "inactive");
  EXPECT_EQ(ok(Method::post, "/v1/relays/blue/activate")["status"], "active");
  EXPECT_EQ(ok(Method::delete_, "/v1/relays/blue")["status"], "deleted");
}

TEST_F(AdminApi, RecordsWhoCausedWhat) {
  create("blue");
  ask_as(owner, Method::post, "/v1/relays/blue/deactivate");
  const auto rows = sidecar.query().list_latest_activity(std::nullopt, 10);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].principal, "token");
  EXPECT_EQ(rows[1].principal, owner.public_key().npub());
}

TEST_F(AdminApi, SaysWhatIsWrongWithARequest) {
  create("blue");
  EXPECT_THAT(problem(404, ask(Method::get, "/v1/relays/green")), HasSubstr("no relay \"green\""));
  EXPECT_THAT(problem(400, ask(Method::post, "/v1/relays", "[]")), HasSubstr("not a JSON object"));
  EXPECT_THAT(
      problem(400, ask(Method::patch, "/v1/relays/blue",
                       R"({"info_name":1,"push_enabled":"yes","id":"x","tenant":"?"})")),
      testing::AllOf(HasSubstr("\"id\" is not a field that can be set"),
                     HasSubstr("info_name is not a text"),
                     HasSubstr("push_enabled is neither true nor false"), HasSubstr("tenant is")));
  EXPECT_THAT(problem(422, ask(Method::post, "/v1/relays",
                               json{{"tenant", test::kTenant}, {"subdomain", "blue"}}.dump())),
              HasSubstr("belongs to relay"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/relays?limit=0")), HasSubstr("give 1 to 1000"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/relays?cursor=x")), HasSubstr("begin again"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/relays?cursor=x.y")), HasSubstr("begin again"));
  EXPECT_THAT(problem(400, ask(Method::patch, "/v1/relays/blue", "{}")), HasSubstr("no field"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/dead-letters?all=1")), HasSubstr("all=true"));
  EXPECT_THAT(problem(404, ask(Method::get, "/v1/none")), HasSubstr("no such route"));
  const http::Response wrong = ask(Method::put, "/v1/relays");
  EXPECT_THAT(problem(405, wrong), HasSubstr("does not have that method"));
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD, POST");
}

TEST_F(AdminApi, RefusesParametersThatTheRouteDoesNotHave) {
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/relays?limt=1")),
              HasSubstr("an unknown parameter \"limt\"; did you mean limit?"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/outbox?limit=1&colour=red")),
              HasSubstr("\"colour\"; this route has limit, cursor"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/status?verbose")), HasSubstr("no parameters"));
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/outbox?limit=1&limit=2")),
              HasSubstr("limit twice"));
  EXPECT_EQ(ask(Method::get, "/healthz?ts=1").status, 200);  // as load balancers add them
  for (const char* const target : {"/v1/relays?force=true", "/v1/relays/blue/sync?wait_for=1s"}) {
    EXPECT_EQ(ask(Method::post, target, "{}").status, 400) << target;
  }
  EXPECT_EQ(ask(Method::get, "/v1/events?from=1").status, 400);
  EXPECT_EQ(sidecar.query().last_activity_seq(), 0);
}

TEST_F(AdminApi, DoesARequestOnceThatIsSentAgain) {
  more = {{"Idempotency-Key", "k1"}};
  const std::string body = json{{"tenant", test::kTenant}, {"subdomain", "blue"}}.dump();
  const http::Response first = ask(Method::post, "/v1/relays", body);
  const http::Response again = ask(Method::post, "/v1/relays", body);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(sidecar.query().last_activity_seq(), 1);
  EXPECT_THAT(problem(422, ask(Method::post, "/v1/relays", "{}")),
              HasSubstr("used for another request"));
  EXPECT_THAT(problem(422, ask_as(owner, Method::post, "/v1/relays", body)),
              HasSubstr("belongs to relay"));  // another one's key is another key
  authorization = std::string("Bearer ") + kSesame;
  clock.advance(25h);
  EXPECT_THAT(problem(422, ask(Method::post, "/v1/relays", body)), HasSubstr("belongs to relay"));
  more = {{"Idempotency-Key", "two words"}};
  EXPECT_THAT(problem(400, ask(Method::post, "/v1/relays", body)), HasSubstr("Idempotency-Key"));
}

TEST_F(AdminApi, KeepsNoAnswerOfARequestThatFailed) {
  more = {{"Idempotency-Key", "k1"}};
  const std::string pause = R"({"until":1})";
  EXPECT_EQ(ask(Method::put, "/v1/pause", pause).status, 422);
  EXPECT_EQ(ask(Method::put, "/v1/pause", R"({"reason":"now"})").status, 200);
}

TEST_F(AdminApi, SaysWhyItCannotListMembers) {
  create("blue");
  EXPECT_THAT(problem(503, ask(Method::get, "/v1/relays/blue/members")), HasSubstr("on standby"));
  EXPECT_EQ(ask(Method::get, "/v1/relays/green/members").status, 404);
}

TEST_F(AdminApi, AsksForASyncWithoutWaiting) {
  create("blue");
  const http::Response asked = ask(Method::post, "/v1/relays/blue/sync", R"({"recreate":true})");
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(json::parse(asked.body)["result"], "waiting");
  const Activity newest = sidecar.query().list_latest_activity(std::nullopt, 1).front();
  EXPECT_EQ(newest.activity_type, "reconcile_relay");
  EXPECT_EQ(newest.principal, "token");
  EXPECT_TRUE(read_reconcile_detail(newest).recreate);
  EXPECT_TRUE(read_reconcile_detail(newest).forced);
  EXPECT_THAT(problem(400, ask(Method::post, "/v1/relays/blue/sync", R"({"forced":true})")),
              HasSubstr("\"forced\""));
  EXPECT_THAT(problem(400, ask(Method::post, "/v1/relays/blue/sync?wait=2m")),
              HasSubstr("up to a minute"));
  EXPECT_EQ(ask(Method::post, "/v1/relays/green/sync?wait=1s").status, 404);
}

TEST_F(AdminApi, GivesTheFirstResultToWhoWaitsForASync) {
  create("blue");
  boost::asio::co_spawn(io, sidecar.run(),
                        [this](const std::exception_ptr&, bool) { sidecar_ended = true; });
  const http::Response failed = ask(Method::post, "/v1/relays/blue/sync?wait=30s");
  EXPECT_EQ(failed.status, 200);
  EXPECT_EQ(json::parse(failed.body)["result"], "failed");
  EXPECT_THAT(failed.body, HasSubstr("connection refused"));
  sidecar.stop();
  run_until([&] {
    clock.advance(1s);
    return sidecar_ended;
  });
}

TEST_F(AdminApi, RecordsThatWhoeverWaitedForASyncHadLeft) {
  create("blue");
  auto leaving = std::make_unique<http::Client>(io.get_executor(), http::ClientOptions());
  http::Request request(Method::post, http::Url::parse(url("/v1/relays/blue/sync?wait=30s")));
  request.headers.push_back({"Authorization", authorization});
  bool left = false;
  boost::asio::co_spawn(io, leaving->exchange(std::move(request)),
                        [&](const std::exception_ptr&, const http::Exchange&) { left = true; });
  const auto newest = [&] { return sidecar.query().list_latest_activity(std::nullopt, 1).front(); };
  run_until([&] { return newest().activity_type == "reconcile_relay"; });
  const std::int64_t asked = newest().seq;
  leaving->stop();
  run_until([&] { return left; });
  boost::asio::co_spawn(io, sidecar.run(),
                        [this](const std::exception_ptr&, bool) { sidecar_ended = true; });
  run_until([&] { return newest().activity_type == "abandon_execution"; });
  EXPECT_EQ(newest().principal, "token");
  EXPECT_EQ(json::parse(newest().detail), (json{{"asked_seq", asked}, {"result", "failed"}}));
  sidecar.stop();
  run_until([&] {
    clock.advance(1s);
    return sidecar_ended;
  });
}

TEST_F(AdminApi, DoesNotWaitLongerForASyncThanItIsTold) {
  create("blue");
  http::Request request(Method::post, http::Url::parse(url("/v1/relays/blue/sync?wait=10s")));
  request.headers.push_back({"Authorization", authorization});
  std::optional<http::Exchange> exchange;
  boost::asio::co_spawn(
      io, client->exchange(std::move(request)),
      [&](const std::exception_ptr&, http::Exchange result) { exchange = std::move(result); });
  run_until([&] {
    return sidecar.query().list_latest_activity(std::nullopt, 1).front().activity_type ==
           "reconcile_relay";
  });
  clock.advance(9s);
  EXPECT_FALSE(exchange);
  clock.advance(1s);
  run_until([&] { return exchange.has_value(); });
  const auto& response = std::get<http::Response>(exchange->result);
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(json::parse(response.body)["result"], "waiting");
}

TEST_F(AdminApi, DoesNotWaitForASyncThatCannotCome) {
  create("blue");
  outbox::DestinationState down;
  down.failing_since = clock.now();
  down.probe_at = clock.now() + 5s;
  down.reason = "connection refused";
  outbox::write_destination_state(database, "zooid", down);
  EXPECT_THAT(ask(Method::post, "/v1/relays/blue/sync").body, HasSubstr("connection refused"));
  ok(Method::put, "/v1/pause");
  const http::Response paused = ask(Method::post, "/v1/relays/blue/sync?wait=10s");
  EXPECT_EQ(paused.status, 202);
  EXPECT_THAT(paused.body, HasSubstr("tender is paused"));
}

TEST_F(AdminApi, PausesAndResumes) {
  const json paused = ok(Method::put, "/v1/pause", R"({"reason":"maintenance"})");
  EXPECT_EQ(paused["pause"]["reason"], "maintenance");
  EXPECT_TRUE(store::PauseTable(database).find(clock.now()).has_value());
  EXPECT_TRUE(ok(Method::get, "/v1/status")["pause"].is_object());
  EXPECT_TRUE(ok(Method::delete_, "/v1/pause")["pause"].is_null());
  EXPECT_TRUE(ok(Method::delete_, "/v1/pause")["pause"].is_null());
  EXPECT_THAT(problem(400, ask(Method::put, "/v1/pause", R"({"until":9300000000000000000})")),
              HasSubstr("until"));
  EXPECT_THAT(problem(400, ask(Method::put, "/v1/pause", R"({"untill":1})")), HasSubstr("untill"));
  EXPECT_THAT(problem(422, ask(Method::put, "/v1/pause", R"({"until":1})")),
              HasSubstr("has passed"));
}

TEST_F(AdminApi, ListsRetriesAndDiscardsDeadLetters) {
  const std::string id = create("blue");
  outbox::DeadLetters letters(database);
  const auto add = [&] {
    letters.add("relay_sync", id, outbox::DeadLetterReason::rejected, "boom", 1, 1, clock.now());
  };
  add();
  const json listed = ok(Method::get, "/v1/dead-letters")["dead_letters"];
  EXPECT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["subdomain"], "blue");
  EXPECT_EQ(ok(Method::post, "/v1/dead-letters/blue/retry")["resolution"], "retried");
  EXPECT_EQ(sidecar.query().list_latest_activity(std::nullopt, 1).front().activity_type,
            "reconcile_relay");
  add();
  EXPECT_EQ(ok(Method::post, "/v1/dead-letters/2/discard")["resolution"], "discarded");
  const Activity newest = sidecar.query().list_latest_activity(RelayId{id}, 1).front();
  EXPECT_EQ(newest.activity_type, "discard_dead_letter");
  EXPECT_EQ(newest.principal, "token");
  EXPECT_THAT(problem(409, ask(Method::post, "/v1/dead-letters/2/discard")),
              HasSubstr("already discarded"));
  EXPECT_THAT(problem(404, ask(Method::post, "/v1/dead-letters/7/retry")),
              HasSubstr("no dead letter"));
  const json page = ok(Method::get, "/v1/dead-letters?all=true&limit=1");
  EXPECT_EQ(page["next_cursor"], "1");
  EXPECT_EQ(ok(Method::get, "/v1/dead-letters?all=true&cursor=1")["dead_letters"].size(), 1U);
}

TEST_F(AdminApi, ListsAndCancelsScheduledCommands) {
  const std::string id = create("blue");
  for (int i = 1; i <= 2; ++i) {
    Schedule wanted =
        schedule_of({.command = ScheduledCommand::deactivate_relay, .relay = RelayId{id}});
    wanted.next_at = clock.now() + std::chrono::hours(i);
    sidecar.command().create_schedule(wanted);
  }
  const json page = ok(Method::get, "/v1/schedules?limit=1");
  EXPECT_EQ(page["schedules"][0]["command"], "deactivate_relay");
  EXPECT_EQ(page["schedules"][0]["subdomain"], "blue");
  EXPECT_EQ(page["next_cursor"], "1");
  EXPECT_EQ(ok(Method::get, "/v1/schedules?cursor=1")["schedules"].size(), 1U);
  EXPECT_EQ(ok(Method::delete_, "/v1/schedules/1")["state"], "cancelled");
  const Activity newest = sidecar.query().list_latest_activity(std::nullopt, 1).front();
  EXPECT_EQ(newest.activity_type, "cancel_schedule");
  EXPECT_EQ(newest.principal, "token");
  EXPECT_THAT(problem(409, ask(Method::delete_, "/v1/schedules/1")),
              HasSubstr("cancelled already"));
  EXPECT_THAT(problem(404, ask(Method::delete_, "/v1/schedules/7")), HasSubstr("no schedule 7"));
  problem(404, ask(Method::delete_, "/v1/schedules/blue"));
  problem(400, ask(Method::get, "/v1/schedules?all=perhaps"));
  EXPECT_EQ(ok(Method::get, "/v1/schedules")["schedules"].size(), 1U);
  EXPECT_EQ(ok(Method::get, "/v1/schedules?all=true")["schedules"].size(), 2U);
}

TEST_F(AdminApi, ResolvesAllLettersOfAReasonIfThereAreAsManyAsTheCallerSays) {
  outbox::DeadLetters letters(database);
  using Reason = outbox::DeadLetterReason;
  for (const auto& [name, reason] : std::map<std::string, Reason>{
           {"one", Reason::lost}, {"two", Reason::lost}, {"three", Reason::rejected}}) {
    letters.add("relay_sync", create(name), reason, "boom", 1, 1, clock.now());
  }
  const std::string lost = R"({"reason":"lost","count":)";
  EXPECT_THAT(problem(409, ask(Method::post, "/v1/dead-letters/retry", lost + "3}")),
              HasSubstr("2 open letters match, not 3"));
  EXPECT_EQ(letters.count_open(), 3);
  EXPECT_EQ(ok(Method::post, "/v1/dead-letters/retry", lost + "2.0}")["count"], 2);
  EXPECT_EQ(sidecar.query().list_latest_activity(std::nullopt, 1).front().activity_type,
            "reconcile_relay");
  EXPECT_EQ(ok(Method::post, "/v1/dead-letters/discard", R"({"count":1})")["count"], 1);
  EXPECT_EQ(letters.count_open(), 0);
  for (const char* const body : {"", R"({"reason":"lost"})", R"({"count":0})", R"({"count":1001})",
                                 R"({"count":"1"})", R"({"count":1.5})", R"({"count":1e300})",
                                 R"({"count":1,"reason":"none"})", R"({"count":1,"tenant":"x"})"}) {
    EXPECT_EQ(ask(Method::post, "/v1/dead-letters/discard", body).status, 400) << body;
  }
}

TEST_F(AdminApi, DoesNotWaitLongForTheLockOfAnotherProgram) {
  create("blue");
  store::Database other(path, clock, {});
  const store::Transaction theirs(other);
  const http::Response refused = ask(Method::post, "/v1/relays/blue/deactivate");
  EXPECT_THAT(problem(503, refused), HasSubstr("locked"));
  EXPECT_EQ(refused.header("Retry-After"), "1");
  EXPECT_EQ(ask(Method::get, "/v1/relays/blue").status, 200);
}

TEST_F(AdminApi, TellsTheSidecarOfADiskThatIsFull) {
  boost::asio::co_spawn(io, sidecar.run(),
                        [this](const std::exception_ptr&, bool) { sidecar_ended = true; });
  run_until([&] { return sidecar.condition().begun; });
  vfs.fail(test::DiskOperation::write, SQLITE_FULL);
  EXPECT_EQ(ask(Method::put, "/v1/pause").status, 503);
  EXPECT_TRUE(sidecar.condition().outage);
  const http::Response unready = ask(Method::get, "/readyz");
  EXPECT_EQ(unready.status, 503);
  EXPECT_THAT(unready.body, testing::Not(HasSubstr("full")));
  EXPECT_THAT(ask(Method::get, "/readyz?verbose").body,
              HasSubstr("database or disk is full; free some space"));
  EXPECT_THAT(problem(503, ask(Method::put, "/v1/pause")), HasSubstr("nothing was written"));
  vfs.heal();
  run_until([&] {
    clock.advance(1s);
    return !sidecar.condition().outage;
  });
  EXPECT_EQ(ask(Method::put, "/v1/pause").status, 200);
  sidecar.stop();
  run_until([&] {
    clock.advance(1s);
    return sidecar_ended;
  });
}

TEST_F(AdminApi, ReadsNoBodyOfThoseWhoAreNotKnown) {
  authorization = "";
  EXPECT_EQ(ask(Method::get, "/readyz", "hello").status, 413);
  EXPECT_EQ(ask(Method::get, "/healthz", "hello").status, 413);
}

TEST_F(AdminApi, ListsTheOutboxInPages) {
  outbox::Outbox outbox(database);
  outbox::Job job;
  job.kind = "relay_sync";
  job.destination = "zooid";
  for (const char* const key : {"a", "b", "c"}) {
    job.key = key;
    outbox.enqueue(job, clock.now());
  }
  const json first = ok(Method::get, "/v1/outbox?limit=2");
  EXPECT_EQ(first["work"].size(), 2U);
  EXPECT_EQ(first["work"][1]["relay_id"], "b");
  EXPECT_EQ(first["work"][1]["state"], "due");
  const json second =
      ok(Method::get, "/v1/outbox?limit=2&cursor=" + first["next_cursor"].get<std::string>());
  EXPECT_EQ(second["work"][0]["relay_id"], "c");
  EXPECT_TRUE(second["next_cursor"].is_null());
  EXPECT_EQ(ask(Method::get, "/v1/outbox?cursor=x").status, 400);
}

TEST_F(AdminApi, DoesNotGuessWhichLetterANumberMeans) {
  const std::string id = "1";
  database.execute("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('1', '" +
                   std::string(test::kTenant) + "', 'blue', 'blue')");
  outbox::DeadLetters letters(database);
  for (const std::string& key : {std::string("gone"), id}) {
    letters.add("relay_sync", key, outbox::DeadLetterReason::rejected, "boom", 1, 1, clock.now());
  }
  EXPECT_THAT(problem(404, ask(Method::post, "/v1/dead-letters/1/discard")),
              HasSubstr("give the number of the relay's, 2, or the id of the other's relay, gone"));
  const json discarded = ok(Method::post, "/v1/dead-letters/gone/discard");
  EXPECT_EQ(discarded["id"], 1);
  EXPECT_TRUE(discarded["subdomain"].is_null());
  EXPECT_EQ(ok(Method::post, "/v1/dead-letters/1/discard")["id"], 2);
}

TEST_F(AdminApi, ListsTheActivityLog) {
  create("blue");
  create("green");
  EXPECT_EQ(ok(Method::get, "/v1/activity")["activity"].size(), 2U);
  const json later = ok(Method::get, "/v1/activity?after=1");
  EXPECT_EQ(later["activity"].size(), 1U);
  EXPECT_EQ(later["last_seq"], 2);
  EXPECT_EQ(ok(Method::get, "/v1/activity?relay=blue")["activity"].size(), 1U);
  EXPECT_THAT(problem(400, ask(Method::get, "/v1/activity?after=x")), HasSubstr("give 0 or more"));
}

TEST_F(AdminApi, ShowsItsMetricsToEverybody) {
  authorization = "";
  host = "tender";
  const http::Response response = ask(Method::get, "/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("tender_build_info{version="));
}

TEST_F(AdminApi, ShowsItsMetricsOnlyToThoseWhoMayUseItIfAskedTo) {
  env.admin.metrics_auth = true;
  stop();
  ended = false;
  server.reset();
  http::Client fresh(io.get_executor(), {});
  start();
  const auto status = [&](const std::string& authorized) {
    std::optional<http::Exchange> exchange;
    http::Request request(Method::get, http::Url::parse(url("/metrics")));
    request.headers.push_back({"Authorization", authorized});
    boost::asio::co_spawn(
        io, fresh.exchange(std::move(request)),
        [&](const std::exception_ptr&, http::Exchange result) { exchange = std::move(result); });
    run_until([&] { return exchange.has_value(); });
    return std::get<http::Response>(exchange->result).status;
  };
  EXPECT_EQ(status("Bearer none"), 401);
  EXPECT_EQ(status(authorization), 200);
}

TEST_F(AdminApi, CountsRequestsByRouteAndCode) {
  create("blue");
  ask(Method::get, "/v1/relays/blue");
  ask(Method::get, "/v1/relays/green");
  ask(Method::get, "/v1/none");
  authorization = "";
  ask(Method::get, "/v1/relays/blue");
  const auto count = [this](const std::string& route, const std::string& code) {
    return test::metric(sidecar.metrics(), "tender_http_requests_total{code=\"" + code +
                                               "\",route=\"" + route + "\"}");
  };
  EXPECT_EQ(count("POST /v1/relays", "201"), 1);
  EXPECT_EQ(count("GET /v1/relays/{relay}", "200"), 1);
  EXPECT_EQ(count("GET /v1/relays/{relay}", "404"), 1);
  EXPECT_EQ(count("GET /v1/relays/{relay}", "401"), 1);
  EXPECT_EQ(count("none", "404"), 1);
}

}  // namespace
}  // namespace tender::admin
