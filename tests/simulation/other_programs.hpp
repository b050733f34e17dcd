// The programs beside the sidecar: tender's command line and a control plane that writes plain SQL,
// each on a connection of its own, and a program that holds the write lock. Every act is one choice
// of the dice; what the database or a rule refuses is written down and forgotten.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"

#include "simulation/dice.hpp"
#include "simulation/network.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"
#include "simulation/weather.hpp"
#include "simulation/witness.hpp"
#include "support/seeded_random.hpp"

namespace tender::simulation {

/// The wall clock of the machine on which all of them run.
class WallClock final : public Clock {
 public:
  explicit WallClock(const Timeline& timeline) : timeline_(timeline) {}
  [[nodiscard]] TimePoint now() const override { return timeline_.now() + skew; }
  [[nodiscard]] SteadyTime steady() const override {
    return SteadyTime(timeline_.now().time_since_epoch());
  }
  /// Nobody waits on it.
  [[nodiscard]] std::unique_ptr<Timer> make_timer() override { return nullptr; }
  Milliseconds skew{};

 private:
  const Timeline& timeline_;
};

class OtherPrograms {
 public:
  struct Surroundings {
    const std::filesystem::path& database;
    const std::string& vfs;
    WallClock& clock;
    Timeline& timeline;
    Weather& weather;
    Trace& trace;
    Witness& witness;
  };

  OtherPrograms(Surroundings surroundings, Dice dice, std::uint64_t seed);

  ~OtherPrograms();
  OtherPrograms(const OtherPrograms&) = delete;
  OtherPrograms& operator=(const OtherPrograms&) = delete;

  /// Opens their connections; everything else needs them.
  void connect();
  void disconnect();
  [[nodiscard]] bool connected() const { return open_ != nullptr; }

  /// One command, by one of the programs; `embedded` is the worker's own Command, if it lives.
  void act(std::optional<store::Command>& embedded);

  /// A new relay, by the command line.
  void create();

  /// Somebody asks for the whole fleet, by the command line.
  void reconcile_fleet();

  /// A person makes a relay in zooid, without a row.
  void let_a_stranger_settle(Network& network);

  /// An operator pauses tender, for a time or until resume().
  void pause();
  void resume();

  /// Another program begins a write transaction and leaves it open; or ends it.
  void hold_write_lock();
  void release_write_lock();
  [[nodiscard]] bool locked() const { return locked_; }

  // What a person does at the end, when all faults are over.
  void repair_rows();
  bool retry_dead_letters();  // false when there were none
  void reconcile_all(bool recreate);

 private:
  void choose_act(store::Command& command);
  void command_create(store::Command& command);
  void command_update(store::Command& command, const Relay& relay);
  void change_a_flag(const Relay& relay, RelayChange& change);
  void plain_insert();
  void plain_update(const Relay& relay, bool log);
  void plain_replace(const Relay& relay);
  void plain_log(const Relay& relay);
  void reconcile(store::Command& command, const Relay& relay);
  void dead_letter_act();
  void mischief(const Relay& relay);
  void remove(store::Command& command, const Relay& relay);
  void swap_hosts(const Relay& one, const Relay& other);
  void write_silently(const RelayId& id);
  void log_strangely(const std::string& id);
  [[nodiscard]] std::optional<Relay> any_relay();
  [[nodiscard]] std::string free_subdomain();
  void attempt(const std::function<void()>& act);

  Surroundings around_;
  Dice dice_;
  test::SeededRandom random_;
  store::ActivityChannel unheard_;
  struct Connections;
  std::unique_ptr<Connections> open_;
  bool locked_ = false;
  bool alive_ = false;  // the process
  int inserted_ = 0;
};

}  // namespace tender::simulation
