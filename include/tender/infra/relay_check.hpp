// The executor of relay_check: after a sync it looks whether zooid serves the relay as the row
// describes it, and looks again until it does. zooid answers before it reloads a relay. The reload
// can come minutes later, it can fail, and zooid can miss it while it starts: then the relay is not
// served as described until its file is written once more. So tender sends it again, sparingly.
// After three such pushes without success, a person must look. When a relay
// that zooid has served differs from its row, RelayCheck records that and does what RELAY_DRIFT
// says. While an operator has paused tender it looks as always, and puts nothing right. The
// dispatcher drives it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/lost_relays.hpp"
#include "tender/infra/reload_progress.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/command.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/liveness.hpp"

namespace tender::infra {

class RelayCheck final : public outbox::Executor {
 public:
  /// How long after a sync. Usually zooid reloads a relay within moments.
  static constexpr std::chrono::seconds kFirstLook{2};

  /// No check waits longer than this for its next look.
  static constexpr std::chrono::minutes kLongestWait{4};

  /// All but the values is borrowed and must outlive the executions.
  RelayCheck(store::Database& database, store::Query query, store::Command command,
             const config::Env& env, zooid::Client& client, const Clock& clock, Logger& logger,
             const Metrics& metrics = {});

  /// Schedules the check that follows a sync; `taken_at_seq` is the activity that says that zooid
  /// took it. Does nothing when RELAY_VERIFY is off. Part of the caller's transaction.
  void schedule(const Relay& relay, std::int64_t taken_at_seq);

  /// Schedules the check of a relay whose sync had nothing to send, if zooid was not seen to serve
  /// it. A check that it has already goes on. Part of the caller's transaction.
  void ensure(const Relay& relay);

  /// Whether zooid has lost so many relays that one line in the log has said so for all.
  [[nodiscard]] bool has_lost_many() const { return lost_.are_many(); }

  /// How many relays zooid had and no longer has, as far as this process has seen.
  [[nodiscard]] std::size_t count_lost() const { return lost_.missing(); }

  /// zooid had the relay, as its row says, and has it no longer. After the first one tender looks
  /// at some others, to tell whether zooid has lost them all. Part of the caller's transaction.
  void note_lost(const Relay& relay);

  /// zooid has the relay, or may have it again (`recreated`). Part of the caller's transaction.
  void note_present(const Relay& relay, bool recreated);

  /// The relay is deleted, or has no row any more: it is not missed.
  void forget_lost(const RelayId& id);

  /// Whether an operator has paused tender.
  [[nodiscard]] bool is_paused() const { return pause_.find(clock_.now()).has_value(); }

  /// Asks for a look at the relay when zooid has had time to load its file, unless a check of it
  /// waits already. Part of the caller's transaction.
  void look_soon(const RelayId& id);

  /// Asks for a look at the relay now, unless a check of it waits already. Part of the caller's
  /// transaction.
  void look_at(const RelayId& id);

  /// The execution of a sync that has nothing to send, for a relay that zooid was not seen to
  /// serve: it looks. It completes the sync as skipped, and says so if the relay was not seen as
  /// described. `asked_seq`: the activity that asked for it.
  std::unique_ptr<outbox::Execution> sync_by_look(const Relay& relay, std::int64_t asked_seq);

  /// Reads the relay as it is now; a relay that is not in step is not looked at.
  std::unique_ptr<outbox::Execution> begin(const outbox::Job& job, bool may_overwrite) override;

 private:
  class Execution;
  class SyncByLook;

  void note_unsupported(const zooid::LivenessVerdict& verdict);
  void warn_of_many_lost(const Relay& last) const;
  [[nodiscard]] std::optional<TimePoint> last_sync(const RelayId& id) const;
  [[nodiscard]] static outbox::Job first_look(const RelayId& id, std::int64_t taken_at_seq);

  store::Query query_;
  store::Command command_;
  const config::Env& env_;
  zooid::Client& client_;
  const Clock& clock_;
  Logger& logger_;
  outbox::Outbox outbox_;
  store::PauseTable pause_;
  ReloadProgress progress_;
  LostRelays lost_;
  Counter syncs_;                          // done by a look
  bool said_what_is_unsupported_ = false;  // once in the life of the process
  bool said_what_is_unclear_ = false;      // of a relay, since a look has succeeded last
};

}  // namespace tender::infra
