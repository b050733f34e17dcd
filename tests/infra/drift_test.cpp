// zooid shows something else than the row says: tender notices it within a sweep, and does what
// RELAY_DRIFT says.
#include <algorithm>

#include <gmock/gmock.h>

#include "tender/model/drift_detail.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using config::RelayDrift;
using test::World;
using testing::HasSubstr;

constexpr const char* kOther = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

struct Drift : testing::Test {
  Drift() {
    world.env.relay_verify = config::RelayVerify::direct;
    world.env.relay_sweep = 1h;
  }

  // A relay that was seen to be served, and of which nothing is to be done.
  Relay live(const std::string& subdomain = "blue") {
    if (!world.infra) {
      world.start();
    }
    const Relay relay = world.create(subdomain);
    world.clock().advance(10s);
    EXPECT_EQ(world.get(relay).live, true);
    return world.get(relay);
  }

  // So many relays, all seen to be served.
  void fleet(int relays) {
    world.start();
    for (int i = 0; i < relays; ++i) {
      world.create("r" + std::to_string(i));
    }
    world.clock().advance(90min);
    ASSERT_EQ(world.query->count_relays().live, relays);
  }

  // The same, and then zooid loses all of them, which tender sees.
  void wiped_fleet(int relays) {
    fleet(relays);
    before_the_wipe = std::exchange(world.zooid.relays, {});
    world.clock().advance(2h);
    ASSERT_EQ(world.query->count_relays().not_served, relays);
  }

  void open_to_join(const Relay& relay) {
    RelayChange change;
    change.policy_public_join = true;
    static_cast<void>(world.command->update_relay(relay.id, change));
  }

  void answer(const Relay& relay, const std::string& own) {
    RelayChange change;
    change.drift = own;
    static_cast<void>(world.command->update_relay(relay.id, change));
  }

  nlohmann::json& file(const Relay& relay) { return world.zooid.relays[relay.id.text]; }
  void owner_renames(const Relay& relay, const std::string& name) {
    file(relay)["info"]["name"] = name;
  }

  World world;
  std::map<std::string, nlohmann::json> before_the_wipe;
};

TEST_F(Drift, LooksAtEachRelayOnceInASweep) {
  fleet(5);
  const auto before = world.zooid.looks.size();
  world.clock().advance(10h);
  EXPECT_EQ(world.zooid.looks.size() - before, 50U);
  EXPECT_EQ(world.syncs(), 5);
}

TEST_F(Drift, SpreadsItsLooksOverTheSweep) {
  fleet(480);
  world.clock().advance(90min);
  const auto before = world.zooid.looks.size();
  world.clock().advance(6min);
  const auto tenth = world.zooid.looks.size() - before;
  EXPECT_GE(tenth, 40U);
  EXPECT_LE(tenth, 60U);
}

TEST_F(Drift, DoesNotSweepWhenItIsOff) {
  world.env.relay_sweep = 0h;
  live();
  world.clock().advance(100h);
  EXPECT_EQ(world.zooid.looks.size(), 1U);
}

TEST_F(Drift, SaysWhenARelayWasSeenLast) {
  const Relay relay = live();
  const TimePoint first = relay.seen_at.value();
  world.clock().advance(5h);
  EXPECT_GT(world.get(relay).seen_at.value(), first + 4h);
  world.zooid.look_answer = test::answer(502, "bad gateway");
  const TimePoint last = world.get(relay).seen_at.value();
  world.clock().advance(5h);
  EXPECT_LE(world.get(relay).seen_at.value(), last + 1h);
}

