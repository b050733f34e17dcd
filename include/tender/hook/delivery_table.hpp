// The delivery table: webhooks that have ended, kept for TRIGGER_DELIVERY_TTL. Those under way are
// rows of the outbox, those that were given up dead letters. Methods are part of the caller's
// transaction, or one of their own. Borrows the database.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/hook/delivery.hpp"

namespace tender::store {
class Database;
}

namespace tender::hook {

struct EndedDelivery {
  std::string webhook_id;
  std::string trigger_id;
  std::int64_t seq = 0;
  std::string activity_type;
  int depth = 0;
  int attempts = 0;
  std::string result;  // delivered, dropped, handler_failed
  std::string note;    // why, if it was not delivered
  TimePoint finished_at{};
};

class DeliveryTable {
 public:
  explicit DeliveryTable(store::Database& database) : database_(database) {}

  void add(const EndedDelivery& ended);
  [[nodiscard]] std::optional<EndedDelivery> find(std::string_view webhook_id) const;

  /// Of that trigger, the newest first, at most `limit`.
  [[nodiscard]] std::vector<EndedDelivery> list(std::string_view trigger_id, int limit) const;

  /// Deletes what ended before `before`, at most `limit` rows.
  void prune(TimePoint before, int limit);

 private:
  store::Database& database_;
};

}  // namespace tender::hook
