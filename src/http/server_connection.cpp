#include "server_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <span>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "tender/base/log_messages.hpp"

namespace tender::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// How long what a refused client still sends is read. To close on unread bytes would reset the
// connection, and the client might never see why (RFC 9112, 9.6).
constexpr Milliseconds kLinger{1'000};
constexpr SteadyTime kNoDeadline = SteadyTime::max();

Response unrouted(const Routes& routes, const Routes::Match& match) {
  if (match.allow.empty()) {
    return routes.refusal(404, "not found");
  }
  Response response = routes.refusal(405, "method not allowed");
  response.headers.push_back({"Allow", match.allow});
  return response;
}

}  // namespace

ServerConnection::ServerConnection(const Service& service, StreamSocket socket)
    : service_(service),
      socket_(std::move(socket)),
      parser_(service.limits.max_head),
      deadline_(service.deadlines,
                [this] {
                  error_code ignored;
                  socket_.cancel(ignored);
                }),
      idle_since_(service.deadlines.now()),
      began_(idle_since_) {
  error_code no_tcp;
  socket_.set_option(asio::ip::tcp::no_delay(true), no_tcp);
}

asio::awaitable<void> ServerConnection::serve() {
  bool more = true;
  while (more) {
    more = co_await exchange();
    first_ = false;
  }
}

void ServerConnection::stop(SteadyTime latest) {
  if (stream_ != nullptr) {
    stream_->end();
  }
  const bool waits = state_ == State::idle || state_ == State::silent;
  state_ = State::stopping;
  latest_ = latest;
  if (waits) {
    error_code ignored;
    socket_.cancel(ignored);
  } else if (!deadline_.passed()) {
    expect_by(deadline_.time());
  }
}

// One request and its answer; false when the connection is to be closed.
asio::awaitable<bool> ServerConnection::exchange() {
  const Reading reading = co_await read();
  if (reading == Reading::refused) {
    co_await refuse();
  }
  if (reading != Reading::whole) {
    co_return false;
  }
  Reply reply = co_await handle();
  const bool more = co_await deliver(std::move(reply));
  co_return more&& state_ != State::stopping;
}

asio::awaitable<ServerConnection::Reading> ServerConnection::read() {
  using Progress = RequestParser::Progress;
  parser_.begin();
  match_ = Routes::Match();
  admission_ = Admission();
  idle_since_ = service_.deadlines.now();
  enter(State::idle);
  expect_by(first_ ? began_ + service_.limits.head : idle_since_ + service_.limits.idle);
  bool awaits_continue = false;
  while (true) {
    if (state_ == State::idle && parser_.started()) {
      begin_request();
    }
    const Progress progress = parser_.advance();
    if (progress == Progress::done) {
      co_return Reading::whole;
    }
    if (progress == Progress::refused) {
      refusal_ = parser_.refusal();
      co_return Reading::refused;
    }
    if (progress == Progress::head) {
      begin_body();
      if (admission_.refusal) {
        co_return Reading::refused;
      }
      awaits_continue = parser_.expects_continue();
      continue;
    }
    if (std::exchange(awaits_continue, false)) {
      std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await write(std::move(interim));
    }
    const bool more = co_await read_some();
    if (!more) {
      co_return over();
    }
  }
}

// The first byte of a request has come.
void ServerConnection::begin_request() {
  enter(State::busy);
  if (!first_) {
    began_ = service_.deadlines.now();
  }
  expect_by(began_ + service_.limits.head);
}

// Its head is whole.
void ServerConnection::begin_body() {
  const ServerRequest& request = parser_.request();
  head_only_ = request.method == "HEAD";
  what_ = printable(request.method + " " + request.path);
  match_ = service_.routes.find(request.method, request.path);
  admission_ = service_.routes.admit(request);
  parser_.limit_body(std::min(service_.limits.max_body,
                              match_.max_body.value_or(std::numeric_limits<std::size_t>::max())));
  expect_by(began_ + service_.limits.request);
}

// Nothing more comes: the client has left, or it took too long.
ServerConnection::Reading ServerConnection::over() {
  if (!deadline_.passed() || !parser_.started()) {
    return Reading::ended;
  }
  refusal_ = Refusal{408, "the request was not complete in time"};
  return Reading::refused;
}

asio::awaitable<bool> ServerConnection::read_some() {
  const std::span<char> space = parser_.space();
  const asio::mutable_buffer target(space.data(), space.size());
  error_code error;
  const std::size_t bytes =
      co_await socket_.async_read_some(target, asio::redirect_error(asio::use_awaitable, error));
  parser_.received(bytes);
  co_return !error && !deadline_.passed();
}

