#include "zooid-sim/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "zooid-sim/control.hpp"
#include "zooid-sim/core.hpp"

namespace zooid_sim {
namespace {

namespace http = tender::http;

// zooid has no deadlines of its own, and the clock may be a test's, which hours go by on at once.
constexpr std::chrono::hours kPatience{24};

// Over zooid's own cap of 1 MiB, so that the API can answer what is too large for it.
http::ServerLimits limits() {
  http::ServerLimits limits;
  limits.max_head = 64'000;
  limits.max_body = 16'000'000;
  limits.max_connections = 10'000;
  limits.head = kPatience;
  limits.request = kPatience;
  limits.idle = kPatience;
  limits.write = kPatience;
  limits.drain = tender::Milliseconds::zero();
  return limits;
}

http::Routes api_routes(std::shared_ptr<Core> core) {
  http::Routes routes;
  routes.otherwise([core](Request request) { return core->front.serve(std::move(request)); });
  return routes;
}

}  // namespace

Server::Server(boost::asio::any_io_executor executor, Options options, tender::Clock& clock)
    : options_(std::move(options)),
      core_(std::make_shared<Core>(executor, options_, clock)),
      executor_(executor),
      api_(std::make_unique<http::Server>(executor,
                                          http::TcpAddress{options_.address, options_.port},
                                          api_routes(core_), limits(), clock, *core_->logger)) {
  if (options_.control_port) {
    const http::TcpAddress address{options_.control_address, *options_.control_port};
    control_ = std::make_unique<http::Server>(executor, address, control_routes(core_), limits(),
                                              clock, *core_->logger);
  }
  if (options_.api_host.empty()) {
    options_.api_host = api_->name();
  }
  core_->api_url = "http://" + options_.api_host;
  core_->front.set_api_host(options_.api_host);
}

Server::~Server() {
  stop();
}

void Server::start() {
  boost::asio::co_spawn(executor_, api_->run(), boost::asio::detached);
  if (control_) {
    boost::asio::co_spawn(executor_, control_->run(), boost::asio::detached);
  }
  core_->watcher.start();
}

void Server::stop() {
  core_->waits.stop();
  api_->stop();
  if (control_) {
    control_->stop();
  }
}

std::uint16_t Server::port() const {
  return api_->port();
}

std::string Server::control_url() const {
  return control_ ? "http://" + control_->name() : std::string();
}

const std::string& Server::api_url() const {
  return core_->api_url;
}

Faults& Server::faults() {
  return core_->front.faults;
}

Journal& Server::journal() {
  return core_->front.journal;
}

const Traffic& Server::traffic() const {
  return core_->front.traffic;
}

Members& Server::members() {
  return core_->members;
}

ConfigStore& Server::store() {
  return core_->store;
}

void Server::set_hook(EventHook hook) {
  core_->front.hook = std::move(hook);
}

void Server::set_clock_offset(std::chrono::seconds offset) {
  core_->skewed.set_offset(offset);
}

}  // namespace zooid_sim