TEST_F(Drift, AdoptsAnOwnersRename) {
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  world.clock().advance(90min);
  const Relay now = world.get(relay);
  EXPECT_EQ(now.info_name, "Owner's name");
  EXPECT_EQ(now.revision, relay.revision + 1);
  EXPECT_TRUE(now.synced);
  EXPECT_EQ(now.live, true);
  EXPECT_EQ(world.syncs(), 1);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::adopt);
  EXPECT_EQ(world.drifts(relay)[0].revision, now.revision);
  EXPECT_EQ(world.drifts(relay)[0].fields,
            (std::vector<FieldDrift>{
                {.field = "info_name", .desired = "blue", .observed = "Owner's name"}}));
  world.clock().advance(10h);
  EXPECT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(Drift, KeepsAnOwnersRenameThroughAnUnrelatedUpdateBeforeAnyLook) {
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  open_to_join(relay);
  world.clock().advance(1min);
  EXPECT_EQ(file(relay)["info"]["name"], "Owner's name");
  EXPECT_EQ(file(relay)["policy"]["public_join"], true);
  EXPECT_EQ(world.get(relay).info_name, "Owner's name");
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(Drift, KeepsAnOwnersRenameRightAfterOurs) {
  const Relay relay = live();
  world.rename(relay, "ours");
  world.run_ready();
  owner_renames(relay, "theirs");  // before the look that follows the sync
  open_to_join(relay);
  world.clock().advance(1min);
  EXPECT_EQ(file(relay)["info"]["name"], "theirs");
  EXPECT_EQ(world.get(relay).info_name, "theirs");
}

TEST_F(Drift, TakesALateReloadForNobodysEdit) {
  const Relay relay = live();
  world.zooid.stale[relay.id.text] = file(relay);
  world.rename(relay, "second");
  world.run_ready();
  world.rename(relay, "third");
  world.clock().advance(5s);
  EXPECT_EQ(world.get(relay).info_name, "third");
  world.zooid.stale[relay.id.text]["info"]["name"] = "second";  // it comes to one after the other
  world.clock().advance(30s);
  EXPECT_EQ(world.get(relay).info_name, "third");
  world.zooid.stale.clear();
  world.clock().advance(10min);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.get(relay).info_name, "third");
  EXPECT_TRUE(world.drifts(relay).empty());
}

TEST_F(Drift, SendsARenameThatZooidRefusedOnce) {
  const Relay relay = live();
  world.zooid.script = [](const test::FakeZooid::Seen&) {
    return test::answer_with(409, R"({"error": "host \"x\" is already in use"})");
  };
  world.rename(relay, "ours");
  world.run_ready();
  world.zooid.script = nullptr;
  open_to_join(relay);
  world.clock().advance(10s);
  EXPECT_EQ(file(relay)["info"]["name"], "ours");
  EXPECT_EQ(world.get(relay).info_name, "ours");
}

TEST_F(Drift, EnforcesWhatTheOwnerMayNotChange) {
  const Relay relay = live();
  file(relay)["info"]["pubkey"] =
      "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  world.clock().advance(90min);
  EXPECT_EQ(file(relay)["info"]["pubkey"], test::kTenant);
  EXPECT_EQ(world.get(relay).live, true);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::enforce);
  EXPECT_EQ(world.drifts(relay)[0].fields[0].field, "tenant");
}

TEST_F(Drift, EnforcesTheNameOfARelayWithoutManagement) {
  const Relay relay = live();
  RelayChange change;
  change.management_enabled = false;
  static_cast<void>(world.command->update_relay(relay.id, change));
  world.clock().advance(10s);
  owner_renames(relay, "somebody else's");
  world.clock().advance(90min);
  EXPECT_EQ(file(relay)["info"]["name"], "blue");
}

TEST_F(Drift, AdoptsWhatItMayAndEnforcesTheRest) {
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  file(relay)["info"]["pubkey"] =
      "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  world.clock().advance(90min);
  EXPECT_EQ(file(relay)["info"]["name"], "Owner's name");
  EXPECT_EQ(file(relay)["info"]["pubkey"], test::kTenant);
  EXPECT_EQ(world.get(relay).info_name, "Owner's name");
  EXPECT_EQ(world.get(relay).live, true);
  ASSERT_EQ(world.drifts(relay).size(), 2U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::adopt);
  EXPECT_EQ(world.drifts(relay)[1].answer, DriftAnswer::enforce);
  ASSERT_EQ(world.drifts(relay)[1].fields.size(), 1U);
  EXPECT_EQ(world.drifts(relay)[1].fields[0].field, "tenant");
}

