// How a row of the activity table becomes an Activity.
#pragma once

#include "tender/model/activity.hpp"
#include "tender/store/statement.hpp"

#define TENDER_ACTIVITY_COLUMNS                                                      \
  "seq, id, tenant, created_at, activity_type, resource_type, resource_id, detail, " \
  "principal, cause, depth"

// is_command().
#define TENDER_COMMAND_TYPES                                                               \
  "'create_relay', 'update_relay', 'activate_relay', 'deactivate_relay', 'delete_relay', " \
  "'reconcile_relay'"

// The types with which a relay's failures are counted from zero again: commands (is_command) and
// syncs that were completed. Query and ActivityPruner must agree on them.
#define TENDER_TYPES_THAT_START_OVER TENDER_COMMAND_TYPES ", 'complete_relay_sync'"

// Whether that row of a completed sync says that something was sent; `row` is the table or its
// alias. Query and ActivityPruner must agree on it.
#define TENDER_WAS_SENT(row)                                    \
  "CASE WHEN json_valid(" row ".detail) THEN json_extract(" row \
  ".detail, "                                                   \
  "'$.skipped') IS NOT 1 ELSE 0 END"

namespace tender::store {

/// The current row of a statement that selects TENDER_ACTIVITY_COLUMNS first.
[[nodiscard]] Activity read_activity(const Statement& row);

}  // namespace tender::store
