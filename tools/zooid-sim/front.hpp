// One request on the API's port, from received to answered: journal, faults, then the API or a
// relay's own host. The only place where the sim misbehaves.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "zooid-sim/api.hpp"
#include "zooid-sim/faults.hpp"
#include "zooid-sim/journal.hpp"
#include "zooid-sim/skewed_clock.hpp"
#include "zooid-sim/traffic.hpp"
#include "zooid-sim/waits.hpp"
#include "zooid-sim/watcher.hpp"
#include "zooid-sim/wire.hpp"
#include "zooid-sim/write_cost.hpp"

namespace zooid_sim {

class Front {
 public:
  /// Borrows all but the last.
  Front(const SkewedClock& skewed, Waits& waits, ConfigStore& store, Watcher& watcher, Api& api,
        WriteCost cost);

  /// Requests whose Host header is `api_host` go to the API, all others to the relays' own hosts.
  void set_api_host(std::string api_host) { api_host_ = std::move(api_host); }

  /// Handles a request. The Front must outlive the reply's `finished`.
  boost::asio::awaitable<Reply> serve(Request request);

  Faults faults;
  Journal journal;
  Traffic traffic;
  EventHook hook;  // may be empty

 private:
  boost::asio::awaitable<bool> take_turn(bool api, bool write);
  [[nodiscard]] RequestEvent open(const Request& request);
  [[nodiscard]] Answer work(const Request& request, RequestEvent& event);
  [[nodiscard]] Answer work_of_relay(const Request& request);
  [[nodiscard]] Reply drop(const RequestEvent& event);
  void finish(RequestEvent event, bool written);
  void note(RequestEvent& event, Stage stage);

  const SkewedClock& skewed_;
  Waits& waits_;
  ConfigStore& store_;
  Watcher& watcher_;
  Api& api_;
  WriteCost cost_;
  std::string api_host_;
};

}  // namespace zooid_sim
