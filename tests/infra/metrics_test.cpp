// What the worker counts of what it does: each counter moves when its event happens.
#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/infra/letter_count.hpp"
#include "tender/store/transaction.hpp"

#include "support/fault_vfs.hpp"
#include "support/metric_value.hpp"
#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::FakeZooid;
using test::World;

struct WorkerMetrics : testing::Test {
  // Every answer of zooid takes that long.
  void answer_after(Milliseconds latency) {
    world.zooid.script = [latency](const auto&) {
      FakeZooid::Action action;
      action.latency = latency;
      return action;
    };
  }

  WorkerMetrics() {
    world.metrics = Metrics::make();
    world.env.relay_verify = config::RelayVerify::off;
  }

  [[nodiscard]] double metric(std::string_view series) const {
    return test::metric(world.metrics, series);
  }

  void answer(int status, const std::string& body) {
    world.zooid.script = [=](const auto&) { return test::answer_with(status, body); };
  }

  World world;
};

TEST_F(WorkerMetrics, CountSyncsByOperationAndResult) {
  world.start();
  const Relay blue = world.create("blue");
  world.run_ready();
  world.rename(blue, "Blue");
  world.run_ready();
  world.command->reconcile_relay(world.get(blue), {});
  world.run_ready();
  static_cast<void>(world.command->delete_relay(blue.id));
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="create",result="done"})"), 1);
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="update",result="done"})"), 1);
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="skip",result="done"})"), 1);
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="delete",result="done"})"), 1);
  EXPECT_EQ(metric(R"(tender_sync_duration_seconds_count{operation="create"})"), 1);
  EXPECT_EQ(metric(R"(tender_work_settled_total{kind="relay_sync",settlement="complete"})"), 4);
  EXPECT_EQ(metric(R"(tender_work_wait_seconds_count{kind="relay_sync"})"), 4);
}

TEST_F(WorkerMetrics, CountASyncThatOnlyLooks) {
  world.env.relay_verify = config::RelayVerify::direct;
  world.zooid.look_answer = test::failure(http::Fault::closed, false);
  world.start();
  const Relay blue = world.create("blue");
  world.run_ready();
  world.command->reconcile_relay(world.get(blue), {});
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="look",result="done"})"), 1);
}

TEST_F(WorkerMetrics, MeasureHowLongASyncAndTheWayToItTook) {
  answer_after(200ms);
  world.start();
  world.create("blue");
  world.create("green");  // waits for the one place that a new zooid is given
  world.clock().advance(1s);
  EXPECT_DOUBLE_EQ(metric(R"(tender_sync_duration_seconds_sum{operation="create"})"), 0.4);
  EXPECT_DOUBLE_EQ(metric(R"(tender_work_wait_seconds_sum{kind="relay_sync"})"), 0.2);
  EXPECT_DOUBLE_EQ(metric("tender_sync_commit_to_request_seconds_sum"), 0.2);
  EXPECT_EQ(metric("tender_sync_commit_to_request_seconds_count"), 2);
}

TEST_F(WorkerMetrics, MeasureTheWayToTheFirstRequestOfACommandOnly) {
  world.start();
  world.zooid.script = [](const test::FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.answer = test::failure(http::Fault::timeout, /*written=*/true);
    return action;
  };
  const Relay blue = world.create("blue");
  world.run_ready();
  world.zooid.script = nullptr;
  world.rename(blue, "Blue");
  world.clock().advance(10min);  // sent at once, and once more after the doubt
  EXPECT_EQ(world.syncs(), 4);   // and zooid had taken the first
  EXPECT_TRUE(world.get(blue).synced);
  EXPECT_EQ(metric("tender_sync_commit_to_request_seconds_count"), 2);
  world.rename(blue, "Deep blue");
  world.clock().advance(1s);
  EXPECT_EQ(metric("tender_sync_commit_to_request_seconds_count"), 3);
}

TEST_F(WorkerMetrics, CountRetriesAndDeadLetters) {
  world.env.relay_sync_retry_max_attempts = 1;
  answer(500, R"({"error":"boom"})");
  world.start();
  world.create("blue");
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_work_settled_total{kind="relay_sync",settlement="retry"})"), 1);
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="create",result="transient"})"), 1);
  world.clock().advance(1h);
  EXPECT_EQ(metric(R"(tender_work_settled_total{kind="relay_sync",settlement="give_up"})"), 1);
  EXPECT_EQ(metric(R"(tender_dead_letters_total{reason="exhausted"})"), 1);
  EXPECT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(metric("tender_sync_commit_to_request_seconds_count"), 1);  // not of a retry
}

