// Requests to zooid's management API, each attempt with a NIP-98 token of its own, and looks at its
// relays. Where ZOOID_API_URL lists several addresses, it stays with one as long as that works and
// then goes on to the next; all of them share one ZOOID_API_TIMEOUT. Used for syncs, looks and
// `check`; for reads on demand there is Reader. Borrows transport, clock and randomness; on the one
// thread.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/base/random.hpp"
#include "tender/base/secret.hpp"
#include "tender/config/env.hpp"
#include "tender/http/client.hpp"
#include "tender/model/relay.hpp"

namespace tender::zooid {

class Client {
 public:
  /// `env` must outlive it: keys are in memory once. `logger` hears, once for each change, that
  /// another address is in use now; null: nobody does.
  Client(const config::Env& env, http::Transport& transport, const Clock& clock, Random& random,
         Logger* logger = nullptr)
      : env_(env), transport_(transport), clock_(clock), random_(random), logger_(logger) {}

  /// Sends `body` (may be empty) to `path`, which starts with '/' and is appended to an address of
  /// ZOOID_API_URL. Takes at most ZOOID_API_TIMEOUT, all addresses included. A GET goes on to the
  /// next address after every fault that can be the address's own; another request only when no
  /// byte of it was written. The answer's headers and error come without our secrets, the token and
  /// `hidden`, should they repeat them. The client must outlive the exchange.
  boost::asio::awaitable<http::Exchange> request(http::Method method, std::string path,
                                                 std::string body, Secret hidden = {});

  /// One request for the relay's NIP-11 document, as RELAY_VERIFY says (nip11_request); to the next
  /// address when one does not answer. Takes at most ZOOID_API_TIMEOUT.
  boost::asio::awaitable<http::Exchange> look(Relay relay);

  /// Asks whether zooid works, without changing anything: asks for the members of a relay that does
  /// not exist. zooid answers "relay not found" when it accepts our key, or "method not allowed"
  /// when it is too old to list members. As request().
  boost::asio::awaitable<http::Exchange> probe();

  /// The same, of this address alone.
  boost::asio::awaitable<http::Exchange> probe(http::Url address);

 private:
  using MakeRequest = std::function<http::Request(const http::Url& address)>;
  using IsFault = std::function<bool(const http::Exchange&)>;  // that another address may not have

  boost::asio::awaitable<http::Exchange> try_addresses(MakeRequest make, IsFault is_fault,
                                                       Secret hidden);
  boost::asio::awaitable<http::Exchange> send(http::Request request, Secret hidden);
  [[nodiscard]] std::string probe_path() const;
  void pass_over(std::size_t address, const http::Exchange& exchange);
  void note_use(std::size_t address);

  const config::Env& env_;
  http::Transport& transport_;
  const Clock& clock_;
  Random& random_;
  Logger* logger_;
  std::size_t address_ = 0;  // of ZOOID_API_URL, that the next request goes to
  std::size_t in_use_ = 0;   // the one that worked last
  std::string fault_;        // why that was left
};

/// The HTTP client that `env` asks for.
[[nodiscard]] http::ClientOptions transport_options(const config::Env& env);

/// `/relay/{id}`: where zooid keeps a relay.
[[nodiscard]] std::string relay_path(const RelayId& id);

/// `/relay/{id}/members`
[[nodiscard]] std::string members_path(const RelayId& id);

}  // namespace tender::zooid
