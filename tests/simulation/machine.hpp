// The machine of a life: a disk, a wall clock, the sidecar's process and the programs beside it. It
// runs what is ready, and is the one that lets things die: the process, the disk, the power.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "tender/config/env.hpp"

#include "simulation/network.hpp"
#include "simulation/other_programs.hpp"
#include "simulation/plan.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"
#include "simulation/weather.hpp"
#include "simulation/witness.hpp"
#include "support/fault_vfs.hpp"
#include "support/process.hpp"
#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"

namespace tender::simulation {

class Machine final : public Stagehand {
 public:
  Machine(std::uint64_t seed, Timeline& timeline, Weather& weather, Trace& trace);

  /// Starts the process unless it runs; when it cannot, somebody tries again soon.
  void start();
  /// Ends it and starts the next at once.
  void restart();
  /// Ends all faults that last.
  void heal();

  // What the plan may do.
  void crash(FaultKind kind) override;
  void crash_after(int handlers) override { handlers_left_ = handlers; }
  void stop() override;
  void jump(Milliseconds by) override;
  void create() override;
  void command() override;
  void fail_disk_once() override;
  void fill_disk() override;
  void cut_power_at_write(int nth) override;
  void prune_log() override;
  void checkpoint() override;
  void pause() override;
  void resume() override;

  /// Runs all handlers of the process that are ready.
  void run_ready();
  /// True time is the timeline's: the process's clock follows.
  void follow_time();
  /// When the process wakes by itself, in true time; nothing: never.
  [[nodiscard]] std::optional<TimePoint> next_wake();
  /// Whether nothing is left to do.
  [[nodiscard]] bool quiet();

  [[nodiscard]] Network& network() { return network_; }
  [[nodiscard]] OtherPrograms& others() { return others_; }
  [[nodiscard]] Witness& witness() { return witness_; }
  [[nodiscard]] const config::Env& env() const { return env_; }

 private:
  void end_process(Milliseconds restart_after);
  void lose_power();
  void connect();
  void set_skew(Milliseconds skew);
  void after_a_handler();
  void change_settings();
  void commit_is_seen();

  Timeline& timeline_;
  Weather& weather_;
  Trace& trace_;
  Dice dice_;
  test::SeededRandom random_;
  test::TempDir directory_;
  std::filesystem::path path_{directory_.path() / "tender.db"};
  test::FaultVfs disk_;
  WallClock wall_clock_{timeline_};
  config::Env env_;
  std::shared_ptr<Logger> logger_;
  Network network_;
  Witness witness_;
  OtherPrograms others_;
  test::Process process_;
  TimePoint followed_;  // true time, as far as the process has been told
  int process_number_ = 0;
  int handlers_left_ = 0;             // until the process dies; 0: it lives on
  std::optional<std::uint64_t> cut_;  // the power goes when that many operations have failed
  bool stopping_ = false;
  std::uint64_t failures_seen_ = 0;  // of the disk
};

}  // namespace tender::simulation
