#include "client_fixture.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace tender::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::awaitable<void> keep_result(Transport* transport, Request request, Pending pending) {
  Exchange exchange = co_await transport->exchange(std::move(request));
  *pending = std::move(exchange);
}

Exchange over(const Pending& pending) {
  EXPECT_TRUE(pending->has_value()) << "the exchange is still under way";
  return pending->value_or(Exchange());
}

}  // namespace

ClientTest::~ClientTest() {
  client_.reset();
  server.stop();
  io.run_for(10s);  // what is still under way must end by itself
  EXPECT_TRUE(io.stopped()) << "something keeps the io_context running";
}

Client& ClientTest::client() {
  if (!client_) {
    client_ = std::make_unique<Client>(io.get_executor(), options);
  }
  return *client_;
}

Pending ClientTest::start(Request request) {
  auto pending = std::make_shared<std::optional<Exchange>>();
  auto running = keep_result(&client(), std::move(request), pending);
  asio::co_spawn(io, std::move(running), [](std::exception_ptr error) {
    if (error) {
      std::rethrow_exception(error);  // out of run_until()
    }
  });
  return pending;
}

void ClientTest::run_until(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    if (io.run_one_until(limit) == 0) {
      FAIL() << "what the test waits for does not happen";
    }
  }
}

Exchange ClientTest::exchange(Request request) {
  const Pending pending = start(std::move(request));
  run_until([&] { return pending->has_value(); });
  return over(pending);
}

Response ClientTest::answered(Request request) {
  return response_of(exchange(std::move(request)));
}

Failure ClientTest::failed(Request request) {
  return failure_of(exchange(std::move(request)));
}

Request ClientTest::get(const std::string& path) const {
  Request request(Method::get, Url::parse(server.url() + path));
  request.timeout = 20s;
  return request;
}

Request ClientTest::post(const std::string& body) const {
  Request request = get("/");
  request.method = Method::post;
  request.body = body;
  return request;
}

Request ClientTest::soon(Request request) {
  request.timeout = 50ms;
  return request;
}

Response response_of(const Exchange& exchange) {
  if (const auto* const failure = std::get_if<Failure>(&exchange.result)) {
    ADD_FAILURE() << "no answer: " << to_string(failure->fault) << ": " << failure->detail;
    return {};
  }
  return std::get<Response>(exchange.result);
}

Response response_of(const Pending& pending) {
  return response_of(over(pending));
}

Failure failure_of(const Pending& pending) {
  return failure_of(over(pending));
}

Failure failure_of(const Exchange& exchange) {
  if (const auto* const response = std::get_if<Response>(&exchange.result)) {
    ADD_FAILURE() << "an answer with status " << response->status << " and body " << response->body;
    return {};
  }
  return std::get<Failure>(exchange.result);
}

}  // namespace tender::http
