// The operator's pause as the dispatcher sees it: read from the database at each turn, so that
// whoever wrote it is obeyed, and a restart changes nothing. It logs once that a pause begins, that
// it changes, and that it is over.
#pragma once

#include <optional>

#include "tender/base/log.hpp"
#include "tender/store/pause_table.hpp"

namespace tender::outbox {

class PauseWatch {
 public:
  /// Borrows both.
  PauseWatch(store::Database& database, Logger& logger) : table_(database), logger_(logger) {}

  /// Reads what holds at `now`. Throws StoreError.
  void look(TimePoint now);

  // As the last look saw it.
  [[nodiscard]] bool holds() const { return pause_.has_value(); }
  /// When it ends by itself; the end of time when it does not, or there is none.
  [[nodiscard]] TimePoint ends_at() const;

  /// Nothing that writes is under way: whoever waits for that, for the pause that holds, may begin.
  /// Throws StoreError.
  void note_quiet();

 private:
  store::PauseTable table_;
  Logger& logger_;
  std::optional<store::SyncPause> pause_;
};

}  // namespace tender::outbox
