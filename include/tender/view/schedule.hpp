// A command that is carried out later, as people and programs are shown it. Calls block as Database
// says.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tender/model/activity.hpp"
#include "tender/model/schedule.hpp"
#include "tender/store/query.hpp"

namespace tender::view {

/// What is carried out: "delete relay blue". Texts of the database are in it as they are.
[[nodiscard]] std::string what_of(const Schedule& schedule, const store::Query& query);

/// The same and when: "delete relay blue at 2026-12-01T08:00:00Z".
[[nodiscard]] std::string what_and_when_of(const Schedule& schedule, const store::Query& query);

/// What an activity about a schedule says, for people. Empty: it is not as tender writes it.
[[nodiscard]] std::string text_of_schedule_activity(const Activity& activity,
                                                    const store::Query& query);

/// snake_case, times as integer milliseconds UTC, null for what there is not.
[[nodiscard]] nlohmann::ordered_json to_json(const Schedule& schedule, const store::Query& query);

}  // namespace tender::view
