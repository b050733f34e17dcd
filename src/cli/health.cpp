// `tender health`: is a sidecar alive? For the container's health check.
#include <ostream>

#include <fmt/ostream.h>

#include "tender/store/database_lock.hpp"

#include "command.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

// A sidecar beats every 10 s; a minute without a beat means that its loop does not turn, or that it
// cannot work on the database.
constexpr std::chrono::seconds kStaleHeartbeat{60};

ExitCode health(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  const auto holder = store::DatabaseLock::holder(session.database.path());
  if (!holder) {
    invocation.err << "no sidecar is running on this database\n";
    return ExitCode::error;
  }
  const auto age = session.clock.now() - holder->heartbeat;
  if (age > kStaleHeartbeat) {
    fmt::print(invocation.err,
               "the sidecar's last heartbeat was {} s ago; see its log lines, then restart it\n",
               std::chrono::duration_cast<std::chrono::seconds>(age).count());
    return ExitCode::error;
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kHealth{.name = "health",
                          .arguments = "",
                          .min_names = 0,
                          .max_names = 0,
                          .summary = "Exit 0 if a sidecar is alive on this database, else 1",
                          .example = "tender health && echo alive",
                          .prints_data = false,
                          .options = nullptr,
                          .run = health};

}  // namespace tender::cli
