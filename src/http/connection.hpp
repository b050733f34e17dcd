// One TCP or TLS connection to an origin, and the exchanges over it, one at a time. After a failed
// exchange it is of no more use. Owned by the exchange that uses it, or by the pool.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <boost/asio/ssl/stream.hpp>

#include "tender/http/client.hpp"

#include "answer_parser.hpp"
#include "call.hpp"
#include "counted_socket.hpp"

namespace tender::http {

class Connection {
 public:
  /// `trust` is null for a connection without TLS. It and `options` must outlive the connection.
  Connection(const boost::asio::any_io_executor& executor, boost::asio::ssl::context* trust,
             const ClientOptions& options);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Connects to the call's origin; nothing on success. The call lives in the frame that awaits.
  boost::asio::awaitable<std::optional<Failure>> open(Call& call);

  /// Sends the request and reads the answer. Call and text live in the frame that awaits.
  boost::asio::awaitable<Exchange> exchange(Call& call, std::string_view request);

  /// After an exchange that brought an answer: another one may follow on this connection.
  [[nodiscard]] bool reusable() const { return reusable_; }

  /// While no exchange is under way: the peer has neither closed the connection nor sent anything
  /// that nobody asked for. Does not block.
  [[nodiscard]] bool quiet();

 private:
  boost::asio::awaitable<boost::system::error_code> write(std::string_view text);
  boost::asio::awaitable<boost::system::error_code> read_some(std::size_t& bytes);
  boost::asio::awaitable<boost::system::error_code> read_answer(Call& call,
                                                                AnswerParser::Progress& progress);
  [[nodiscard]] Failure broken(const Origin& origin, const boost::system::error_code& error) const;
  void close();

  boost::asio::ssl::context* trust_;
  const AddressFilter& address_filter_;
  CountedSocket socket_;
  std::optional<boost::asio::ssl::stream<CountedSocket&>> tls_;
  AnswerParser parser_;
  bool reusable_ = false;
};

}  // namespace tender::http
