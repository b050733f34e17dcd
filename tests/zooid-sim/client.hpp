// The tests' own HTTP client: raw bytes out, whatever comes back in, also when it is not HTTP.
#pragma once

#include <map>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace zooid_sim::test {

/// What came back on a connection for one request.
struct Received {
  int status = 0;                              // 0 when no HTTP head came
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string bytes;   // all that was read
  bool whole = false;  // the body has the announced length
};

class Client {
 public:
  /// Connects to 127.0.0.1.
  Client(boost::asio::any_io_executor executor, std::uint16_t port);

  /// Writes the bytes and reads one answer; reads to the end of the connection when it is not HTTP.
  boost::asio::awaitable<Received> exchange(std::string bytes);

  void close() { socket_.close(); }

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace zooid_sim::test
