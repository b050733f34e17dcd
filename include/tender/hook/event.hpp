// What a webhook tells: an activity as the JSON document that receivers get.
// docs/events.schema.json describes it. A pure function.
#pragma once

#include <string>

#include "tender/model/activity.hpp"

namespace tender::hook {

/// `{"type", "timestamp", "data"}` on one line: the activity's type, the time when it was written
/// (RFC 3339, to the millisecond), and the activity as `tender activity --json` shows it. It may
/// come from any program: invalid UTF-8 becomes U+FFFD, and a detail that is not a JSON object
/// is replaced by an empty one.
[[nodiscard]] std::string event_body(const Activity& activity);

}  // namespace tender::hook
