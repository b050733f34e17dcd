// One fetch and who waits for it. The worker owns it; a caller holds only its ticket.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tender/base/wakeup.hpp"
#include "tender/fetch/error.hpp"
#include "tender/fetch/opts.hpp"

#include "transport.hpp"

namespace tender::fetch {

/// A caller's place in a fetch. The caller and the worker share it: either may be done with it
/// first.
struct Ticket {
  Ticket(Clock& clock, Opts asked) : opts(std::move(asked)), answered(clock) {}

  Opts opts;
  Wakeup answered;
  std::optional<Result> result;
  bool left = false;
};

class Inflight {
 public:
  enum class State : std::uint8_t { waiting, running };

  /// The fetch that `first` begins, which is to ask `candidates`.
  Inflight(std::shared_ptr<Ticket> first, SteadyTime now, std::size_t candidates);

  void join(std::shared_ptr<Ticket> ticket);
  /// One of those who wait has left.
  void leave() { --present_; }
  [[nodiscard]] bool is_deserted() const { return present_ == 0; }

  /// Gives it to all who have not left. The last thing that is done with this.
  void deliver(const Result& result);

  /// Keeps the error that tells most.
  void note(Error error);

  const Key key;
  const SteadyTime deadline;  // of the budget
  State state = State::waiting;
  Checks checks;
  std::size_t round = 0;             // that begins next
  std::vector<std::size_t> untried;  // candidates
  std::vector<std::shared_ptr<Attempt>> asking;
  std::optional<Error> error;

  [[nodiscard]] const FanoutGrowth& growth() const { return growth_; }
  [[nodiscard]] Milliseconds longest_attempt() const { return longest_attempt_; }

 private:
  FanoutGrowth growth_;
  Milliseconds longest_attempt_;
  std::vector<std::shared_ptr<Ticket>> callers_;
  std::size_t present_ = 1;
};

}  // namespace tender::fetch
