#include "look.hpp"

#include <utility>

#include "tender/infra/sync_runner.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {

Look::Look(http::Transport& transport, const config::Env& env, const Clock& clock, Relay relay)
    : transport_(transport), env_(env), clock_(clock), relay_(std::move(relay)) {}

boost::asio::awaitable<void> Look::run() {
  http::Request request = zooid::nip11_request(relay_, env_);
  const http::Exchange exchange = co_await transport_.exchange(std::move(request));
  verdict_ = zooid::judge_liveness(exchange, relay_);
  if (env_.relay_verify == config::RelayVerify::direct &&
      std::holds_alternative<http::Failure>(exchange.result)) {
    sign_ = infra::destination_sign(zooid::judge(exchange, http::Method::get, clock_.now()));
  }
}

}  // namespace tender::infra
