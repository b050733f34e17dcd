// One process of the worker on virtual time: a connection to the database, the log's tail and Infra
// with all that is below it, on an io_context of its own. kill() throws all of that away where it
// stands, as kill -9 does; open() and start() are the next process on the same files. World and the
// simulation build on it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/infra.hpp"
#include "tender/store/activity_tail.hpp"
#include "tender/store/database.hpp"

#include "support/virtual_clock.hpp"

namespace tender::test {

class Process {
 public:
  /// What it works with; all borrowed, and must outlive it.
  struct Surroundings {
    const std::filesystem::path& database;
    const config::Env& env;
    Random& random;
    http::Transport& transport;
    Logger& logger;
    http::Transport* receivers = nullptr;  // of webhooks; null: `transport`
  };

  struct Options {
    std::size_t channel_capacity = 64;
    Milliseconds busy_timeout{5000};
    std::string vfs{};  // as Database::Options::vfs
  };

  Process(Surroundings surroundings, Options options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Opens the database, with the clock at `now`. Throws StoreError, and then nothing is open.
  void open(TimePoint now);

  /// Starts tail and worker; they run when the io_context does. Throws StoreError, and then nothing
  /// is open any more.
  void start();

  /// Lets what is in flight finish, as SIGTERM does: `ended` tells when.
  void stop();

  /// Ends the process, if there is one: nothing is settled.
  void kill();

  [[nodiscard]] bool alive() const { return runtime_ != nullptr; }

  // Only while alive.
  [[nodiscard]] VirtualClock& clock() { return runtime_->clock; }
  [[nodiscard]] boost::asio::io_context& io() { return runtime_->io; }

 private:
  // Everything that dies with the process; what zooid and the disk hold stays.
  struct Runtime {
    explicit Runtime(TimePoint now) : clock(io, now) {}
    VirtualClock clock;  // outlives the coroutines that die with io
    boost::asio::io_context io;
  };
  Surroundings surroundings_;
  Options options_;
  std::unique_ptr<Runtime> runtime_;

 public:
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::ActivityChannel> channel;
  std::unique_ptr<store::ActivityTail> tail;
  std::optional<store::Query> query;
  std::optional<store::Command> command;
  std::unique_ptr<infra::Infra> infra;
  bool ended = false;  // Infra::start() has returned
  Metrics metrics{};   // of the processes that start() starts
};

}  // namespace tender::test
