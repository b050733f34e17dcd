#include "support/process.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tender/store/store_error.hpp"

namespace tender::test {

namespace asio = boost::asio;

Process::Process(Surroundings surroundings, Options options)
    : surroundings_(surroundings), options_(options) {}

Process::~Process() {
  kill();
}

void Process::open(TimePoint now) {
  runtime_ = std::make_unique<Runtime>(now);
  VirtualClock& clock = runtime_->clock;
  try {
    store::Database::Options options;
    options.busy_timeout = options_.busy_timeout;
    options.vfs = options_.vfs;
    database = std::make_unique<store::Database>(surroundings_.database, clock, options);
    channel = std::make_unique<store::ActivityChannel>(clock, options_.channel_capacity);
    tail = std::make_unique<store::ActivityTail>(*database, clock, *channel);
  } catch (const store::StoreError&) {
    kill();
    throw;
  }
  query.emplace(*database);
  command.emplace(*database, clock, surroundings_.random, *channel);
}

void Process::start() {
  ended = false;
  database->measure(metrics);
  try {
    infra = std::make_unique<infra::Infra>(
        *query, *command, surroundings_.env,
        infra::Infra::Runtime{*database, runtime_->clock, surroundings_.random,
                              surroundings_.transport, surroundings_.logger, metrics,
                              surroundings_.receivers},
        infra::Infra::Options{});
  } catch (const store::StoreError&) {
    kill();
    throw;
  }
  asio::co_spawn(runtime_->io, tail->run(), asio::detached);
  asio::co_spawn(runtime_->io, infra->start(), [this](const std::exception_ptr& error) {
    ended = true;
    if (error) {
      std::rethrow_exception(error);
    }
  });
}

void Process::stop() {
  infra->stop();
}

void Process::kill() {
  infra.reset();
  tail.reset();
  command.reset();
  query.reset();
  channel.reset();
  database.reset();
  runtime_.reset();  // and with it every coroutine, where it stands
}

}  // namespace tender::test
