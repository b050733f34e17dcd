#include "tender/infra/infra.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tender/base/log_messages.hpp"
#include "tender/hook/delivery.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/model/sync_detail.hpp"
#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"
#include "tender/zooid/config_directory.hpp"
#include "tender/zooid/relay_config.hpp"

#include "report.hpp"

namespace tender::infra {
namespace {

namespace asio = boost::asio;
using outbox::Job;
using outbox::Priority;
using Routed = outbox::Router::Routed;

// An answer that takes longer than this part of ZOOID_API_TIMEOUT is slow: well before the timeout
// does harm.
constexpr int kSlowShare = 4;

// Looks never hold more than this part of the places that zooid bears at the moment: looks that
// hang leave room for syncs. Where there is one place, the two take turns.
constexpr int kLookShare = 4;

// How often tender looks for webhooks whose time is over.
constexpr std::chrono::seconds kExpiryPause{30};

http::Transport& receivers_transport(const Infra::Runtime& runtime) {
  return runtime.receivers != nullptr ? *runtime.receivers : runtime.transport;
}

}  // namespace

Infra::Infra(store::Query query, store::Command command, const config::Env& env, Runtime runtime,
             Options options)
    : query_(query),
      command_(command),
      env_(env),
      runtime_(runtime),
      receiver_(command_.notify().subscribe()),
      client_(env_, runtime.transport, runtime.clock, runtime.random, &runtime.logger),
      reader_(env_, runtime.transport, runtime.clock, runtime.random,
              runtime.metrics.counter("tender_fetches_total")),
      settings_(runtime.database, env_),
      retry_(query_, env_, runtime.clock, runtime.random),
      relay_check_(runtime.database, query_, command_, env_, client_, runtime.clock, runtime.logger,
                   runtime.metrics),
      relay_sweep_(runtime.database, query_, command_, relay_check_, env_, runtime.clock),
      sync_runner_(env_, client_, runtime.clock, runtime.random),
      relay_sync_(runtime.database, query_, command_, env_, sync_runner_, retry_, relay_check_,
                  runtime.clock, runtime.logger, runtime.metrics),
      hook_outbox_(runtime.database, query_, env_.triggers, runtime.clock, runtime.logger,
                   runtime.metrics),
      hook_delivery_(env_.triggers, command_,
                     {.database = runtime.database,
                      .clock = runtime.clock,
                      .random = runtime.random,
                      .transport = receivers_transport(runtime),
                      .logger = runtime.logger,
                      .metrics = runtime.metrics}),
      receivers_(runtime.database, receivers_transport(runtime), runtime.clock),
      outbox_(runtime.database),
      dead_letters_(runtime.database),
      router_(runtime.database),
      dispatcher_(
          runtime.database, runtime.clock, runtime.random, runtime.logger, registry(),
          {.horizon = std::max<Milliseconds>({retry_.longest_delay(), longest_doubt(env_),
                                              RelayCheck::kLongestWait, RelaySync::kLostPause}),
           .floor = options.floor,
           .metrics = runtime.metrics,
           .letter_added = [this](const Job& job, const outbox::GiveUp& why,
                                  std::int64_t letter) { note_given_up(job, why, letter); }}),
      missed_(runtime.metrics.counter("tender_broadcast_missed_total")),
      added_letters_(runtime.metrics.counter("tender_dead_letters_total")),
      deliveries_(runtime.metrics.counter("tender_deliveries_total")),
      pause_(runtime.clock),
      interval_(runtime.clock),
      sweep_(runtime.clock),
      expiry_(runtime.clock),
      floor_(options.floor) {}

outbox::Registry Infra::registry() {
  const outbox::DestinationGate::Options zooid{
      .rate = env_.relay_sync_rate,
      .concurrency = static_cast<int>(env_.relay_sync_concurrency),
      .slow_answer = env_.zooid_api_timeout / kSlowShare};
  outbox::Registry registry{
      .kinds = {{.name = kRelaySync,
                 .resource = kRelayResource,
                 .executor = &relay_sync_,
                 .writes = true,
                 .goes_to = is_zooid},
                {.name = kRelayCheck,
                 .resource = kRelayResource,
                 .executor = &relay_check_,
                 .share = kLookShare,
                 .goes_to = is_zooid},
                {.name = kHookDelivery,
                 .resource = kHookDelivery,
                 .executor = &hook_delivery_,
                 .goes_to = is_receiver}},
      .destinations = {{.name = std::string(kZooid), .prober = &sync_runner_, .gate = zooid}},
      .more = &receivers_};
  return registry;
}

asio::awaitable<void> Infra::start() {
  using namespace asio::experimental::awaitable_operators;
  co_await (listen() && reconcile_now_and_then() && sweep() && give_up_expired() &&
            dispatcher_.run() && reader_.run());
  route_rest();
}

void Infra::stop() {
  stopping_ = true;
  receiver_.close();
  pause_.notify();
  interval_.notify();
  sweep_.notify();
  expiry_.notify();
  reader_.stop();
  dispatcher_.stop();
}

asio::awaitable<MemberList> Infra::list_relay_members(RelayId id) {
  return fetch_members(reader_, runtime_.clock, std::move(id));
}

asio::awaitable<RelayComparison> Infra::compare_relay(Relay relay) {
  std::optional<zooid::ConfigDirectory> directory;
  std::optional<FilesSeen> files;
  std::optional<http::Exchange> look;
  if (env_.zooid_config_dir) {
    directory.emplace(*env_.zooid_config_dir);
    files.emplace().before = directory->read(relay.id);
  }
  if (env_.relay_verify != config::RelayVerify::off) {
    look = co_await reader_.look(relay);
  }
  if (directory && files) {
    files->after = directory->read(relay.id);
  }
  co_return infra::compare_relay(query_, env_, std::move(relay), look ? &*look : nullptr, files);
}

asio::awaitable<void> Infra::listen() {
  std::optional<std::string_view> reconcile_because = "startup";
  while (!stopping_) {
    const bool caught_up = co_await catch_up(reconcile_because, pause_);
    if (!caught_up) {
      const TimePoint again = dispatcher_.outage().retry_at();
      co_await pause_.wait_until(again);
      continue;
    }
    reconcile_because.reset();
    const auto received = co_await receiver_.recv();
    if (std::holds_alternative<store::Closed>(received.item)) {
      break;
    }
    if (const auto* lagged = std::get_if<store::Lagged>(&received.item)) {
      missed_.add(static_cast<double>(lagged->missed));
      reconcile_because = "lagged";
    }
  }
  stopping_ = true;
  interval_.notify();
  sweep_.notify();
  expiry_.notify();
  reader_.stop();
  dispatcher_.stop();
}

// A safety net under the channel and the activity log: for rows changed without an activity row.
asio::awaitable<void> Infra::reconcile_now_and_then() {
  const Milliseconds interval = env_.reconcile_interval;
  while (!stopping_ && interval != Milliseconds::zero()) {
    const double jitter = 0.9 + 0.2 * runtime_.random.unit();
    const TimePoint next =
        runtime_.clock.now() + std::chrono::round<Milliseconds>(
                                   std::chrono::duration<double, std::milli>(interval) * jitter);
    co_await interval_.wait_until(next);
    bool caught_up = false;
    while (!stopping_ && !caught_up) {
      caught_up = co_await catch_up("interval", interval_);
      if (!caught_up) {
        const TimePoint again = dispatcher_.outage().retry_at();
        co_await interval_.wait_until(again);
      }
    }
  }
}

// For what changes in zooid without tender. Looks are bulk work: whoever does only what is more
// urgent asks for none.
asio::awaitable<void> Infra::sweep() {
  const Milliseconds interval = relay_sweep_.interval();
  while (!stopping_ && interval != Milliseconds::zero() && floor_ == Priority::bulk) {
    const TimePoint next = runtime_.clock.now() + interval;
    co_await sweep_.wait_until(next);
    store::StoreOutage& outage = dispatcher_.outage();
    if (stopping_ || !outage.over() || runtime_.database.write_turns().is_others()) {
      continue;  // what is due now is due in the next interval, too
    }
    try {
      for (auto left = relay_sweep_.share(); left > 0 && !stopping_;) {
        const auto asked = relay_sweep_.ask(left);
        left = asked == 0 ? 0 : left - asked;
        co_await breathe(sweep_);
      }
    } catch (const store::StoreError& error) {
      outage.begin(error);
    }
  }
}

// A webhook whose receiver cannot be reached is given up in its time, even if it is never tried.
asio::awaitable<void> Infra::give_up_expired() {
  while (!stopping_ && floor_ == Priority::bulk) {
    const TimePoint next = runtime_.clock.now() + kExpiryPause;
    co_await expiry_.wait_until(next);
    store::StoreOutage& outage = dispatcher_.outage();
    if (stopping_ || !outage.over() || runtime_.database.write_turns().is_others()) {
      continue;
    }
    try {
      store::Transaction transaction(runtime_.database);
      const bool more = hook_outbox_.give_up_expired(
          [this](const std::string& key) { return dispatcher_.is_busy(kHookDelivery, key); },
          [this](const Job& job, const outbox::GiveUp& why, std::int64_t letter) {
            note_given_up(job, why, letter);
          });
      transaction.commit();
      if (more) {
        expiry_.notify();
      }
    } catch (const store::StoreError& error) {
      outage.begin(error);
    }
  }
}

void Infra::notice_file(const RelayId& id) {
  store::StoreOutage& outage = dispatcher_.outage();
  const bool sweeps = relay_sweep_.interval() != Milliseconds::zero() && floor_ == Priority::bulk;
  if (!sweeps || stopping_ || !outage.over()) {
    return;  // the sweep comes round
  }
  try {
    const auto relay = query_.get_relay(id);
    if (relay && relay->synced && !outbox_.find(kRelayCheck, id.text)) {
      relay_check_.look_soon(id);
      dispatcher_.wake();
    }
  } catch (const store::StoreError& error) {
    outage.begin(error);
  }
}

// Reads the activity log to its end, and then reconciles, if there is a reason. False: the database
// cannot be read or written. Then the caller starts over later, and finds what is left.
asio::awaitable<bool> Infra::catch_up(std::optional<std::string_view> reconcile_because,
                                      Wakeup& pause) {
  store::StoreOutage& outage = dispatcher_.outage();
  if (!outage.over()) {
    co_return false;
  }
  while (!stopping_ && runtime_.database.write_turns().is_others()) {
    const TimePoint turn = runtime_.database.write_turns().next();
    co_await pause.wait_until(turn);
  }
  try {
    auto routed = Routed::more;
    while (routed == Routed::more) {
      routed = route_portion();
      if (routed == Routed::more) {
        co_await breathe(pause);
      }
      if (stopping_) {
        co_return true;
      }
    }
    dispatcher_.wake();
    if (reconcile_because == "startup") {
      co_await enqueue_changed_settings(pause);
    }
    if (routed == Routed::lost) {
      reconcile_because = "lost offset";
    }
    if (reconcile_because) {
      mend_outbox();
      co_await reconcile_relay_state(*reconcile_because, pause);
    }
    co_return true;
  } catch (const store::StoreError& error) {
    // The channel is only a hint and the activity log holds everything: go on later from the
    // offset.
    outage.begin(error);
  }
  co_return false;
}

// After a portion: its work may begin, and other programs may write.
asio::awaitable<void> Infra::breathe(Wakeup& pause) {
  dispatcher_.wake();
  const TimePoint next = runtime_.clock.now() + store::Portion::kBreath;
  co_await pause.wait_until(next);
}

Routed Infra::route_portion() {
  added_letters_.begin();
  const Routed routed =
      router_.route(store::Portion(runtime_.clock),
                    [this](const Activity& activity) { handle_activity(activity); });
  added_letters_.committed();
  if (routed == Routed::lost) {
    write_log(runtime_.logger, logs::kOffsetLost);
  }
  return routed;
}

// So that what was settled last has its log line, too.
void Infra::route_rest() {
  store::StoreOutage& outage = dispatcher_.outage();
  try {
    if (outage.over()) {
      static_cast<void>(route_portion());
    }
  } catch (const store::StoreError& error) {
    outage.begin(error);
  }
}

void Infra::mend_outbox() {
  const outbox::Outbox::Mended mended = outbox_.mend();
  if (mended.reset > 0) {
    write_log(runtime_.logger, logs::kOutboxMended, "rows", mended.reset);
  }
  for (const outbox::Outbox::Kept& line : outbox_.lines()) {
    if (!is_known(line.kind, line.destination)) {
      write_log(runtime_.logger, logs::kUnknownWork, "kind", line.kind, "destination",
                line.destination);
    }
  }
}

void Infra::handle_activity(const Activity& activity) {
  for (const std::string& origin : hook_outbox_.fan_out(activity)) {
    dispatcher_.wake(origin);
  }
  if (activity.resource_type == kTriggerResource) {
    handle_trigger_activity(activity);
  } else if (const auto type = activity.relay_activity()) {
    handle_relay_activity(activity, *type);
  }
}

void Infra::handle_trigger_activity(const Activity& activity) {
  if (activity.activity_type == kRedriveDelivery) {
    if (const auto origin = hook_outbox_.redrive(activity)) {
      dispatcher_.wake(*origin);
    } else {
      write_log(runtime_.logger, logs::kRedriveLost, "trigger", activity.resource_id);
    }
  } else if (activity.activity_type != kAddDeadLetter) {
    dispatcher_.refresh();
  }
}

// In the transaction in which the letter is added.
void Infra::note_given_up(const Job& job, const outbox::GiveUp& why, std::int64_t letter) {
  const std::string reason(outbox::to_string(why.reason));
  if (job.kind != kHookDelivery) {
    command_.caused_by(query_.find_cause(job.asked_seq))
        .record_dead_letter({.letter = letter,
                             .resource_type = kRelayResource,
                             .resource_id = job.key,
                             .reason = reason,
                             .error = why.error,
                             .attempt = why.attempt});
    return;
  }
  const hook::Delivery delivery = hook::parse_delivery(job.payload).value_or(hook::Delivery());
  deliveries_.add({"given_up"});
  write_log(runtime_.logger, logs::kDeliveryGivenUp, "trigger", delivery.trigger_name, "webhook",
            job.key, "event", delivery.activity_type, "attempt", why.attempt, "reason", reason,
            "cause", why.error, "dead_letter", letter);
  command_.caused_by({job.key, delivery.depth + 1})
      .record_dead_letter({.letter = letter,
                           .resource_type = kTriggerResource,
                           .resource_id = delivery.trigger_id,
                           .reason = reason,
                           .error = why.error,
                           .attempt = why.attempt});
}

void Infra::handle_relay_activity(const Activity& activity, ActivityType type) {
  const RelayId id{activity.resource_id};
  const Told told{.relay = query_.get_relay(id),
                  .sync = outbox_.find(kRelaySync, id.text),
                  .retries = retry_.max_retries(),
                  .now = runtime_.clock.now(),
                  .lost_with_many = relay_check_.has_lost_many(),
                  .paused = relay_check_.is_paused()};
  report(runtime_.logger, activity, told);
  if (is_command(type)) {
    handle_command(activity, type);
  } else if (type == ActivityType::complete_relay_sync) {
    schedule_relay_check(activity);
  } else if (type == ActivityType::fail_relay_sync && told.relay) {
    schedule_relay_sync_retry(*told.relay, "activity");
  }
}

void Infra::schedule_relay_check(const Activity& activity) {
  const auto relay = query_.get_relay(RelayId{activity.resource_id});
  if (!relay) {
    return;
  }
  if (!read_completion_detail(activity).skipped()) {
    // Even when a newer change waits by now: an earlier check must not go on counting its looks.
    relay_check_.schedule(*relay, activity.seq);
  } else if (relay->synced) {
    relay_check_.ensure(*relay);
  }
}

void Infra::handle_command(const Activity& activity, ActivityType type) {
  const auto relay = query_.get_relay(RelayId{activity.resource_id});
  if (!relay) {
    return;
  }
  Job job = relay_job(kRelaySync, relay->id);
  job.asked_seq = activity.seq;
  if (type == ActivityType::reconcile_relay) {
    const ReconcileDetail wanted = read_reconcile_detail(activity);
    job.priority = wanted.bulk ? Priority::bulk : Priority::urgent;
    job.forced = wanted.forced;
    job.recreate = wanted.recreate;
  } else if (relay->synced) {
    return;  // an older row of the log: a later sync has carried this command already
  }
  const TimePoint now = runtime_.clock.now();
  outbox_.enqueue(job, now);
  dead_letters_.resolve(job.kind, job.key, outbox::Resolution::superseded, now);
}

}  // namespace tender::infra
