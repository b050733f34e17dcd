// When what happens in the rough part of a life: commands, crashes, outages, jumps of the clock.
#pragma once

#include "simulation/dice.hpp"
#include "simulation/network.hpp"
#include "simulation/other_programs.hpp"
#include "simulation/timeline.hpp"
#include "simulation/weather.hpp"

namespace tender::simulation {

/// What the plan does to the process and its machine.
class Stagehand {
 public:
  virtual ~Stagehand() = default;
  virtual void crash(FaultKind kind) = 0;
  virtual void crash_after(int handlers) = 0;
  virtual void stop() = 0;
  virtual void jump(Milliseconds by) = 0;
  virtual void create() = 0;
  virtual void command() = 0;
  virtual void fail_disk_once() = 0;
  virtual void fill_disk() = 0;
  virtual void prune_log() = 0;
  virtual void checkpoint() = 0;
  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void cut_power_at_write(int nth) = 0;
};

class Plan {
 public:
  Plan(Dice& dice, const Weather& weather);

  /// How long the rough part is.
  [[nodiscard]] Milliseconds duration() const { return duration_; }

  /// Puts everything on the timeline; what is borrowed must live as long as that.
  void schedule(Timeline& timeline, Dice& dice, Network& network, OtherPrograms& others,
                Stagehand& stage) const;

 private:
  Milliseconds duration_;
  const Weather& weather_;
};

}  // namespace tender::simulation
