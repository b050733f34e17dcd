// What the dispatcher needs from whoever does the work. begin() and settle() run inside of the
// dispatcher's transactions, run() between them with no transaction open; all on the one thread.
// infra::RelaySync implements it; another executor may hand the work to other machines.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/job.hpp"

namespace tender::outbox {

/// The work is done (or there is nothing left to do): its row goes.
struct Complete {};

/// What was sent is not the newest any more: the row stays due.
struct Again {};

/// It failed, and may work later.
struct Retry {
  int attempt = 1;  // failures in a row, this one included
  TimePoint not_before{};
  std::string error;
};

/// It failed, and only a person can help.
struct GiveUp {
  DeadLetterReason reason = DeadLetterReason::rejected;
  int attempt = 1;
  std::int64_t revision = 1;
  std::string error;
};

using Settlement = std::variant<Complete, Again, Retry, GiveUp>;

/// One job under way.
class Execution {
 public:
  virtual ~Execution() = default;

  /// Does the work; touches no database. Failures of the work are remembered, not thrown.
  virtual boost::asio::awaitable<void> run() = 0;

  /// Records the result and says what becomes of the job. `superseded`: a newer command has made
  /// the row a newer generation meanwhile. Called again when the transaction around it could not
  /// commit.
  virtual Settlement settle(bool superseded) = 0;
};

class Executor {
 public:
  virtual ~Executor() = default;
  /// Prepares the execution of a claimed job; what must be known durably before the work starts is
  /// written here.
  virtual std::unique_ptr<Execution> begin(const Job& job) = 0;
};

}  // namespace tender::outbox
