#include "tender/zooid/client.hpp"

#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "tender/base/log_messages.hpp"
#include "tender/zooid/liveness.hpp"
#include "tender/zooid/outcome.hpp"

#include "redact.hpp"
#include "signed_request.hpp"

namespace tender::zooid {
namespace {

// No answer, for a reason that is not ours.
bool is_unanswered(const http::Exchange& exchange) {
  return std::holds_alternative<http::Failure>(exchange.result);
}

bool has_fault(const http::Exchange& exchange, http::Fault fault) {
  const auto* failure = std::get_if<http::Failure>(&exchange.result);
  return failure != nullptr && failure->fault == fault;
}

// We ended it ourselves: it says nothing about the address.
bool was_stopped(const http::Exchange& exchange) {
  return has_fault(exchange, http::Fault::stopped);
}

bool is_late(const http::Exchange& exchange) {
  return has_fault(exchange, http::Fault::timeout);
}

// A gateway has answered in place of zooid.
bool is_of_gateway(const http::Exchange& exchange) {
  const auto* response = std::get_if<http::Response>(&exchange.result);
  return response != nullptr && response->status >= 502 && response->status <= 504;
}

// Whether the same may be sent to another address as well.
bool may_repeat(const http::Exchange& exchange, http::Method method) {
  if (method == http::Method::get) {
    return true;
  }
  const auto* failure = std::get_if<http::Failure>(&exchange.result);
  return failure != nullptr && !failure->written;
}

}  // namespace

boost::asio::awaitable<http::Exchange> Client::request(http::Method method, std::string path,
                                                       std::string body, Secret hidden) {
  MakeRequest make = [&](const http::Url& address) {
    return signed_request(env_, random_, clock_.now(), method, address.with_path(path), body);
  };
  IsFault is_fault = [&](const http::Exchange& exchange) {
    const Verdict verdict = judge(exchange, method, clock_.now());
    return is_unanswered(exchange) || verdict.outcome == Outcome::host_fault ||
           (verdict.outcome == Outcome::transient && !verdict.from_zooid &&
            verdict.retry_after == Milliseconds::zero());
  };
  co_return co_await try_addresses(std::move(make), std::move(is_fault), std::move(hidden));
}

boost::asio::awaitable<http::Exchange> Client::look(Relay relay) {
  if (env_.relay_verify != config::RelayVerify::direct) {
    http::Request request = nip11_request(relay, env_, env_.zooid_api_urls.front());
    co_return co_await transport_.exchange(std::move(request));
  }
  MakeRequest make = [&](const http::Url& address) { return nip11_request(relay, env_, address); };
  IsFault is_fault = [](const http::Exchange& exchange) {
    return is_unanswered(exchange) || is_of_gateway(exchange);
  };
  co_return co_await try_addresses(std::move(make), std::move(is_fault), Secret());
}

boost::asio::awaitable<http::Exchange> Client::probe() {
  std::string path = probe_path();
  co_return co_await request(http::Method::get, std::move(path), std::string());
}

boost::asio::awaitable<http::Exchange> Client::probe(http::Url address) {
  http::Request request = signed_request(env_, random_, clock_.now(), http::Method::get,
                                         address.with_path(probe_path()), std::string());
  co_return co_await send(std::move(request), Secret());
}

boost::asio::awaitable<http::Exchange> Client::try_addresses(MakeRequest make, IsFault is_fault,
                                                             Secret hidden) {
  const SteadyTime deadline = clock_.steady() + env_.zooid_api_timeout;
  const std::size_t addresses = env_.zooid_api_urls.size();
  const std::size_t first = address_;
  std::optional<http::Exchange> told;  // an answer, which tells more than none
  for (std::size_t tried = 1;; ++tried) {
    const std::size_t address = (first + tried - 1) % addresses;
    http::Request request = make(env_.zooid_api_urls[address]);
    if (tried > 1) {
      request.timeout = deadline - clock_.steady();
    }
    const http::Method method = request.method;
    http::Exchange exchange = co_await send(std::move(request), hidden);
    if (was_stopped(exchange)) {
      co_return exchange;
    }
    if (!is_fault(exchange)) {
      note_use(address);
      co_return exchange;
    }
    if (tried == 1 || !is_late(exchange)) {  // a later one had only the time that was left
      pass_over(address, exchange);
    }
    if (!may_repeat(exchange, method)) {
      co_return exchange;
    }
    if (!told && std::holds_alternative<http::Response>(exchange.result)) {
      told = exchange;
    }
    if (tried == addresses || clock_.steady() >= deadline) {
      if (told) {
        exchange = *std::move(told);
      }
      co_return exchange;
    }
  }
}

boost::asio::awaitable<http::Exchange> Client::send(http::Request request, Secret hidden) {
  const Secret token = token_of(request);
  http::Exchange exchange = co_await transport_.exchange(std::move(request));
  if (!token.empty()) {
    hide_secrets(exchange, env_, {hidden.reveal(), token.reveal()});
  }
  co_return exchange;
}

std::string Client::probe_path() const {
  return members_path(RelayId{random_.uuid()});
}

// Unless another request has done so already.
void Client::pass_over(std::size_t address, const http::Exchange& exchange) {
  if (address_ == address) {
    address_ = (address + 1) % env_.zooid_api_urls.size();
  }
  if (in_use_ == address) {
    fault_ = judge(exchange, http::Method::get, clock_.now()).reason;
  }
}

void Client::note_use(std::size_t address) {
  if (address == in_use_ || address != address_) {
    return;  // nothing new, or of a request that began before the change
  }
  if (logger_ != nullptr) {
    write_log(*logger_, logs::kAddressChanged, "address", env_.zooid_api_urls[address].text(),
              "failed", env_.zooid_api_urls[in_use_].text(), "cause", fault_);
  }
  in_use_ = address;
}

http::ClientOptions transport_options(const config::Env& env) {
  http::ClientOptions options;
  // The two have bounds of their own, and neither waits for the other.
  options.max_connections = env.relay_sync_concurrency + env.members_requests_max;
  if (env.zooid_api_ca_file) {
    options.ca_file = env.zooid_api_ca_file->string();
  }
  return options;
}

// An odd id, written past the checks of the database, must not lead to another path.
std::string relay_path(const RelayId& id) {
  std::string path = "/relay/";
  for (const char c : id.text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    path += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return path;
}

std::string members_path(const RelayId& id) {
  return relay_path(id) + "/members";
}

}  // namespace tender::zooid