TEST_F(Drift, PutsAllRightWithEnforce) {
  world.env.relay_drift = RelayDrift::enforce;
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  world.clock().advance(90min);
  EXPECT_EQ(file(relay)["info"]["name"], "blue");
  EXPECT_EQ(world.get(relay).info_name, "blue");
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(Drift, AdoptsAllThatIsShownWithAdopt) {
  world.env.relay_drift = RelayDrift::adopt;
  const Relay relay = live();
  const char* other = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  file(relay)["info"]["pubkey"] = other;
  world.clock().advance(90min);
  EXPECT_EQ(world.get(relay).tenant, other);
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(Drift, SaysSoOnceWithReport) {
  world.env.relay_drift = RelayDrift::report;
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  world.clock().advance(10h);
  EXPECT_EQ(file(relay)["info"]["name"], "Owner's name");
  EXPECT_EQ(world.get(relay).info_name, "blue");
  EXPECT_EQ(world.get(relay).live, false);
  EXPECT_EQ(world.syncs(), 1);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::report);
  owner_renames(relay, "blue");
  world.clock().advance(90min);
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(Drift, KnowsEachAnswerThatARelayMayHave) {
  const auto field = std::ranges::find(relay_fields(), "drift", &RelayField::column);
  ASSERT_NE(field, relay_fields().end());
  ASSERT_EQ(field->choices.size(), 4U);
  for (const std::string_view choice : field->choices) {
    EXPECT_TRUE(config::parse_relay_drift(choice)) << choice;
  }
  EXPECT_FALSE(config::parse_relay_drift(""));
}

TEST_F(Drift, OfARelayHasTheRelaysOwnAnswer) {
  world.env.relay_drift = RelayDrift::report;
  const Relay enforced = live("enforced");
  const Relay adopted = live("adopted");
  const Relay owned = live("owned");
  const Relay reported = live("reported");
  answer(enforced, "enforce");
  answer(adopted, "adopt");
  answer(owned, "auto");
  world.clock().advance(10min);
  for (const Relay& relay : {enforced, adopted, owned, reported}) {
    owner_renames(relay, "theirs");
    file(relay)["info"]["pubkey"] = kOther;
  }
  world.clock().advance(90min);
  EXPECT_EQ(file(enforced)["info"]["name"], "enforced");
  EXPECT_EQ(file(enforced)["info"]["pubkey"], test::kTenant);
  EXPECT_EQ(world.get(adopted).info_name, "theirs");
  EXPECT_EQ(world.get(adopted).tenant, kOther);
  EXPECT_EQ(world.get(owned).info_name, "theirs");
  EXPECT_EQ(file(owned)["info"]["pubkey"], test::kTenant);
  EXPECT_EQ(world.get(reported).info_name, "reported");
  EXPECT_EQ(file(reported)["info"]["name"], "theirs");
  EXPECT_EQ(world.get(reported).live, false);
}

TEST_F(Drift, OfARelayIsOnlyReportedIfItsAnswerSaysSo) {
  world.env.relay_drift = RelayDrift::enforce;
  const Relay relay = live();
  answer(relay, "report");
  owner_renames(relay, "theirs");
  world.clock().advance(10h);
  EXPECT_EQ(file(relay)["info"]["name"], "theirs");
  EXPECT_EQ(world.get(relay).info_name, "blue");
  EXPECT_EQ(world.syncs(), 1);
  answer(relay, "");  // what RELAY_DRIFT says
  world.clock().advance(10min);
  EXPECT_EQ(file(relay)["info"]["name"], "blue");
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(Drift, SendsNothingWhenOnlyTheAnswerChanges) {
  const Relay relay = live();
  for (const char* each : {"enforce", "adopt", "report", "auto", ""}) {
    answer(relay, each);
    world.clock().advance(2h);
  }
  EXPECT_EQ(world.syncs(), 1);
  EXPECT_EQ(world.get(relay).revision, relay.revision);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.drifts(relay).empty());
}

TEST_F(Drift, GivesANewAnswerToWhatWasReportedBefore) {
  world.env.relay_drift = RelayDrift::report;
  const Relay enforced = live("enforced");
  const Relay adopted = live("adopted");
  for (const Relay& relay : {enforced, adopted}) {
    file(relay)["info"]["pubkey"] = kOther;
  }
  world.clock().advance(90min);
  ASSERT_EQ(world.syncs(), 2);
  answer(enforced, "enforce");
  answer(adopted, "adopt");
  world.clock().advance(1min);  // it does not wait for the next sweep
  EXPECT_EQ(file(enforced)["info"]["pubkey"], test::kTenant);
  EXPECT_EQ(world.drifts(enforced).size(), 2U);
  EXPECT_EQ(world.get(adopted).tenant, kOther);
  EXPECT_EQ(world.syncs(), 3);
}

TEST_F(Drift, SparesAnOwnersEditAsTheRelaysOwnAnswerSays) {
  world.env.relay_drift = RelayDrift::enforce;
  const Relay spared = live("spared");
  const Relay sent = live("sent");
  answer(spared, "auto");
  world.clock().advance(2h);
  for (const Relay& relay : {spared, sent}) {
    owner_renames(relay, "theirs");
    open_to_join(relay);
  }
  world.clock().advance(1min);
  EXPECT_EQ(file(spared)["info"]["name"], "theirs");
  EXPECT_EQ(file(sent)["info"]["name"], "sent");
}

TEST_F(Drift, NeitherAdoptsNorOverwritesAnOwnersValueThatNoRowMayHave) {
  const Relay relay = live();
  owner_renames(relay, std::string(300, 'x'));
  world.clock().advance(10h);
  EXPECT_EQ(file(relay)["info"]["name"], std::string(300, 'x'));
  EXPECT_EQ(world.get(relay).info_name, "blue");
  EXPECT_EQ(world.syncs(), 1);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::report);
}

TEST_F(Drift, EnforcesTheRestBesideAValueThatNoRowMayHave) {
  const Relay relay = live();
  owner_renames(relay, std::string(300, 'x'));
  world.clock().advance(2h);
  EXPECT_EQ(world.syncs(), 1);
  file(relay)["info"]["pubkey"] = kOther;
  world.clock().advance(2h);
  EXPECT_EQ(file(relay)["info"]["pubkey"], test::kTenant);
  ASSERT_EQ(world.drifts(relay).size(), 2U);
  EXPECT_TRUE(world.drifts(relay)[1].refused);
  EXPECT_EQ(world.drifts(relay)[1].answer, DriftAnswer::enforce);
}

TEST_F(Drift, AdoptsWhatARowMayHaveBesideAValueThatNoneMayHave) {
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  file(relay)["info"]["icon"] = "not a URL";
  world.clock().advance(2h);
  EXPECT_EQ(world.get(relay).info_name, "Owner's name");
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(file(relay)["info"]["icon"], "not a URL");
  EXPECT_EQ(world.syncs(), 1);
  ASSERT_EQ(world.drifts(relay).size(), 2U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::adopt);
  EXPECT_EQ(world.drifts(relay)[0].reason,
            "it shows info_name \"Owner's name\" instead of \"blue\"");
  EXPECT_EQ(world.drifts(relay)[1].answer, DriftAnswer::report);
  EXPECT_EQ(world.drifts(relay)[1].reason, "it shows info_icon \"not a URL\" instead of \"\"");
}

TEST_F(Drift, StopsAFightThatBringsANewNameEachTime) {
  const Relay relay = live();
  for (int round = 0; round < 12; ++round) {
    owner_renames(relay, "theirs " + std::to_string(round));
    file(relay)["info"]["pubkey"] = kOther;
    world.clock().advance(1h);
  }
  EXPECT_EQ(world.syncs(), 1 + 3);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "contested");
}

