#include "tender/http/server.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tender/base/log_messages.hpp"

#include "server_connection.hpp"

namespace tender::http {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// After a client could not be accepted, because there are too many open files for instance.
constexpr Milliseconds kAcceptPause{1'000};

}  // namespace

struct Server::State {
  State(asio::any_io_executor runner, const ServerAddress& address, Routes served,
        ServerLimits chosen, Clock& time, Logger& log)
      : executor(std::move(runner)),
        clock(time),
        logger(log),
        routes(std::move(served)),
        limits(chosen),
        listener(executor, address),
        deadlines(time),
        news(time) {}

  static asio::awaitable<void> run(std::shared_ptr<State> self);
  static asio::awaitable<void> watch(std::shared_ptr<State> self);
  static asio::awaitable<void> serve(std::shared_ptr<State> self, StreamSocket socket);
  asio::awaitable<bool> wait_for_client();
  asio::awaitable<void> accept(std::shared_ptr<State> self);
  [[nodiscard]] bool full() const { return connections.size() >= limits.max_connections; }
  void turned_idle();
  void close_longest_idle();
  void stop();

  asio::any_io_executor executor;
  Clock& clock;
  Logger& logger;
  Routes routes;
  ServerLimits limits;
  ListeningSocket listener;
  Deadlines deadlines;
  // For run(): a client may be accepted now, a task has ended, or stop() was called.
  Wakeup news;
  Service service{routes, limits, clock, logger, deadlines, [this] { turned_idle(); }};
  std::set<ServerConnection*> connections;
  bool watching = false;  // the deadlines
  bool stopped = false;
  bool refused = false;  // by the system, to accept; logged once, until a client is accepted
};

namespace {

// Has run() look again when a task of the server ends.
class Task {
 public:
  Task(Wakeup& news, std::function<void()> leave) : news_(news), leave_(std::move(leave)) {}
  ~Task() {
    leave_();
    news_.notify();
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

 private:
  Wakeup& news_;
  std::function<void()> leave_;
};

}  // namespace

asio::awaitable<void> Server::State::run(std::shared_ptr<State> self) {
  self->watching = true;
  auto watching = watch(self);
  asio::co_spawn(self->executor, std::move(watching), asio::detached);
  while (!self->stopped) {
    const bool waits = co_await self->wait_for_client();
    if (waits) {
      co_await self->accept(self);
    }
  }
  while (!self->connections.empty()) {
    co_await self->news.wait_until(TimePoint::max());
  }
  self->deadlines.stop();
  while (self->watching) {
    co_await self->news.wait_until(TimePoint::max());
  }
}

asio::awaitable<void> Server::State::watch(std::shared_ptr<State> self) {
  const Task task(self->news, [&self] { self->watching = false; });
  co_await self->deadlines.run();
}

// True when a client waits and there is room for it.
asio::awaitable<bool> Server::State::wait_for_client() {
  error_code error;
  co_await listener.acceptor().async_wait(asio::socket_base::wait_read,
                                          asio::redirect_error(asio::use_awaitable, error));
  while (!stopped && full()) {
    close_longest_idle();
    co_await news.wait_until(TimePoint::max());
  }
  co_return !stopped;
}

asio::awaitable<void> Server::State::accept(std::shared_ptr<State> self) {
  error_code error;
  StreamSocket socket =
      co_await listener.acceptor().async_accept(asio::redirect_error(asio::use_awaitable, error));
  if (stopped) {
    co_return;
  }
  if (!error) {
    refused = false;
    auto serving = serve(self, std::move(socket));
    asio::co_spawn(executor, std::move(serving), asio::detached);
    co_return;
  }
  if (!std::exchange(refused, true)) {
    write_log(logger, logs::kAcceptFails, "listener", listener.name(), "cause", error.message());
  }
  co_await news.wait_until(clock.now() + kAcceptPause);
}

asio::awaitable<void> Server::State::serve(std::shared_ptr<State> self, StreamSocket socket) {
  ServerConnection connection(self->service, std::move(socket));
  self->connections.insert(&connection);
  const Task task(self->news, [&self, &connection] { self->connections.erase(&connection); });
  if (self->stopped) {
    co_return;
  }
  try {
    co_await connection.serve();
  } catch (const std::exception& error) {
    write_log(self->logger, logs::kConnectionFailed, "listener", self->listener.name(), "cause",
              error.what());
  }
}

void Server::State::turned_idle() {
  if (full()) {
    news.notify();
  }
}

// One for the client that waits: none while another one is on its way out.
void Server::State::close_longest_idle() {
  ServerConnection* longest = nullptr;
  for (ServerConnection* const connection : connections) {
    if (connection->is_stopping()) {
      return;
    }
    if (connection->is_idle() &&
        (longest == nullptr || connection->idle_since() < longest->idle_since())) {
      longest = connection;
    }
  }
  if (longest != nullptr) {
    longest->stop(clock.steady());
  }
}

void Server::State::stop() {
  if (std::exchange(stopped, true)) {
    return;
  }
  listener.close();
  for (ServerConnection* const connection : connections) {
    connection->stop(clock.steady() + limits.drain);
  }
  news.notify();
}

Server::Server(asio::any_io_executor executor, const ServerAddress& address, Routes routes,
               ServerLimits limits, Clock& clock, Logger& logger) {
  if (limits.max_connections == 0) {
    throw std::invalid_argument("an HTTP server needs at least one connection");
  }
  state_ = std::make_shared<State>(std::move(executor), address, std::move(routes), limits, clock,
                                   logger);
}

Server::~Server() {
  state_->stop();
}

asio::awaitable<void> Server::run() {
  return State::run(state_);
}

void Server::stop() {
  state_->stop();
}

std::uint16_t Server::port() const {
  return state_->listener.port();
}

const std::string& Server::name() const {
  return state_->listener.name();
}

}  // namespace tender::http
