// The deadlines of a server's connections, all by one timer of the injected clock. They go by its
// steady time, so that an operator who sets the wall clock ends no connection.
#pragma once

#include <functional>
#include <set>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/wakeup.hpp"

namespace tender::http {

class Deadline;

class Deadlines {
 public:
  /// Borrows `clock`.
  explicit Deadlines(Clock& clock) : clock_(clock), news_(clock) {}

  /// Runs what is due until stop(). Once.
  boost::asio::awaitable<void> run();
  void stop();

  [[nodiscard]] SteadyTime now() const { return clock_.steady(); }

 private:
  friend class Deadline;
  void run_due();
  [[nodiscard]] SteadyTime next() const;

  Clock& clock_;
  Wakeup news_;
  std::set<Deadline*> waiting_;
  SteadyTime alarm_ = SteadyTime::max();  // what run() waits for
  bool stopped_ = false;
};

/// One connection's deadline, for whatever it does at the time. `owner` outlives it.
class Deadline {
 public:
  /// `pass` is called once the time set has come. It must not set or destroy a deadline.
  Deadline(Deadlines& owner, std::function<void()> pass);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// Another time than before, if any; SteadyTime::max() for none. It is not passed then.
  void set(SteadyTime time);
  [[nodiscard]] SteadyTime time() const { return time_; }
  [[nodiscard]] bool passed() const { return passed_; }

 private:
  friend class Deadlines;
  Deadlines& owner_;
  std::function<void()> pass_;
  SteadyTime time_ = SteadyTime::max();
  bool passed_ = false;
};

}  // namespace tender::http
