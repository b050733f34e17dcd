#include "tender/store/command.hpp"

#include <gmock/gmock.h>

#include "tender/store/store_error.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using CommandTest = StoreTest;
using testing::ElementsAre;
using testing::Optional;

TEST_F(CommandTest, CreatesARelayWithTheDefaultsAndItsActivity) {
  const Relay relay = get(create("blue"));
  EXPECT_EQ(relay.status, RelayStatus::active);
  EXPECT_TRUE(relay.groups_enabled && relay.management_enabled && relay.push_enabled);
  EXPECT_FALSE(relay.blossom_enabled || relay.livekit_enabled || relay.policy_public_join ||
               relay.policy_strip_signatures || relay.policy_public_read ||
               relay.policy_public_write);
  EXPECT_EQ(relay.revision, 1);
  EXPECT_FALSE(relay.synced);
  EXPECT_EQ(log(), std::vector<std::string>{"create_relay"});
}

TEST_F(CommandTest, CountsARevisionForEveryCommand) {
  const Relay relay = create("blue");
  RelayChange change;
  change.info_name = "Blue";
  EXPECT_EQ(command.update_relay(relay.id, change).revision, 2);
  EXPECT_EQ(command.deactivate_relay(relay.id).revision, 3);
  EXPECT_EQ(command.activate_relay(relay.id).revision, 4);
  EXPECT_EQ(log(), (std::vector<std::string>{"create_relay", "update_relay", "deactivate_relay",
                                             "activate_relay"}));
}

TEST_F(CommandTest, KeepsTheAdminsInATableOfTheirOwn) {
  const std::string other(64, 'a');
  const Relay relay = create("blue");
  EXPECT_EQ(relay.admins, std::nullopt);
  RelayChange change;
  change.add_admins = {kTenant};
  EXPECT_THAT(command.update_relay(relay.id, change).admins, Optional(ElementsAre(kTenant)));
  change = {};
  change.info_name = "Blue";
  EXPECT_THAT(command.update_relay(relay.id, change).admins, Optional(ElementsAre(kTenant)));
  change = {};
  change.remove_admins = {kTenant};
  EXPECT_THAT(command.update_relay(relay.id, change).admins, Optional(ElementsAre()));
}

// The empty list would replace the one that zooid has.
TEST_F(CommandTest, TakesNoAdminOffAListThatItWasNeverTold) {
  const Relay relay = create("blue");
  RelayChange change;
  change.remove_admins = {kTenant};
  EXPECT_THROW(command.update_relay(relay.id, change), CommandError);
  EXPECT_EQ(get(relay).admins, std::nullopt);
  RelayChange first;
  first.add_admins = {kTenant};
  static_cast<void>(command.update_relay(relay.id, first));
  EXPECT_THAT(command.update_relay(relay.id, change).admins, Optional(ElementsAre()));
}

TEST_F(CommandTest, SweepsWhatAWrongClockHasPutOffForYears) {
  const Relay relay = create("blue");
  command.complete_relay_sync(relay, {.revision = relay.revision, .digest = "d"});
  command.plan_look(relay.id, clock.now() + 1h);
  EXPECT_TRUE(query.list_relays_to_look_at(clock.now(), clock.now() + 2h, 10).empty());
  command.plan_look(relay.id, clock.now() + 24h * 365);
  EXPECT_EQ(query.list_relays_to_look_at(clock.now(), clock.now() + 2h, 10),
            std::vector<RelayId>{relay.id});
}

TEST_F(CommandTest, CountsAnAdminThatAProgramWritesAsAChange) {
  const Relay relay = create("blue");
  database.execute("INSERT INTO relay_admin SELECT id, tenant FROM relay");
  EXPECT_EQ(get(relay).revision, 2);
  EXPECT_THAT(get(relay).admins, Optional(ElementsAre(kTenant)));
  database.execute("DELETE FROM relay_admin");
  EXPECT_EQ(get(relay).revision, 3);
  EXPECT_THAT(get(relay).admins, Optional(ElementsAre()));
  EXPECT_THROW(database.execute("INSERT INTO relay_admin SELECT 'x' || id, tenant FROM relay"),
               StoreError);
}

TEST_F(CommandTest, NamesTheRelayThatHasTheSubdomain) {
  const Relay first = create("blue");
  try {
    create("blue");
    FAIL() << "two relays of one subdomain";
  } catch (const CommandError& error) {
    EXPECT_NE(std::string(error.what()).find(first.id.text), std::string::npos);
  }
  EXPECT_EQ(log().size(), 1U);
}

