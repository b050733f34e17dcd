// A whole life of the worker on virtual time: a real database in a temporary directory, Infra with
// all that is below it, and a zooid in memory. crash() throws the worker away as a kill would;
// start() is a restart.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tender/base/log.hpp"
#include "tender/config/env.hpp"
#include "tender/model/drift_detail.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"

#include "support/fake_receiver.hpp"
#include "support/fake_zooid.hpp"
#include "support/process.hpp"
#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"

namespace tender::test {

/// Valid settings for a worker, with a robot key of its own.
[[nodiscard]] config::Env test_env(Random& random);

/// A public key that is on the curve.
inline constexpr const char* kTenant =
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

/// What is there before the process and after it.
struct Stage {
  Stage();
  TempDir directory;
  std::filesystem::path path;  // of the database
  SeededRandom random{1};
  config::Env env;
  FakeZooid zooid;
  FakeReceiver receiver;
  std::shared_ptr<Logger> logger = make_null_logger();
};

class World : public Stage, public Process {
 public:
  /// `vfs`: the SQLite VFS that the database is on, as a FaultVfs that outlives the world.
  explicit World(std::size_t channel_capacity = 64, std::string vfs = {});

  void start();
  /// Lets what is in flight finish, as SIGTERM does.
  void stop();
  /// As kill -9: nothing is settled. What zooid has applied stays applied. start() goes on from
  /// there.
  void crash();

  /// Runs what is ready, without moving time.
  void run_ready() { clock().run_ready(); }

  Relay create(const std::string& subdomain);
  void rename(const Relay& relay, const std::string& name);
  [[nodiscard]] Relay get(const Relay& relay) const;
  [[nodiscard]] std::vector<outbox::DeadLetter> open_letters();
  /// How often the relay's log has that type.
  [[nodiscard]] int logged(const Relay& relay, ActivityType type) const;
  /// What was noticed or adopted of the relay's drift, oldest first.
  [[nodiscard]] std::vector<DriftDetail> drifts(const Relay& relay) const;
  /// How many requests have created or changed a relay.
  [[nodiscard]] int syncs() const;

 private:
  void open(TimePoint now);
};

}  // namespace tender::test
