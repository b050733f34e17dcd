// Reads the activity log from a durable offset and hands each row, once, to the handler that puts
// work into the outbox. Offset and rows commit together, so that no command is lost and none routed
// twice, whenever the process dies. Borrows the database; on the one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "tender/model/activity.hpp"

namespace tender {
class Database;
}

namespace tender::outbox {

class Router {
 public:
  explicit Router(Database& database) : database_(database) {}

  /// Called inside of the router's transaction; it must only write to the database.
  using Handler = std::function<void(const Activity&)>;

  /// Routes everything that the log holds by now, in transactions of a few hundred rows. Throws
  /// StoreError, and then the offset stands before the rows that were not routed. False: another
  /// program deleted or broke the offset, so it was set to the end of the log and nothing was
  /// routed; the caller looks for relays that are not in step. (Reading from the beginning would
  /// repeat requests of long ago, and some of them recreate relays.)
  bool route(const Handler& handler);

  /// The seq of the last row that was routed; of the newest one when the offset is lost.
  [[nodiscard]] std::int64_t offset();

 private:
  [[nodiscard]] std::optional<std::int64_t> stored_offset();
  void write_offset(std::int64_t seq);

  Database& database_;
};

}  // namespace tender::outbox
