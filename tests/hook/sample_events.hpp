// The body of a webhook for everything that tender writes to the activity log, as the commands
// write it to a database.
#pragma once

#include <string>
#include <vector>

namespace tender::test {

/// One of each activity type at least, and of a type whose detail has several forms one of each.
[[nodiscard]] std::vector<std::string> sample_events();

}  // namespace tender::test
