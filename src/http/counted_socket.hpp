// A TCP or unix socket that counts the bytes that the kernel has taken from it. It lies below TLS,
// whose own result says "nothing written" even when a part of the record has left.
#pragma once

#include <cstdint>
#include <utility>

#include <boost/asio/compose.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

namespace tender::http {

class CountedSocket {
 public:
  using lowest_layer_type = boost::asio::generic::stream_protocol::socket;
  using executor_type = lowest_layer_type::executor_type;

  explicit CountedSocket(const executor_type& executor) : socket_(executor) {}

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] lowest_layer_type& lowest_layer() { return socket_; }

  /// Bytes sent since the socket was made. Exact once the write has completed, failed or not.
  [[nodiscard]] std::uint64_t sent() const { return sent_; }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return socket_.async_read_some(buffers, std::forward<Token>(token));
  }

  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_compose<Token, void(boost::system::error_code, std::size_t)>(
        [this, buffers, begun = false](auto& self, boost::system::error_code error = {},
                                       std::size_t bytes = 0) mutable {
          if (!std::exchange(begun, true)) {
            const Buffers outgoing = buffers;  // `buffers` moves with self
            socket_.async_write_some(outgoing, std::move(self));
            return;
          }
          sent_ += bytes;
          self.complete(error, bytes);
        },
        token, socket_);
  }

 private:
  lowest_layer_type socket_;
  std::uint64_t sent_ = 0;
};

}  // namespace tender::http
