#include "tender/http/logged_transport.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "tender/base/log_messages.hpp"

namespace tender::http {
namespace {

std::string what_came(const Exchange& exchange) {
  if (const auto* failure = std::get_if<Failure>(&exchange.result)) {
    return std::string(to_string(failure->fault));
  }
  return std::to_string(std::get<Response>(exchange.result).status);
}

// The class of the status, or the fault.
std::string_view kind_of(const Exchange& exchange) {
  constexpr std::array<std::string_view, 5> classes{"1xx", "2xx", "3xx", "4xx", "5xx"};
  if (const auto* failure = std::get_if<Failure>(&exchange.result)) {
    return to_string(failure->fault);
  }
  const int status = std::get<Response>(exchange.result).status;
  return classes.at(static_cast<std::size_t>(std::clamp(status / 100, 1, 5) - 1));
}

}  // namespace

void LoggedTransport::count(Method method, const Exchange& exchange) const {
  requests_.add({to_string(method), kind_of(exchange)});
}

boost::asio::awaitable<Exchange> LoggedTransport::exchange(Request request) {
  const TimePoint began = clock_.now();
  const Method method = request.method;
  const std::string path(request.url.target());
  Exchange exchange = co_await next_.exchange(std::move(request));
  count(method, exchange);
  write_log(logger_, logs::kRequest, "method", to_string(method), "path", path, "result",
            what_came(exchange), "duration", clock_.now() - began);
  co_return exchange;
}

}  // namespace tender::http
