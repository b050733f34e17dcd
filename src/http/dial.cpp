#include "dial.hpp"

#include <memory>
#include <vector>

#include <fmt/format.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tender::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Endpoint = asio::generic::stream_protocol::endpoint;
using Socket = asio::generic::stream_protocol::socket;

// asio looks names up in a thread of its own, and getaddrinfo cannot be interrupted.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor)
      : resolver(executor), ready(executor, asio::steady_timer::time_point::max()) {}

  void give_up() {
    resolver.cancel();  // saves those that still queue for asio's thread
    ready.cancel();
  }

  tcp::resolver resolver;
  asio::steady_timer ready;
  error_code error;
  std::vector<tcp::endpoint> addresses;
};

Failure failed(Fault fault, std::string detail) {
  Failure failure;
  failure.fault = fault;
  failure.detail = std::move(detail);
  return failure;
}

// Yields nothing in `addresses` and no error when the call ended first.
asio::awaitable<error_code> look_up(asio::any_io_executor executor, Call& call,
                                    std::vector<tcp::endpoint>& addresses) {
  // shared_ptr because the lookup goes on when this exchange has given up.
  const auto lookup = std::make_shared<Lookup>(executor);
  const std::string service = std::to_string(call.origin().port);
  lookup->resolver.async_resolve(
      call.origin().host, service, tcp::resolver::numeric_service,
      [lookup](const error_code& error, const tcp::resolver::results_type& results) {
        lookup->error = error;
        for (const auto& result : results) {
          lookup->addresses.push_back(result.endpoint());
        }
        lookup->ready.cancel();
      });
  const Interrupt cut_short(call, [&lookup] { lookup->give_up(); });
  error_code cancelled;
  co_await lookup->ready.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  addresses = lookup->addresses;
  co_return lookup->error;
}

asio::awaitable<error_code> connect(Socket& socket, Endpoint address, Call& call,
                                    asio::steady_timer::time_point until) {
  error_code error;
  socket.close(error);
  socket.open(address.protocol(), error);
  if (error) {
    co_return error;
  }
  bool too_slow = false;
  Alarm share(socket.get_executor());
  share.set(until, [&socket, &too_slow] {
    error_code ignored;
    too_slow = true;
    socket.close(ignored);
  });
  const Interrupt cut_short(call, [&socket] {
    error_code ignored;
    socket.close(ignored);
  });
  co_await socket.async_connect(address, asio::redirect_error(asio::use_awaitable, error));
  if (too_slow || (!error && !socket.is_open())) {
    error = asio::error::timed_out;
  }
  co_return error;
}

Failure connect_failure(const std::string& peer, const error_code& error) {
  if (error == asio::error::connection_refused) {
    return failed(Fault::refused, "connection refused by " + peer);
  }
  if (error == asio::error::timed_out) {
    return failed(Fault::timeout, "timeout while connecting to " + peer);
  }
  return failed(Fault::refused, fmt::format("cannot connect to {}: {}", peer, error.message()));
}

// An address that was looked up, for people.
std::string name_of(const Origin& origin, const tcp::endpoint& address) {
  error_code is_name;
  (void)asio::ip::make_address(origin.host, is_name);
  return is_name ? fmt::format("{} ({})", origin.text(), address.address().to_string())
                 : origin.text();
}

// Leaves only the addresses that may be connected to; says why when none is left.
std::optional<Failure> apply(const AddressFilter& filter, const Origin& origin,
                             std::vector<tcp::endpoint>& addresses) {
  std::optional<Failure> failure;
  std::erase_if(addresses, [&](const tcp::endpoint& address) {
    const auto reason = filter ? filter(address.address()) : std::nullopt;
    if (reason && !failure) {
      failure = failed(Fault::forbidden, fmt::format("tender may not connect to {}: {}",
                                                     name_of(origin, address), *reason));
    }
    return reason.has_value();
  });
  return addresses.empty() ? failure : std::nullopt;
}

asio::awaitable<std::optional<Failure>> dial_unix(Socket& socket, Call& call, std::string path) {
  call.enter(Phase::connecting);
  error_code error = asio::error::name_too_long;
  if (path.size() < sizeof(sockaddr_un::sun_path)) {
    Endpoint address = asio::local::stream_protocol::endpoint(path);
    error = co_await connect(socket, std::move(address), call, call.deadline());
  }
  if (call.ended()) {
    co_return call.failure(false);
  }
  if (error) {
    co_return connect_failure(path, error);
  }
  co_return std::nullopt;
}

}  // namespace

asio::awaitable<std::optional<Failure>> dial(Socket& socket, Call& call,
                                             const AddressFilter& filter) {
  if (const auto& file = call.origin().unix_socket) {
    std::string path = file->native();
    co_return co_await dial_unix(socket, call, std::move(path));
  }
  std::vector<tcp::endpoint> addresses;
  error_code error;
  const auto literal = asio::ip::make_address(call.origin().host, error);
  if (!error) {
    addresses.emplace_back(literal, call.origin().port);
  } else {
    call.enter(Phase::resolving);
    error = co_await look_up(socket.get_executor(), call, addresses);
    if (call.ended()) {
      co_return call.failure(false);
    }
  }
  if (addresses.empty()) {
    co_return failed(Fault::dns, fmt::format("cannot resolve the host name of {}: {}",
                                             call.origin().text(), error.message()));
  }
  std::optional<Failure> failure = apply(filter, call.origin(), addresses);
  if (failure) {
    co_return failure;
  }
  call.enter(Phase::connecting);
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto now = std::chrono::steady_clock::now();
    const auto share = (call.deadline() - now) / static_cast<int>(addresses.size() - i);
    Endpoint address = addresses[i];
    error = co_await connect(socket, std::move(address), call, now + share);
    if (call.ended()) {
      co_return call.failure(false);
    }
    if (!error) {
      socket.set_option(tcp::no_delay(true), error);
      co_return std::nullopt;
    }
    failure = connect_failure(name_of(call.origin(), addresses[i]), error);
  }
  co_return failure;
}

}  // namespace tender::http
