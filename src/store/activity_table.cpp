#include "activity_table.hpp"

namespace tender::store {

Activity read_activity(const Statement& row) {
  Activity activity;
  activity.seq = row.integer(0);
  activity.id = row.text(1);
  activity.tenant = row.text(2);
  activity.created_at = row.time(3);
  activity.activity_type = row.text(4);
  activity.resource_type = row.text(5);
  activity.resource_id = row.text(6);
  activity.detail = row.text(7);
  activity.principal = row.text(8);
  activity.cause = {row.text(9), row.count(10)};
  return activity;
}

}  // namespace tender::store
