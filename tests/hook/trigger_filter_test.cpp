#include "tender/hook/trigger_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/hook/invalid_trigger.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::hook {
namespace {

using testing::HasSubstr;

constexpr std::string_view kTenant =
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

const EventSubject kShore{.relay_id = "r1", .subdomain = "shore", .tenant = kTenant, .plan = "pro"};

bool passes(const std::string& filter, const EventSubject& subject = kShore) {
  return TriggerFilter::parse(filter).matches(subject);
}

std::string fault_of_filter(const std::string& filter) {
  try {
    (void)TriggerFilter::parse(filter);
  } catch (const InvalidTrigger& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "no fault";
}

TEST(TriggerFilter, LetsEverythingPassIfItIsEmpty) {
  for (const char* empty : {"", " "}) {
    EXPECT_TRUE(TriggerFilter::parse(empty).empty());
    EXPECT_TRUE(passes(empty));
    EXPECT_TRUE(passes(empty, {}));
  }
}

TEST(TriggerFilter, ComparesTheRelayByIdAndSubdomain) {
  EXPECT_TRUE(passes("relay=r1"));
  EXPECT_TRUE(passes("relay=shore"));
  EXPECT_FALSE(passes("relay=r2"));
}

TEST(TriggerFilter, ComparesTheTenantInEitherForm) {
  const std::string hex(kTenant);
  EXPECT_TRUE(passes("tenant=" + hex));
  EXPECT_TRUE(passes("tenant=" + nostr::PublicKey::parse(hex).npub()));
  EventSubject other = kShore;
  other.tenant = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  EXPECT_FALSE(passes("tenant=" + hex, other));
}

TEST(TriggerFilter, NeedsOneValueOfEachKey) {
  EXPECT_TRUE(passes("plan=free,plan=pro"));
  EXPECT_FALSE(passes("plan=free,plan=team"));
  EXPECT_TRUE(passes("plan=pro,relay=shore,relay=coast"));
  EXPECT_FALSE(passes("plan=free,relay=shore"));
}

TEST(TriggerFilter, HoldsBackWhatIsAboutNoRelay) {
  EXPECT_FALSE(passes("plan=pro", {}));
  EXPECT_FALSE(passes("relay=shore", {}));
}

TEST(TriggerFilter, GivesBackItsText) {
  const auto filter = TriggerFilter::parse(" relay = shore,plan=pro, plan=free,relay=shore");
  EXPECT_EQ(filter.text(), "plan=free,plan=pro,relay=shore");
  EXPECT_EQ(TriggerFilter::parse(filter.text()), filter);
  EXPECT_EQ(TriggerFilter().text(), "");
}

TEST(TriggerFilter, NamesTheConditionThatIsWrong) {
  EXPECT_EQ(
      fault_of_filter("plna=pro"),
      "\"plna=pro\" in the filter is not a condition that tender knows | did you mean plan=?");
  EXPECT_THAT(fault_of_filter("colour=red"), HasSubstr("write relay=, tenant= or plan="));
  EXPECT_THAT(fault_of_filter("relay=shore,"), HasSubstr("\"\" in the filter is not a condition"));
  EXPECT_THAT(fault_of_filter("relay"), HasSubstr("\"relay\" in the filter has no value"));
  EXPECT_THAT(fault_of_filter("plan= "), HasSubstr("has no value"));
  EXPECT_THAT(fault_of_filter("tenant=somebody"), HasSubstr("\"tenant=somebody\" in the filter: "));
  EXPECT_THAT(fault_of_filter("plan=" + std::string(4096, 'x')), HasSubstr("has 4101 bytes"));
}

}  // namespace
}  // namespace tender::hook
