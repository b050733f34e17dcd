#include "zooid-sim/listener.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include "tender/base/error.hpp"

namespace zooid_sim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

// Over zooid's own cap of 1 MiB, so that the API can answer what is too large for it.
constexpr std::uint64_t kBodyLimit = 16'000'000;
constexpr std::uint32_t kHeaderLimit = 64'000;

Request to_request(const http::request<http::string_body>& message) {
  Request request;
  request.method = message.method_string();
  const std::string target(message.target());
  const std::size_t question = std::min(target.find('?'), target.size());
  request.path = target.substr(0, question);
  request.query = question < target.size() ? target.substr(question + 1) : std::string();
  request.body = message.body();
  request.keep_alive = message.keep_alive();
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers.emplace(std::move(name), std::string(field.value()));
  }
  request.host = request.header("host");
  return request;
}

}  // namespace

struct Listener::State {
  explicit State(asio::any_io_executor executor) : acceptor(executor) {}

  static asio::awaitable<void> accept(std::shared_ptr<State> self);
  static asio::awaitable<void> serve(std::shared_ptr<State> self, tcp::socket socket);
  static asio::awaitable<bool> exchange(std::shared_ptr<State> self, tcp::socket& socket,
                                        boost::beast::flat_buffer& buffer);

  tcp::acceptor acceptor;
  Handler handler;
  std::set<tcp::socket*> connections;
};

namespace {

// A bug in a handler must reach whoever runs the io_context.
void rethrow(std::exception_ptr error) {
  if (error) {
    std::rethrow_exception(error);
  }
}

// Keeps a connection on the list of those that stop() closes.
class Registered {
 public:
  Registered(std::set<tcp::socket*>& all, tcp::socket& one) : all_(all), one_(one) {
    all_.insert(&one_);
  }
  ~Registered() { all_.erase(&one_); }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  std::set<tcp::socket*>& all_;
  tcp::socket& one_;
};

asio::awaitable<void> wait_for_end(tcp::socket& socket) {
  std::array<char, 512> ignored;
  error_code error;
  while (!error) {
    co_await socket.async_read_some(asio::buffer(ignored),
                                    asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace

asio::awaitable<void> Listener::State::accept(std::shared_ptr<State> self) {
  for (;;) {
    error_code error;
    tcp::socket socket =
        co_await self->acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted || !self->acceptor.is_open()) {
      co_return;
    }
    if (!error) {
      auto connection = serve(self, std::move(socket));
      asio::co_spawn(self->acceptor.get_executor(), std::move(connection), rethrow);
    }
  }
}

asio::awaitable<void> Listener::State::serve(std::shared_ptr<State> self, tcp::socket socket) {
  const Registered registered(self->connections, socket);
  boost::beast::flat_buffer buffer;
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  bool more = self->acceptor.is_open();
  while (more) {
    more = co_await exchange(self, socket, buffer);
  }
}

// One request and what becomes of it; false when the connection is to be closed.
asio::awaitable<bool> Listener::State::exchange(std::shared_ptr<State> self, tcp::socket& socket,
                                                boost::beast::flat_buffer& buffer) {
  http::request_parser<http::string_body> parser;
  parser.body_limit(kBodyLimit);
  parser.header_limit(kHeaderLimit);
  error_code error;
  co_await http::async_read(socket, buffer, parser,
                            asio::redirect_error(asio::use_awaitable, error));
  if (error) {
    co_return false;
  }
  auto answering = self->handler(to_request(parser.get()));
  Reply reply = co_await std::move(answering);
  if (reply.then == Reply::Then::hang) {
    co_await wait_for_end(socket);
    reply.finished(false);
    co_return false;
  }
  co_await asio::async_write(socket, asio::buffer(reply.bytes),
                             asio::redirect_error(asio::use_awaitable, error));
  reply.finished(!error && !reply.bytes.empty());
  co_return !error && reply.then == Reply::Then::keep;
}

Listener::Listener(asio::any_io_executor executor, const std::string& address, std::uint16_t port)
    : state_(std::make_shared<State>(executor)), address_(address) {
  error_code error;
  const auto numeric = asio::ip::make_address(address, error);
  if (error) {
    throw tender::Error("not a numeric address to listen on: " + address,
                        "give one such as 127.0.0.1:0");
  }
  const tcp::endpoint endpoint(numeric, port);
  tcp::acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(tcp::acceptor::max_listen_connections, error);
  }
  if (error) {
    throw tender::Error(fmt::format("cannot listen on {}:{}: {}", address, port, error.message()),
                        "choose another port, or 0 for a free one");
  }
  port_ = acceptor.local_endpoint().port();
}

Listener::~Listener() {
  stop();
}

void Listener::start(Handler handler) {
  state_->handler = std::move(handler);
  auto accepting = State::accept(state_);
  asio::co_spawn(state_->acceptor.get_executor(), std::move(accepting), rethrow);
}

void Listener::stop() {
  error_code ignored;
  state_->acceptor.close(ignored);
  for (tcp::socket* connection : state_->connections) {
    connection->close(ignored);
  }
}

std::string Listener::authority() const {
  const bool ipv6 = address_.find(':') != std::string::npos;
  return ipv6 ? fmt::format("[{}]:{}", address_, port_) : fmt::format("{}:{}", address_, port_);
}

}  // namespace zooid_sim
