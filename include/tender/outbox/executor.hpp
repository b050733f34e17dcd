// What the dispatcher needs from whoever does the work. begin() and settle() run inside of the
// dispatcher's transactions, run() between them with no transaction open; all on the one thread.
// infra::RelaySync implements it; another executor may hand the work to other machines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/job.hpp"

namespace tender::outbox {

/// The work is done, or there is nothing left to do: its row is deleted. So is the key's work of
/// the kind that it made needless, if it names one.
struct Complete {
  std::string_view needless{};
};

/// The row stays as it is, and due: what was sent is no longer the newest, or the destination was
/// failing and the job has nothing to do with it.
struct StayDue {};

/// Its turn has not come: nothing was done, and the row stays as it is until that time.
struct WaitUntil {
  TimePoint not_before{};
};

/// It is done, and is done once more at that time: an earlier request may still have an effect.
struct DoAgain {
  TimePoint not_before{};
};

/// It failed, and may work later.
struct Retry {
  int attempt = 1;  // failures in a row, this one included
  TimePoint not_before{};
  std::string error;
};

/// It failed, and only a person can help. The dead letter is of the job's own kind, or of `kind`:
/// then the key's work of that kind is deleted too.
struct GiveUp {
  std::string_view kind{};
  DeadLetterReason reason = DeadLetterReason::rejected;
  int attempt = 1;
  std::int64_t revision = 1;
  std::string error;
};

using Settlement = std::variant<Complete, StayDue, WaitUntil, DoAgain, Retry, GiveUp>;

/// What an execution, or a probe, has shown of the destination that many jobs share.
struct DestinationSign {
  enum class Kind : std::uint8_t {
    none,     // nothing: it was not asked, or its answer says nothing
    well,     // only a destination that is well answers so
    fault,    // it cannot be reached, or refuses everybody
    storage,  // it cannot read or write its files: what is written to it may be destroyed
  };
  Kind kind = Kind::none;
  std::string reason;      // of the fault
  Milliseconds pause{};    // how long it asks us to stay away; zero: it does not
  bool timed_out = false;  // a fault that one which is merely slow shows as well
  bool answered = false;   // of `none`: it runs, which does not mean that it accepts us
};

/// What a probe is to find out.
enum class Probe : std::uint8_t {
  answers,  // whether it can be reached and accepts us
  stores,   // whether it can write and read its files, too
};

/// One job under way.
class Execution {
 public:
  virtual ~Execution() = default;

  /// Whether run() will ask the destination for anything.
  [[nodiscard]] virtual bool asks_destination() const = 0;

  /// Whether run() will replace something that the destination has. That is lost if the destination
  /// fails to store it.
  [[nodiscard]] virtual bool overwrites() const = 0;

  /// Does the work; touches no database. Failures of the work are remembered, not thrown.
  virtual boost::asio::awaitable<void> run() = 0;

  /// What run() has shown of the destination.
  [[nodiscard]] virtual DestinationSign destination_sign() const = 0;

  struct Circumstances {
    bool superseded = false;  // a newer command has made the row a newer generation meanwhile
    bool counts = true;       // false: a failure is the destination's, and known; it is no attempt
  };
  /// Records the result and says what becomes of the job. Called again if the transaction around it
  /// could not be committed.
  virtual Settlement settle(Circumstances circumstances) = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Prepares the execution of a claimed job, and writes what must be known durably before the work
  /// starts. Null, with nothing written, when the job would overwrite something and it is not its
  /// turn to (`may_overwrite` is false).
  virtual std::unique_ptr<Execution> begin(const Job& job, bool may_overwrite) = 0;
};

/// Of a destination.
class Prober {
 public:
  virtual ~Prober() = default;
  /// Asks it whether it is well, without touching any job's work. Throws nothing.
  virtual boost::asio::awaitable<DestinationSign> probe(Probe what) = 0;
};

}  // namespace tender::outbox
