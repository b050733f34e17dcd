// How a row of the activity table becomes an Activity.
#pragma once

#include "tender/model/activity.hpp"
#include "tender/store/statement.hpp"

#define TENDER_ACTIVITY_COLUMNS \
  "seq, id, tenant, created_at, activity_type, resource_type, resource_id, detail"

namespace tender {

/// The current row of a statement that selects TENDER_ACTIVITY_COLUMNS first.
[[nodiscard]] Activity read_activity(const Statement& row);

}  // namespace tender