TEST_F(Drift, StopsAFightWithSomeOtherProgram) {
  world.env.relay_drift = RelayDrift::enforce;
  const Relay relay = live();
  for (int round = 0; round < 12; ++round) {
    owner_renames(relay, "theirs");
    world.clock().advance(1h);
  }
  EXPECT_EQ(world.syncs(), 1 + 3);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "contested");
  EXPECT_THAT(world.open_letters()[0].error, HasSubstr("another program changes the relay back"));
  EXPECT_FALSE(world.get(relay).synced);
}

TEST_F(Drift, EnforcesRareDriftsForEver) {
  world.env.relay_drift = RelayDrift::enforce;
  const Relay relay = live();
  for (int round = 0; round < 12; ++round) {
    owner_renames(relay, "theirs");
    world.clock().advance(6h);
  }
  EXPECT_EQ(world.syncs(), 1 + 12);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(Drift, SendsARelayAgainThatZooidLost) {
  const Relay relay = live();
  world.zooid.not_loaded.insert(relay.id.text);
  world.zooid.script = [this](const test::FakeZooid::Seen& seen) {
    if (seen.method != http::Method::get) {
      world.zooid.not_loaded.clear();  // the next write loads it
    }
    return test::FakeZooid::Action();
  };
  world.clock().advance(2h);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.syncs(), 2);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_TRUE(world.drifts(relay)[0].fields.empty());
}

