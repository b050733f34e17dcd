#include "zooid-sim/server.hpp"

#include "zooid-sim/control.hpp"
#include "zooid-sim/core.hpp"
#include "zooid-sim/listener.hpp"

namespace zooid_sim {
namespace {

boost::asio::awaitable<Reply> serve_control(std::shared_ptr<Core> core, Request request) {
  const Answer answer = answer_control(*core, request);
  const auto then = request.keep_alive ? Reply::Then::keep : Reply::Then::close;
  Reply reply(serialize(answer, core->skewed.now(), request.keep_alive), then);
  co_return reply;
}

}  // namespace

Server::Server(boost::asio::any_io_executor executor, Options options, tender::Clock& clock)
    : options_(std::move(options)),
      core_(std::make_shared<Core>(executor, options_, clock)),
      api_(std::make_unique<Listener>(executor, options_.address, options_.port)) {
  if (options_.control_port) {
    control_ =
        std::make_unique<Listener>(executor, options_.control_address, *options_.control_port);
  }
  if (options_.api_host.empty()) {
    options_.api_host = api_->authority();
  }
  core_->api_url = "http://" + options_.api_host;
  core_->front.set_api_host(options_.api_host);
}

Server::~Server() {
  stop();
}

void Server::start() {
  api_->start([core = core_](Request request) { return core->front.serve(std::move(request)); });
  if (control_) {
    control_->start(
        [core = core_](Request request) { return serve_control(core, std::move(request)); });
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
  return control_ ? "http://" + control_->authority() : std::string();
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
