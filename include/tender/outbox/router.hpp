// Reads the activity log from a durable offset and hands each row, once, to the handler that puts
// work into the outbox. Offset and rows commit together, so that no command is lost and none routed
// twice, whenever the process dies. Borrows the database; on the one thread.
#pragma once

#include <cstdint>
#include <functional>

#include "tender/model/activity.hpp"
#include "tender/store/portion.hpp"

namespace tender {
class Database;
}

namespace tender::outbox {

class Router {
 public:
  explicit Router(Database& database) : database_(database) {}

  /// Called inside of the router's transaction; it must only write to the database.
  using Handler = std::function<void(const Activity&)>;

  /// Routes the next rows of the log in one transaction, as many as `portion` has room for. Whether
  /// there may be more: then call it again. Throws StoreError, and then the offset stands where it
  /// stood.
  [[nodiscard]] bool route(Portion portion, const Handler& handler);

  /// The seq of the last row that was routed.
  [[nodiscard]] std::int64_t offset();

 private:
  Database& database_;
};

}  // namespace tender::outbox