TEST_F(CommandTest, RefusesASubdomainThatIsTheIdOfAnotherRelay) {
  database.execute(
      std::string("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('cp-1', '") + kTenant +
      "', 'red', 'red_r1')");
  EXPECT_THROW(create("cp-1"), CommandError);
  const Relay relay = create("blue");
  RelayChange change;
  change.subdomain = "cp-1";
  EXPECT_THROW(static_cast<void>(command.update_relay(relay.id, change)), CommandError);
  EXPECT_EQ(command.update_relay(RelayId{"cp-1"}, change).subdomain, "cp-1");  // its own id is fine
}

TEST_F(CommandTest, WritesNothingOfAnInvalidChange) {
  const Relay relay = create("blue");
  RelayChange change;
  change.info_name = "fine";
  change.subdomain = "Not Fine";
  EXPECT_THROW(static_cast<void>(command.update_relay(relay.id, change)), CommandError);
  EXPECT_EQ(get(relay).info_name, "");
  EXPECT_EQ(log().size(), 1U);
}

TEST_F(CommandTest, RefusesAnUnknownRelay) {
  EXPECT_THROW(static_cast<void>(command.activate_relay(RelayId{"nobody"})), CommandError);
}

TEST_F(CommandTest, MarksARelayAsSyncedOnlyForItsNewestRevision) {
  const Relay relay = create("blue");
  static_cast<void>(command.deactivate_relay(relay.id));
  command.complete_relay_sync(relay,
                              {.revision = 1, .digest = "d1", .result = SyncResult::created});
  EXPECT_FALSE(get(relay).synced);
  EXPECT_EQ(get(relay).synced_revision, 1);
  command.complete_relay_sync(relay, {.revision = 2, .digest = "d2"});
  EXPECT_TRUE(get(relay).synced);
  EXPECT_EQ(get(relay).synced_digest, "d2");
  EXPECT_TRUE(query.has_completed_sync(relay.id));
}

TEST_F(CommandTest, ForgetsTheDigestWhenARequestIsAboutToGoOut) {
  const Relay relay = create("blue");
  command.complete_relay_sync(relay, {.revision = 1, .digest = "d1"});
  command.begin_relay_sync(relay, clock.now() + std::chrono::seconds(30));
  EXPECT_EQ(get(relay).synced_digest, "");
  EXPECT_TRUE(get(relay).synced);
}

TEST_F(CommandTest, CountsFailuresFromZeroAfterEachCommandAndCompletedSync) {
  for (int i = 0; i <= static_cast<int>(ActivityType::fail_relay_sync); ++i) {
    const auto type = static_cast<ActivityType>(i);
    const std::string name(to_string(type));
    const Relay relay = create("blue" + std::to_string(i));
    command.fail_relay_sync(relay, {.revision = 1, .error = "boom", .outcome = "transient"});
    database.execute(
        "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) VALUES ('" +
        relay.tenant + "', '" + name + "', 'relay', '" + relay.id.text + "')");
    const bool starts_over = is_command(type) || type == ActivityType::complete_relay_sync;
    EXPECT_EQ(query.count_trailing_sync_failures(relay.id), starts_over ? 0 : 2) << name;
  }
}

TEST_F(CommandTest, CountsFailuresAtTheEndOfTheLogOnly) {
  const Relay relay = create("blue");
  const Relay other = create("green");
  const Command::FailedSync failure{.revision = 1, .error = "boom", .outcome = "transient"};
  command.fail_relay_sync(relay, failure);
  command.complete_relay_sync(relay, {.revision = 1, .digest = "d"});
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 0);
  command.fail_relay_sync(relay, failure);
  command.fail_relay_sync(other, failure);
  command.fail_relay_sync(relay, failure);
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 2);
  EXPECT_EQ(get(relay).sync_error, "boom");
  static_cast<void>(command.activate_relay(relay.id));
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 0);
  EXPECT_EQ(get(relay).sync_error, "");
}

TEST_F(CommandTest, StartsOverWhenTheRowChangesWithoutAnActivityRow) {
  const Relay relay = create("blue");
  command.fail_relay_sync(relay, {.revision = 1, .error = "boom", .outcome = "transient"});
  command.fail_relay_sync(relay, {.revision = 1, .error = "boom", .outcome = "transient"});
  database.execute("UPDATE relay SET info_name = 'Blue'");
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 0);
  command.fail_relay_sync(get(relay), {.revision = 2, .error = "boom", .outcome = "transient"});
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 1);
}

