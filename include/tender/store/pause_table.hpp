// The table `pause`: whether an operator wants tender to send nothing that writes to zooid, because
// zooid is being maintained. Commands are taken meanwhile, and wait. Command writes it for
// `tender pause` and `tender resume`, the dispatcher obeys it. Each method is one statement, or
// part of the caller's transaction. Calls block as Database says; throws StoreError. Borrows the
// database.
#pragma once

#include <optional>
#include <string>

#include "tender/base/clock.hpp"

namespace tender::store {

class Database;

struct SyncPause {
  TimePoint since{};
  std::optional<TimePoint> until{};  // it ends by itself then; nothing: a person ends it
  std::string reason{};              // for people; empty: none was given
  bool quiet = false;  // a sidecar has said that nothing that writes is under way any more
  friend bool operator==(const SyncPause&, const SyncPause&) = default;
};

class PauseTable {
 public:
  explicit PauseTable(Database& database) : database_(database) {}

  /// The pause that holds at `now`.
  [[nodiscard]] std::optional<SyncPause> find(TimePoint now) const;

  /// In place of the one that is there.
  void put(const SyncPause& pause);

  void remove();

  /// Whether nothing that writes is under way any more since that pause began. Nothing happens when
  /// it was replaced meanwhile.
  void set_quiet(const SyncPause& pause, bool quiet);

 private:
  Database& database_;
};

}  // namespace tender::store
