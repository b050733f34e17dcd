// Reads the activity log forward, a batch at a time. Listeners of an ActivityChannel read the rows
// with it: the channel only says that there are new ones.
#pragma once

#include <vector>

#include "tender/store/query.hpp"

namespace tender::store {

class ActivityCursor {
 public:
  /// Begins after row `after_seq`. With Query::last_activity_seq() it reads only what comes from
  /// now on.
  ActivityCursor(Query query, std::int64_t after_seq) : query_(query), seq_(after_seq) {}

  /// The next rows in order of seq, at most 256; empty when there are none for now. Throws
  /// StoreError; the next call then returns the same rows.
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

}  // namespace tender::store
