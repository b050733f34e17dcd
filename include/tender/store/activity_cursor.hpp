// Reads the activity log forward, a batch at a time. Whoever listens to an ActivityChannel reads
// the rows with one of these: the channel only says that there are some.
#pragma once

#include <vector>

#include "tender/store/query.hpp"

namespace tender {

class ActivityCursor {
 public:
  /// Begins after row `after_seq`; with the log's last_activity_seq() at what comes from now on.
  ActivityCursor(Query query, std::int64_t after_seq) : query_(query), seq_(after_seq) {}

  /// The next rows in the log's order, at most 256; empty when there are none for now. Throws
  /// StoreError, and then the same rows come next time.
  [[nodiscard]] std::vector<Activity> next() {
    auto rows = query_.list_activity({.after_seq = seq_, .relay = std::nullopt, .limit = kRows});
    if (!rows.empty()) {
      seq_ = rows.back().seq;
    }
    return rows;
  }

 private:
  static constexpr int kRows = 256;

  Query query_;
  std::int64_t seq_;
};

}  // namespace tender
