// A whole life of the worker on virtual time: a real database in a temporary directory, Infra with
// all that is below it, and a zooid in memory. crash() throws the worker away as a kill would;
// start() is a restart.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "tender/base/log.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/infra.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/activity_tail.hpp"
#include "tender/store/database.hpp"

#include "support/fake_zooid.hpp"
#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::test {

/// Valid settings for a worker, with a robot key of its own.
[[nodiscard]] config::Env test_env(Random& random);

/// A public key that is on the curve.
inline constexpr const char* kTenant =
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

class World {
 public:
  /// `vfs`: the SQLite VFS that the database is on, as a FaultVfs that outlives the world.
  explicit World(std::size_t channel_capacity = 64, std::string vfs = {});
  ~World();

  void start();
  /// Lets what is in flight finish, as SIGTERM does.
  void stop();
  /// As kill -9: nothing is settled. What zooid has applied stays applied. start() goes on from
  /// there.
  void crash();

  /// Runs what is ready, without moving time.
  void settle() { clock().settle(); }

  Relay create(const std::string& subdomain);
  void rename(const Relay& relay, const std::string& name);
  [[nodiscard]] Relay get(const Relay& relay) const;
  [[nodiscard]] std::vector<outbox::DeadLetter> open_letters();
  /// How often the relay's log has that type.
  [[nodiscard]] int logged(const Relay& relay, ActivityType type) const;

  [[nodiscard]] VirtualClock& clock() { return runtime_->clock; }
  [[nodiscard]] boost::asio::io_context& io() { return runtime_->io; }

  TempDir directory;
  SeededRandom random{1};
  config::Env env;

 private:
  // Everything that dies with the process; what zooid and the disk hold stays.
  struct Runtime {
    explicit Runtime(TimePoint now) : clock(io, now) {}
    VirtualClock clock;  // outlives the coroutines that die with io
    boost::asio::io_context io;
  };
  std::size_t channel_capacity_;
  std::string vfs_;
  std::unique_ptr<Runtime> runtime_;

 public:
  FakeZooid zooid;
  std::unique_ptr<Database> database;
  std::unique_ptr<Broadcast<Activity>> channel;
  std::unique_ptr<ActivityTail> tail;
  std::optional<Query> query;
  std::optional<Command> command;
  std::unique_ptr<infra::Infra> infra;
  bool ended = false;                                   // Infra::start() has returned
  std::shared_ptr<Logger> logger = make_null_logger();  // another may be given before start()

 private:
  void open(TimePoint now);
};

}  // namespace tender::test
