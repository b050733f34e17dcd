#include "tender/http/logged_transport.hpp"

#include <utility>

namespace tender::http {
namespace {

std::string what_came(const Exchange& exchange) {
  if (const auto* failure = std::get_if<Failure>(&exchange.result)) {
    return std::string(to_string(failure->fault));
  }
  return std::to_string(std::get<Response>(exchange.result).status);
}

}  // namespace

boost::asio::awaitable<Exchange> LoggedTransport::exchange(Request request) {
  const TimePoint began = clock_.now();
  const std::string what =
      std::string(to_string(request.method)) + ' ' + printable(request.url.target());
  Exchange exchange = co_await next_.exchange(std::move(request));
  logger_.debug("{}: {} after {} ms", what, what_came(exchange), (clock_.now() - began).count());
  co_return exchange;
}

}  // namespace tender::http
