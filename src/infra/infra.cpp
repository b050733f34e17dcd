#include "tender/infra/infra.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tender/base/log_messages.hpp"
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
      outbox_(runtime.database),
      dead_letters_(runtime.database),
      router_(runtime.database),
      dispatcher_(
          runtime.database, runtime.clock, runtime.random, runtime.logger, registry(),
          {.horizon = std::max<Milliseconds>({retry_.longest_delay(), longest_doubt(env_),
                                              RelayCheck::kLongestWait, RelaySync::kLostPause}),
           .floor = options.floor,
           .metrics = runtime.metrics}),
      missed_(runtime.metrics.counter("tender_broadcast_missed_total")),
      added_letters_(runtime.metrics.counter("tender_dead_letters_total")),
      pause_(runtime.clock),
      interval_(runtime.clock),
      sweep_(runtime.clock),
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
                 .writes = true},
                {.name = kRelayCheck,
                 .resource = kRelayResource,
                 .executor = &relay_check_,
                 .share = kLookShare}},
      .destinations = {{.name = std::string(kZooid), .prober = &sync_runner_, .gate = zooid}}};
  assert(std::ranges::all_of(registry.kinds,
                             [](const auto& kind) { return is_known(kind.name, kZooid); }));
  return registry;
}

asio::awaitable<void> Infra::start() {
  using namespace asio::experimental::awaitable_operators;
  co_await (listen() && reconcile_now_and_then() && sweep() && dispatcher_.run() && reader_.run());
  route_rest();
}

