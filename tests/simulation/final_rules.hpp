// What must hold when all is quiet: nothing lost, and zooid equal to the database.
#pragma once

#include "tender/config/env.hpp"

#include "simulation/trace.hpp"
#include "simulation/witness.hpp"
#include "support/zooid_model.hpp"

namespace tender::simulation {

/// Which quiet it is.
enum class Stage : std::uint8_t {
  faults_over,  // dead letters, wiped relays and unlogged changes may wait for a person
  put_right,    // a person has seen to them
};

struct FinalView {
  const Tables& tables;
  const config::Env& env;
  const test::ZooidModel& zooid;
  Witness& witness;
};

/// Breaks `trace` with the first rule that does not hold.
void check_final_rules(const FinalView& view, Stage stage, Trace& trace);

/// Whether nothing is left to do for the worker, as far as the tables tell.
[[nodiscard]] bool is_quiet(const Witness& witness);

}  // namespace tender::simulation
