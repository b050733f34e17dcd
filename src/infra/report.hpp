// What the worker tells the operator: one log line for each command that it takes up and for each
// result.
#pragma once

#include <optional>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/model/activity.hpp"
#include "tender/model/relay.hpp"
#include "tender/outbox/job.hpp"

namespace tender::infra {

/// What the database says now of the relay that the activity is about.
struct Told {
  std::optional<Relay> relay;       // nothing: it is gone
  std::optional<outbox::Job> sync;  // its sync in the outbox; nothing: none is due
  int retries = 0;                  // as often as a failed sync is tried again
  TimePoint now{};
  bool lost_with_many = false;  // zooid has lost it with many others, and a line has said so
  bool paused = false;          // syncs wait until an operator resumes them
};

/// The activity must be about a relay and of a type that tender knows.
void report(Logger& logger, const Activity& activity, const Told& told);

}  // namespace tender::infra
