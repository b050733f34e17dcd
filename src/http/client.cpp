#include "tender/http/client.hpp"

#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

#include "pool.hpp"
#include "request_text.hpp"
#include "trust.hpp"

namespace tender::http {

namespace asio = boost::asio;

struct Client::State {
  State(asio::any_io_executor runner, ClientOptions chosen)
      : executor(std::move(runner)),
        options(std::move(chosen)),
        pool(executor, options.max_connections, options.idle_timeout) {}

  // Made for the first https exchange: reading the system's authorities takes time that a client
  // of plain http should not spend.
  asio::ssl::context& tls_context() {
    if (!trust) {
      trust.emplace(make_tls_context(options.ca_file));
    }
    return *trust;
  }

  std::unique_ptr<Connection> make_connection(bool tls) {
    asio::ssl::context* const context = tls ? &tls_context() : nullptr;
    return std::make_unique<Connection>(executor, context, options);
  }

  static asio::awaitable<Exchange> run(std::shared_ptr<State> state, Request request);

  asio::any_io_executor executor;
  ClientOptions options;
  std::optional<asio::ssl::context> trust;  // goes after the connections that use it
  Pool pool;
  std::set<Call*> calls;
  bool stopped = false;
};

namespace {

// Keeps a call where stop() finds it.
class Registration {
 public:
  Registration(std::set<Call*>& calls, Call& call) : calls_(calls), call_(&call) {
    calls_.insert(call_);
  }
  ~Registration() { calls_.erase(call_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::set<Call*>& calls_;
  Call* call_;
};

Exchange failed(Failure failure) {
  Exchange exchange;
  exchange.result = std::move(failure);
  return exchange;
}

// The connection was dead when we took it from the pool: nobody has seen this request.
bool unseen(const Exchange& exchange) {
  const auto* const failure = std::get_if<Failure>(&exchange.result);
  return failure != nullptr && !failure->written;
}

}  // namespace

asio::awaitable<Exchange> Client::State::run(std::shared_ptr<State> state, Request request) {
  const std::string text = request_text(request);
  if (request.url.tls()) {
    (void)state->tls_context();  // before the clock of the exchange starts
  }
  Call call(state->executor, Origin(request.url, state->options.unix_socket), request.timeout);
  const Registration registration(state->calls, call);
  if (state->stopped) {
    call.stop();
  }
  Place place(state->pool);
  if (!call.ended()) {
    co_await place.wait(call);
  }
  while (!call.ended()) {
    std::unique_ptr<Connection> connection = state->pool.take(call.origin());
    const bool reused = connection != nullptr;
    if (!reused) {
      state->pool.make_room();
      connection = state->make_connection(call.origin().tls);
      std::optional<Failure> failure = co_await connection->open(call);
      if (failure) {
        co_return failed(std::move(*failure));
      }
    }
    Exchange exchange = co_await connection->exchange(call, text);
    if (reused && !call.ended() && unseen(exchange)) {
      continue;  // each round takes one connection from the pool, so that this ends
    }
    if (connection->reusable()) {
      state->pool.keep(call.origin(), std::move(connection));
    }
    co_return exchange;
  }
  co_return failed(call.failure(false));
}

Client::Client(asio::any_io_executor executor, ClientOptions options) {
  if (options.max_connections == 0) {
    throw std::invalid_argument("an HTTP client needs at least one connection");
  }
  state_ = std::make_shared<State>(std::move(executor), std::move(options));
  if (!state_->options.ca_file.empty()) {
    (void)state_->tls_context();
  }
}

Client::~Client() {
  stop();
}

asio::awaitable<Exchange> Client::exchange(Request request) {
  return State::run(state_, std::move(request));
}

void Client::stop() {
  state_->stopped = true;
  state_->pool.clear();
  for (Call* const call : state_->calls) {
    call->stop();
  }
}

}  // namespace tender::http
