// Command::import_relay: rows for relays that zooid has already.
#include <gmock/gmock.h>

#include "tender/model/sent_info.hpp"

#include "store/store_fixture.hpp"

namespace tender {
namespace {

using store::CommandError;
using testing::ElementsAre;
using testing::HasSubstr;

struct ImportRelay : StoreTest {
  ImportRelay() {
    relay.id.text = "r1";
    relay.tenant = kTenant;
    relay.subdomain = "blue";
    relay.schema = "by_hand";
    relay.info_name = "Blue";
    relay.groups_enabled = false;
    relay.identity = std::string(64, 'a');
  }

  [[nodiscard]] std::string refusal() {
    try {
      static_cast<void>(command.import_relay(relay, "d"));
    } catch (const CommandError& error) {
      EXPECT_FALSE(error.remedy().empty());
      return error.what();
    }
    return "(none)";
  }

  Relay relay;
};

TEST_F(ImportRelay, IsInStepFromTheStart) {
  const Relay row = command.import_relay(relay, "digest");
  EXPECT_EQ(row.schema, "by_hand");
  EXPECT_FALSE(row.groups_enabled);
  EXPECT_TRUE(row.synced);
  EXPECT_EQ(row.synced_revision, row.revision);
  EXPECT_EQ(row.synced_digest, "digest");
  EXPECT_EQ(row.identity, std::string(64, 'a'));
  EXPECT_EQ(row.created_at, clock.now());
  EXPECT_EQ(row.live, std::nullopt);
  EXPECT_EQ(query.standing_of(row), Standing::taken);
  EXPECT_EQ(query.find_last_sync(row.id), std::nullopt);
  for (const RelayField& field : relay_fields()) {
    EXPECT_EQ(SentInfo(row.info_sent).is_newest(field, row), field.owner_edits) << field.column;
  }
}

TEST_F(ImportRelay, WritesOneActivity) {
  static_cast<void>(command.import_relay(relay, "digest"));
  EXPECT_THAT(log(), ElementsAre("import_relay"));
  const Activity row = query.list_latest_activity(relay.id, 1).front();
  EXPECT_EQ(row.tenant, kTenant);
  EXPECT_EQ(row.detail, R"({"identity":")" + std::string(64, 'a') + R"(","revision":1})");
  ASSERT_TRUE(row.relay_activity().has_value());
  EXPECT_FALSE(is_command(*row.relay_activity()));
}

TEST_F(ImportRelay, GoesOnWhereTheIdLeftOff) {
  static_cast<void>(command.import_relay(relay, "digest"));
  database.execute("DELETE FROM relay");
  relay.identity = std::string(64, 'b');
  const Relay row = command.import_relay(relay, "other");
  EXPECT_EQ(row.revision, 2);
  EXPECT_TRUE(row.synced);
  EXPECT_EQ(row.synced_digest, "other");
  EXPECT_EQ(row.identity, std::string(64, 'b'));
}

TEST_F(ImportRelay, RefusesNamesThatAreTaken) {
  create("green");
  const Relay green = query.list_relays().front();
  relay.subdomain = "green";
  EXPECT_THAT(refusal(), HasSubstr("subdomain \"green\" belongs to relay"));
  relay.subdomain = "blue";
  relay.schema = green.schema;
  EXPECT_THAT(refusal(), HasSubstr("belongs to relay green"));
  relay.schema = "by_hand";
  relay.id.text = "green";
  EXPECT_THAT(refusal(), HasSubstr("the id \"green\" is the subdomain of relay"));
  relay.id = green.id;
  EXPECT_THAT(refusal(), HasSubstr("already"));
  EXPECT_THAT(log(), ElementsAre("create_relay"));
}

TEST_F(ImportRelay, RefusesWhatARowMayNotHave) {
  relay.schema = "odd_";
  EXPECT_THAT(refusal(), HasSubstr("schema"));
  EXPECT_TRUE(query.list_relays().empty());
}

TEST_F(ImportRelay, LeavesItToTenderToSaySo) {
  static_cast<void>(command.import_relay(relay, "digest"));
  database.execute("UPDATE relay SET info_name = 'next'");
  EXPECT_EQ(fault_of([&] { database.execute("UPDATE relay SET synced_revision = 2, synced = 1"); }),
            store::StoreFault::constraint);
}

struct LastSync : StoreTest {
  Relay blue = create("blue");
  void complete(bool skipped) {
    command.complete_relay_sync(blue,
                                {.revision = 1,
                                 .digest = "d",
                                 .result = skipped ? SyncResult::unchanged : SyncResult::updated});
  }
};

TEST_F(LastSync, IsTheNewestThatSentSomething) {
  EXPECT_EQ(query.find_last_sync(blue.id), std::nullopt);
  complete(/*skipped=*/false);
  const TimePoint sent = clock.now();
  clock.advance(std::chrono::hours(1));
  complete(/*skipped=*/true);
  EXPECT_EQ(query.find_last_sync(blue.id), sent);
}

}  // namespace
}  // namespace tender
