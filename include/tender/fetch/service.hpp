// Reads of one peer that has several addresses: callers who want the same at the same time share
// one request and one buffer, an address that fails is passed over, and an answer that is not valid
// is never handed out. Only GETs come here. Behind it one worker task owns every fetch and the map
// by which callers find each other, so nothing is locked. On the one thread.
//
//   fetch::Service service(transport, clock, peer, addresses, {});
//   asio::co_spawn(io, service.run(), ended);                      // until stop()
//   fetch::Opts opts(fetch::Op::members, "r1");
//   const fetch::Result result = co_await service.fetch(std::move(opts));
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/metrics.hpp"
#include "tender/fetch/error.hpp"
#include "tender/fetch/opts.hpp"
#include "tender/fetch/peer.hpp"
#include "tender/http/transport.hpp"

namespace tender::fetch {

struct ServiceOptions {
  std::size_t requests_max = 64;  // fetches under way at the same time; at least 1
  std::size_t waiting_max = 256;  // fetches that wait for a place; one more gets ErrorKind::busy
  std::size_t round_max = 4;  // addresses asked side by side, whatever a growth says; at least 1
  Counter fetches{};          // of callers, by operation and result
};

class Service {
 public:
  /// Borrows transport, clock and peer, which must outlive it and what it runs. `addresses`: in the
  /// order in which they are tried while nothing else is known of them; at least one.
  Service(http::Transport& transport, Clock& clock, Peer& peer, std::vector<http::Url> addresses,
          ServiceOptions options);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  /// The answer, once run() runs. Takes at most `opts.budget`, or that of the fetch that it joins.
  /// Who is cancelled (asio's terminal cancellation) leaves, without harm to others; the last one
  /// to leave cancels the requests. A fetch that finds no place waits in order of arrival. The
  /// addresses that have not failed lately go first, the fastest (smoothed) before the others.
  boost::asio::awaitable<Result> fetch(Opts opts);

  /// The worker task: works until stop(), and until every request has ended. Once only.
  boost::asio::awaitable<void> run();

  /// Ends every fetch, and every later one, with ErrorKind::stopped. What is under way is
  /// cancelled.
  void stop();

 private:
  // shared_ptr because callers and requests that are suspended may be destroyed after the service,
  // when the io_context goes.
  std::shared_ptr<class Worker> worker_;
};

}  // namespace tender::fetch
