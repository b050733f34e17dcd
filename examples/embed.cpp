// A control plane that embeds tender: it creates the relay that its arguments name, runs until
// zooid has that relay, and says what happens. Configured by the environment, as `tender run` is.
//
//   embed TENANT SUBDOMAIN
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tender/service/sidecar.hpp"
#include "tender/store/activity_cursor.hpp"

namespace asio = boost::asio;

asio::awaitable<void> create_relay(tender::service::Sidecar& sidecar, tender::RelayChange change) {
  auto heard = sidecar.activities().subscribe();
  tender::store::ActivityCursor cursor(sidecar.query(), sidecar.query().last_activity_seq());
  const tender::Relay relay = sidecar.command().create_relay(change);
  while (!sidecar.query().get_relay(relay.id)->synced) {
    const auto received = co_await heard.recv();
    if (std::holds_alternative<tender::store::Closed>(received.item)) {
      co_return;  // the sidecar has ended
    }
    for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
      for (const tender::Activity& row : rows) {
        std::cout << row.activity_type << ' ' << row.resource_id << std::endl;
      }
    }
  }
}

int main(int argc, char** argv) try {
  tender::RelayChange change;
  change.tenant = argc > 1 ? argv[1] : "";
  change.subdomain = argc > 2 ? argv[2] : "";
  const auto env = tender::config::load_env(tender::config::process_environment());
  const auto logger = tender::make_logger(env.log_level, env.log_format);
  asio::io_context io{1};
  tender::service::Sidecar sidecar(env, io.get_executor(), *logger, {});
  std::exception_ptr fault;
  const auto ended = [&](const std::exception_ptr& error, auto...) {
    fault = error ? error : fault;
    sidecar.stop();
  };
  asio::co_spawn(io, sidecar.run(), ended);
  asio::co_spawn(io, create_relay(sidecar, change), ended);
  io.run();
  if (fault) {
    std::rethrow_exception(fault);
  }
} catch (const tender::Error& error) {
  std::cerr << error.what() << "\nwhat to do: " << error.remedy() << '\n';
  return 1;
}
