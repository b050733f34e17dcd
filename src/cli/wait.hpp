// `--wait` of the commands that change one relay: until zooid has the change, or tender gives up.
// ReconcileWatch does the watching; the work is that of the sidecar that runs.
#pragma once

#include <cstdint>
#include <optional>

#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"

#include "command.hpp"
#include "store_session.hpp"

namespace tender::cli {

/// The option, for the command's list of options.
[[nodiscard]] Option wait_option();

class Wait {
 public:
  /// Reads the option. Throws UsageError and, if it is given, ConfigError: nothing is written
  /// before the wait is known to be possible.
  explicit Wait(const Invocation& invocation);

  /// Before the change is written.
  void begin(const StoreSession& session);

  /// Says on `invocation.err` what came of the change that made `relay` what it is, once that is
  /// known, or who would do it. `ok` at once without --wait.
  [[nodiscard]] ExitCode until_in_step(StoreSession& session, const Relay& relay) const;

 private:
  const Invocation& invocation_;
  std::optional<Milliseconds> patience_;  // nothing: no --wait
  std::optional<config::Env> env_;
  std::int64_t after_seq_ = 0;
};

}  // namespace tender::cli
