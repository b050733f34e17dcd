// Events on their way to receivers, from the activity log to what a receiver sees.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tender/hook/delivery_table.hpp"
#include "tender/hook/signature.hpp"
#include "tender/hook/signing_key.hpp"
#include "tender/hook/trigger_command.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/outbox/destination_state.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using test::FakeReceiver;
using test::World;
using testing::HasSubstr;

constexpr const char* kSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

http::Exchange with_status(int status) {
  return {http::Response{.status = status, .headers = {}, .body = {}}};
}

struct Webhooks : testing::Test {
  hook::Trigger create(const std::string& name, const std::string& events,
                       const hook::TriggerChange& more = {}) {
    hook::TriggerChange change = more;
    change.name = name;
    change.url = change.url.value_or("https://" + name + ".test/hook");
    change.events = events;
    change.secret = change.secret.value_or(kSecret);
    return commands().create(change).trigger;
  }

  hook::TriggerCommand commands() {
    return hook::TriggerCommand({.database = *world.database,
                                 .command = *world.command,
                                 .clock = world.clock(),
                                 .random = world.random,
                                 .box = &box,
                                 .rules = {},
                                 .principal = "cli:0"});
  }

  [[nodiscard]] std::vector<FakeReceiver::Seen> seen_by(const std::string& name) const {
    std::vector<FakeReceiver::Seen> seen;
    std::ranges::copy_if(
        world.receiver.deliveries, std::back_inserter(seen),
        [&](const auto& each) { return each.url.starts_with("https://" + name + ".test/"); });
    return seen;
  }

  [[nodiscard]] std::vector<std::string> types_seen_by(const std::string& name) const {
    std::vector<std::string> types;
    for (const auto& seen : seen_by(name)) {
      types.push_back(json::parse(seen.body)["type"]);
    }
    return types;
  }

  /// The receivers whose name begins so answer with that status.
  void answer(const std::string& name, int status) {
    statuses[name] = status;
    world.receiver.script = [this](const FakeReceiver::Seen& seen) {
      for (const auto& [host, code] : statuses) {
        if (seen.url.starts_with("https://" + host + ".test/")) {
          return with_status(code);
        }
      }
      return with_status(200);
    };
  }

  World world;
  hook::SecretBox box{Secret(std::string(64, '7'))};
  std::map<std::string, int> statuses;
};

TEST_F(Webhooks, TellEachWantedEventOnceInItsOrder) {
  create("all", "*_relay,complete_relay_sync");
  create("syncs", "complete_relay_sync");
  world.start();
  const Relay relay = world.create("blue");
  world.clock().advance(1min);
  world.rename(relay, "Blue");
  world.clock().advance(1min);
  EXPECT_EQ(types_seen_by("all"),
            (std::vector<std::string>{"create_relay", "complete_relay_sync", "update_relay",
                                      "complete_relay_sync"}));
  EXPECT_EQ(types_seen_by("syncs"),
            (std::vector<std::string>{"complete_relay_sync", "complete_relay_sync"}));
  EXPECT_FALSE(outbox::Outbox(*world.database).has_other(infra::kHookDelivery, {}));
  std::set<std::string> ids;
  for (const auto& seen : world.receiver.deliveries) {
    EXPECT_TRUE(ids.insert(seen.id).second) << "a webhook-id twice";
  }
}

TEST_F(Webhooks, AreSignedWithTheSecretsOfTheMoment) {
  const hook::Trigger trigger = create("all", "create_relay");
  world.start();
  world.create("blue");
  world.clock().advance(1s);
  hook::TriggerChange change;
  change.secret = "whsec_" + std::string(32, 'A');
  static_cast<void>(commands().update(trigger.id, change));
  world.create("red");
  world.clock().advance(1s);
  change = {};
  change.retire_old_secret = true;
  static_cast<void>(commands().update(trigger.id, change));
  world.create("green");
  world.clock().advance(1s);
  const auto seen = seen_by("all");
  ASSERT_EQ(seen.size(), 3U);
  const auto signature = [&](const FakeReceiver::Seen& each, const std::string& secret) {
    return hook::SigningKey::parse(Secret(secret))
        .sign(each.id + "." + each.timestamp + "." + each.body);
  };
  const std::string fresh = "whsec_" + std::string(32, 'A');
  EXPECT_EQ(seen[0].signature, signature(seen[0], kSecret));
  EXPECT_EQ(seen[1].signature, signature(seen[1], fresh) + " " + signature(seen[1], kSecret));
  EXPECT_EQ(seen[2].signature, signature(seen[2], fresh));
}

