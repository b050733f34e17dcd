// How zooid comes to serve what its files say: it loads all of them when it starts, one after
// another, while it answers already; only then does it watch them, and reads what was written one
// after another as well. What was written between its load and the watch stays as it was loaded
// until it is written again.
#pragma once

#include <set>
#include <string>

#include "simulation/dice.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"
#include "simulation/weather.hpp"
#include "support/zooid_model.hpp"

namespace tender::simulation {

class Watcher {
 public:
  /// All but the dice is borrowed.
  Watcher(Timeline& timeline, Weather& weather, Trace& trace, test::ZooidModel& zooid, Dice dice)
      : timeline_(timeline), weather_(weather), trace_(trace), zooid_(zooid), dice_(dice) {}

  /// zooid is about to write the file of `relay`: what it serves stays that until it has read it.
  void before_write(const std::string& relay);
  /// It has.
  void written(const std::string& relay);
  /// It has not.
  void untouched(const std::string& relay);

  /// zooid starts: it serves nothing, and loads what is there.
  void start();

  /// All that waits to be read is read now, and zooid watches.
  void catch_up();

 private:
  void load_next();
  void read_later(const std::string& relay, Milliseconds after);
  void read(const std::string& relay);
  [[nodiscard]] bool starting() const { return !to_load_.empty(); }

  Timeline& timeline_;
  Weather& weather_;
  Trace& trace_;
  test::ZooidModel& zooid_;
  Dice dice_;
  std::set<std::string> to_load_;      // while it starts
  std::map<std::string, int> writes_;  // of a relay's file, so far
  std::set<std::string> waiting_;      // written, and not read yet
  bool was_stale_ = false;             // the file that is about to be written
  TimePoint free_at_{};                // when all that waits will be read
  int starts_ = 0;
};

}  // namespace tender::simulation
