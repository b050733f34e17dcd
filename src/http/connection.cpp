#include "connection.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "dial.hpp"
#include "trust.hpp"

namespace tender::http {

namespace asio = boost::asio;
using boost::system::error_code;
using Progress = AnswerParser::Progress;

Connection::Connection(const asio::any_io_executor& executor, asio::ssl::context* trust,
                       const ClientOptions& options)
    : trust_(trust),
      address_filter_(options.address_filter),
      socket_(executor),
      parser_(options.max_head, options.max_body) {}

asio::awaitable<std::optional<Failure>> Connection::open(Call& call) {
  std::optional<Failure> failure = co_await dial(socket_.lowest_layer(), call, address_filter_);
  if (failure || trust_ == nullptr) {
    co_return failure;
  }
  call.enter(Phase::securing);
  tls_.emplace(socket_, *trust_);
  expect_peer(tls_->native_handle(), call.origin().host);
  const Interrupt cut_short(call, [this] { close(); });
  error_code error;
  co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (call.ended()) {
    failure = call.failure(false);
  } else if (error) {
    failure.emplace();
    failure->fault = Fault::tls;
    failure->detail = handshake_fault(tls_->native_handle(), call.origin(), error);
  }
  co_return failure;
}

asio::awaitable<Exchange> Connection::exchange(Call& call, std::string_view request) {
  reusable_ = false;
  parser_.begin();
  const Interrupt cut_short(call, [this] { close(); });
  const std::uint64_t sent_before = socket_.sent();
  call.enter(Phase::sending);
  error_code error = co_await write(request);
  const bool written = socket_.sent() > sent_before;
  Progress progress = Progress::more;
  if (!call.ended() && (!error || written)) {
    // A server may answer and close before it has read the whole request: its answer counts.
    const error_code read_error = co_await read_answer(call, progress);
    if (!error) {
      error = read_error;
    }
  }
  Exchange exchange;
  if (progress == Progress::done) {
    reusable_ = !error && !call.ended() && parser_.keep_alive();
    exchange.result = parser_.take();
    co_return exchange;
  }
  Failure failure;
  if (progress == Progress::more) {
    failure = call.ended() ? call.failure(written) : broken(call.origin(), error);
  } else {
    failure.fault = progress == Progress::malformed ? Fault::malformed : Fault::too_large;
    failure.detail = fmt::format("the answer from {} {}", call.origin().text(), parser_.fault());
  }
  failure.written = written;
  failure.status = parser_.status();
  exchange.result = std::move(failure);
  co_return exchange;
}

bool Connection::quiet() {
  if (tls_) {
    SSL* const ssl = tls_->native_handle();
    if (SSL_has_pending(ssl) == 1 || BIO_ctrl_pending(SSL_get_rbio(ssl)) > 0) {
      return false;
    }
  }
  char byte = 0;
  const auto peeked =
      ::recv(socket_.lowest_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

asio::awaitable<error_code> Connection::write(std::string_view text) {
  const asio::const_buffer bytes(text.data(), text.size());
  error_code error;
  if (tls_) {
    co_await asio::async_write(*tls_, bytes, asio::redirect_error(asio::use_awaitable, error));
  } else {
    co_await asio::async_write(socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return error;
}

asio::awaitable<error_code> Connection::read_some(std::size_t& bytes) {
  const std::span<char> space = parser_.space();
  const asio::mutable_buffer target(space.data(), space.size());
  error_code error;
  if (tls_) {
    bytes =
        co_await tls_->async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
  } else {
    bytes =
        co_await socket_.async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return error;
}

asio::awaitable<error_code> Connection::read_answer(Call& call, Progress& progress) {
  call.enter(Phase::awaiting);
  while (progress == Progress::more) {
    std::size_t bytes = 0;
    const error_code error = co_await read_some(bytes);
    if (error) {
      if (error == asio::error::eof) {
        progress = parser_.ended();
      }
      co_return error;
    }
    call.enter(Phase::reading);
    progress = parser_.received(bytes);
  }
  co_return error_code();
}

Failure Connection::broken(const Origin& origin, const error_code& error) const {
  Failure failure;
  failure.fault = Fault::closed;
  const std::string_view when =
      parser_.started() ? "before its answer was complete" : "without an answer";
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    failure.detail = fmt::format("{} closed the connection {}", origin.text(), when);
  } else if (error == asio::error::connection_reset || error == asio::error::broken_pipe) {
    failure.detail = fmt::format("{} reset the connection {}", origin.text(), when);
  } else if (error.category() == asio::error::get_ssl_category()) {
    failure.fault = Fault::tls;
    failure.detail = fmt::format("TLS with {} failed: {}", origin.text(), error.message());
  } else {
    failure.detail = fmt::format("the connection to {} broke: {}", origin.text(), error.message());
  }
  return failure;
}

void Connection::close() {
  error_code ignored;
  socket_.lowest_layer().close(ignored);
}

}  // namespace tender::http
