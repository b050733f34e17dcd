#include "fetch_fixture.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace tender::fetch {
namespace {

namespace asio = boost::asio;

struct Counted {
  explicit Counted(int& counter) : count(counter) { ++count; }
  ~Counted() { --count; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  int& count;
};

}  // namespace

asio::awaitable<http::Exchange> FakeTransport::exchange(http::Request request) {
  const Counted counted(under_way);
  most_under_way = std::max(most_under_way, under_way);
  Answer reply = hosts.at(request.url.host())(request);
  if (reply.latency > request.timeout) {
    reply = failure(http::Fault::timeout, request.timeout);
  }
  requests.push_back(std::move(request));
  if (reply.latency > Milliseconds::zero()) {
    const auto timer = clock_.make_timer();
    const bool waited = co_await timer->wait_until(clock_.now() + reply.latency);
    cut_short += waited ? 0 : 1;
  }
  co_return std::move(reply.exchange);
}

FakeTransport::Answer answer(int status, std::string body, Milliseconds latency) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  FakeTransport::Answer answer;
  answer.exchange.result = std::move(response);
  answer.latency = latency;
  return answer;
}

FakeTransport::Answer failure(http::Fault fault, Milliseconds latency) {
  http::Failure failure;
  failure.fault = fault;
  failure.detail = std::string(http::to_string(fault));
  FakeTransport::Answer answer;
  answer.exchange.result = std::move(failure);
  answer.latency = latency;
  return answer;
}

FakeTransport::Script always(FakeTransport::Answer answer) {
  return [answer = std::move(answer)](const http::Request&) { return answer; };
}

FakeTransport::Script hangs() {
  return always(failure(http::Fault::timeout, std::chrono::hours(1)));
}

std::string member_list(std::size_t keys) {
  std::string list;
  for (std::size_t i = 0; i < keys; ++i) {
    list += fmt::format("{}\"{:064x}\"", i == 0 ? "" : ",", i);
  }
  return "{\"members\":[" + list + "]}";
}

http::Request FakePeer::make_request(Op op, const std::string& relay, const http::Url& address) {
  http::Request request(http::Method::get,
                        address.with_path(fmt::format("/{}/{}", to_string(op), relay)));
  request.headers.push_back({"Authorization", "for " + address.host()});
  return request;
}

bool FakePeer::is_final(Op /*op*/, const http::Response& answer) const {
  return answer.status == 404;
}

FetchTest::~FetchTest() {
  if (service_) {
    service_->stop();
    clock.run_ready();
    EXPECT_TRUE(ended_) << "the worker does not end";
    EXPECT_EQ(transport.under_way, 0);
  }
}

Service& FetchTest::service() {
  if (!service_) {
    std::vector<http::Url> urls;
    std::ranges::transform(addresses, std::back_inserter(urls), http::Url::parse);
    service_ = std::make_unique<Service>(transport, clock, peer, std::move(urls), options);
    asio::co_spawn(io, service_->run(), [this](const std::exception_ptr& error) {
      EXPECT_FALSE(error);
      ended_ = true;
    });
  }
  return *service_;
}

Caller FetchTest::call(Opts opts) {
  auto call = std::make_shared<Call>();
  auto ended = [call](const std::exception_ptr& error, Result result) {
    if (error) {
      call->cancelled = true;
    } else {
      call->result = std::move(result);
    }
  };
  asio::co_spawn(io, service().fetch(std::move(opts)),
                 asio::bind_cancellation_slot(call->cancel.slot(), std::move(ended)));
  return call;
}

Caller FetchTest::call_members(const std::string& relay) {
  return call(Opts(Op::members, relay));
}

void FetchTest::cancel(const Caller& caller) {
  caller->cancel.emit(asio::cancellation_type::terminal);
  settle();
}

Outcome FetchTest::outcome(const Caller& caller) {
  EXPECT_TRUE(caller->result.has_value());
  const Result result = caller->result.value_or(Result());
  if (const auto* error = std::get_if<Error>(&result.value)) {
    ADD_FAILURE() << "no outcome: " << to_string(error->kind) << ": " << error->detail;
    return {std::make_shared<const std::string>(), http::Url::parse("http://nowhere")};
  }
  return std::get<Outcome>(result.value);
}

Error FetchTest::error(const Caller& caller) {
  EXPECT_TRUE(caller->result.has_value());
  const Result result = caller->result.value_or(Result());
  if (const auto* outcome = std::get_if<Outcome>(&result.value)) {
    ADD_FAILURE() << "no error: " << *outcome->bytes;
    return {};
  }
  return std::get<Error>(result.value);
}

std::vector<std::string> FetchTest::asked() const {
  std::vector<std::string> hosts;
  hosts.reserve(transport.requests.size());
  for (const http::Request& request : transport.requests) {
    hosts.push_back(request.url.host());
  }
  return hosts;
}

std::vector<std::string> FetchTest::targets() const {
  std::vector<std::string> targets;
  targets.reserve(transport.requests.size());
  for (const http::Request& request : transport.requests) {
    targets.push_back(request.url.target());
  }
  return targets;
}

}  // namespace tender::fetch
