#include "infra/report.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/log_sink.hpp"

namespace tender::infra {
namespace {

using testing::EndsWith;

struct ReportTest : testing::Test {
  ReportTest() {
    told.relay = Relay();
    told.relay->id = RelayId{"r1"};
    told.relay->subdomain = "blue";
    told.retries = 6;
    told.now = TimePoint(std::chrono::seconds(1000));
  }

  std::string line(ActivityType type, const nlohmann::json& detail) {
    Activity activity;
    activity.resource_type = "relay";
    activity.resource_id = "r1";
    activity.activity_type = to_string(type);
    activity.detail = detail.dump();
    out.str("");
    report(logger, activity, told);
    return out.str();
  }

  std::string failed() {
    return line(ActivityType::fail_relay_sync, {{"error", "zooid answered 500"}});
  }

  std::ostringstream out;
  Logger logger{"test", test::log_sink(out)};
  Told told;
};

TEST_F(ReportTest, SaysOfAFailedSyncWhichTryItWasAndWhenTheNextIs) {
  told.sync = outbox::Job();
  told.sync->attempt = 2;
  told.sync->not_before = told.now + std::chrono::seconds(61);
  EXPECT_THAT(failed(), EndsWith(" warn  sync failed, and is tried again relay=r1 subdomain=blue "
                                 "attempt=2 of=6 next=61s cause=\"zooid answered 500\"\n"));
  told.now += std::chrono::hours(1);
  EXPECT_THAT(failed(), testing::HasSubstr(" next=0ms "));
}

TEST_F(ReportTest, TellsAFailureThatANewCommandFollowsFromOneThatNothingFollows) {
  told.sync = outbox::Job();
  EXPECT_THAT(failed(), testing::HasSubstr("a new sync was requested in the meantime"));
  told.sync.reset();
  EXPECT_THAT(failed(), testing::HasSubstr("gave up the sync"));
}

TEST_F(ReportTest, WarnsOfANewIdentityAndNotOfAnUpdate) {
  EXPECT_THAT(line(ActivityType::complete_relay_sync, {{"created", false}, {"revision", 3}}),
              EndsWith(" info  the relay is in step relay=r1 subdomain=blue revision=3 "
                       "result=updated\n"));
  EXPECT_THAT(line(ActivityType::complete_relay_sync,
                   {{"created", true}, {"recreated", true}, {"revision", 4}}),
              EndsWith(" warn  recreated the relay with a new identity relay=r1 subdomain=blue "
                       "revision=4\n"));
}

TEST_F(ReportTest, NamesARelayThatIsGoneByItsId) {
  told.relay.reset();
  EXPECT_THAT(
      line(ActivityType::deactivate_relay, nlohmann::json::object()),
      EndsWith(" info  took up a command for the relay relay=r1 activity=deactivate_relay\n"));
}

TEST_F(ReportTest, SaysOnceForAllThatManyAreLost) {
  told.lost_with_many = true;
  EXPECT_EQ(line(ActivityType::notice_relay_drift, {{"reason", "not served"}}), "");
  told.lost_with_many = false;
  EXPECT_THAT(line(ActivityType::notice_relay_drift, {{"reason", "not served"}}),
              testing::HasSubstr(" warn  zooid no longer serves the relay as described"));
}

}  // namespace
}  // namespace tender::infra
