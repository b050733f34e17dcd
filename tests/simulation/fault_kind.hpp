// The classes of faults, and how often each has struck. A run over many seeds fails when one never
// did: then it proves nothing about that class.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace tender::simulation {

enum class FaultKind : std::uint8_t {
  // What becomes of one request.
  slow_answer,
  lost_before_applying,
  lost_after_applying,
  applied_late,
  error_5xx,
  error_5xx_after_applying,
  garbage_answer,
  garbage_after_applying,
  too_many_requests,
  too_many_requests_retry_after,
  unauthorized,
  routing_404,
  refusal,
  sick_relay,  // all of one relay, for the whole rough part
  // The host.
  outage_of_breaker_length,
  long_outage,
  wipe,
  reload_slow,    // zooid serves what it took only some seconds later
  reload_failed,  // or not before it is written again
  slow_watcher,   // or when it has read all that was written before
  zooid_restart,
  written_at_start,  // after zooid has loaded it, and before it watches
  volume_full,       // what zooid writes is lost, and what it held
  config_unreadable,
  torn_file,    // that of one relay has lost what it held
  older_zooid,  // generation A, for the whole life
  owner_edit,   // a relay's owner renames it in zooid
  hand_edit,    // somebody gives it another owner in its file, or switches it off
  rekeyed,      // somebody puts another secret into its file
  stranger,     // a relay that no row describes, at a host that a row may want
  // The process and its machine.
  crash_at_a_time,
  crash_after_a_handler,
  crash_with_requests_under_way,
  stop_and_restart,
  settings_changed,  // before the next start
  clock_forward,
  clock_back,
  broadcast_lag,
  disk_error,
  disk_full,
  power_cut,
  // Other programs.
  write_lock_held,
  silent_write,
  relay_deleted,  // by a command
  row_deleted,    // without one
  replaced_row,   // by REPLACE, or by DELETE and INSERT
  invalid_row,
  hosts_swapped,
  paused,                  // by an operator
  destination_state_lost,  // its row deleted
  strange_activity,
  // No faults, but work at the database while all else goes on.
  log_pruned,
  checkpoint,
  // What follows from the others.
  reordered,
  count_,  // how many there are
};

inline constexpr std::size_t kFaultKinds = static_cast<std::size_t>(FaultKind::count_);

[[nodiscard]] std::string_view to_string(FaultKind kind);

/// How often each kind has struck.
class FaultCounts {
 public:
  void add(FaultKind kind) { ++counts_[static_cast<std::size_t>(kind)]; }
  void add(const FaultCounts& other) {
    for (std::size_t i = 0; i < kFaultKinds; ++i) {
      counts_[i] += other.counts_[i];
    }
  }
  [[nodiscard]] std::uint64_t of(FaultKind kind) const {
    return counts_[static_cast<std::size_t>(kind)];
  }

 private:
  std::array<std::uint64_t, kFaultKinds> counts_{};
};

}  // namespace tender::simulation
