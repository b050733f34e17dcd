// One row of the outbox: what is to be done, towards what, how urgently, not before when. A value;
// the row in the outbox table is the truth. States and edges: docs/outbox.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"

namespace tender::outbox {

/// Lower goes first.
enum class Priority : std::uint8_t {
  urgent = 0,  // a person waits for it
  normal = 1,  // a command asked for it
  bulk = 2,    // the whole fleet, or work that nobody waits for
};

/// "urgent", "normal", "bulk"
[[nodiscard]] std::string_view to_string(Priority priority);

struct Job {
  std::string kind;             // names the Kind that does it
  std::string key;              // what it is about; kind and key name the work
  std::string destination;      // what can fail as a whole under it: names a Destination
  std::int64_t generation = 1;  // goes up each time that the same work is asked for again
  Priority priority = Priority::normal;
  int attempt = 0;  // failures behind it; 0: fresh
  TimePoint not_before{};
  std::int64_t asked_seq = 0;  // the activity that asked for it last; 0: none did
  bool forced = false;         // send even what did not change
  bool recreate = false;       // recreate what zooid has lost or damaged
  std::string payload = "{}";  // a JSON object: what the kind needs beside the key
  std::string policy = "{}";   // a JSON object: how this row is retried, where that is its own
  std::string last_error;
  // It is given up at that time, even if it could not be tried; nothing: it waits.
  std::optional<TimePoint> expires_at{};
};

}  // namespace tender::outbox
