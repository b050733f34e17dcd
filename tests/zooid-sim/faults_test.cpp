// Each fault as the client meets it, and what the relay's config is afterwards.
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

struct FaultsTest : SimTest {
  const RequestEvent& last() { return sim->journal().events().rbegin()->second; }

  std::shared_ptr<Pending> begin_create() {
    return begin_call("POST", "/relay/a", relay_config("a"));
  }
  Received create() { return call("POST", "/relay/a", relay_config("a")); }
  bool exists() { return !held("a").is_null(); }
  // Received, and past its hook: whatever waits is waiting now.
  void run_until_received() {
    run_until([&] { return sim->traffic().in_flight() == 1; });
  }
};

TEST_F(FaultsTest, AnswersWithAStatusInsteadOfTheWork) {
  sim->faults().add(Fault::answer(503).header("Retry-After", "7"));
  const Received answer = create();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.at("retry-after"), "7");
  EXPECT_TRUE(answer.headers.contains("date"));
  EXPECT_EQ(error_of(answer), "injected fault");
  EXPECT_FALSE(exists());
  EXPECT_EQ(create().status, 201) << "the fault is used up";
}

TEST_F(FaultsTest, AnswersWithItsOwnBodyAndDate) {
  sim->faults().add(Fault::answer(404, "404 page not found\n").header("Date", "yesterday"));
  const Received answer = create();
  EXPECT_EQ(answer.body, "404 page not found\n");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.headers.at("date"), "yesterday");
}

TEST_F(FaultsTest, AnswersWithAStatusAfterTheWork) {
  sim->faults().add(Fault::answer(500).applied());
  EXPECT_EQ(create().status, 500);
  EXPECT_TRUE(exists());
  EXPECT_EQ(create().status, 409) << "a lost answer: the next POST meets the relay";
}

TEST_F(FaultsTest, MeetsOnlyWhatFitsItsRule) {
  sim->faults().add(Fault::answer(500).on("PATCH").relay("a"));
  sim->faults().add(Fault::answer(502).host("b.example.com"));
  sim->faults().add(Fault::answer(504).path("/relay/b/members"));
  EXPECT_EQ(create().status, 201);
  EXPECT_EQ(call("PATCH", "/relay/b", json::object()).status, 404);
  EXPECT_EQ(call("GET", "/relay/b/members").status, 504);
  EXPECT_EQ(send({"GET", "/", {}, "b.example.com", {}}).status, 502);
  EXPECT_EQ(call("PATCH", "/relay/a", json::object()).status, 500);
  EXPECT_TRUE(sim->faults().rules().empty());
}

TEST_F(FaultsTest, CountsDownAndLastsForever) {
  sim->faults().add(Fault::answer(500).times(2));
  sim->faults().add(Fault::answer(502).forever());
  std::vector<int> statuses;
  for (int i = 0; i < 4; ++i) {
    statuses.push_back(create().status);
  }
  EXPECT_EQ(statuses, (std::vector<int>{500, 500, 502, 502}));
  EXPECT_EQ(sim->faults().clear(), 1U);
  EXPECT_EQ(create().status, 201);
}

TEST_F(FaultsTest, DelaysBeforeTheWork) {
  sim->faults().add(Fault::pass().delay_before(5s));
  const auto pending = begin_create();
  run_until_received();
  EXPECT_FALSE(exists());
  clock.advance(4999ms);
  EXPECT_FALSE(exists());
  clock.advance(1ms);
  EXPECT_TRUE(exists());
  run_until([&] { return pending->done; });
  EXPECT_EQ(pending->received.status, 201);
}

TEST_F(FaultsTest, DelaysAfterTheWork) {
  sim->faults().add(Fault::pass().delay_after(5s));
  const auto pending = begin_create();
  run_until_received();
  EXPECT_TRUE(exists());
  EXPECT_EQ(last().stage, Stage::applied);
  EXPECT_FALSE(pending->done);
  clock.advance(5s);
  run_until([&] { return pending->done; });
  EXPECT_EQ(pending->received.status, 201);
}

TEST_F(FaultsTest, AppliesADelayedRequestWhoseClientHasLeft) {
  sim->faults().add(Fault::pass().delay_before(5s));
  const auto pending = begin_create();
  run_until_received();
  pending->client->close();
  clock.advance(5s);
  EXPECT_TRUE(exists()) << "a late arrival";
}

TEST_F(FaultsTest, HangsUntilTheClientLeaves) {
  sim->faults().add(Fault::hang());
  const auto pending = begin_create();
  run_until_received();
  clock.advance(24h);
  EXPECT_FALSE(pending->done);
  EXPECT_EQ(sim->traffic().in_flight(), 1);
  pending->client->close();
  run_until([&] { return sim->traffic().in_flight() == 0; });
  EXPECT_EQ(last().stage, Stage::dropped);
  EXPECT_FALSE(exists());
}

TEST_F(FaultsTest, HangsAfterTheWork) {
  sim->faults().add(Fault::hang().applied());
  const auto pending = begin_create();
  run_until_received();
  EXPECT_TRUE(exists());
  EXPECT_FALSE(pending->done);
  EXPECT_EQ(last().status, 0);
}

