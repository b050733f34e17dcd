#include "support/world.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tender::test {

namespace asio = boost::asio;

config::Env test_env(Random& random) {
  config::Env env(config::StoreEnv{}, config::ZooidOptions{},
                  http::Url::parse("http://zooid.test:3334"), "relays.test",
                  nostr::SecretKey::generate(random));
  env.zooid_api_timeout = std::chrono::seconds(5);
  env.relay_sync_retry_max_attempts = 6;
  env.relay_sync_retry_base = std::chrono::seconds(30);
  env.relay_sync_retry_cap = std::chrono::minutes(15);
  env.relay_sync_concurrency = 16;
  env.relay_sync_settle = std::chrono::seconds(30);
  return env;
}

World::World(std::size_t channel_capacity, std::string vfs)
    : env(test_env(random)), channel_capacity_(channel_capacity), vfs_(std::move(vfs)) {
  open(TimePoint(std::chrono::hours(24 * 365 * 56)));
}

World::~World() {
  infra.reset();
  tail.reset();
  channel.reset();
  runtime_.reset();
}

void World::open(TimePoint now) {
  runtime_ = std::make_unique<Runtime>(now);
  zooid.use(runtime_->clock);
  Database::Options options;
  options.busy_timeout = Milliseconds(0);  // real time, which no test waits for
  options.vfs = vfs_;
  database = std::make_unique<Database>(directory.path() / "tender.db", runtime_->clock, options);
  channel = std::make_unique<Broadcast<Activity>>(runtime_->clock, channel_capacity_);
  tail = std::make_unique<ActivityTail>(*database, runtime_->clock, *channel);
  query.emplace(*database);
  command.emplace(*database, runtime_->clock, random, *channel);
}

void World::start() {
  ended = false;
  infra = std::make_unique<infra::Infra>(
      *query, *command, env,
      infra::Infra::Runtime{*database, runtime_->clock, random, zooid, *logger},
      infra::Infra::Options{});
  asio::co_spawn(runtime_->io, tail->run(), asio::detached);
  asio::co_spawn(runtime_->io, infra->start(), [this](const std::exception_ptr& error) {
    ended = true;
    if (error) {
      std::rethrow_exception(error);
    }
  });
  settle();
}

void World::stop() {
  infra->stop();
  settle();
}

void World::crash() {
  const TimePoint now = runtime_->clock.now();
  infra.reset();
  tail.reset();
  command.reset();
  query.reset();
  channel.reset();
  database.reset();
  runtime_.reset();  // and with it every coroutine, where it stands
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

}  // namespace tender::test
