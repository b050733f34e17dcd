// Reads the activity log from a durable offset and hands each row, once, to the handler that puts
// work into the outbox. Offset and rows commit together, so that no command is lost and none routed
// twice, whenever the process dies. Borrows the database; on the one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "tender/model/activity.hpp"
#include "tender/store/portion.hpp"

namespace tender::store {
class Database;
}

namespace tender::outbox {

class Router {
 public:
  explicit Router(store::Database& database) : database_(database) {}

  /// Called inside of the router's transaction; it must only write to the database.
  using Handler = std::function<void(const Activity&)>;

  enum class Routed : std::uint8_t {
    all,   // to the end of the activity log
    more,  // there may be more: call again
    lost,  // the offset was lost
  };
  /// Routes the next activities in one transaction, as many as `portion` has room for. Throws
  /// StoreError, and then the offset stays where it was. `lost`: another program deleted or damaged
  /// the offset, so it was set to the end of the activity log and nothing was routed. The caller
  /// then looks for relays that are not in step; a completed sync that was not routed by then gets
  /// no check. (Reading from the beginning would repeat requests of long ago, and some of them
  /// recreate relays.)
  [[nodiscard]] Routed route(store::Portion portion, const Handler& handler);

  /// The seq of the last activity that was routed; of the newest one when the offset is lost.
  [[nodiscard]] std::int64_t offset();

 private:
  [[nodiscard]] std::optional<std::int64_t> stored_offset();
  void write_offset(std::int64_t seq);

  store::Database& database_;
};

}  // namespace tender::outbox
