#include "zooid-sim/client.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace zooid_sim::test {

namespace asio = boost::asio;

namespace {

// Reads what is there of an answer; `whole` becomes true when nothing is missing.
void parse(Received& received) {
  const std::size_t end = received.bytes.find("\r\n\r\n");
  if (!received.bytes.starts_with("HTTP/1.1 ") || end == std::string::npos) {
    return;
  }
  std::istringstream head(received.bytes.substr(0, end));
  std::string line;
  std::getline(head, line);
  received.status = std::stoi(line.substr(9));
  while (std::getline(head, line)) {
    const std::size_t colon = line.find(": ");
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](char c) { return std::tolower(c); });
    received.headers[name] = line.substr(colon + 2, line.find('\r') - colon - 2);
  }
  received.body = received.bytes.substr(end + 4);
  received.whole = received.body.size() == std::stoul(received.headers.at("content-length"));
}

}  // namespace

Client::Client(asio::any_io_executor executor, std::uint16_t port) : socket_(executor) {
  socket_.connect({asio::ip::address_v4::loopback(), port});
}

asio::awaitable<Received> Client::exchange(std::string bytes) {
  Received received;
  boost::system::error_code error;
  co_await asio::async_write(socket_, asio::buffer(bytes),
                             asio::redirect_error(asio::use_awaitable, error));
  std::array<char, 65536> chunk;
  while (!error && !received.whole) {
    const std::size_t size = co_await socket_.async_read_some(
        asio::buffer(chunk), asio::redirect_error(asio::use_awaitable, error));
    received.bytes.append(chunk.data(), size);
    parse(received);
  }
  co_return received;
}

}  // namespace zooid_sim::test