void Infra::stop() {
  stopping_ = true;
  receiver_.close();
  pause_.notify();
  interval_.notify();
  sweep_.notify();
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
  const auto type = activity.relay_activity();
  if (!type) {
    return;
  }
  const RelayId id{activity.resource_id};
  const Told told{.relay = query_.get_relay(id),
                  .sync = outbox_.find(kRelaySync, id.text),
                  .retries = retry_.max_retries(),
                  .now = runtime_.clock.now(),
                  .lost_with_many = relay_check_.has_lost_many(),
                  .paused = relay_check_.is_paused()};
  report(runtime_.logger, activity, told);
  if (is_command(*type)) {
    handle_command(activity, *type);
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

asio::awaitable<void> Infra::reconcile_relay_state(std::string_view source, Wakeup& pause) {
  begun_ = true;
  const std::size_t pending =
      co_await find_lost_work(&store::Query::next_relays_pending_sync, source, pause);
  co_await find_lost_work(&store::Query::next_relays_in_doubt, source, pause);
  dispatcher_.wake();
  // Nobody needs to read every hour that there was nothing to do.
  const auto level =
      pending == 0 && source == "interval" ? spdlog::level::debug : spdlog::level::info;
  write_log(runtime_.logger, level, logs::kReconcile, "source", source, "pending", pending);
}

// A change of the environment is a change of the relays that it concerns.
asio::awaitable<void> Infra::enqueue_changed_settings(Wakeup& pause) {
  changed_settings_ = settings_.find();
  for (const SettingChange& change : changed_settings_) {
    write_log(runtime_.logger, logs::kSettingChanged, "setting", change.name, "relays",
              change.relays);
  }
  if (!changed_settings_.empty()) {
    settings_.begin(changed_settings_);
    co_await find_lost_work(&store::Query::next_relays, "settings", pause);
  }
  if (!stopping_) {
    changed_settings_.clear();
    settings_.remember();
  }
}

// Walks over the list and gives work to the relays that lack it. A relay that changes meanwhile has
// an activity of its own; a process that ends meanwhile starts over. Returns how many relays were
// on the list.
asio::awaitable<std::size_t> Infra::find_lost_work(store::RelayPages::List list,
                                                   std::string_view source, Wakeup& pause) {
  store::RelayPages pages(query_, list);
  std::size_t listed = 0;
  auto relays = pages.next();
  while (!relays.empty() && !stopping_) {
    listed += relays.size();
    const bool more = relays.size() == store::RelayPages::kRelays;
    std::erase_if(relays, [this](const Relay& relay) { return !lacks_work(relay); });
    std::size_t done = 0;
    while (done < relays.size() && !stopping_) {
      done += schedule_lost_work(std::span(relays).subspan(done), source);
      if (done < relays.size()) {
        co_await breathe(pause);
      }
    }
    relays.clear();
    if (more) {
      co_await breathe(pause);
      // The walk can take minutes: what is asked for meanwhile does not wait for its end.
      if (route_portion() == Routed::lost) {
        pages = store::RelayPages(query_, list);
      }
      relays = pages.next();
    }
  }
  co_return listed;
}

// Whether the relay needs a sync and the outbox has none.
bool Infra::lacks_work(const Relay& relay) {
  if (outbox_.find(kRelaySync, relay.id.text)) {
    return false;
  }
  if (relay.synced) {
    return relay.doubt_until.has_value() || is_out_of_settings(relay);
  }
  return relay.sync_error.empty() ||
         !dead_letters_.holds(kRelaySync, relay.id.text, relay.revision);
}

// Whether zooid has it as an earlier environment described it.
bool Infra::is_out_of_settings(const Relay& relay) const {
  return std::ranges::any_of(
             changed_settings_,
             [&](const SettingChange& change) { return concerns(change.name, relay); }) &&
         zooid::body_digest(zooid::update_body(relay, env_)) != relay.synced_digest;
}

// Gives work to the first of `listed` in one transaction, and returns to how many. They are read
// again in it, because other programs may have written them since.
std::size_t Infra::schedule_lost_work(std::span<const Relay> listed, std::string_view source) {
  store::Portion portion(runtime_.clock);
  std::size_t done = 0;
  added_letters_.begin();
  store::Transaction transaction(runtime_.database);
  while (done < listed.size() && portion.take()) {
    const auto relay = query_.get_relay(listed[done++].id);
    if (!relay || !lacks_work(*relay)) {
      continue;
    }
    Job job = relay_job(kRelaySync, relay->id);
    if (relay->synced) {
      job.not_before = relay->doubt_until.value_or(runtime_.clock.now());
      job.priority = relay->doubt_until ? Priority::normal : Priority::bulk;
      outbox_.schedule(job);
    } else if (relay->sync_error.empty()) {
      const TimePoint now = runtime_.clock.now();
      outbox_.enqueue(job, now);
      dead_letters_.resolve(job.kind, job.key, outbox::Resolution::superseded, now);
    } else {
      schedule_relay_sync_retry(*relay, source);
    }
  }
  transaction.commit();
  added_letters_.committed();
  return done;
}

void Infra::schedule_relay_sync_retry(const Relay& relay, std::string_view source) {
  const std::string_view kind = kRelaySync;
  if (relay.synced || outbox_.find(kind, relay.id.text) ||
      dead_letters_.holds(kind, relay.id.text, relay.revision)) {
    return;
  }
  const auto next = retry_.decide(relay, relay.sync_error, relay.doubt_until);
  if (const auto* retry = std::get_if<outbox::Retry>(&next)) {
    Job job = relay_job(kRelaySync, relay.id);
    job.attempt = retry->attempt;
    job.not_before = retry->not_before;
    job.last_error = retry->error;
    outbox_.schedule(job);
    write_log(runtime_.logger, logs::kRetryScheduled, "relay", relay.id.text, "subdomain",
              relay.subdomain, "attempt", retry->attempt, "of", retry_.max_retries(), "next",
              std::max(retry->not_before - runtime_.clock.now(), Milliseconds::zero()), "source",
              source);
  } else if (const auto* give_up = std::get_if<outbox::GiveUp>(&next)) {
    dead_letters_.add(kind, relay.id.text, give_up->reason, give_up->error, give_up->attempt,
                      give_up->revision, runtime_.clock.now());
    added_letters_.add(give_up->reason);
  }
}

}  // namespace tender::infra
