// Reads the activity log from a durable offset and hands each row, once, to the handler that puts
// work into the outbox. Offset and rows commit together, so that no command is lost and none routed
// twice, whenever the process dies. Borrows the database; on the one thread.
#pragma once

#include <cstdint>
#include <functional>

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
  /// StoreError, and then the offset stands before the rows that were not routed.
  void route(const Handler& handler);

  /// The seq of the last row that was routed.
  [[nodiscard]] std::int64_t offset();

 private:
  Database& database_;
};

}  // namespace tender::outbox
