// The trigger table. Methods are part of the caller's transaction, or one of their own. Rows are
// changed through TriggerCommand. Borrows the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/hook/trigger.hpp"

namespace tender::store {
class Database;
}

namespace tender::hook {

class TriggerTable {
 public:
  explicit TriggerTable(store::Database& database) : database_(database) {}

  [[nodiscard]] std::optional<Trigger> find(std::string_view id) const;
  [[nodiscard]] std::optional<Trigger> find_named(std::string_view name) const;

  /// By name.
  [[nodiscard]] std::vector<Trigger> list() const;

  /// The enabled triggers whose patterns fit the type. One search of an index, however many
  /// triggers want other types.
  [[nodiscard]] std::vector<Trigger> wanting(std::string_view activity_type) const;

  /// How fast deliveries to that origin may be started: the lowest rate of its enabled triggers;
  /// 0: no limit. Nothing: no enabled trigger goes there.
  [[nodiscard]] std::optional<int> rate_of(std::string_view origin) const;

  /// Those of enabled triggers.
  [[nodiscard]] std::vector<std::string> list_origins() const;

  /// The URL of one of those triggers.
  [[nodiscard]] std::optional<std::string> find_url_of(std::string_view origin) const;

  /// Inserts the row, or replaces the one with that id. Throws StoreError (constraint) when another
  /// has the name.
  void put(const Trigger& trigger);
  void remove(std::string_view id);

 private:
  store::Database& database_;
};

}  // namespace tender::hook
