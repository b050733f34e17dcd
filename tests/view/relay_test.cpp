#include "tender/view/relay.hpp"

#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"

#include "store/store_fixture.hpp"

namespace tender::view {
namespace {

std::string_view state_of(bool synced, std::optional<bool> live, const std::string& error = "") {
  Relay relay;
  relay.synced = synced;
  relay.live = live;
  relay.sync_error = error;
  return to_string(sync_state(relay, /*held=*/false, TimePoint::min()));
}

TEST(SyncStates, TellWhatIsServedFromWhatIsOnlyInStep) {
  EXPECT_EQ(state_of(true, std::nullopt), "in step");
  EXPECT_EQ(state_of(true, true), "live");
  EXPECT_EQ(state_of(true, false), "not served");
}

TEST(SyncStates, TellWhatIsKnownFromWhatWasSeenTooLongAgo) {
  Relay relay;
  relay.synced = true;
  relay.live = true;
  relay.seen_at = TimePoint(std::chrono::hours(10));
  const auto at = [&](int hour) {
    const TimePoint now{std::chrono::hours(hour)};
    return to_string(sync_state(relay, /*held=*/false, seen_since(now, std::chrono::hours(1))));
  };
  EXPECT_EQ(at(12), "live");
  EXPECT_EQ(at(13), "unknown");
  const TimePoint later{std::chrono::hours(1000)};
  EXPECT_EQ(to_string(sync_state(relay, /*held=*/false, seen_since(later, Milliseconds::zero()))),
            "live");
}

TEST(SyncStates, CallAnInactiveRelayThatIsInStepOff) {
  Relay relay;
  relay.synced = true;
  relay.status = RelayStatus::inactive;
  const auto now = [&] {
    return to_string(sync_state(relay, /*held=*/false, TimePoint(std::chrono::hours(10))));
  };
  EXPECT_EQ(now(), "off");  // nobody has looked yet
  relay.live = true;
  relay.seen_at = TimePoint(std::chrono::hours(1));
  EXPECT_EQ(now(), "off");
  relay.live = false;  // and was seen to be served
  EXPECT_EQ(now(), "not served");
}

TEST(SyncStates, TellWhatFailsFromWhatOnlyWaits) {
  EXPECT_EQ(state_of(false, true), "pending");
  EXPECT_EQ(state_of(false, std::nullopt, "boom"), "failing");
}

struct HeldRelays : StoreTest {
  Relay give_up(const std::string& subdomain) {
    const Relay relay = create(subdomain);
    command.fail_relay_sync(relay, {.revision = 1, .error = "boom", .outcome = "permanent"});
    letters.add(infra::kRelaySync, relay.id.text, outbox::DeadLetterReason::rejected, "boom", 1,
                /*revision=*/1, clock.now());
    return get(relay);
  }
  [[nodiscard]] std::string_view state_of(const Relay& relay) {
    return to_string(RelayView(database, TimePoint::min(), std::nullopt).state(get(relay)));
  }

  outbox::DeadLetters letters{database};
};

TEST_F(HeldRelays, AreThoseWithAnOpenDeadLetter) {
  const Relay blue = give_up("blue");
  const Relay failing = create("failing");
  command.fail_relay_sync(failing, {.revision = 1, .error = "boom", .outcome = "transient"});
  EXPECT_EQ(state_of(blue), "held");
  EXPECT_EQ(state_of(failing), "failing");
  EXPECT_EQ(count_held(database), 1);
}

TEST_F(HeldRelays, StayHeldWhenTheLetterIsDiscarded) {
  const Relay blue = give_up("blue");
  letters.resolve(infra::kRelaySync, blue.id.text, outbox::Resolution::discarded, clock.now());
  EXPECT_EQ(state_of(blue), "held");
}

TEST_F(HeldRelays, AreFreeOnceSomebodyAsksOrChangesThem) {
  const Relay asked = give_up("asked");
  letters.resolve(infra::kRelaySync, asked.id.text, outbox::Resolution::retried, clock.now());
  EXPECT_EQ(state_of(asked), "failing");
  const Relay at_work = give_up("at-work");
  outbox::Outbox(database).enqueue(infra::relay_job(infra::kRelaySync, at_work.id), clock.now());
  EXPECT_EQ(state_of(at_work), "failing");
  const Relay changed = give_up("changed");
  database.execute("UPDATE relay SET info_name = 'x' WHERE subdomain = 'changed'");
  EXPECT_EQ(state_of(changed), "pending");
  EXPECT_EQ(count_held(database), 0);
}

TEST(RelayReason, IsTheHostsFaultForARelayThatOnlyWaits) {
  outbox::DestinationState host;
  host.reason = "connection refused";
  EXPECT_EQ(with_reason(Relay(), host).sync_error, "connection refused");
  Relay failing;
  failing.sync_error = "boom";
  EXPECT_EQ(with_reason(failing, host).sync_error, "boom");
  Relay in_step;
  in_step.synced = true;
  EXPECT_EQ(with_reason(in_step, host).sync_error, "");
}

struct RelayLookup : StoreTest {
  void insert(const std::string& id, const std::string& subdomain) {
    database.execute("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('" + id + "', '" +
                     std::string(kTenant) + "', '" + subdomain + "', '" + subdomain + "')");
  }
};

TEST_F(RelayLookup, FindsByIdAndBySubdomain) {
  const Relay blue = create("blue");
  EXPECT_EQ(require_relay(query, "blue").id, blue.id);
  EXPECT_EQ(require_relay(query, blue.id.text).id, blue.id);
  EXPECT_FALSE(find_relay(query, "green"));
}

TEST_F(RelayLookup, SaysThatThereIsNone) {
  try {
    static_cast<void>(require_relay(query, "green\n"));
    FAIL() << "nothing was thrown";
  } catch (const store::NoSuchRelay& error) {
    EXPECT_STREQ(error.what(), "there is no relay \"green\\n\"");
    EXPECT_EQ(error.remedy(), "see `tender relay list` for the relays and their ids");
  }
}

TEST_F(RelayLookup, RefusesANameThatMeansTwoRelays) {
  insert("green", "blue");
  insert("other", "green");
  EXPECT_THROW(static_cast<void>(find_relay(query, "green")), store::CommandError);
  EXPECT_EQ(require_relay(query, "blue").id.text, "green");
  EXPECT_EQ(require_relay(query, "other").subdomain, "green");
}

TEST_F(RelayLookup, NamesARelayThatIsGoneByItsId) {
  const Relay blue = create("blue");
  EXPECT_EQ(relay_name(query, blue.id.text), "blue");
  EXPECT_EQ(relay_name(query, "gone"), "gone");
}

}  // namespace
}  // namespace tender::view