TEST_F(WorkerMetrics, CountTheDeadLetterOfASyncThatWasNotSent) {
  world.start();
  world.database->execute(
      "INSERT INTO relay (id, tenant, subdomain, schema, info_icon) VALUES ('r1', '" +
      std::string(test::kTenant) + "', 'blue', 'blue_r1', 'no url')");
  world.command->reconcile_relay(world.query->get_relay(RelayId{"r1"}).value(), {});
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_syncs_total{operation="reject",result="permanent"})"), 1);
  EXPECT_EQ(metric(R"(tender_dead_letters_total{reason="rejected"})"), 1);
}

TEST_F(WorkerMetrics, CountNoDeadLetterWhoseTransactionWasRolledBack) {
  infra::LetterCount letters(world.metrics.counter("tender_dead_letters_total"));
  letters.begin();
  letters.add(outbox::DeadLetterReason::exhausted);
  letters.begin();  // again, after a rollback
  letters.add(outbox::DeadLetterReason::exhausted);
  EXPECT_EQ(metric(R"(tender_dead_letters_total{reason="exhausted"})"), 0);
  letters.committed();
  letters.committed();
  EXPECT_EQ(metric(R"(tender_dead_letters_total{reason="exhausted"})"), 1);
}

TEST_F(WorkerMetrics, CountWhatANewerCommandSuperseded) {
  answer_after(200ms);
  world.start();
  const Relay blue = world.create("blue");
  world.clock().advance(100ms);
  world.rename(blue, "Blue");
  world.clock().advance(1s);
  EXPECT_EQ(metric(R"(tender_work_settled_total{kind="relay_sync",settlement="superseded"})"), 1);
  EXPECT_EQ(metric(R"(tender_work_settled_total{kind="relay_sync",settlement="complete"})"), 1);
}

TEST_F(WorkerMetrics, CountWhatHappensToTheDestination) {
  world.zooid.script = [](const auto&) {
    FakeZooid::Action action;
    action.apply = false;
    action.answer = test::failure(http::Fault::refused, false);
    return action;
  };
  world.start();
  for (const char* const name : {"a", "b", "c", "d", "e", "f"}) {
    world.create(name);
  }
  world.clock().advance(3min);
  EXPECT_EQ(metric(R"(tender_destination_transitions_total{destination="zooid",to="failing"})"), 1);
  const double faults =
      metric(R"(tender_destination_faults_total{destination="zooid",fault="unusable"})");
  EXPECT_GE(faults, 5);
  EXPECT_EQ(metric(R"(tender_destination_limit{destination="zooid"})"), 1);
  world.zooid.script = nullptr;
  world.clock().advance(3min);
  EXPECT_EQ(metric(R"(tender_destination_transitions_total{destination="zooid",to="usable"})"), 1);
  EXPECT_EQ(metric(R"(tender_destination_faults_total{destination="zooid",fault="unusable"})"),
            faults);
}

TEST_F(WorkerMetrics, TellTimeoutsAndStorageFaultsApart) {
  world.zooid.script = [](const auto&) {
    FakeZooid::Action action;
    action.apply = false;
    action.answer = test::failure(http::Fault::timeout, false);
    return action;
  };
  world.start();
  world.create("blue");
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_destination_faults_total{destination="zooid",fault="timeout"})"), 1);
  answer(500, R"({"error":"failed to write config: no space left on device"})");
  world.create("green");
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_destination_faults_total{destination="zooid",fault="storage"})"), 1);
}

TEST_F(WorkerMetrics, CountAPauseThatTheDestinationAsksFor) {
  world.zooid.script = [](const auto&) {
    FakeZooid::Action action = test::answer_with(503, R"({"error":"busy"})");
    std::get<http::Response>(action.answer->result).headers.push_back({"Retry-After", "60"});
    return action;
  };
  world.start();
  world.create("blue");
  world.run_ready();
  EXPECT_EQ(metric(R"(tender_destination_transitions_total{destination="zooid",to="paused"})"), 1);
}