TEST_F(CommandTest, GoesOnCountingWhenAnotherProgramLogsATypeOfItsOwn) {
  const Relay relay = create("blue");
  command.fail_relay_sync(relay, {.revision = 1, .error = "boom", .outcome = "transient"});
  database.execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
      "SELECT tenant, 'invoice_relay', 'relay', id FROM relay");
  command.fail_relay_sync(relay, {.revision = 1, .error = "boom", .outcome = "transient"});
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 2);
}

TEST_F(CommandTest, KeepsTheErrorOfANewerRevisionWhenAnOlderOneFails) {
  const Relay relay = create("blue");
  command.fail_relay_sync(
      relay, {.revision = 1, .error = "boom", .outcome = "transient", .superseded = true});
  EXPECT_EQ(get(relay).sync_error, "");
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 0);
}

TEST_F(CommandTest, TakesWhateverBytesAnErrorHolds) {
  const Relay relay = create("blue");
  command.fail_relay_sync(relay,
                          {.revision = 1, .error = "bad \xff \" byte", .outcome = "transient"});
  EXPECT_EQ(query.count_trailing_sync_failures(relay.id), 1);
}

// What a control plane writes by itself, without our code.

TEST_F(CommandTest, CountsRevisionsOfRowsThatAnotherProgramWrites) {
  const Relay relay = create("blue");
  command.complete_relay_sync(relay, {.revision = 1, .digest = "d"});
  database.execute(
      "BEGIN; UPDATE relay SET status = 'delinquent'; INSERT INTO activity (tenant, activity_type, "
      "resource_type, resource_id) SELECT tenant, 'deactivate_relay', 'relay', id FROM relay; "
      "COMMIT");
  EXPECT_EQ(get(relay).status, RelayStatus::delinquent);
  EXPECT_EQ(get(relay).revision, 2);
  EXPECT_FALSE(get(relay).synced);
  EXPECT_EQ(log().back(), "deactivate_relay");
}

TEST_F(CommandTest, TakesARowWithNothingButWhatMustBeSaid) {
  database.execute(
      std::string("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('r1', '") + kTenant +
      "', 'red', 'red_r1')");
  const auto relay = query.find_relay("red");
  ASSERT_TRUE(relay);
  EXPECT_TRUE(validate(*relay).empty());
  EXPECT_GT(relay->created_at.time_since_epoch().count(), 1'700'000'000'000);
}

TEST_F(CommandTest, HoldsOtherProgramsToTheSchema) {
  create("blue");
  for (const char* sql :
       {"UPDATE relay SET schema = 'other'", "UPDATE relay SET id = 'other'",
        "UPDATE relay SET subdomain = 'Upper'", "UPDATE relay SET subdomain = '-x'",
        "UPDATE relay SET status = 'gone'", "UPDATE relay SET tenant = 'me'",
        "UPDATE relay SET synced = 1", "UPDATE relay SET push_enabled = 2",
        "INSERT INTO activity (tenant, activity_type, resource_type, resource_id, detail) VALUES "
        "('t', 'update_relay', 'relay', 'x', 'no json')"}) {
    EXPECT_THROW(database.execute(sql), StoreError) << sql;
  }
}

TEST_F(CommandTest, AnAnswerToDriftAloneIsNoNewRevision) {
  const Relay relay = create("blue");
  command.complete_relay_sync(
      relay, {.revision = relay.revision, .digest = "d", .result = SyncResult::created});
  command.plan_look(relay.id, clock.now() + std::chrono::hours(1));
  RelayChange change;
  change.drift = "enforce";
  change.info_name = get(relay).info_name;  // as it is
  const Relay changed = command.update_relay(relay.id, change);
  EXPECT_EQ(changed.drift, "enforce");
  EXPECT_EQ(changed.revision, relay.revision);
  EXPECT_TRUE(changed.synced);
  EXPECT_EQ(log().back(), "update_relay");
  EXPECT_EQ(query.list_relays_to_look_at(clock.now(), clock.now() + 2h, 10),
            std::vector<RelayId>{relay.id});
  change.info_name = "New";
  EXPECT_EQ(command.update_relay(relay.id, change).revision, relay.revision + 1);
  change.drift = "sometimes";
  EXPECT_THROW(command.update_relay(relay.id, change), CommandError);
}

TEST_F(CommandTest, AnUpdateThatChangesNothingIsANewRevision) {
  const Relay relay = create("blue");
  RelayChange change;
  change.drift = "";
  EXPECT_EQ(command.update_relay(relay.id, change).revision, relay.revision + 1);
}

}  // namespace
}  // namespace tender::store
