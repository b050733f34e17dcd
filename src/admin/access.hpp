// Who may ask the admin API for what. It is asked with the head of a request, before its body is
// read: whether the request was meant for this server (DNS rebinding), who makes it, and whether
// that one may change something. On the one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "tender/base/clock.hpp"
#include "tender/config/env.hpp"
#include "tender/http/routes.hpp"

#include "authenticator.hpp"

namespace tender::admin {

class Access {
 public:
  /// `robot` is the key with which tender signs: the command line has it, too, and may read with
  /// it. Borrows settings and clock.
  Access(const config::AdminSettings& settings, const nostr::PublicKey& robot, const Clock& clock);

  /// Everybody may GET what is at `path`, without a query, by whatever name they have for this
  /// server.
  void open(std::string path) { open_.insert(std::move(path)); }

  /// The port on which the server listens, which a token without ADMIN_URL is for; 0 for a unix
  /// socket.
  void listens_on(std::uint16_t port) { port_ = port; }

  /// The guard of http::Routes. Of those who are let in, it leaves the Authentication as a note;
  /// none for what is open.
  [[nodiscard]] http::Admission admit(const http::ServerRequest& head);

 private:
  [[nodiscard]] bool is_for_us(const http::ServerRequest& head) const;
  [[nodiscard]] bool is_of_us(std::string_view origin, const http::ServerRequest& head) const;
  [[nodiscard]] std::optional<std::string> url_of(const http::ServerRequest& head) const;

  const config::AdminSettings& settings_;
  http::ServerAddress bind_;
  Authenticator authenticator_;
  std::set<std::string, std::less<>> open_;
  std::uint16_t port_ = 0;
};

/// Who makes the request; nothing for what is open.
[[nodiscard]] const Authentication* caller_of(const http::ServerRequest& request);

}  // namespace tender::admin
