#include "metrics_page.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "tender/base/process_usage.hpp"
#include "tender/hook/trigger_table.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/checkpointer.hpp"
#include "tender/store/store_error.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/status.hpp"

namespace tender::admin {
namespace {

constexpr std::array kPriorities{outbox::Priority::urgent, outbox::Priority::normal,
                                 outbox::Priority::bulk};
constexpr std::array kKinds{infra::kRelaySync, infra::kRelayCheck};
constexpr std::array<std::string_view, 4> kDestinationStates{"usable", "paused", "failing",
                                                             "not_storing"};

double seconds(Milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string_view state_of(const outbox::DestinationState& destination) {
  if (destination.failing_since) {
    return destination.stores_nothing ? "not_storing" : "failing";
  }
  return destination.paused_until ? "paused" : "usable";
}

}  // namespace

MetricsPage::MetricsPage(Desk& desk)
    : desk_(desk), metrics_(desk.sidecar.metrics()), taken_at_(desk.clock.steady()) {}

http::Response MetricsPage::answer() {
  const SteadyTime now = desk_.clock.steady();
  if (!next_reading_ || now >= *next_reading_) {
    read_database(now);
  }
  metrics_.gauge("tender_snapshot_age_seconds").set(seconds(now - taken_at_));
  show_sidecar();
  show_process();
  return {.status = 200,
          .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                      {"Cache-Control", "no-store"}},
          .body = metrics_.text()};
}

void MetricsPage::read_database(SteadyTime now) {
  next_reading_ = now + kFresh;
  // At first also then: reading may work, and no number is worse than an old one.
  if (desk_.sidecar.condition().outage && taken_once_) {
    return;
  }
  try {
    show_database();
    taken_at_ = now;
    taken_once_ = true;
  } catch (const store::StoreError&) {
    // Whoever needs the database to work meets the fault, too, and says so.
  }
  const Milliseconds took = desk_.clock.steady() - now;
  next_reading_ = now + std::max(kFresh, kShare * took);
}

void MetricsPage::show_database() {
  store::Database& database = desk_.sidecar.database();
  const TimePoint now = desk_.clock.now();
  const view::Snapshot snapshot =
      view::take_snapshot(database, now, view::seen_since(now, desk_.env.relay_sweep));
  show_relays(snapshot);
  show_work(now);
  const auto letters = outbox::DeadLetters(database).count_open_by_reason();
  for (const std::string_view reason : outbox::dead_letter_reasons()) {
    const auto found = letters.find(std::string(reason));
    metrics_.gauge("tender_dead_letters_open")
        .set({reason}, found == letters.end() ? 0 : static_cast<double>(found->second));
  }
  for (const std::string_view state : kDestinationStates) {
    const bool is = state_of(snapshot.destinations.at(std::string(infra::kZooid))) == state;
    metrics_.gauge("tender_destination_state").set({infra::kZooid, state}, is ? 1 : 0);
  }
  const auto answered_at = snapshot.destinations.at(std::string(infra::kZooid)).answered_at;
  metrics_.gauge("tender_destination_last_answer_timestamp_seconds")
      .set({infra::kZooid}, answered_at ? seconds(answered_at->time_since_epoch()) : 0);
  show_webhooks(snapshot, now);
  metrics_.gauge("tender_paused").set(snapshot.pause ? 1 : 0);
  metrics_.gauge("tender_activities_unrouted")
      .set(static_cast<double>(std::max<std::int64_t>(0, snapshot.logged - snapshot.routed)));
}

void MetricsPage::show_relays(const view::Snapshot& snapshot) {
  const store::Query::RelayCounts& counts = snapshot.relays;
  const auto show = [this](std::string_view state, std::int64_t relays) {
    metrics_.gauge("tender_relays").set({state}, static_cast<double>(relays));
  };
  show("in_step", counts.in_step);
  show("live", counts.live);
  show("off", counts.off);
  show("unknown", counts.unknown);
  show("not_served", counts.in_step_not_served);
  show("pending", counts.pending - counts.failing);
  show("failing", counts.failing);
  show("held", snapshot.held);
  const store::Query query = desk_.sidecar.query();
  metrics_.gauge("tender_relays_drift_reported")
      .set(static_cast<double>(
          query.count_reported_drift(desk_.env.relay_drift == config::RelayDrift::report)));
  metrics_.gauge("tender_relays_other_identity").set(static_cast<double>(counts.other_identity));
  metrics_.gauge("tender_relays_being_deleted").set(static_cast<double>(counts.being_deleted));
}

void MetricsPage::show_webhooks(const view::Snapshot& snapshot, TimePoint now) {
  double waiting = 0;
  TimePoint first_due = now;
  for (const outbox::Outbox::Depth& depth : outbox::Outbox(desk_.sidecar.database()).depths()) {
    if (depth.kind == infra::kHookDelivery) {
      waiting += static_cast<double>(depth.rows);
      first_due = std::min(first_due, depth.first_due);
    }
  }
  metrics_.gauge("tender_deliveries_waiting").set(waiting);
  metrics_.gauge("tender_deliveries_oldest_age_seconds").set(seconds(now - first_due));
  std::map<std::string_view, int> receivers{{"usable", 0}, {"paused", 0}, {"failing", 0}};
  for (const std::string& origin : hook::TriggerTable(desk_.sidecar.database()).list_origins()) {
    const auto found = snapshot.destinations.find(origin);
    ++receivers[found == snapshot.destinations.end() ? "usable" : state_of(found->second)];
  }
  for (const auto& [state, count] : receivers) {
    metrics_.gauge("tender_receivers").set({state}, count);
  }
}

void MetricsPage::show_work(TimePoint now) {
  using Line = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::map<Line, outbox::Outbox::Depth> all;
  for (const std::string_view kind : kKinds) {
    for (const outbox::Priority priority : kPriorities) {
      all[{kind, infra::kZooid, to_string(priority)}].first_due = now;
    }
  }
  for (const outbox::Outbox::Depth& depth : outbox::Outbox(desk_.sidecar.database()).depths()) {
    const bool has_name = depth.priority >= 0 && depth.priority < std::ssize(kPriorities);
    const auto found = has_name
                           ? all.find({depth.kind, depth.destination,
                                       to_string(static_cast<outbox::Priority>(depth.priority))})
                           : all.end();
    if (found != all.end()) {  // others are work that this version leaves alone
      found->second = depth;
    }
  }
  for (const auto& [line, depth] : all) {
    const auto& [kind, destination, priority] = line;
    metrics_.gauge("tender_work")
        .set({kind, destination, priority}, static_cast<double>(depth.rows));
    metrics_.gauge("tender_work_oldest_age_seconds")
        .set({kind, destination, priority},
             seconds(std::max(now - depth.first_due, Milliseconds::zero())));
  }
}

void MetricsPage::show_sidecar() {
  const service::Sidecar::Condition condition = desk_.sidecar.condition();
  store::Database& database = desk_.sidecar.database();
  metrics_.gauge("tender_active").set(condition.active ? 1 : 0);
  metrics_.gauge("tender_database_outage").set(condition.outage ? 1 : 0);
  metrics_.gauge("tender_relays_lost").set(static_cast<double>(condition.lost));
  metrics_.gauge("tender_sqlite_wal_bytes").set(static_cast<double>(store::wal_size(database)));
  metrics_.gauge("tender_sqlite_longest_lock_seconds").set(seconds(database.longest_lock()));
}

void MetricsPage::show_process() const {
  const auto usage = read_process_usage();
  if (!usage) {
    return;
  }
  metrics_.counter("process_cpu_seconds_total").raise_to(usage->cpu_seconds);
  const std::array<std::pair<std::string_view, double>, 5> gauges{
      {{"process_resident_memory_bytes", static_cast<double>(usage->resident_bytes)},
       {"process_virtual_memory_bytes", static_cast<double>(usage->virtual_bytes)},
       {"process_open_fds", static_cast<double>(usage->open_files)},
       {"process_max_fds", static_cast<double>(usage->max_files)},
       {"process_start_time_seconds", usage->started_at}}};
  for (const auto& [name, value] : gauges) {
    metrics_.gauge(name).set(value);
  }
}

}  // namespace tender::admin
