// The details of activities as plain values: of reconcile_relay, complete_relay_sync and
// fail_relay_sync; the other types have none. Their JSON keys are spelled here and nowhere else.
// Command writes them; the worker and the views read them.
#pragma once

#include <cstdint>
#include <string>

#include "tender/model/activity.hpp"

namespace tender {

/// Of reconcile_relay.
struct ReconcileDetail {
  bool forced = false;    // send even what did not change
  bool recreate = false;  // recreate what zooid has lost or damaged
  bool bulk = false;      // one of many: behind what people and commands wait for
};

/// What a sync that was completed has done.
enum class SyncResult : std::uint8_t {
  created,
  recreated,  // zooid had lost it: it has a new identity
  updated,
  deleted,    // zooid has no such relay any more
  unchanged,  // nothing was sent, because nothing had changed
  unseen,     // likewise, but the relay was not seen to be served
};

/// Of complete_relay_sync.
struct CompletionDetail {
  std::int64_t revision = 0;  // that zooid has
  SyncResult result = SyncResult::updated;
  std::string unseen{};  // why it was not seen; empty unless that is the result

  /// Whether nothing was sent.
  [[nodiscard]] bool skipped() const {
    return result == SyncResult::unchanged || result == SyncResult::unseen;
  }
};

/// Of fail_relay_sync.
struct FailureDetail {
  std::int64_t revision = 0;  // that was sent
  std::string error{};
  std::string outcome{};    // as zooid::to_string(Outcome)
  bool superseded = false;  // a newer command came meanwhile: the failure does not count
};

/// Of import_relay.
struct ImportDetail {
  std::int64_t revision = 0;  // with which zooid has it
  std::string identity{};     // the relay's public key
};

// A JSON object each, with invalid UTF-8 replaced.
[[nodiscard]] std::string to_text(const ReconcileDetail& detail);
[[nodiscard]] std::string to_text(const CompletionDetail& detail);
[[nodiscard]] std::string to_text(const FailureDetail& detail);
[[nodiscard]] std::string to_text(const ImportDetail& detail);

// The activity must be of that type. Any program may have written it: what is absent or of another
// type is as in a default value.
[[nodiscard]] ReconcileDetail read_reconcile_detail(const Activity& activity);
[[nodiscard]] CompletionDetail read_completion_detail(const Activity& activity);
[[nodiscard]] FailureDetail read_failure_detail(const Activity& activity);

}  // namespace tender
