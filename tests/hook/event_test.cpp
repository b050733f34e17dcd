#include "tender/hook/event.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tender::hook {
namespace {

using nlohmann::json;

Activity sample() {
  Activity activity;
  activity.seq = 42;
  activity.id = "a";
  activity.tenant = "t";
  activity.created_at = TimePoint(Milliseconds(1'769'903'999'123));
  activity.activity_type = "complete_relay_sync";
  activity.resource_type = "relay";
  activity.resource_id = "r";
  activity.detail = R"({"revision":3})";
  activity.principal = "cli:1000";
  activity.cause = {"a_b", 2};
  return activity;
}

TEST(Event, IsTheActivityWithTypeAndTime) {
  EXPECT_EQ(event_body(sample()),
            R"({"type":"complete_relay_sync","timestamp":"2026-01-31T23:59:59.123Z",)"
            R"("data":{"seq":42,"id":"a","tenant":"t","created_at":1769903999123,)"
            R"("activity_type":"complete_relay_sync","resource_type":"relay","resource_id":"r",)"
            R"("principal":"cli:1000","cause":"a_b","depth":2,"detail":{"revision":3}}})");
}

TEST(Event, HasTheActivityAsTheCommandLineShowsIt) {
  EXPECT_EQ(json::parse(event_body(sample()))["data"], json(to_json(sample())));
}

TEST(Event, BearsWithWhatAnyProgramMayWrite) {
  Activity activity = sample();
  for (const char* detail : {"", "[1]", "7", "{", "null"}) {
    activity.detail = detail;
    EXPECT_EQ(json::parse(event_body(activity))["data"]["detail"], json::object()) << detail;
  }
  activity.activity_type = "\xff\n";
  activity.created_at = TimePoint::max();
  const json body = json::parse(event_body(activity));
  EXPECT_EQ(body["type"], "\xef\xbf\xbd\n");
  EXPECT_EQ(body["timestamp"], "9999-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace tender::hook
