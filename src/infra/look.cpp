#include "look.hpp"

#include <utility>

#include <fmt/format.h>

#include "tender/infra/recognize_relay.hpp"
#include "tender/infra/sync_runner.hpp"
#include "tender/zooid/config_directory.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {

Look::Look(zooid::Client& client, const config::Env& env, const Clock& clock, Relay relay,
           std::optional<TimePoint> taken_at)
    : client_(client), env_(env), clock_(clock), relay_(std::move(relay)), taken_at_(taken_at) {}

// Without the directory a look shows what NIP-11 shows; `tender check` says what is wrong with it.
Look::File Look::read_file() const {
  if (!env_.zooid_config_dir) {
    return {};
  }
  try {
    return {.readable = true,
            .content = zooid::ConfigDirectory(*env_.zooid_config_dir).read(relay_.id)};
  } catch (const zooid::ConfigDirectoryError&) {
    return {};
  }
}

boost::asio::awaitable<void> Look::run() {
  before_ = read_file();
  const http::Exchange exchange = co_await client_.look(relay_);
  verdict_ = zooid::judge_liveness(exchange, relay_);
  after_ = read_file();
  // One that is inactive is as described when nothing is served, and then anything may have said
  // so.
  sign_.answered =
      verdict_.liveness == zooid::Liveness::as_described && relay_.status == RelayStatus::active;
  if (env_.relay_verify == config::RelayVerify::direct &&
      std::holds_alternative<http::Failure>(exchange.result)) {
    sign_ = infra::destination_sign(zooid::judge(exchange, http::Method::get, clock_.now()));
  }
}

void Look::conclude(const store::Query& query) {
  recognize_relay(query, relay_, after_.content, verdict_);
  if (before_.readable && after_.readable) {
    verdict_ = zooid::judge_with_file(std::move(verdict_), relay_, env_, before_.content,
                                      after_.content, taken_at_);
  }
}

}  // namespace tender::infra
