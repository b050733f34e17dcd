// Which relays a `tender reconcile` is about, at once or scheduled, a page at a time: those named,
// all of them, or those that are not in step or have work to be done.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/relay_pages.hpp"

namespace tender::infra {

class ReconcileScope {
 public:
  enum class Kind : std::uint8_t {
    named,
    all,
    unfinished,  // not in step, or asked for before and not done yet
  };
  /// These, in this order.
  ReconcileScope(store::Database& database, std::vector<Relay> named);

  /// All or unfinished, oldest first; those that are in step but have work come last.
  ReconcileScope(store::Database& database, Kind kind);

  /// The next relays; empty at the end. A relay that changes meanwhile may come twice.
  [[nodiscard]] std::vector<Relay> next();

  /// About how many there are, for a progress bar.
  [[nodiscard]] std::int64_t estimate() const;

 private:
  [[nodiscard]] std::vector<Relay> next_at_work();

  store::Query query_;
  outbox::Outbox outbox_;
  Kind kind_;
  std::vector<Relay> named_;
  store::RelayPages pages_;
  std::string last_key_;  // of the work that was looked at
};

/// Whether a request for a sync that is not forced would end as unchanged and leave nothing behind:
/// no work that was asked for before, no look whether zooid serves the relay, no dead letter to be
/// resolved.
[[nodiscard]] bool needs_nothing(const config::Env& env, store::Database& database,
                                 const Relay& relay);

}  // namespace tender::infra
