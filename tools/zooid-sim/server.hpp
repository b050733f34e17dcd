// A stand-in for zooid on a real socket, as a whole: the API's port and, when asked for, the
// control port. Tests run it inside their own io_context; zooid-sim's main does nothing else.
// Everything happens on the io_context's one thread. Never part of the product.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "tender/base/clock.hpp"
#include "tender/http/server.hpp"
#include "tender/nostr/keys.hpp"

#include "zooid-sim/config_store.hpp"
#include "zooid-sim/faults.hpp"
#include "zooid-sim/journal.hpp"
#include "zooid-sim/members.hpp"
#include "zooid-sim/traffic.hpp"
#include "zooid-sim/watcher.hpp"

namespace zooid_sim {

struct Options {
  std::filesystem::path config_dir;                 // made when absent
  std::vector<tender::nostr::PublicKey> whitelist;  // zooid's API_WHITELIST
  std::string address = "127.0.0.1";                // numeric
  std::uint16_t port = 0;                           // 0: a free one
  std::string api_host;  // the Host header of the API; empty: address:port as listened on
  std::optional<std::uint16_t> control_port;  // nothing: no control API; 0: a free one
  std::string control_address = "127.0.0.1";
  Generation generation = Generation::b;
  tender::Milliseconds reload{0};                     // what loading one relay takes
  std::chrono::microseconds write_cost_per_relay{0};  // what a write takes for each relay there is
  Watcher::Death death = [](const std::string&, int) {};  // when a relay's file kills zooid
};

struct Core;

class Server {
 public:
  /// Loads the config directory and binds the ports. Throws tender::Error. `clock` must live until
  /// the io_context has run out after stop().
  Server(boost::asio::any_io_executor executor, Options options, tender::Clock& clock);

  /// As stop(). The io_context may still hold connections, which end in its next turn.
  ~Server();

  /// Starts to accept, then to load the relays.
  void start();

  /// Closes the ports and every connection and ends every delay and hang, so that
  /// io_context::run() can return. Faults, journal, counts and files stay readable.
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  /// The value for ZOOID_API_URL: http://{api_host}.
  [[nodiscard]] const std::string& api_url() const;
  [[nodiscard]] const std::string& api_host() const { return options_.api_host; }
  /// http://{address:port} of the control API; empty when there is none.
  [[nodiscard]] std::string control_url() const;

  [[nodiscard]] Faults& faults();
  [[nodiscard]] Journal& journal();
  [[nodiscard]] const Traffic& traffic() const;
  [[nodiscard]] Members& members();
  /// Call refresh() first to see what another hand did to the directory.
  [[nodiscard]] ConfigStore& store();

  /// Called at each stage of each request on the API's port.
  void set_hook(EventHook hook);

  /// Makes the sim's clock wrong, for NIP-98's ±60 s and the Date header.
  void set_clock_offset(std::chrono::seconds offset);

 private:
  Options options_;
  std::shared_ptr<Core> core_;  // shared with connections that end a turn after stop()
  boost::asio::any_io_executor executor_;
  std::unique_ptr<tender::http::Server> api_;
  std::unique_ptr<tender::http::Server> control_;
};

}  // namespace zooid_sim
