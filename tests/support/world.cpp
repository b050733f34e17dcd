#include "support/world.hpp"

#include <algorithm>

namespace tender::test {

config::Env test_env(Random& random) {
  config::Env env(config::StoreEnv{}, config::ZooidOptions{},
                  {http::Url::parse("http://zooid.test:3334")}, "relays.test",
                  nostr::SecretKey::generate(random));
  env.zooid_api_timeout = std::chrono::seconds(5);
  env.relay_sync_retry_max_attempts = 6;
  env.relay_sync_retry_base = std::chrono::seconds(30);
  env.relay_sync_retry_cap = std::chrono::minutes(15);
  env.members_requests_max = 64;
  env.relay_sync_concurrency = 16;
  env.relay_sync_settle = std::chrono::seconds(30);
  env.triggers.key = Secret(std::string(64, '7'));
  env.triggers.max_depth = 8;
  env.triggers.delivery_ttl = std::chrono::hours(24);
  return env;
}

Stage::Stage() : path(directory.path() / "tender.db"), env(test_env(random)) {}

World::World(std::size_t channel_capacity, std::string vfs)
    // Waiting for a lock would take real time, which no test waits for.
    : Process({path, env, random, zooid, *logger, &receiver}, {.channel_capacity = channel_capacity,
                                                               .busy_timeout = Milliseconds(0),
                                                               .vfs = std::move(vfs)}) {
  open(TimePoint(std::chrono::hours(24 * 365 * 56)));
}

void World::open(TimePoint now) {
  Process::open(now);
  zooid.use(clock());
  receiver.use(clock());
}

void World::start() {
  Process::start();
  run_ready();
}

void World::stop() {
  Process::stop();
  run_ready();
}

void World::crash() {
  const TimePoint now = clock().now();
  kill();
  open(now);
}

Relay World::create(const std::string& subdomain) {
  RelayChange change;
  change.tenant = kTenant;
  change.subdomain = subdomain;
  change.info_name = subdomain;
  return command->create_relay(change);
}

void World::rename(const Relay& relay, const std::string& name) {
  RelayChange change;
  change.info_name = name;
  static_cast<void>(command->update_relay(relay.id, change));
}

Relay World::get(const Relay& relay) const {
  return query->get_relay(relay.id).value();
}

std::vector<outbox::DeadLetter> World::open_letters() {
  return outbox::DeadLetters(*database).list(/*all=*/false);
}

int World::logged(const Relay& relay, ActivityType type) const {
  const auto rows = query->list_activity({.after_seq = 0, .relay = relay.id, .limit = 100'000});
  return static_cast<int>(std::ranges::count_if(
      rows, [&](const Activity& row) { return row.relay_activity() == type; }));
}

std::vector<DriftDetail> World::drifts(const Relay& relay) const {
  std::vector<DriftDetail> details;
  for (const Activity& row : query->list_latest_activity(relay.id, 100)) {
    if (row.relay_activity() == ActivityType::notice_relay_drift ||
        row.relay_activity() == ActivityType::adopt_relay_info) {
      details.push_back(read_drift_detail(row));
    }
  }
  return details;
}

int World::syncs() const {
  return zooid.count(http::Method::post) + zooid.count(http::Method::patch);
}

}  // namespace tender::test
