#include "support/fake_zooid.hpp"

#include <algorithm>

namespace tender::test {

using nlohmann::json;

http::Exchange answer(int status, const std::string& body) {
  http::Response response;
  response.status = status;
  response.body = body;
  return {response};
}

FakeZooid::Action answer_with(int status, const std::string& body) {
  FakeZooid::Action action;
  action.apply = false;
  action.answer = answer(status, body);
  return action;
}

http::Exchange failure(http::Fault fault, bool written) {
  http::Failure failed;
  failed.fault = fault;
  failed.written = written;
  failed.detail = std::string(http::to_string(fault));
  return {failed};
}

boost::asio::awaitable<http::Exchange> FakeZooid::exchange(http::Request request) {
  if (request.url.target() == "/") {
    looks.push_back(clock_->now());
    http::Exchange document{serve(request.host.empty() ? request.url.host() : request.host)};
    const auto looking = clock_->make_timer();
    const TimePoint seen_at = clock_->now() + look_latency;
    co_await looking->wait_until(seen_at);
    if (look_answer) {
      co_return *look_answer;
    }
    co_return document;
  }
  std::string relay = request.url.target().substr(std::string("/relay/").size());
  relay = relay.substr(0, relay.find('/'));
  Seen seen{request.method, relay, request.body.empty() ? json() : json::parse(request.body),
            clock_->now()};
  const bool probe = seen.method == http::Method::get && !relays.contains(relay);
  (probe ? probes : requests).push_back(seen);
  under_way_.insert(relay);
  most_at_once_for_one_relay =
      std::max(most_at_once_for_one_relay, static_cast<int>(under_way_.count(relay)));
  most_at_once = std::max(most_at_once, static_cast<int>(under_way_.size()));
  Action action;
  if (script) {
    action = script(seen);
  }
  const auto timer = clock_->make_timer();
  const TimePoint applied_at = clock_->now() + action.latency;
  co_await timer->wait_until(applied_at);
  http::Exchange result = answer(500, R"({"error":"not applied"})");
  if (action.apply) {
    result = {apply(seen.method, seen.relay, seen.body)};
  }
  if (action.answer) {
    result = *action.answer;
  }
  const TimePoint answered_at = clock_->now() + action.answer_latency;
  co_await timer->wait_until(answered_at);
  under_way_.erase(under_way_.find(relay));
  co_return result;
}

int FakeZooid::count(http::Method method) const {
  return static_cast<int>(std::ranges::count(requests, method, &Seen::method));
}

}  // namespace tender::test
