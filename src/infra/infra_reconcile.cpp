// Infra's reconciliation: it walks over relays and gives work to those that lack it.
#include <algorithm>
#include <optional>

#include "tender/base/log_messages.hpp"
#include "tender/infra/infra.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"
#include "tender/zooid/relay_config.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using outbox::Job;
using outbox::Priority;
using Routed = outbox::Router::Routed;

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
    const auto letter =
        dead_letters_.add(kind, relay.id.text, give_up->reason, give_up->error, give_up->attempt,
                          give_up->revision, runtime_.clock.now());
    note_given_up(relay_job(kind, relay.id), *give_up, letter);
    added_letters_.add(give_up->reason);
  }
}

}  // namespace tender::infra
