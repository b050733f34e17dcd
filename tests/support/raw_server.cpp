#include "support/raw_server.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <deque>
#include <optional>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace tender::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::size_t content_length(std::string head) {
  std::ranges::transform(head, head.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t at = head.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 17));
}

// One connection. Every operation returns false when the connection is no more.
class Session {
 public:
  Session(tcp::socket socket, asio::ssl::context* tls)
      : socket_(std::move(socket)), gate_(socket_.get_executor()) {
    socket_.set_option(tcp::no_delay(true));
    if (tls != nullptr) {
      tls_.emplace(socket_, *tls);
    }
  }

  asio::awaitable<bool> handshake(std::string& server_name) {
    error_code error;
    if (tls_) {
      co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                     asio::redirect_error(asio::use_awaitable, error));
      const char* const name = SSL_get_servername(tls_->native_handle(), TLSEXT_NAMETYPE_host_name);
      server_name = name == nullptr ? "" : name;
    }
    co_return !error;
  }

  asio::awaitable<bool> read_request(std::string& request) {
    std::size_t end = std::string::npos;
    while (true) {
      if (end == std::string::npos && (end = received_.find("\r\n\r\n")) != std::string::npos) {
        end += 4 + content_length(received_.substr(0, end + 2));
      }
      if (end != std::string::npos && received_.size() >= end) {
        request = received_.substr(0, end);
        received_.erase(0, end);
        co_return true;
      }
      const bool more = co_await receive();
      if (!more) {
        co_return false;
      }
    }
  }

  asio::awaitable<bool> receive() {
    std::array<char, 16384> chunk;
    const asio::mutable_buffer space(chunk.data(), chunk.size());
    error_code error;
    std::size_t bytes = 0;
    if (tls_) {
      bytes =
          co_await tls_->async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    } else {
      bytes =
          co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
    }
    received_.append(chunk.data(), bytes);
    co_return !error;
  }

  asio::awaitable<bool> hang() {
    bool more = true;
    while (more) {
      received_.clear();
      more = co_await receive();
    }
    co_return false;
  }

  asio::awaitable<bool> send(const std::string& text) {
    const asio::const_buffer bytes(text.data(), text.size());
    error_code error;
    if (tls_) {
      co_await asio::async_write(*tls_, bytes, asio::redirect_error(asio::use_awaitable, error));
    } else {
      co_await asio::async_write(socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
    }
    co_return !error;
  }

  asio::awaitable<bool> wait() {
    if (permits_ == 0) {
      gate_.expires_at(asio::steady_timer::time_point::max());
      error_code ignored;
      co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (permits_ == 0) {
      co_return false;
    }
    --permits_;
    co_return true;
  }

  asio::awaitable<bool> close() {
    if (tls_) {
      error_code ignored;  // sends the close_notify, then waits until the client has closed
      co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, ignored));
    }
    cut();
    co_return false;
  }

  void cut() {
    error_code ignored;
    socket_.close(ignored);
    gate_.cancel();
  }

  void reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    cut();
  }

  void release() {
    ++permits_;
    gate_.cancel();
  }

 private:
  tcp::socket socket_;
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  asio::steady_timer gate_;
  std::size_t permits_ = 0;
  std::string received_;
};

}  // namespace

class RawServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, asio::ssl::context* tls)
      : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        port_(acceptor_.local_endpoint().port()),
        tls_(tls) {}

  static asio::awaitable<void> listen(std::shared_ptr<Impl> self) {
    while (true) {
      error_code error;
      tcp::socket socket =
          co_await self->acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) {
        co_return;
      }
      const auto executor = socket.get_executor();
      auto serving = serve(self, std::move(socket));
      asio::co_spawn(executor, std::move(serving), asio::detached);
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Impl> self, tcp::socket socket) {
    Session session(std::move(socket), self->tls_);
    const Presence present(*self, session);
    Script script = self->always_;
    if (!self->scripts_.empty()) {
      script = std::move(self->scripts_.front());
      self->scripts_.pop_front();
    }
    std::string server_name;
    bool going = co_await session.handshake(server_name);
    if (!going) {
      co_return;
    }
    self->server_names_.push_back(server_name);
    for (std::size_t i = 0; going && i < script.size(); ++i) {
      going = co_await self->perform(session, script[i]);
      if (script[i].kind == Step::Kind::again) {
        i = static_cast<std::size_t>(-1);
      }
    }
    if (going) {
      co_await session.close();
    }
  }

  asio::awaitable<bool> perform(Session& session, const Step& step) {
    bool going = true;
    switch (step.kind) {
      case Step::Kind::read_request: {
        std::string request;
        going = co_await session.read_request(request);
        if (going) {
          requests_.push_back(std::move(request));
        }
        break;
      }
      case Step::Kind::send:
        going = co_await session.send(step.text);
        ++sent_;
        break;
      case Step::Kind::wait:
        going = co_await session.wait();
        break;
      case Step::Kind::hang:
        going = co_await session.hang();
        break;
      case Step::Kind::close:
        going = co_await session.close();
        break;
      case Step::Kind::cut:
        session.cut();
        going = false;
        break;
      case Step::Kind::reset:
        session.reset();
        going = false;
        break;
      case Step::Kind::again:
        break;
    }
    co_return going;
  }

  void stop() {
    error_code ignored;
    acceptor_.close(ignored);
    for (Session* const session : sessions_) {
      session->cut();
    }
  }

  // Counts a connection while it is served.
  class Presence {
   public:
    Presence(Impl& impl, Session& session) : impl_(impl), session_(&session) {
      ++impl_.accepted_;
      impl_.sessions_.insert(session_);
      impl_.most_open_ = std::max(impl_.most_open_, impl_.sessions_.size());
    }
    ~Presence() { impl_.sessions_.erase(session_); }
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;

   private:
    Impl& impl_;
    Session* session_;
  };

  tcp::acceptor acceptor_;
  std::uint16_t port_;
  asio::ssl::context* tls_;
  std::deque<Script> scripts_;
  Script always_{Step::read_request(), Step::hang()};
  std::set<Session*> sessions_;
  std::size_t accepted_ = 0;
  std::size_t most_open_ = 0;
  std::size_t sent_ = 0;
  std::vector<std::string> requests_;
  std::vector<std::string> server_names_;
};

std::string answer(int status, const std::string& body, const std::string& more_headers) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Reason\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers +
         "\r\n" + body;
}

Script answer_always(const std::string& text) {
  return {Step::read_request(), Step::send(text), Step::again()};
}

RawServer::RawServer(asio::io_context& io, asio::ssl::context* tls)
    : impl_(std::make_shared<Impl>(io, tls)) {
  asio::co_spawn(io, Impl::listen(impl_), asio::detached);
}

RawServer::~RawServer() {
  stop();
}

void RawServer::next(Script script) {
  impl_->scripts_.push_back(std::move(script));
}

void RawServer::always(Script script) {
  impl_->always_ = std::move(script);
}

void RawServer::release() {
  for (Session* const session : impl_->sessions_) {
    session->release();
  }
}

void RawServer::stop() {
  impl_->stop();
}

std::uint16_t RawServer::port() const {
  return impl_->port_;
}

std::string RawServer::url() const {
  return (impl_->tls_ == nullptr ? "http" : "https") + std::string("://127.0.0.1:") +
         std::to_string(port());
}

std::size_t RawServer::accepted() const {
  return impl_->accepted_;
}

std::size_t RawServer::open() const {
  return impl_->sessions_.size();
}

std::size_t RawServer::most_open() const {
  return impl_->most_open_;
}

std::size_t RawServer::sent() const {
  return impl_->sent_;
}

const std::vector<std::string>& RawServer::requests() const {
  return impl_->requests_;
}

const std::vector<std::string>& RawServer::server_names() const {
  return impl_->server_names_;
}

}  // namespace tender::test
