#include "tender/hook/delivery_policy.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/seeded_random.hpp"

namespace tender::hook {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;

// Each fault: "field: problem; remedy".
std::vector<std::string> faults_of(const DeliveryPolicyChange& change) {
  std::vector<std::string> lines;
  for (const FieldFault& fault : validate(change)) {
    lines.push_back(fault.field + ": " + fault.problem + "; " + fault.remedy);
  }
  return lines;
}

DeliveryPolicy without_jitter() {
  DeliveryPolicy policy;
  policy.jitter_percent = 0;
  return policy;
}

TEST(DeliveryPolicy, WaitsLongerAfterEachFailure) {
  test::SeededRandom random(1);
  const DeliveryPolicy policy = without_jitter();
  EXPECT_EQ(policy.next_delay(1, 0ms, 0ms, random), 5min);
  EXPECT_EQ(policy.next_delay(2, 0ms, 0ms, random), 10min);
  EXPECT_EQ(policy.next_delay(7, 0ms, 0ms, random), 320min);
}

TEST(DeliveryPolicy, GivesUpAfterItsAttempts) {
  test::SeededRandom random(1);
  DeliveryPolicy policy = without_jitter();
  EXPECT_TRUE(policy.next_delay(7, 0ms, 0ms, random));
  EXPECT_FALSE(policy.next_delay(8, 0ms, 0ms, random));
  EXPECT_FALSE(policy.next_delay(9, 0ms, 0ms, random));
  policy.max_attempts = 1;
  EXPECT_FALSE(policy.next_delay(1, 0ms, 0ms, random));
}

TEST(DeliveryPolicy, GivesUpIfTheNextAttemptComesTooLate) {
  test::SeededRandom random(1);
  const DeliveryPolicy policy = without_jitter();
  EXPECT_TRUE(policy.next_delay(1, 48h - 5min, 0ms, random));
  EXPECT_FALSE(policy.next_delay(1, 48h - 5min + 1ms, 0ms, random));
}

TEST(DeliveryPolicy, WaitsAsLongAsTheReceiverAsksButNotTooLong) {
  test::SeededRandom random(1);
  const DeliveryPolicy policy = without_jitter();
  EXPECT_EQ(policy.next_delay(1, 0ms, 1h, random), 1h);
  EXPECT_EQ(policy.next_delay(1, 0ms, 1min, random), 5min);
  EXPECT_EQ(policy.next_delay(1, 47h, 1h, random), 1h);
  EXPECT_FALSE(policy.next_delay(1, 47h + 1ms, 1h, random));
}

TEST(DeliveryPolicy, DependsOnTheTypeOfTheEvent) {
  for (const auto& [type, attempts, factor] : {std::tuple("create_relay", 10, 2.0),
                                               {"update_relay", 10, 2.0},
                                               {"delete_relay", 8, 1.5},
                                               {"notice_relay_drift", 5, 1.5},
                                               {"adopt_relay_info", 5, 1.5},
                                               {"fail_relay_sync", 8, 2.0},
                                               {"invoice_paid", 8, 2.0}}) {
    const DeliveryPolicy policy = default_policy(type);
    EXPECT_EQ(policy.max_attempts, attempts) << type;
    EXPECT_EQ(policy.factor, factor) << type;
    EXPECT_EQ(policy.max_duration, 48h) << type;
  }
}

TEST(DeliveryPolicy, TakesWhatTheTriggerAsksForAndKeepsTheRest) {
  DeliveryPolicyChange change;
  change.backoff = Growth::linear;
  change.base = 5s;
  change.rate = 3;
  DeliveryPolicy policy = default_policy("create_relay");
  apply(change, policy);
  DeliveryPolicy expected = default_policy("create_relay");
  expected.backoff = Growth::linear;
  expected.base = 5s;
  expected.rate = 3;
  EXPECT_EQ(policy, expected);
}

TEST(DeliveryPolicy, IsReadFromItsOwnJson) {
  DeliveryPolicyChange all;
  all.backoff = Growth::constant;
  all.base = 2s;
  all.factor = 1.25;
  all.cap = 3s;
  all.jitter_percent = 50;
  all.max_attempts = 100;
  all.max_duration = 1s;
  all.rate = 1000;
  DeliveryPolicy policy;
  apply(all, policy);
  const json document = to_json(policy);
  EXPECT_EQ(document, json::parse(R"({"backoff":"constant","base_ms":2000,"factor":1.25,
      "cap_ms":3000,"jitter_percent":50,"max_attempts":100,"max_duration_ms":1000,"rate":1000})"));
  EXPECT_EQ(parse_policy(document), policy);
  EXPECT_EQ(to_json(all), to_json(policy));
  EXPECT_EQ(parse_policy_change(document), all);
}

TEST(DeliveryPolicy, TakesJsonWithLessAndWithMore) {
  EXPECT_EQ(parse_policy(json::object()), DeliveryPolicy());
  EXPECT_EQ(parse_policy_change(json::object()), DeliveryPolicyChange());
  EXPECT_EQ(to_json(DeliveryPolicyChange()), json::object());
  DeliveryPolicyChange change;
  change.rate = 3;
  EXPECT_EQ(parse_policy_change({{"rate", 3}, {"colour", "red"}}), change);
}

TEST(DeliveryPolicy, RefusesOtherJson) {
  for (const char* text :
       {"null", "[]", R"({"rate":"3"})", R"({"rate":-1})", R"({"rate":4294967297})",
        R"({"base_ms":1.5})", R"({"backoff":"quadratic"})", R"({"backoff":1})",
        R"({"factor":null})", R"({"max_attempts":0})", R"({"cap_ms":18446744073709551615})"}) {
    EXPECT_FALSE(parse_policy(json::parse(text))) << text;
  }
}

TEST(DeliveryPolicy, NamesEachValueThatIsOutOfBounds) {
  DeliveryPolicyChange change;
  change.base = 999ms;
  change.factor = 0.5;
  change.jitter_percent = 51;
  change.max_attempts = 101;
  change.max_duration = 31 * 24h;
  change.rate = -1;
  EXPECT_THAT(faults_of(change),
              ElementsAre("base_ms: 999ms is out of bounds; give 1s to 1d",
                          "factor: 0.5 is out of bounds; give 1 to 10",
                          "jitter_percent: 51 is out of bounds; give 0 to 50",
                          "max_attempts: 101 is out of bounds; give 1 to 100",
                          "max_duration_ms: 31d is out of bounds; give 1s to 30d",
                          "rate: -1 is out of bounds; give 0 to 1000"));
  DeliveryPolicyChange odd;
  odd.factor = std::nan("");
  odd.cap = -5ms;
  EXPECT_THAT(faults_of(odd), ElementsAre("factor: nan is out of bounds; give 1 to 10",
                                          "cap_ms: -5ms is out of bounds; give 1s to 7d"));
}

TEST(DeliveryPolicy, OfOneChangeCanBeReadBackWhateverTheDefaultsAre) {
  for (const Milliseconds wait : std::initializer_list<Milliseconds>{1s, 10s, 24h, 7 * 24h}) {
    for (const bool of_cap : {false, true}) {
      DeliveryPolicyChange change;
      (of_cap ? change.cap : change.base) = wait;
      if (!validate(change).empty()) {
        continue;
      }
      DeliveryPolicy policy = default_policy("create_relay");
      apply(change, policy);
      EXPECT_EQ(of_cap ? policy.cap : policy.base, wait);
      EXPECT_LE(policy.base, policy.cap);
      const auto read = parse_policy(nlohmann::json::parse(to_json(policy).dump()));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->base, policy.base);
      EXPECT_EQ(read->cap, policy.cap);
    }
  }
}

TEST(DeliveryPolicy, NeedsACapThatIsNotBelowTheBase) {
  DeliveryPolicyChange change;
  change.cap = 10s;
  EXPECT_THAT(faults_of(change), ElementsAre());
  change.base = 11s;
  EXPECT_THAT(faults_of(change),
              ElementsAre("cap_ms: 10s is below the first wait; give 11s or more"));
}

}  // namespace
}  // namespace tender::hook
