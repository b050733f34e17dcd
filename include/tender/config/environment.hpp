// A snapshot of the process's environment. process_environment() is the only function of the
// product that reads it; everything else is handed this snapshot, so that tests can make their own.
#pragma once

#include <map>
#include <string>

namespace tender::config {

using Environment = std::map<std::string, std::string, std::less<>>;

/// What the process was started with. If a name occurs twice, the first one counts, as with
/// getenv(3). Call it before any thread is started.
[[nodiscard]] Environment process_environment();

}  // namespace tender::config
