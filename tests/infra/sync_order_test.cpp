// Orders and reports as plain values: they survive JSON, and hold no secret.
#include "tender/infra/sync_order.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tender/model/relay_fields.hpp"

#include "support/world.hpp"

namespace tender::infra {
namespace {

using nlohmann::json;
using zooid::Outcome;

Relay blue() {
  Relay relay;
  relay.id = {"id-1"};
  relay.tenant = test::kTenant;
  relay.subdomain = "blue";
  relay.schema = "blue_id1";
  relay.status = RelayStatus::delinquent;
  relay.info_name = "Blue \"Harbour\"\n\xC3\xA9";
  relay.push_enabled = false;
  relay.blossom_enabled = true;
  relay.drift = "adopt";
  relay.admins = {test::kTenant};
  relay.revision = 7;
  return relay;
}

// Not a default anywhere.
SyncOrder some_order() {
  return {.relay = blue(),
          .action = SyncAction::remove,
          .recreate_lost = true,
          .replace_torn = ReplaceTorn::if_confirmed,
          .last_error = "boom",
          .spared = {"info_name", "info_icon"}};
}

SyncReport some_report() {
  SyncReport report{
      .requests = 2, .created = true, .identity = "abc", .lost = true, .leftover = Leftover::torn};
  report.verdict = {Outcome::storage_fault, "disk full", true, true, true, std::chrono::seconds(3)};
  return report;
}

TEST(SyncOrder, SurvivesJson) {
  const json written = json::parse(to_json(some_order()).dump());
  const auto read = read_sync_order(written);
  ASSERT_TRUE(read);
  for (const RelayField& field : relay_fields()) {
    EXPECT_EQ(field_value(field, read->relay), field_value(field, blue())) << field.column;
  }
  EXPECT_EQ(read->relay.revision, 7);
  EXPECT_EQ(read->relay.admins, blue().admins);
  EXPECT_EQ(read->action, SyncAction::remove);
  EXPECT_TRUE(read->recreate_lost);
  EXPECT_EQ(read->replace_torn, ReplaceTorn::if_confirmed);
  EXPECT_EQ(read->last_error, "boom");
  EXPECT_EQ(read->spared, (std::vector<std::string>{"info_name", "info_icon"}));
  EXPECT_EQ(to_json(*read), written);
}

TEST(SyncReport, SurvivesJson) {
  const json written = json::parse(to_json(some_report()).dump());
  const auto read = read_sync_report(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->verdict.outcome, Outcome::storage_fault);
  EXPECT_EQ(read->verdict.reason, "disk full");
  EXPECT_TRUE(read->verdict.in_doubt && read->verdict.from_zooid && read->verdict.timed_out);
  EXPECT_EQ(read->verdict.retry_after, std::chrono::seconds(3));
  EXPECT_EQ(read->requests, 2);
  EXPECT_TRUE(read->created);
  EXPECT_TRUE(read->lost);
  EXPECT_EQ(read->leftover, Leftover::torn);
  EXPECT_EQ(to_json(*read), written);
}

TEST(SyncReport, SurvivesJsonWithEachOutcome) {
  for (int i = 0; i <= static_cast<int>(Outcome::stopped); ++i) {
    SyncReport report;
    report.verdict.outcome = static_cast<Outcome>(i);
    const auto read = read_sync_report(to_json(report));
    ASSERT_TRUE(read) << i;
    EXPECT_EQ(read->verdict.outcome, report.verdict.outcome);
  }
}

// The members of an object, and of the objects in it, as JSON pointers.
std::vector<std::string> members(const json& object) {
  std::vector<std::string> pointers;
  const json flat = object.flatten();
  for (const auto& [pointer, value] : flat.items()) {
    pointers.push_back(pointer);
  }
  return pointers;
}

TEST(SyncOrder, IsNotReadWhenAMemberIsAbsentOrOfAnotherType) {
  const json good = to_json(some_order());
  for (const std::string& pointer : members(good)) {
    json odd = good;
    odd[json::json_pointer(pointer)] = json::array({7});
    EXPECT_FALSE(read_sync_order(odd)) << pointer;
    json less = good;
    const json::json_pointer place(pointer);
    if (less[place.parent_pointer()].is_array()) {
      continue;  // a list may be shorter
    }
    less[place.parent_pointer()].erase(place.back());
    EXPECT_FALSE(read_sync_order(less)) << pointer;
  }
  EXPECT_FALSE(read_sync_order("text"));
  EXPECT_FALSE(read_sync_order(nullptr));
}

TEST(SyncReport, IsNotReadWhenAMemberIsAbsentOrOfAnotherType) {
  const json good = to_json(some_report());
  for (const std::string& pointer : members(good)) {
    json odd = good;
    odd[json::json_pointer(pointer)] = json::object();
    EXPECT_FALSE(read_sync_report(odd)) << pointer;
    json less = good;
    const json::json_pointer place(pointer);
    less[place.parent_pointer()].erase(place.back());
    EXPECT_FALSE(read_sync_report(less)) << pointer;
  }
}

TEST(SyncOrder, IsNotReadWithAValueThatNobodyKnows) {
  json order = to_json(some_order());
  order["replace_torn"] = "perhaps";
  EXPECT_FALSE(read_sync_order(order));
  json other = to_json(some_order());
  other["relay"]["status"] = "asleep";
  EXPECT_FALSE(read_sync_order(other));
  json report = to_json(some_report());
  report["verdict"]["outcome"] = "fine";
  EXPECT_FALSE(read_sync_report(report));
}

TEST(DesiredState, LeavesOutHowFarZooidIs) {
  Relay relay = blue();
  relay.synced = true;
  relay.sync_error = "boom";
  relay.synced_digest = "d";
  relay.live = true;
  const Relay desired = desired_state(relay);
  EXPECT_EQ(to_json(SyncOrder{.relay = desired}), to_json(SyncOrder{.relay = relay}));
  EXPECT_FALSE(desired.synced);
  EXPECT_TRUE(desired.sync_error.empty());
  EXPECT_TRUE(desired.synced_digest.empty());
  EXPECT_FALSE(desired.live);
}

}  // namespace
}  // namespace tender::infra
