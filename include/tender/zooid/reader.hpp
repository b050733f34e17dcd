// Reads of zooid on demand: members of a relay, and its public document. Callers who want the same
// share one request, and an address of ZOOID_API_URL that fails is passed over (fetch::Service).
// Not for the looks of syncs and sweeps: those must not share an answer that began before a sync
// ended, and what they see of an address is a sign of zooid; they go through Client. On the one
// thread.
#pragma once

#include <memory>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/metrics.hpp"
#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/fetch/error.hpp"
#include "tender/http/transport.hpp"
#include "tender/model/relay.hpp"

namespace tender::zooid {

class Reader {
 public:
  /// Borrows all but the counter, which is that of fetch::ServiceOptions, and they must outlive it
  /// and what it runs.
  Reader(const config::Env& env, http::Transport& transport, Clock& clock, Random& random,
         Counter fetches = {});
  ~Reader();

  // Both want run() to run, and end with fetch::ErrorKind::stopped after stop(). Each address may
  // take ZOOID_API_TIMEOUT.

  /// GET /relay/{id}/members: a list of keys, or why there is none.
  boost::asio::awaitable<fetch::Result> members(RelayId id);

  /// The exchange of the request for the relay's NIP-11 document (nip11_request), for
  /// judge_liveness. Only where RELAY_VERIFY is `direct` has it several addresses, and callers who
  /// share it.
  boost::asio::awaitable<http::Exchange> look(Relay relay);

  /// Works until stop(), and until every request has ended. Once only.
  boost::asio::awaitable<void> run();
  void stop();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace tender::zooid
