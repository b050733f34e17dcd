#include "tender/hook/delivery_table.hpp"

#include "tender/store/database.hpp"

namespace tender::hook {
namespace {

#define TENDER_DELIVERY_COLUMNS \
  "webhook_id, trigger_id, seq, activity_type, depth, attempts, result, note, finished_at"

EndedDelivery read_ended(const store::Statement& row) {
  return {.webhook_id = row.text(0),
          .trigger_id = row.text(1),
          .seq = row.integer(2),
          .activity_type = row.text(3),
          .depth = row.count(4),
          .attempts = row.count(5),
          .result = row.text(6),
          .note = row.text(7),
          .finished_at = row.time(8)};
}

}  // namespace

void DeliveryTable::add(const EndedDelivery& ended) {
  database_
      .prepare("INSERT OR REPLACE INTO delivery (" TENDER_DELIVERY_COLUMNS
               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
               ended.webhook_id, ended.trigger_id, ended.seq, ended.activity_type, ended.depth,
               ended.attempts, ended.result, ended.note, ended.finished_at)
      .run();
}

std::optional<EndedDelivery> DeliveryTable::find(std::string_view webhook_id) const {
  store::Statement row = database_.prepare(
      "SELECT " TENDER_DELIVERY_COLUMNS " FROM delivery WHERE webhook_id = ?", webhook_id);
  return row.step() ? std::optional(read_ended(row)) : std::nullopt;
}

std::vector<EndedDelivery> DeliveryTable::list(std::string_view trigger_id, int limit) const {
  std::vector<EndedDelivery> list;
  store::Statement rows = database_.prepare(
      "SELECT " TENDER_DELIVERY_COLUMNS
      " FROM delivery WHERE trigger_id = ? ORDER BY finished_at DESC, webhook_id LIMIT ?",
      trigger_id, limit);
  while (rows.step()) {
    list.push_back(read_ended(rows));
  }
  return list;
}

void DeliveryTable::prune(TimePoint before, int limit) {
  database_
      .prepare(
          "DELETE FROM delivery WHERE webhook_id IN "
          "(SELECT webhook_id FROM delivery WHERE finished_at < ? ORDER BY finished_at LIMIT ?)",
          before, limit)
      .run();
}

}  // namespace tender::hook