TEST_F(Webhooks, AreTriedAgainAsThePolicyOfTheRowSays) {
  hook::TriggerChange policy;
  policy.policy.backoff = Growth::constant;
  policy.policy.base = 60s;
  policy.policy.jitter_percent = 0;
  policy.policy.max_attempts = 3;
  const hook::Trigger trigger = create("all", "create_relay", policy);
  answer("all", 500);
  world.start();
  world.create("blue");
  world.clock().advance(10s);
  hook::TriggerChange later;  // changes nothing of what is under way
  later.policy.max_attempts = 50;
  later.policy.base = 1s;
  static_cast<void>(commands().update(trigger.id, later));
  world.clock().advance(1h);
  const auto seen = seen_by("all");
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_EQ(seen[1].at - seen[0].at, 60s);
  EXPECT_EQ(seen[2].at - seen[1].at, 60s);
  EXPECT_EQ(seen[0].id, seen[2].id);
  EXPECT_EQ(seen[0].body, seen[2].body);
  const auto letters = world.open_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].kind, infra::kHookDelivery);
  EXPECT_EQ(letters[0].reason, "exhausted");
  EXPECT_EQ(letters[0].attempt, 3);
  EXPECT_THAT(letters[0].error, HasSubstr("500"));
}

TEST_F(Webhooks, AreDeliveredAfterAllWhenAPersonAsksForIt) {
  hook::TriggerChange policy;
  policy.policy.max_attempts = 1;
  const hook::Trigger trigger = create("all", "create_relay", policy);
  answer("all", 500);
  world.start();
  world.create("blue");
  world.clock().advance(1min);
  ASSERT_EQ(world.open_letters().size(), 1U);
  const auto letter = world.open_letters().front();
  answer("all", 204);
  outbox::DeadLetters(*world.database)
      .resolve(letter.id, outbox::Resolution::retried, world.clock().now());
  world.command->record_trigger(kRedriveDelivery, trigger.id,
                                json{{"dead_letter", letter.id}}.dump());
  world.clock().advance(1min);
  const auto seen = seen_by("all");
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_EQ(seen[0].id, seen[1].id);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(hook::DeliveryTable(*world.database).find(seen[1].id).value().result, "delivered");
}

TEST_F(Webhooks, OfADeadReceiverWaitAndHoldUpNobody) {
  create("dead", "*_relay");
  create("well", "*_relay");
  world.receiver.script = [](const FakeReceiver::Seen& seen) {
    return seen.url.starts_with("https://dead") ? test::failure(http::Fault::refused, false)
                                                : with_status(200);
  };
  world.start();
  for (int i = 0; i < 40; ++i) {
    world.create("relay" + std::to_string(i));
  }
  world.clock().advance(1h);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
  EXPECT_EQ(seen_by("well").size(), 40U);
  EXPECT_LT(seen_by("dead").size(), 30U);  // the breaker is open, and no attempts are spent
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_TRUE(outbox::read_destination_state(*world.database, "https://dead.test").failing_since);
  EXPECT_TRUE(outbox::read_destination_state(*world.database, "zooid").is_well());

  world.clock().advance(49h);  // nobody waits for ever
  EXPECT_EQ(world.open_letters().size(), 40U);
  EXPECT_EQ(world.open_letters().front().reason, "expired");

  world.receiver.script = {};
  world.clock().advance(10min);
  world.create("late");
  world.clock().advance(1min);
  EXPECT_EQ(json::parse(seen_by("dead").back().body)["data"]["activity_type"], "create_relay");
  EXPECT_TRUE(outbox::read_destination_state(*world.database, "https://dead.test").is_well());
}

TEST_F(Webhooks, OfAReceiverThatIsGoneDisableTheTrigger) {
  const hook::Trigger trigger = create("all", "create_relay");
  answer("all", 410);
  world.start();
  world.create("blue");
  world.clock().advance(1min);
  world.create("red");
  world.clock().advance(1min);
  EXPECT_EQ(seen_by("all").size(), 1U);
  const auto now = hook::TriggerTable(*world.database).find(trigger.id);
  ASSERT_TRUE(now);
  EXPECT_FALSE(now->enabled);
  EXPECT_THAT(now->disabled_reason, HasSubstr("410"));
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters().front().reason, "gone");
}

TEST_F(Webhooks, OfATriggerThatWasDisabledBecomeDeadLettersAndOfADeletedOneAreDropped) {
  const hook::Trigger off = create("off", "create_relay");
  const hook::Trigger gone = create("gone", "create_relay");
  answer("off", 500);
  answer("gone", 500);
  world.start();
  world.create("blue");
  world.clock().advance(10s);
  static_cast<void>(commands().disable(off.id, "maintenance"));
  commands().remove(gone.id);
  world.clock().advance(1h);
  EXPECT_EQ(seen_by("off").size(), 1U);
  EXPECT_EQ(seen_by("gone").size(), 1U);
  const auto letters = world.open_letters();
  ASSERT_EQ(letters.size(), 1U);
  EXPECT_EQ(letters[0].reason, "disabled");
  EXPECT_THAT(letters[0].error, HasSubstr("maintenance"));
  const auto ended = hook::DeliveryTable(*world.database).list(gone.id, 10);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].result, "dropped");
}

