// Asks for the sync of some relays and watches the log until each has a result. The work is done by
// whoever holds the database's lock; when nobody does, or its holder ends meanwhile, by a Sidecar
// of our own that touches only these relays.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "tender/base/random.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"

#include "log_feed.hpp"
#include "sidecar.hpp"

namespace tender::cli {

enum class ReconcileState : std::uint8_t {
  created,
  updated,
  unchanged,  // nothing was sent, since zooid has it already
  unseen,     // likewise, and a look did not see the relay served as described; others follow
  failed,     // a retry follows
  given_up,   // a dead letter
  waiting,    // no result in time; the work stays in the outbox
};

[[nodiscard]] std::string_view to_string(ReconcileState state);
[[nodiscard]] bool is_in_step(ReconcileState state);

struct ReconcileResult {
  Relay relay;
  ReconcileState state = ReconcileState::waiting;
  std::string error;
  bool host_fault = false;  // the host's fault and not this relay's
};

class ReconcileWatch {
 public:
  /// `progress` gets a progress bar; null: none. Borrows all but the options.
  ReconcileWatch(const config::Env& env, Database& database, const std::vector<Relay>& relays,
                 Command::ReconcileOptions options, std::ostream* progress);

  /// Blocks until every relay has a result, or none has come for `patience`, and then until what
  /// our own Sidecar has in flight is settled, at most 10 s more; results of that time count.
  /// Results in the order of the relays. What has none stays in the outbox, and whoever works on
  /// the database goes on.
  [[nodiscard]] std::vector<ReconcileResult> until_done(Milliseconds patience);

  /// Whether SIGINT or SIGTERM ended it; a second one ends the process at once.
  [[nodiscard]] bool interrupted() const { return interrupted_; }

 private:
  boost::asio::awaitable<void> everything(Milliseconds patience);
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<void> lose_patience(Milliseconds patience);
  boost::asio::awaitable<void> heed_signals();
  boost::asio::awaitable<void> work();
  void request();
  void read_log();
  void take(const Activity& activity);
  [[nodiscard]] std::unique_ptr<Sidecar> own_sidecar();
  void explain_waiting();
  void show_progress(bool last);
  void finish();

  const config::Env& env_;
  Database& database_;
  Command::ReconcileOptions options_;
  std::ostream* progress_;
  std::vector<ReconcileResult> results_;
  std::map<std::string, std::size_t> open_;  // relay id → its place in results_
  TimePoint last_result_{};
  std::shared_ptr<Logger> logger_;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  SystemClock clock_;
  SystemRandom random_;
  LogFeed feed_;
  Broadcast<Activity>::Receiver receiver_;
  Command command_;
  outbox::Outbox outbox_;
  Wakeup deadline_alarm_;
  Wakeup lock_alarm_;
  std::int64_t last_seq_ = 0;         // how far the log is read
  std::unique_ptr<Sidecar> sidecar_;  // null: another process does the work
  bool finished_ = false;
  bool interrupted_ = false;
};

}  // namespace tender::cli
