#include "server_fixture.hpp"

#include <array>
#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "support/log_sink.hpp"

namespace tender::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

asio::generic::stream_protocol::endpoint endpoint_of(const Server& server) {
  if (server.port() == 0) {
    return asio::local::stream_protocol::endpoint(server.name());
  }
  return asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), server.port());
}

// Whether `text` begins with an answer that has come whole.
bool is_whole(const std::string& text) {
  const std::size_t end = text.find("\r\n\r\n");
  const std::size_t length = text.find("Content-Length: ");
  return end != std::string::npos && length < end &&
         text.size() >= end + 4 + std::stoul(text.substr(length + 16));
}

asio::awaitable<void> keep_reading(std::shared_ptr<Peer> peer,
                                   asio::generic::stream_protocol::socket& socket) {
  std::array<char, 65536> chunk;
  boost::system::error_code error;
  while (!error) {
    const std::size_t bytes = co_await socket.async_read_some(
        asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, error));
    peer->received.append(chunk.data(), bytes);
  }
  peer->closed = true;
}

}  // namespace

Peer::Peer(asio::io_context& io, const Server& server) : socket_(io) {
  socket_.connect(endpoint_of(server));
}

void Peer::send(const std::string& bytes) {
  asio::write(socket_, asio::buffer(bytes));
}

void Peer::start_reading() {
  auto reading = keep_reading(shared_from_this(), socket_);
  asio::co_spawn(socket_.get_executor(), std::move(reading), asio::detached);
}

ServerTest::ServerTest() {
  auto sink = test::log_sink(log);
  logger_ = std::make_shared<Logger>("test", sink);
}

ServerTest::~ServerTest() {
  server.reset();
  release();
  clock.advance(limits.drain);
  run_until([this] { return ended; });
}

Routes ServerTest::example() {
  Routes routes;
  const Handler echoing = [this](ServerRequest request) { return echo(std::move(request)); };
  routes.add("GET", "/echo", echoing);
  routes.add("POST", "/echo", echoing);
  routes.add("PUT", "/small", echoing, 4);
  routes.add("GET", "/relays/{id}", [](ServerRequest request) -> asio::awaitable<Reply> {
    Reply reply(Response{200, {}, request.segments.at("id")});
    co_return reply;
  });
  routes.watch([this](std::string_view route, int status) {
    answered.push_back(std::string(route) + ": " + std::to_string(status));
  });
  routes.guard([](const ServerRequest& head) {
    Admission admission;
    if (head.path.starts_with("/closed")) {
      admission.refusal = Response{401, {{"WWW-Authenticate", "Nostr"}}, "not you"};
    }
    admission.note = std::string("admitted to ") + head.path;
    return admission;
  });
  routes.add("GET", "/note", [](ServerRequest request) -> asio::awaitable<Reply> {
    Reply reply(Response{200, {}, std::any_cast<std::string>(request.note)});
    co_return reply;
  });
  routes.add("GET", "/wait", [this](ServerRequest request) { return wait(std::move(request)); });
  routes.add("GET", "/throw", always([]() -> Reply { throw std::runtime_error("a\nb"); }));
  routes.add("GET", "/forged", always([] {
               return Response{200, {{"X", "a\r\nSet-Cookie: b"}}, "x"};
             }));
  routes.add("GET", "/large", always([] {
               return Response{200, {}, std::string(32'000'000, 'x')};
             }));
  routes.add("GET", "/raw", always([] { return RawBytes{"what?"}; }));
  routes.add("GET", "/drop", always([] { return RawBytes{}; }));
  routes.add("GET", "/stream", always([this] {
               return Stream{Response{200, {{"Content-Type", "text/plain"}}, ""},
                             [this] { return next_piece(); }, [this] { feed(""); }};
             }));
  routes.add("GET", "/silence", always([] { return Silence{}; }));
  return routes;
}

asio::awaitable<Reply> ServerTest::echo(ServerRequest request) {
  Response response;
  response.status = 200;
  response.body = request.method + " " + request.path + " " + request.query + " " + request.body;
  co_return response;
}

asio::awaitable<Reply> ServerTest::wait(ServerRequest) {
  ++handling;
  boost::system::error_code cancelled;
  co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  --handling;
  Response response;
  response.status = 200;
  response.body = "waited";
  co_return response;
}

void ServerTest::feed(std::string piece) {
  pieces_.push_back(std::move(piece));
  fed_.notify();
}

asio::awaitable<std::optional<std::string>> ServerTest::next_piece() {
  while (pieces_.empty()) {
    co_await fed_.wait_until(TimePoint::max());
  }
  std::optional<std::string> piece = std::move(pieces_.front());
  pieces_.pop_front();
  co_return piece;
}

Handler ServerTest::always(std::function<Reply()> make) {
  return [this, make](ServerRequest) -> asio::awaitable<Reply> {
    Reply reply = make();
    reply.finished = [this](bool written) { finished.push_back(written); };
    co_return reply;
  };
}

void ServerTest::start() {
  server = std::make_unique<Server>(io.get_executor(), address, example(), limits, clock, *logger_);
  asio::co_spawn(io, server->run(), [this](std::exception_ptr error) {
    ended = true;
    if (error) {
      std::rethrow_exception(error);
    }
  });
}

std::shared_ptr<Peer> ServerTest::connect() {
  auto peer = connect_mute();
  peer->start_reading();
  return peer;
}

std::shared_ptr<Peer> ServerTest::connect_mute() {
  return std::make_shared<Peer>(io, *server);
}

void ServerTest::run_until(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + 10s;
  while (!condition()) {
    io.restart();
    if (io.run_one_until(limit) == 0) {
      FAIL() << "what the test waits for does not happen";
    }
  }
}

std::string ServerTest::ask(const std::shared_ptr<Peer>& peer, const std::string& bytes) {
  peer->send(bytes);
  run_until([&] { return is_whole(peer->received) || peer->closed; });
  return peer->take();
}

std::string ServerTest::get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n";
}

}  // namespace tender::http
