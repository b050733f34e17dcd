// The admin API of a sidecar, at ADMIN_BIND: health for whoever watches it, and for those who may,
// what the command line shows and does (docs/openapi.yaml). Runs on the io_context's one thread,
// beside the sidecar:
//
//   admin::AdminServer server(env, sidecar, io.get_executor(), clock, *logger);
//   asio::co_spawn(io, server.run(), …);
//   …
//   server.stop();  // when the sidecar's run() has ended; run() ends when all have their answers
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/config/env.hpp"
#include "tender/service/sidecar.hpp"

namespace tender::admin {

class AdminServer {
 public:
  /// Listens from now on. `env.admin.bind` is set. Borrows all until run() has ended, before which
  /// the io_context must not end either. Throws Error when it cannot listen.
  AdminServer(const config::Env& env, service::Sidecar& sidecar,
              const boost::asio::any_io_executor& executor, Clock& clock, Logger& logger);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  /// Serves until stop(), and until the requests under way are answered. Once only.
  boost::asio::awaitable<void> run();
  void stop();

  /// Where it listens, for people: "127.0.0.1:8420", or the path of a unix socket.
  [[nodiscard]] const std::string& name() const;

  /// "GET /v1/status" and all others that it has.
  [[nodiscard]] const std::vector<std::string>& routes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tender::admin