asio::awaitable<bool> ServerConnection::write(std::string text) {
  error_code error;
  co_await asio::async_write(socket_, asio::buffer(text),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error && !deadline_.passed();
}

// Reads until the client leaves or the deadline passes.
asio::awaitable<void> ServerConnection::discard() {
  std::array<char, 4096> ignored;
  error_code error;
  while (!error && !deadline_.passed()) {
    co_await socket_.async_read_some(asio::buffer(ignored),
                                     asio::redirect_error(asio::use_awaitable, error));
  }
}

asio::awaitable<void> ServerConnection::refuse() {
  std::string text;
  if (admission_.refusal) {
    text = response_bytes(*admission_.refusal, /*keep=*/false);
  } else {
    text = response_text(service_.routes.refusal(refusal_.status, refusal_.reason),
                         service_.clock.now(), /*keep_alive=*/false);
    service_.routes.note(match_.route, refusal_.status);
  }
  expect_by(service_.deadlines.now() + service_.limits.write);
  const bool written = co_await write(std::move(text));
  if (written) {
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_send, ignored);
    expect_by(service_.deadlines.now() + kLinger);
    co_await discard();
  }
}

asio::awaitable<Reply> ServerConnection::handle() {
  expect_by(kNoDeadline);
  ServerRequest request = parser_.take();
  request.segments = std::move(match_.segments);
  request.note = std::move(admission_.note);
  std::string fault;
  try {
    if (match_.handler != nullptr) {
      auto answering = (*match_.handler)(std::move(request));
      Reply reply = co_await std::move(answering);
      co_return std::move(reply);
    }
  } catch (const std::exception& error) {
    fault = error.what();
  }
  Reply reply(match_.handler == nullptr ? unrouted(service_.routes, match_) : failed(fault));
  co_return std::move(reply);
}

asio::awaitable<bool> ServerConnection::deliver(Reply reply) {
  if (std::holds_alternative<Silence>(reply.what)) {
    if (state_ != State::stopping) {
      enter(State::silent);
      co_await discard();
    }
    reply.finished(false);
    co_return false;
  }
  if (auto* const stream = std::get_if<Stream>(&reply.what)) {
    const bool whole = co_await deliver_stream(std::move(*stream));
    reply.finished(whole);
    co_return false;
  }
  const bool raw = std::holds_alternative<RawBytes>(reply.what);
  const bool keep = !raw && parser_.keep_alive() && state_ != State::stopping;
  std::string text = bytes_of(reply, keep);
  const bool some = !text.empty();
  const bool left = has_left();
  bool written = false;
  if (!deadline_.passed()) {  // by stop(), which did not wait for the handler any longer
    expect_by(service_.deadlines.now() + service_.limits.write);
    written = co_await write(std::move(text));
  }
  reply.finished(written && some && !left);
  co_return written&& keep;
}

// Whether the client has closed the connection, or its side of it, while the handler worked: the
// first write after that would still be taken by the kernel.
bool ServerConnection::has_left() {
  char next = 0;
  const auto got = recv(socket_.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

// Whether all of it was taken.
asio::awaitable<bool> ServerConnection::deliver_stream(Stream stream) {
  stream_ = &stream;
  service_.routes.note(match_.route, stream.head.status);
  std::string piece = stream_head(stream.head, service_.clock.now());
  if (state_ == State::stopping) {
    stream.end();
  }
  bool written = true;
  while (!piece.empty() && !deadline_.passed()) {
    expect_by(service_.deadlines.now() + service_.limits.write);
    written = co_await write(std::move(piece));
    piece.clear();
    if (written && !head_only_) {
      expect_by(kNoDeadline);
      auto next = stream.next();
      std::optional<std::string> more = co_await std::move(next);
      piece = std::move(more).value_or(std::string());
    }
  }
  stream_ = nullptr;
  co_return written&& piece.empty();
}

std::string ServerConnection::bytes_of(const Reply& reply, bool keep) const {
  if (const auto* const raw = std::get_if<RawBytes>(&reply.what)) {
    return raw->bytes;
  }
  try {
    return response_bytes(std::get<Response>(reply.what), keep);
  } catch (const std::invalid_argument& error) {
    return response_bytes(failed(error.what()), keep);
  }
}

std::string ServerConnection::response_bytes(const Response& response, bool keep) const {
  const TimePoint date = service_.clock.now();
  std::string text =
      head_only_ ? response_head(response, date, keep) : response_text(response, date, keep);
  service_.routes.note(match_.route, response.status);
  return text;
}

Response ServerConnection::failed(std::string_view what) const {
  write_log(service_.logger, logs::kHandlerFailed, "request", what_, "cause", what);
  return service_.routes.refusal(500, "internal error");
}

void ServerConnection::expect_by(SteadyTime time) {
  deadline_.set(std::min(time, latest_.value_or(kNoDeadline)));
}

void ServerConnection::enter(State state) {
  if (state_ == State::stopping) {
    return;
  }
  state_ = state;
  if (state == State::idle) {
    service_.turned_idle();
  }
}

}  // namespace tender::http
