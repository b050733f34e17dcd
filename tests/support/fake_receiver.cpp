#include "support/fake_receiver.hpp"

#include <algorithm>

#include "tender/base/wakeup.hpp"

namespace tender::test {
namespace {

std::string header(const http::Request& request, std::string_view name) {
  const auto found = std::ranges::find(request.headers, name, &http::Header::name);
  return found == request.headers.end() ? std::string() : found->value;
}

}  // namespace

boost::asio::awaitable<http::Exchange> FakeReceiver::exchange(http::Request request) {
  Seen seen{.method = request.method,
            .url = request.url.text(),
            .id = header(request, "webhook-id"),
            .signature = header(request, "webhook-signature"),
            .timestamp = header(request, "webhook-timestamp"),
            .body = request.body,
            .at = clock_->now()};
  (request.method == http::Method::get ? probes : deliveries).push_back(seen);
  most_at_once = std::max(most_at_once, ++under_way_);
  if (latency > Milliseconds::zero()) {
    Wakeup pause(*clock_);
    const TimePoint until = clock_->now() + latency;
    co_await pause.wait_until(until);
  }
  --under_way_;
  http::Exchange answer{http::Response{.status = 200, .headers = {}, .body = {}}};
  if (script) {
    answer = script(seen);
  }
  co_return answer;
}

}  // namespace tender::test
