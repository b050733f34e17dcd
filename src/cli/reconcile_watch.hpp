// Asks for the sync of the relays of a ReconcileScope and watches the activity log until each has a
// result. The work is done by whoever holds the database's lock; when nobody does, or its holder
// ends meanwhile, by a Sidecar of our own that touches only these relays. However many relays there
// are: it asks in portions, and remembers only those that it has asked for.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "tender/base/random.hpp"
#include "tender/cli/exit_code.hpp"
#include "tender/infra/reconcile_scope.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/service/sidecar.hpp"
#include "tender/store/activity_cursor.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"
#include "tender/view/reconcile_result.hpp"

namespace tender::cli {

using infra::ReconcileScope;
using view::ReconcileResult;
using view::ReconcileState;

struct ReconcileSummary {
  std::int64_t relays = 0;   // that were looked at: each has a result
  std::int64_t in_step = 0;  // of these
  std::int64_t waiting = 0;
  std::int64_t host_faults = 0;
  bool complete = false;     // false: it was interrupted before it had looked at all
  bool interrupted = false;  // by SIGINT or SIGTERM; a second one ends the process at once
};

/// What the process tells its caller.
[[nodiscard]] ExitCode exit_code_of(const ReconcileSummary& summary);

class ReconcileWatch {
 public:
  struct Request {
    ReconcileDetail wanted;
    /// Whether those that are in step and unchanged, by this process's environment, have their
    /// result without being asked for.
    bool skip_unchanged = false;
    /// A command asked already: nothing more is asked for, and `wanted` does not count. The result
    /// is the first one after `after_seq` that is about this revision or a newer one, and a failure
    /// that a retry follows is none.
    struct Awaited {
      std::int64_t after_seq = 0;
      std::int64_t revision = 0;
    };
    std::optional<Awaited> awaited{};
  };
  using Print = std::function<void(const ReconcileResult& result)>;

  /// `print` is called for each result as it comes. `progress` gets a progress bar; null: none.
  /// Borrows all but the request.
  ReconcileWatch(const config::Env& env, store::Database& database, ReconcileScope& scope,
                 Request request, Print print, std::ostream* progress);

  /// Blocks until every relay has a result, or none has come for `patience`, and then until what
  /// our own Sidecar has in flight is settled, at most 10 s more; results of that time count. What
  /// was asked for and has no result is printed last, in the order in which it was asked for: it
  /// stays in the outbox, and whoever works on the database continues with it. Throws what our own
  /// Sidecar throws.
  [[nodiscard]] ReconcileSummary until_done(Milliseconds patience);

 private:
  // A relay that was asked for.
  struct Asked {
    std::string subdomain;
    std::int64_t seq = 0;  // a seq, at or after its request: what comes later may answer it
    bool open = true;
    std::string error{};      // of the last attempt that a retry follows, while a result is awaited
    bool host_fault = false;  // of that attempt
  };

  boost::asio::awaitable<void> everything(Milliseconds patience);
  boost::asio::awaitable<void> request();
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> lose_patience(Milliseconds patience);
  boost::asio::awaitable<void> heed_signals();
  boost::asio::awaitable<void> work();
  [[nodiscard]] std::vector<Relay> without_unchanged(std::vector<Relay> relays);
  [[nodiscard]] std::size_t ask(std::span<const Relay> relays);
  void read_log();
  void take(const Activity& activity);
  [[nodiscard]] bool is_answer(const Activity& activity, bool failed);
  void remember_failure(const Activity& activity, bool failed, Asked& asked) const;
  [[nodiscard]] ReconcileResult with_last_failure(ReconcileResult result, const Asked& asked) const;
  void report(const ReconcileResult& result);
  void report_waiting();
  void show_progress();
  void clear_progress();
  void finish_if_done();
  void finish();

  const config::Env& env_;
  store::Database& database_;
  ReconcileScope& scope_;
  Request request_;
  Print print_;
  std::ostream* progress_;
  bool progress_shown_ = false;
  std::int64_t estimate_;
  ReconcileSummary summary_;
  std::unordered_map<std::string, Asked> asked_;  // by relay id
  std::size_t open_ = 0;                          // of asked_
  TimePoint last_result_{};
  std::shared_ptr<Logger> logger_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  SystemClock clock_;
  SystemRandom random_;
  service::Sidecar sidecar_;  // a standby while another process does the work
  store::ActivityChannel::Receiver receiver_;
  store::Query query_;
  store::ActivityCursor cursor_;
  store::Command command_;
  outbox::Outbox outbox_;
  Wakeup request_alarm_;
  Wakeup deadline_alarm_;
  Wakeup work_alarm_;
  std::exception_ptr error_;  // that the sidecar ended with
  bool finished_ = false;
};

}  // namespace tender::cli
