#include "tender/fetch/service.hpp"

#include <stdexcept>
#include <utility>

#include "worker.hpp"

namespace tender::fetch {
namespace {

namespace asio = boost::asio;

// Leaves when the caller's coroutine is cancelled or destroyed.
class Presence {
 public:
  Presence(std::shared_ptr<Worker> worker, std::shared_ptr<Ticket> ticket)
      : worker_(std::move(worker)), ticket_(std::move(ticket)) {}
  ~Presence() { worker_->leave(ticket_); }
  Presence(const Presence&) = delete;
  Presence& operator=(const Presence&) = delete;

 private:
  std::shared_ptr<Worker> worker_;
  std::shared_ptr<Ticket> ticket_;
};

asio::awaitable<Result> await_result(std::shared_ptr<Worker> worker, Opts opts) {
  const std::shared_ptr<Ticket> ticket = worker->enter(std::move(opts));
  const Presence presence(worker, ticket);
  while (!ticket->result) {
    co_await ticket->answered.wait_until(TimePoint::max());  // throws when we are cancelled
  }
  co_return ticket->result.value_or(Result());
}

}  // namespace

Service::Service(http::Transport& transport, Clock& clock, Peer& peer,
                 std::vector<http::Url> addresses, ServiceOptions options) {
  if (addresses.empty() || options.requests_max == 0 || options.round_max == 0) {
    throw std::invalid_argument("a fetch service needs an address and room for a request");
  }
  worker_ =
      std::make_shared<Worker>(transport, clock, peer, std::move(addresses), std::move(options));
}

Service::~Service() = default;

asio::awaitable<Result> Service::fetch(Opts opts) {
  return await_result(worker_, std::move(opts));
}

asio::awaitable<void> Service::run() {
  return Worker::run(worker_);
}

void Service::stop() {
  worker_->stop();
}

}  // namespace tender::fetch