TEST_F(FaultsTest, DropsTheConnectionBeforeTheWork) {
  sim->faults().add(Fault::drop());
  const Received answer = create();
  EXPECT_TRUE(answer.bytes.empty());
  EXPECT_FALSE(exists());
}

TEST_F(FaultsTest, DropsTheConnectionAfterTheWork) {
  sim->faults().add(Fault::drop().applied());
  EXPECT_TRUE(create().bytes.empty());
  EXPECT_TRUE(exists());
  EXPECT_TRUE(last().applied);
  EXPECT_EQ(last().stage, Stage::dropped);
}

TEST_F(FaultsTest, CutsTheAnswer) {
  sim->faults().add(Fault::truncate());
  const Received answer = create();
  EXPECT_EQ(answer.status, 201);
  EXPECT_FALSE(answer.whole);
  EXPECT_LT(answer.body.size(), std::stoul(answer.headers.at("content-length")));
  EXPECT_TRUE(exists());
}

TEST_F(FaultsTest, SendsWhatIsNotHttp) {
  sim->faults().add(Fault::garbage());
  const Received answer = create();
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.bytes.empty());
  EXPECT_FALSE(exists());
}

TEST_F(FaultsTest, SendsWhatIsNotJson) {
  sim->faults().add(Fault::garbage_json().applied());
  const Received answer = create();
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/json");
  EXPECT_TRUE(json::parse(answer.body, nullptr, false).is_discarded());
  EXPECT_TRUE(exists());
}

TEST_F(FaultsTest, SendsAnOversizedAnswer) {
  sim->faults().add(Fault::oversize(3'000'000));
  const Received answer = create();
  EXPECT_EQ(answer.body.size(), 3'000'000U);
  EXPECT_TRUE(answer.whole);
}

TEST_F(FaultsTest, FailsAReloadUntilTheRelayIsWrittenAgain) {
  const Outgoing nip11{"GET", "/", {}, "a.example.com", {"Accept: application/nostr+json"}};
  create();
  EXPECT_EQ(send(nip11).status, 200);
  sim->faults().add(Fault::reload_fails());
  EXPECT_EQ(call("PATCH", "/relay/a", {{"info", {{"name", "New"}}}}).status, 200);
  EXPECT_EQ(send(nip11).status, 404);
  EXPECT_EQ(held("a")["info"]["name"], "New");
  EXPECT_EQ(call("PATCH", "/relay/a", json::object()).status, 200);
  EXPECT_EQ(send(nip11).status, 200);
}

TEST_F(FaultsTest, TellsItsHookEachStage) {
  std::vector<std::string> stages;
  sim->set_hook([&](const RequestEvent& event) {
    stages.push_back(std::string(to_string(event.stage)) + (exists() ? " held" : ""));
  });
  create();
  call("GET", "/relay/a/members");
  sim->faults().add(Fault::drop());
  create();
  run_until([&] { return sim->traffic().in_flight() == 0; });
  const std::vector<std::string> expected = {"received",      "applied held",  "answered held",
                                             "received held", "answered held", "received held",
                                             "dropped held"};
  EXPECT_EQ(stages, expected);
}

TEST_F(FaultsTest, CountsWritesThatOverlap) {
  create();
  sim->faults().add(Fault::pass().delay_before(5s).forever());
  const auto first = begin_call("PATCH", "/relay/a", json::object());
  const auto members = begin_call("GET", "/relay/a/members", nullptr);
  const auto other = begin_call("PATCH", "/relay/b", json::object());
  run_until([&] { return sim->traffic().in_flight() == 3; });
  EXPECT_EQ(sim->traffic().relays().at("a").max_concurrent, 1);
  const auto second = begin_call("PATCH", "/relay/a", json::object());
  run_until([&] { return sim->traffic().in_flight() == 4; });
  EXPECT_EQ(sim->traffic().relays().at("a").max_concurrent, 2);
  EXPECT_EQ(sim->traffic().relays().at("b").max_concurrent, 1);
  clock.advance(5s);
  run_until([&] { return sim->traffic().in_flight() == 0; });
  EXPECT_EQ(sim->traffic().relays().at("a").concurrent, 0);
  EXPECT_EQ(sim->traffic().relays().at("a").max_concurrent, 2);
}

TEST_F(FaultsTest, LetsTheIoContextRunOutWhenItStops) {
  sim->faults().add(Fault::hang());
  sim->faults().add(Fault::pass().delay_before(5s));
  const auto hanging = begin_create();
  run_until_received();
  const auto delayed = begin_create();
  run_until([&] { return sim->traffic().in_flight() == 2; });
  sim->stop();
  io.restart();
  io.run();
  EXPECT_TRUE(hanging->done);
  EXPECT_TRUE(delayed->done);
  EXPECT_EQ(sim->traffic().in_flight(), 0);
  EXPECT_FALSE(exists());
}

}  // namespace
}  // namespace zooid_sim::test
