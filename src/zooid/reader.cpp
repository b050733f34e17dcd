#include "tender/zooid/reader.hpp"

#include <utility>

#include "tender/fetch/service.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/liveness.hpp"
#include "tender/zooid/outcome.hpp"
#include "tender/zooid/relay_config.hpp"

#include "redact.hpp"
#include "signed_request.hpp"

namespace tender::zooid {
namespace {

namespace asio = boost::asio;

// Answers come without our secrets.
class HidingTransport final : public http::Transport {
 public:
  HidingTransport(http::Transport& next, const config::Env& env) : next_(next), env_(env) {}

  asio::awaitable<http::Exchange> exchange(http::Request request) override {
    const Secret token = token_of(request);
    http::Exchange exchange = co_await next_.exchange(std::move(request));
    if (!token.empty()) {
      hide_secrets(exchange, env_, {token.reveal()});
    }
    co_return exchange;
  }

 private:
  http::Transport& next_;
  const config::Env& env_;
};

// What fetch::Service must know of zooid. A relay is named by its id, and for NIP-11 by its host.
class ZooidPeer final : public fetch::Peer {
 public:
  ZooidPeer(const config::Env& env, const Clock& clock, Random& random)
      : env_(env), clock_(clock), random_(random) {}

  http::Request make_request(fetch::Op op, const std::string& relay,
                             const http::Url& address) override {
    if (op == fetch::Op::nip11) {
      return direct_nip11_request(relay, env_, address);
    }
    return signed_request(env_, random_, clock_.now(), http::Method::get,
                          address.with_path(members_path(RelayId{relay})), std::string());
  }

  [[nodiscard]] bool is_final(fetch::Op op, const http::Response& answer) const override {
    if (op == fetch::Op::nip11) {
      return answer.status == 404;  // zooid serves no relay under this host
    }
    http::Exchange exchange;
    exchange.result = answer;
    return judge(exchange, http::Method::get, clock_.now()).from_zooid;
  }

 private:
  const config::Env& env_;
  const Clock& clock_;
  Random& random_;
};

http::Exchange as_exchange(const fetch::Result& result) {
  http::Exchange exchange;
  if (const auto* outcome = std::get_if<fetch::Outcome>(&result.value)) {
    http::Response response;
    response.status = 200;
    response.body = *outcome->bytes;
    exchange.result = std::move(response);
    return exchange;
  }
  const auto& error = std::get<fetch::Error>(result.value);
  if (error.exchange) {
    return *error.exchange;
  }
  http::Failure failure;
  failure.fault = http::Fault::stopped;  // of our own making: it says nothing of zooid
  failure.detail = error.detail;
  exchange.result = std::move(failure);
  return exchange;
}

}  // namespace

class Reader::State {
 public:
  State(const config::Env& settings, http::Transport& network, Clock& clock, Random& random,
        Counter fetches)
      : env(settings),
        transport(network),
        hiding(network, settings),
        peer(settings, clock, random),
        service(hiding, clock, peer, settings.zooid_api_urls,
                {.requests_max = settings.members_requests_max,
                 .waiting_max = kWaitingShare * settings.members_requests_max,
                 .fetches = std::move(fetches)}) {}

  asio::awaitable<fetch::Result> fetch(fetch::Op op, std::string relay) {
    fetch::Opts opts(op, std::move(relay));
    opts.attempt = env.zooid_api_timeout;
    opts.budget = env.zooid_api_timeout * static_cast<int>(env.zooid_api_urls.size());
    return service.fetch(std::move(opts));
  }

  // How many wait for each that is under way, before callers are turned away.
  static constexpr std::size_t kWaitingShare = 4;

  const config::Env& env;
  http::Transport& transport;
  HidingTransport hiding;
  ZooidPeer peer;
  fetch::Service service;
};

Reader::Reader(const config::Env& env, http::Transport& transport, Clock& clock, Random& random,
               Counter fetches)
    : state_(std::make_unique<State>(env, transport, clock, random, std::move(fetches))) {}

Reader::~Reader() = default;

asio::awaitable<fetch::Result> Reader::members(RelayId id) {
  return state_->fetch(fetch::Op::members, std::move(id.text));
}

asio::awaitable<http::Exchange> Reader::look(Relay relay) {
  if (state_->env.relay_verify != config::RelayVerify::direct) {
    http::Request request = nip11_request(relay, state_->env, state_->env.zooid_api_urls.front());
    co_return co_await state_->transport.exchange(std::move(request));
  }
  std::string host = relay_host(relay, state_->env);
  const fetch::Result result = co_await state_->fetch(fetch::Op::nip11, std::move(host));
  co_return as_exchange(result);
}

asio::awaitable<void> Reader::run() {
  return state_->service.run();
}

void Reader::stop() {
  state_->service.stop();
}

}  // namespace tender::zooid
