// Takes due jobs out of the outbox, never two at once for one relay and never more than HostGate
// admits, has the executor carry them out, and settles all that finished since the last time in one
// transaction. There is one dispatcher per database (DatabaseLock). Everything it keeps in
// memory can be lost: a job whose row was not settled is simply due again. On the one thread; the
// caller owns and awaits run().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/log.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/host_gate.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/store_outage.hpp"

namespace tender {
class Database;
}

namespace tender::outbox {

class Dispatcher {
 public:
  struct Options {
    HostGate::Options host{};
    Milliseconds horizon{};           // the longest wait of a job: see Outbox::next
    Priority floor = Priority::bulk;  // leave alone what is less urgent
  };

  /// Everything is borrowed and must outlive run(). Reads what is known of the host: throws
  /// StoreError.
  Dispatcher(Database& database, Clock& clock, Random& random, Executor& executor, Logger& logger,
             Options options);

  /// Works until stop() was called and all that was in flight is settled. While the database cannot
  /// be worked on (StoreOutage) nothing is claimed, and nothing is lost. A result that breaks a
  /// rule of the schema is logged and its job put off by `horizon`; it holds up no other.
  boost::asio::awaitable<void> run();

  /// The outbox has changed: look now.
  void wake() { wakeup_.notify(); }

  /// Claims nothing more; run() returns when what is in flight has been settled.
  void stop();

  /// After stop(), when waiting has an end: run() returns as soon as no coroutine is left, even
  /// when results cannot be written. Their rows are still due. The owner breaks the work off.
  void abandon();

  [[nodiscard]] std::size_t in_flight() const { return busy_.size(); }

  /// For whoever else works on the same connection.
  [[nodiscard]] StoreOutage& outage() { return outage_; }
  [[nodiscard]] const StoreOutage& outage() const { return outage_; }

 private:
  enum class Stage : std::uint8_t { working, stopping, abandoned };

  struct Task {
    Task(Job claimed, std::unique_ptr<Execution> begun, TimePoint now)
        : job(std::move(claimed)), execution(std::move(begun)), claimed_at(now) {}
    Job job;
    std::unique_ptr<Execution> execution;
    TimePoint claimed_at;
    HostGate::Timing timing;
    bool counts = true;  // see Execution::Circumstances
  };

  // What one transaction takes up.
  struct Claim {
    std::vector<std::shared_ptr<Task>> tasks{};
    std::set<std::string> busy;  // with those of the tasks
    int looking = 0;
    bool may_overwrite = false;
  };

  void settle_finished();
  void release(const Task& task);
  void settle_together();
  void settle_alone(const Task& task);
  void settle(const Task& task);
  void start(boost::asio::awaitable<void> work, const boost::asio::any_io_executor& executor);
  void put_off(const Task& task, const StoreError& error);
  [[nodiscard]] std::vector<std::shared_ptr<Task>> claim();
  void begin(const Job& job, TimePoint now, Claim& claim);
  [[nodiscard]] std::optional<Job> next_job(const Claim& claim);
  [[nodiscard]] bool has_place(JobKind kind, int looking) const;
  void count_claim(JobKind kind);
  boost::asio::awaitable<void> execute(std::shared_ptr<Task> task);
  boost::asio::awaitable<void> probe(Probe kind);
  void save_host_state();
  [[nodiscard]] bool has_work() const;
  [[nodiscard]] TimePoint next_look();

  Database& database_;
  Clock& clock_;
  Executor& executor_;
  Logger& logger_;
  Options options_;
  Outbox outbox_;
  DeadLetters dead_letters_;
  HostGate gate_;
  Wakeup wakeup_;
  std::set<std::string> busy_;                   // keys in flight or finished and not yet settled
  std::vector<std::shared_ptr<Task>> finished_;  // shared with the coroutine that ran it
  int looking_ = 0;                              // how many of busy_ are looks
  std::array<std::uint64_t, 2> claims_{};        // so far, of each JobKind
  JobKind claimed_last_ = JobKind::relay_check;
  bool barred_ = false;  // the last sync that could be claimed waits for its turn to overwrite
  StoreOutage outage_;
  bool probing_ = false;
  Stage stage_ = Stage::working;
};

}  // namespace tender::outbox
