// One piece of work in the outbox: which relay to sync, how urgently, not before when. A value; the
// row in the outbox table is the truth. States and edges: docs/outbox.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"

namespace tender::outbox {

enum class JobKind : std::uint8_t {
  relay_sync,   // bring zooid to what the relay row says
  relay_check,  // look whether zooid serves the relay
};

[[nodiscard]] std::string_view to_string(JobKind kind);

/// Lower goes first.
enum class Priority : std::uint8_t {
  urgent = 0,  // a person waits for it
  normal = 1,  // a command asked for it
  bulk = 2,    // the whole fleet, or work that nobody waits for
};

struct Job {
  JobKind kind = JobKind::relay_sync;
  std::string key;              // the relay's id
  std::int64_t generation = 1;  // goes up each time that the same work is asked for again
  Priority priority = Priority::normal;
  int attempt = 0;  // failures behind it; 0: fresh
  TimePoint not_before{};
  std::int64_t asked_seq = 0;  // the activity that asked for it last; 0: none did
  bool forced = false;         // send even what did not change
  bool recreate = false;       // recreate what zooid has lost or damaged
  std::string last_error;
};

}  // namespace tender::outbox