TEST_F(Drift, SaysThatARelayIsNotServedAtTheFirstLook) {
  const Relay relay = live();
  world.zooid.not_loaded.insert(relay.id.text);
  ASSERT_TRUE(
      world.clock().advance_until([&] { return world.get(relay).live == false; }, 1h + 1min));
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(Drift, MakesNoDeadLettersOfAWipedZooid) {
  wiped_fleet(40);
  world.clock().advance(10h);
  EXPECT_EQ(world.query->count_relays().not_served, 40);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(world.syncs(), 40);
  for (const Relay& relay : world.query->list_relays()) {
    world.command->reconcile_relay(relay, {.forced = true, .recreate = true});
  }
  world.clock().advance(10min);
  EXPECT_EQ(world.query->count_relays().live, 40);
  EXPECT_EQ(world.query->count_relays().other_identity, 0);
}

TEST_F(Drift, MakesNoDeadLettersOfAWipedZooidAfterARestartEither) {
  wiped_fleet(30);
  world.crash();
  world.start();
  world.clock().advance(10h);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(world.syncs(), 30);
}

// It says nothing of those that zooid had before.
TEST_F(Drift, MakesNoDeadLettersOfAWipedZooidThatServesNewRelays) {
  fleet(30);
  world.zooid.relays.clear();
  for (int i = 0; i < 5; ++i) {  // the first one before tender misses any
    world.create("new" + std::to_string(i));
    world.clock().advance(2h);
  }
  EXPECT_EQ(world.query->count_relays().live, 5);
  EXPECT_EQ(world.query->count_relays().not_served, 30);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(world.syncs(), 35);
}

TEST_F(Drift, KeepsTheCommandsOnManyLostRelaysUntilTheyAreBack) {
  wiped_fleet(30);
  for (const Relay& relay : world.query->list_relays()) {
    world.command->reconcile_relay(relay, {.forced = true});
  }
  world.clock().advance(1h);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(world.query->count_relays().pending, 30);
  EXPECT_EQ(world.query->count_relays().failing, 30);
  EXPECT_EQ(world.query->count_relays().not_served, 30);
  world.zooid.relays = before_the_wipe;
  world.clock().advance(1h);
  EXPECT_EQ(world.query->count_relays().live, 30);
}

TEST_F(Drift, CountsNoDeletedRelayAmongThoseThatAreLost) {
  wiped_fleet(12);
  const auto relays = world.query->list_relays();
  for (int i = 0; i < 5; ++i) {
    static_cast<void>(world.command->delete_relay(relays.at(i).id));
  }
  world.clock().advance(1min);
  world.command->reconcile_relay(relays.back(), {.forced = true});
  world.clock().advance(1min);
  EXPECT_EQ(world.open_letters().size(), 1U);
}

TEST_F(Drift, MakesFewDeadLettersWhenAWipeIsFoundBySending) {
  fleet(30);
  world.zooid.relays.clear();
  for (const Relay& relay : world.query->list_relays()) {
    world.command->reconcile_relay(relay, {.forced = true});
  }
  world.clock().advance(3h);
  EXPECT_LT(world.open_letters().size(), 10U);
  EXPECT_GE(world.query->count_relays().pending, 20);
}

TEST_F(Drift, StaysCalmWhenOneOfManyLostRelaysIsBack) {
  wiped_fleet(30);
  const Relay first = world.query->list_relays().front();
  world.command->reconcile_relay(first, {.forced = true, .recreate = true});
  world.clock().advance(10h);
  EXPECT_EQ(world.get(first).live, true);
  EXPECT_LE(world.open_letters().size(), 1U);
}

TEST_F(Drift, SendsWhatElseZooidDoesNotHaveAfterAnAdoption) {
  const Relay relay = live();
  world.database->execute("UPDATE relay SET synced_digest = 'of another environment'");
  owner_renames(relay, "Owner's name");
  world.clock().advance(90min);
  EXPECT_EQ(world.get(relay).info_name, "Owner's name");
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(Drift, AdoptsNothingWhileAnEarlierRequestMayStillArrive) {
  const Relay relay = live();
  world.database->execute("UPDATE relay SET doubt_until = 9000000000000");
  owner_renames(relay, "late");  // or an earlier request of ours has brought it back
  world.clock().advance(90min);
  EXPECT_EQ(world.get(relay).info_name, "blue");
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::enforce);
}

TEST_F(Drift, SendsEveryFieldWhenForced) {
  const Relay relay = live();
  owner_renames(relay, "Owner's name");
  world.command->reconcile_relay(relay, {.forced = true, .recreate = false});
  world.run_ready();
  EXPECT_EQ(file(relay)["info"]["name"], "blue");
}

std::string public_key_of(const nlohmann::json& file) {
  return nostr::SecretKey::parse(file["secret"].get<std::string>()).public_key().hex();
}

TEST_F(Drift, LooksUntilARelayIsClearWhenThereIsNoSweep) {
  world.env.relay_sweep = 0s;
  const Relay relay = live();
  world.clock().advance(1h);
  world.zooid.look_answer = test::answer(200, "hello");
  world.rename(relay, "New");
  world.clock().advance(1min);
  world.zooid.look_answer.reset();
  world.clock().advance(5min);
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(Drift, LooksOnceInASweepAtARelayOfWhichNothingWasToldTheLastTime) {
  const Relay relay = live();
  world.zooid.look_answer = test::answer(200, "hello");
  world.clock().advance(6h);
  const auto looks = world.zooid.looks.size();
  world.clock().advance(5h);
  EXPECT_EQ(world.zooid.looks.size() - looks, 5U);
}

TEST_F(Drift, RemembersTheIdentityThatItSawFirst) {
  const Relay relay = live();
  EXPECT_EQ(relay.identity, public_key_of(file(relay)));
  EXPECT_EQ(relay.other_identity, "");
}

TEST_F(Drift, AdoptsNothingFromARelayWithAnotherIdentity) {
  const Relay relay = live();
  world.zooid.relays["stranger"] = file(relay);
  world.zooid.relays["stranger"]["secret"] = std::string(63, '1') + "2";
  world.zooid.relays["stranger"]["info"]["name"] = "Stranger";
  world.zooid.relays.erase(relay.id.text);
  world.clock().advance(2h);
  EXPECT_EQ(world.get(relay).info_name, "blue");
  EXPECT_EQ(world.logged(relay, ActivityType::adopt_relay_info), 0);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "lost");
}

TEST_F(Drift, KnowsTheIdentityOfARelayThatItHasCreatedBeforeAnyLook) {
  world.env.relay_verify = config::RelayVerify::off;
  world.start();
  const Relay relay = world.create("blue");
  world.clock().advance(1s);
  EXPECT_EQ(world.get(relay).identity, public_key_of(file(relay)));
}

TEST_F(Drift, SaysOnceThatARelayHasAnotherIdentity) {
  const Relay relay = live();
  const std::string secret = file(relay)["secret"];
  file(relay)["secret"] = nostr::SecretKey::generate(world.random).reveal_hex();
  const std::string other = public_key_of(file(relay));
  world.clock().advance(10h);
  EXPECT_EQ(world.get(relay).identity, relay.identity);
  EXPECT_EQ(world.get(relay).other_identity, other);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.logged(relay, ActivityType::notice_relay_identity), 1);
  EXPECT_EQ(world.syncs(), 1);
  file(relay)["secret"] = secret;  // restored
  world.clock().advance(90min);
  EXPECT_EQ(world.get(relay).other_identity, "");
}