TEST_F(Webhooks, TellHandlersOfDeadLettersOnce) {
  hook::TriggerChange handler;
  handler.handles_dead_letters = true;
  create("handler", "add_dead_letter", handler);
  hook::TriggerChange policy;
  policy.policy.max_attempts = 1;
  create("all", "create_relay", policy);
  answer("all", 500);
  answer("handler", 500);
  world.start();
  world.create("blue");
  world.clock().advance(3h);
  ASSERT_EQ(seen_by("handler").size(), 1U);
  EXPECT_EQ(json::parse(seen_by("handler")[0].body)["data"]["detail"]["reason"], "exhausted");
  ASSERT_EQ(world.open_letters().size(), 1U);  // none of the handler's own
  EXPECT_THAT(world.open_letters()[0].handler_failed.value_or(""), HasSubstr("500"));
}

TEST_F(Webhooks, EndWhereTooManyOfThemLedToAnEvent) {
  create("all", "create_relay");
  world.start();
  RelayChange change;
  change.tenant = test::kTenant;
  for (const int depth : {7, 8, 9}) {
    change.subdomain = "relay" + std::to_string(depth);
    world.command->caused_by({"a_b", depth}).create_relay(change);
  }
  world.clock().advance(1min);
  ASSERT_EQ(seen_by("all").size(), 1U);
  EXPECT_EQ(json::parse(seen_by("all")[0].body)["data"]["depth"], 7);
}

TEST_F(Webhooks, OfASyncHaveTheDepthOfWhatAskedForIt) {
  create("syncs", "complete_relay_sync");
  world.start();
  RelayChange change;
  change.tenant = test::kTenant;
  change.subdomain = "blue";
  world.command->caused_by({"event_trigger", 3}).create_relay(change);
  world.clock().advance(1min);
  ASSERT_EQ(seen_by("syncs").size(), 1U);
  const json data = json::parse(seen_by("syncs")[0].body)["data"];
  EXPECT_EQ(data["depth"], 3);
  EXPECT_EQ(data["cause"], "event_trigger");
}

TEST_F(Webhooks, PassTheFilterOfTheTrigger) {
  hook::TriggerChange filter;
  filter.filter = "relay=blue";
  create("blue", "*", filter);
  world.start();
  world.create("blue");
  world.create("red");
  world.clock().advance(1min);
  EXPECT_FALSE(seen_by("blue").empty());
  for (const auto& seen : seen_by("blue")) {
    EXPECT_EQ(world.query->get_relay(RelayId{json::parse(seen.body)["data"]["resource_id"]})
                  .value()
                  .subdomain,
              "blue");
  }
}

TEST_F(Webhooks, AreNotLostWithTheProcess) {
  create("all", "create_relay");
  world.receiver.latency = 1s;
  world.start();
  for (int i = 0; i < 20; ++i) {
    world.create("relay" + std::to_string(i));
  }
  std::set<std::string> ids;
  for (int kills = 0; kills < 10; ++kills) {
    world.clock().advance(1500ms);
    world.crash();
    world.start();
  }
  world.clock().advance(5min);
  for (const auto& seen : seen_by("all")) {
    ids.insert(seen.id);
  }
  EXPECT_EQ(ids.size(), 20U);
  EXPECT_FALSE(outbox::Outbox(*world.database).has_other(infra::kHookDelivery, {}));
}

TEST_F(Webhooks, ThatAnotherProgramWroteWronglyBecomeDeadLetters) {
  const hook::Trigger trigger = create("all", "create_relay");
  world.start();
  outbox::Job job;
  job.kind = infra::kHookDelivery;
  job.destination = "https://all.test";
  const std::string broken_url =
      json{{"trigger", trigger.id}, {"url", "nowhere"}, {"body", "{}"}}.dump();
  const std::string sound =
      json{{"trigger", trigger.id}, {"url", "https://all.test/"}, {"body", "{}"}}.dump();
  const std::vector<std::pair<std::string, std::string>> rows{
      {"a", "{}"}, {"b", broken_url}, {"c d\n", sound}};
  for (const auto& [key, payload] : rows) {
    job.key = key;
    job.payload = payload;
    outbox::Outbox(*world.database).enqueue(job, world.clock().now());
  }
  world.create("blue");
  world.clock().advance(1min);
  EXPECT_EQ(seen_by("all").size(), 1U);
  EXPECT_EQ(world.open_letters().size(), 3U);
  EXPECT_EQ(world.open_letters().front().reason, "rejected");
}

TEST_F(Webhooks, GoNoFasterThanTheTriggerSays) {
  hook::TriggerChange slow;
  slow.policy.rate = 2;
  create("slow", "create_relay", slow);
  world.start();
  for (int i = 0; i < 40; ++i) {
    world.create("relay" + std::to_string(i));
  }
  world.clock().advance(10s);
  const auto sent = seen_by("slow").size();
  EXPECT_GE(sent, 15U);
  EXPECT_LE(sent, 25U);
}

}  // namespace
}  // namespace tender