TEST_F(WorkerMetrics, ShowHowManyRequestsAreUnderWay) {
  answer_after(200ms);
  world.start();
  world.create("blue");
  world.clock().advance(100ms);
  EXPECT_EQ(metric(R"(tender_destination_in_flight{destination="zooid"})"), 1);
  world.clock().advance(200ms);
  EXPECT_EQ(metric(R"(tender_destination_in_flight{destination="zooid"})"), 0);
  EXPECT_EQ(metric(R"(tender_destination_limit{destination="zooid"})"), 2);
}

TEST_F(WorkerMetrics, MeasureHowLongTheRateHoldsWorkBack) {
  world.env.relay_sync_rate = 1;
  world.start();
  world.create("blue");
  world.create("green");
  world.clock().advance(5s);
  EXPECT_EQ(metric(R"(tender_rate_limiter_wait_seconds_count{destination="zooid"})"), 2);
  EXPECT_DOUBLE_EQ(metric(R"(tender_rate_limiter_wait_seconds_sum{destination="zooid"})"), 1);
}

TEST(BroadcastMetrics, CountWhatTheChannelDropped) {
  World world(/*channel_capacity=*/4);
  world.metrics = Metrics::make();
  world.zooid.script = [](const auto&) {
    FakeZooid::Action action;
    action.latency = 1h;  // so that no results follow
    return action;
  };
  world.start();
  world.run_ready();
  {
    // Ten activities at once.
    store::Transaction transaction(*world.database);
    for (int i = 0; i < 10; ++i) {
      RelayChange change;
      change.tenant = test::kTenant;
      change.subdomain = "r" + std::to_string(i);
      static_cast<void>(world.command->create_relay(change));
    }
    transaction.commit();
  }
  world.run_ready();
  EXPECT_EQ(test::metric(world.metrics, "tender_broadcast_missed_total"), 6);
}

TEST_F(WorkerMetrics, CountReadsByWhatTheyGot) {
  world.zooid.script = [](const auto&) {
    FakeZooid::Action action;
    action.latency = 100ms;
    return action;
  };
  world.start();
  const Relay blue = world.create("blue");
  world.clock().advance(1s);
  const auto ask = [&] {
    boost::asio::co_spawn(world.io(), world.infra->list_relay_members(blue.id),
                          [](const std::exception_ptr&, const infra::MemberList&) {});
  };
  ask();
  ask();
  ask();
  world.clock().advance(1s);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="fresh"})"), 1);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="coalesced"})"), 2);
  answer(200, R"({"members":1})");
  ask();
  world.clock().advance(1s);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="invalid"})"), 1);
  answer(404, R"({"error":"relay not found"})");
  ask();
  world.clock().advance(1s);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="error"})"), 1);
}

TEST_F(WorkerMetrics, CountReadsThatWereTurnedAwayOrWentToAnotherAddress) {
  world.env.members_requests_max = 1;
  world.env.zooid_api_urls.push_back(http::Url::parse("http://second.test"));
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 7; ++i) {
    relays.push_back(world.create("r" + std::to_string(i)));
  }
  world.clock().advance(10s);
  int asked = 0;
  world.zooid.script = [&](const auto&) {
    FakeZooid::Action action;
    action.latency = 100ms;
    if (asked++ == 0) {
      action.apply = false;
      action.answer = test::failure(http::Fault::refused, false);
    }
    return action;
  };
  for (const Relay& relay : relays) {
    boost::asio::co_spawn(world.io(), world.infra->list_relay_members(relay.id),
                          [](const std::exception_ptr&, const infra::MemberList&) {});
  }
  world.clock().advance(10s);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="busy"})"), 2);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="failover"})"), 1);
  EXPECT_EQ(metric(R"(tender_fetches_total{operation="members",result="fresh"})"), 4);
}

TEST_F(WorkerMetrics, MeasureTransactions) {
  world.start();
  world.run_ready();
  const double before = metric("tender_sqlite_transaction_seconds_count");
  world.create("blue");
  world.run_ready();
  EXPECT_GE(metric("tender_sqlite_transaction_seconds_count"), before + 3);
}

TEST_F(WorkerMetrics, NameNoRelay) {
  world.start();
  const Relay blue = world.create("bluest");
  world.clock().advance(1min);
  const std::string text = world.metrics.text();
  EXPECT_EQ(text.find(blue.id.text), std::string::npos);
  EXPECT_EQ(text.find("bluest"), std::string::npos);
  EXPECT_EQ(text.find(test::kTenant), std::string::npos);
}

}  // namespace
}  // namespace tender
