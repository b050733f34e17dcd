// One request on the API's port, from received to answered: journal, faults, then the API or a
// relay's own host. The only place where the sim misbehaves.
#pragma once

#include <set>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "zooid-sim/api.hpp"
#include "zooid-sim/faults.hpp"
#include "zooid-sim/journal.hpp"
#include "zooid-sim/listener.hpp"
#include "zooid-sim/skewed_clock.hpp"
#include "zooid-sim/traffic.hpp"

namespace zooid_sim {

class Front {
 public:
  /// Borrows the clocks and the store.
  Front(tender::Clock& clock, const SkewedClock& skewed, ConfigStore& store, Api& api);

  /// Requests whose Host header is `api_host` go to the API, all others to the relays' own hosts.
  void set_api_host(std::string api_host) { api_host_ = std::move(api_host); }

  /// Handles a request. The Front must outlive the reply's `finished`.
  boost::asio::awaitable<Reply> serve(Request request);

  /// Ends every delay; requests that were waiting are dropped, unanswered.
  void stop();

  Faults faults;
  Journal journal;
  Traffic traffic;
  EventHook hook;  // may be empty

 private:
  boost::asio::awaitable<bool> wait(tender::Milliseconds duration);
  [[nodiscard]] RequestEvent open(const Request& request);
  [[nodiscard]] Answer work(const Request& request, RequestEvent& event);
  [[nodiscard]] Reply drop(const RequestEvent& event);
  void finish(RequestEvent event, bool written);
  void note(RequestEvent& event, Stage stage);

  tender::Clock& clock_;
  const SkewedClock& skewed_;
  ConfigStore& store_;
  Api& api_;
  std::string api_host_;
  std::set<tender::Timer*> waiting_;
  bool stopped_ = false;
};

}  // namespace zooid_sim
