// Takes due jobs out of the outbox, never two at once for one resource and never more towards a
// destination than its gate admits, has their executors carry them out, and settles all that
// finished since the last time in one transaction. Destinations do not wait for each other. There
// is one dispatcher per database (DatabaseLock). While an operator has paused it, nothing that
// writes to a destination begins; what is under way ends. Everything it keeps in memory can be
// lost: a job whose row was not settled is simply due again. On the one thread; the caller owns and
// awaits run().
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/kind.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/outbox/pause_watch.hpp"
#include "tender/store/store_outage.hpp"

namespace tender::store {
class Database;
}

namespace tender::outbox {

class Dispatcher {
 public:
  struct Options {
    Milliseconds horizon{};           // the longest wait of a job: see Outbox::next
    Priority floor = Priority::bulk;  // leave alone what is less urgent
    Metrics metrics{};                // whose table has the kinds and destinations of the registry
    /// Called in the transaction in which work is given up, with the number of its dead letter.
    std::function<void(const Job& job, const GiveUp& why, std::int64_t letter)> letter_added{};
  };

  /// Everything but `registry` and `options` is borrowed, also what the registry points to, and
  /// must outlive run(). Reads what is known of the destinations: throws StoreError.
  Dispatcher(store::Database& database, Clock& clock, Random& random, Logger& logger,
             Registry registry, Options options);
  ~Dispatcher();

  /// Works until stop() was called and all that was in flight is settled. While the database cannot
  /// be worked on (StoreOutage) nothing is claimed, and nothing is lost. A result that breaks a
  /// rule of the schema is logged and its job put off by `horizon`; it holds up no other.
  boost::asio::awaitable<void> run();

  /// The outbox has changed: look now. Looks at the registry's own destinations.
  void wake() { wakeup_.notify(); }
  /// The same for work towards that destination, which may be one of Registry::more.
  void wake(const std::string& destination);

  /// What Registry::more says has changed: asks it again for the rates, and whether its
  /// destinations are wanted.
  void refresh();

  /// Whether a job with that key is under way, of a kind with that resource.
  [[nodiscard]] bool is_busy(std::string_view resource, const std::string& key) const;

  /// Claims nothing more; run() returns when what is in flight has been settled.
  void stop();

  /// After stop(), when waiting has an end: run() returns as soon as no coroutine is left, even
  /// when results cannot be written. Their rows are still due. The owner breaks the work off.
  void abandon();

  [[nodiscard]] std::size_t in_flight() const;

  /// Whether nothing is under way, or only probes that read: nothing is lost when they are broken
  /// off.
  [[nodiscard]] bool may_break_off() const;

  /// For whoever else works on the same connection.
  [[nodiscard]] store::StoreOutage& outage() { return outage_; }
  [[nodiscard]] const store::StoreOutage& outage() const { return outage_; }

 private:
  enum class Stage : std::uint8_t { working, stopping, abandoned };

  // What is under way towards one destination: how many jobs, and how many of each kind, in the
  // order of the registry.
  struct Places {
    int all = 0;
    std::vector<int> by_kind;
  };

  struct Lane;

  struct Task {
    Task(Job claimed, std::size_t done_as, Lane& on, std::unique_ptr<Execution> begun,
         TimePoint now)
        : job(std::move(claimed)),
          kind(done_as),
          lane(&on),
          execution(std::move(begun)),
          claimed_at(now) {}
    Job job;
    std::size_t kind;  // in the registry
    Lane* lane;
    std::unique_ptr<Execution> execution;
    TimePoint claimed_at;
    DestinationGate::Timing timing;
    bool counts = true;                      // see Execution::Circumstances
    std::string_view settled_as{};           // for metrics, once it is settled
    std::optional<DeadLetterReason> letter;  // that it ended with
  };

  struct Meters {
    explicit Meters(const Metrics& metrics);
    Histogram waits;
    Counter settled;
    Counter dead_letters;
    Gauge in_flight;
    Gauge limit;
  };

  using Busy = std::map<std::string_view, std::set<std::string>>;  // keys of each resource

  // What one transaction takes up, all of it towards one destination.
  struct Claim {
    std::vector<std::shared_ptr<Task>> tasks{};
    Busy busy;  // with those of the tasks
    Places places;
    bool may_overwrite = false;
  };

  struct Next {
    Job job;
    std::size_t kind;  // in the registry
  };

  void open_awaited_lanes();
  void open_lane(const Destination& destination, bool of_rows);
  void close_unwanted_lanes();
  [[nodiscard]] bool is_unwanted(const Lane& lane);
  void settle_finished();
  void release(const Task& task);
  void settle_together();
  void settle_alone(Task& task);
  void settle(Task& task);
  void start(boost::asio::awaitable<void> work, const boost::asio::any_io_executor& executor);
  void put_off(Task& task, const store::StoreError& error);
  [[nodiscard]] std::vector<std::shared_ptr<Task>> claim(Lane& lane);
  void take_up(const Next& first, TimePoint now, Lane& lane, Claim& claim);
  void begin(const Next& due, TimePoint now, Lane& lane, Claim& claim);
  [[nodiscard]] std::optional<Next> next_job(Lane& lane, const Claim& claim);
  boost::asio::awaitable<void> execute(std::shared_ptr<Task> task);
  [[nodiscard]] bool waits_for_pause(const Kind& kind) const;
  [[nodiscard]] bool waits_for_pause(const Lane& lane) const;
  void hasten_probe(Lane& lane);
  [[nodiscard]] bool is_quiet() const;
  void begin_probe(Lane& lane, const boost::asio::any_io_executor& executor);
  boost::asio::awaitable<void> probe(Lane& lane, Probe what);
  void save_states();
  void show_places() const;
  [[nodiscard]] bool has_work() const;
  [[nodiscard]] bool is_probing() const;
  [[nodiscard]] TimePoint next_look();
  [[nodiscard]] TimePoint next_look(Lane& lane);

  store::Database& database_;
  Clock& clock_;
  Logger& logger_;
  Registry registry_;
  Options options_;
  Meters meters_;
  Outbox outbox_;
  DeadLetters dead_letters_;
  Random& random_;
  std::vector<std::unique_ptr<Lane>> lanes_;  // one for each destination; tasks point to them
  std::set<std::string> awaited_;             // destinations of new work
  Wakeup wakeup_;
  Busy busy_;                                    // in flight, or finished and not yet settled
  std::vector<std::shared_ptr<Task>> finished_;  // shared with the coroutine that ran it
  store::StoreOutage outage_;
  PauseWatch pause_;
  Stage stage_ = Stage::working;
};

}  // namespace tender::outbox
