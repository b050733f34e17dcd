#include "listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <variant>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "tender/base/error.hpp"

namespace tender::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Local = asio::local::stream_protocol;

constexpr std::size_t kLongestSocketPath = 107;  // sockaddr_un, without its NUL

[[noreturn]] void cannot_listen(const std::string& where, const std::string& why,
                                const std::string& remedy) {
  throw Error(fmt::format("cannot listen on {}: {}", where, why), remedy);
}

// Removes the file of a socket that nobody listens on any more; throws for whatever else is there.
void make_way(const asio::any_io_executor& executor, const std::string& path) {
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) {
    return;  // what else is wrong with the path, bind() will say
  }
  if (!S_ISSOCK(found.st_mode)) {
    cannot_listen(path, "a file that is not a socket has this path", "choose another path");
  }
  Local::socket probe(executor);
  error_code error;
  probe.open(Local(), error);
  probe.non_blocking(true, error);  // one that accepts nobody must not hold us up
  probe.connect(Local::endpoint(path), error);
  if (error != asio::error::connection_refused) {
    cannot_listen(path, error ? error.message() : "another process listens there",
                  "stop the other process or choose another path");
  }
  (void)::unlink(path.c_str());
}

}  // namespace

ListeningSocket::ListeningSocket(const asio::any_io_executor& executor,
                                 const ServerAddress& address)
    : acceptor_(executor) {
  std::visit([this](const auto& chosen) { listen(chosen); }, address);
}

void ListeningSocket::listen(const TcpAddress& address) {
  error_code error;
  const auto numeric = asio::ip::make_address(address.host, error);
  if (error) {
    throw Error("not a numeric address to listen on: " + address.host,
                "give one such as 127.0.0.1:0");
  }
  const tcp::endpoint endpoint(numeric, address.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  }
  if (!error) {
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    cannot_listen(fmt::format("{}:{}", address.host, address.port), error.message(),
                  "choose another port, or 0 for a free one");
  }
  tcp::endpoint bound;
  const auto local = acceptor_.local_endpoint();
  bound.resize(local.size());
  std::memcpy(bound.data(), local.data(), local.size());
  port_ = bound.port();
  name_ = numeric.is_v6() ? fmt::format("[{}]:{}", address.host, port_)
                          : fmt::format("{}:{}", address.host, port_);
}

void ListeningSocket::listen(const UnixAddress& address) {
  name_ = address.path.string();
  if (name_.empty() || name_.size() > kLongestSocketPath) {
    cannot_listen("the unix socket \"" + name_ + "\"", "the path is empty or too long",
                  fmt::format("choose one of at most {} bytes", kLongestSocketPath));
  }
  make_way(acceptor_.get_executor(), name_);
  error_code error;
  acceptor_.open(Local(), error);
  // Before the file is there: it takes the socket's mode, and nobody can be quicker than a chmod.
  if (!error && ::fchmod(acceptor_.native_handle(), S_IRUSR | S_IWUSR) != 0) {
    error = error_code(errno, boost::system::system_category());
  }
  if (!error) {
    acceptor_.bind(Local::endpoint(name_), error);
  }
  struct stat made {};
  if (!error && ::lstat(name_.c_str(), &made) == 0) {
    file_ = address.path;
    device_ = made.st_dev;
    inode_ = made.st_ino;
  }
  if (!error) {
    acceptor_.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    cannot_listen(name_, error.message(),
                  "choose a path in a directory that exists and that belongs to this user");
  }
}

void ListeningSocket::close() {
  error_code ignored;
  acceptor_.close(ignored);
  struct stat found {};
  if (!file_.empty() && ::lstat(file_.c_str(), &found) == 0 && found.st_dev == device_ &&
      found.st_ino == inode_) {
    (void)::unlink(file_.c_str());
  }
  file_.clear();
}

}  // namespace tender::http