TEST_F(Drift, AcceptsAnotherIdentityWhenAPersonSaysSo) {
  const Relay relay = live();
  EXPECT_THROW(static_cast<void>(world.command->accept_relay_identity(relay.id)),
               store::CommandError);
  file(relay)["secret"] = nostr::SecretKey::generate(world.random).reveal_hex();
  world.clock().advance(90min);
  static_cast<void>(world.command->accept_relay_identity(relay.id));
  EXPECT_EQ(world.get(relay).identity, public_key_of(file(relay)));
  EXPECT_EQ(world.get(relay).other_identity, "");
  world.clock().advance(10h);
  EXPECT_EQ(world.logged(relay, ActivityType::notice_relay_identity), 1);
}

TEST_F(Drift, LearnsTheIdentityAgainOfARelayThatItRecreated) {
  const Relay relay = live();
  world.zooid.relays.clear();
  world.command->reconcile_relay(relay, {.forced = true, .recreate = true});
  world.clock().advance(10min);
  EXPECT_EQ(world.get(relay).identity, public_key_of(file(relay)));
  EXPECT_NE(world.get(relay).identity, relay.identity);
  EXPECT_EQ(world.logged(relay, ActivityType::notice_relay_identity), 0);
}

}  // namespace
}  // namespace tender
