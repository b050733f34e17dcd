// The socket that a server listens on, TCP or unix, and the file of the latter.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "tender/http/server.hpp"

namespace tender::http {

using StreamSocket = boost::asio::generic::stream_protocol::socket;
using StreamAcceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

class ListeningSocket {
 public:
  /// Listens. Throws Error when it cannot.
  ListeningSocket(const boost::asio::any_io_executor& executor, const ServerAddress& address);
  ~ListeningSocket() { close(); }
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  /// Ends waits on the acceptor, and removes the socket's file when it is still ours.
  void close();

  [[nodiscard]] StreamAcceptor& acceptor() { return acceptor_; }
  [[nodiscard]] std::uint16_t port() const { return port_; }       // 0 for a unix socket
  [[nodiscard]] const std::string& name() const { return name_; }  // see Server::name

 private:
  void listen(const TcpAddress& address);
  void listen(const UnixAddress& address);

  StreamAcceptor acceptor_;
  std::string name_;
  std::uint16_t port_ = 0;
  std::filesystem::path file_;  // empty for TCP
  dev_t device_ = 0;            // by which the file is known again
  ino_t inode_ = 0;
};

}  // namespace tender::http
