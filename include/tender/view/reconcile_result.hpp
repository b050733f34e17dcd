// What came of a sync that somebody asked for, as people and programs are shown it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/model/activity.hpp"
#include "tender/model/sync_detail.hpp"
#include "tender/outbox/outbox.hpp"

namespace tender::view {

enum class ReconcileState : std::uint8_t {
  created,
  recreated,
  updated,
  deleted,
  unchanged,  // nothing was sent, because zooid has it already
  unseen,     // likewise, and a look did not see the relay served as described; others follow
  failed,     // a retry follows
  given_up,   // a dead letter
  waiting,    // no result in time; the work stays in the outbox
};

[[nodiscard]] std::string_view to_string(ReconcileState state);
[[nodiscard]] bool is_in_step(ReconcileState state);

struct ReconcileResult {
  std::string relay_id;
  std::string subdomain;
  ReconcileState state = ReconcileState::waiting;
  std::string error;
  bool host_fault = false;  // zooid's fault and not this relay's
};

[[nodiscard]] nlohmann::ordered_json to_json(const ReconcileResult& result);

/// Whether it is zooid that failed, and not this relay.
[[nodiscard]] bool is_host_fault(const FailureDetail& detail);

/// Whether an activity of the relay is the result of a sync that was asked for before it was
/// written: otherwise it is of an execution that was under way before, and ours is still due.
/// Blocks as Database says, and so does read_result().
[[nodiscard]] bool is_result(const Activity& activity, outbox::Outbox& outbox);

/// What the activity, complete_relay_sync or fail_relay_sync, says about the relay.
[[nodiscard]] ReconcileResult read_result(const Activity& activity, std::string subdomain,
                                          outbox::Outbox& outbox);

}  // namespace tender::view
