// `tender diff`: what each relay should be, beside what zooid serves at this moment.
#include <array>
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/http/client.hpp"
#include "tender/store/relay_pages.hpp"
#include "tender/view/relay.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/liveness.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;
using zooid::Liveness;

constexpr int kMostUnreachable = 5;  // then the others are not tried

constexpr std::array kResults{"as_described", "differs", "unknown"};  // as Liveness

// Looks at one relay after the other and prints what differs.
class Diff {
 public:
  Diff(const Invocation& invocation, const config::Env& env, StoreSession& session)
      : invocation_(invocation),
        env_(env),
        session_(session),
        transport_(io_.get_executor(), zooid::transport_options(env)),
        array_(invocation.out),
        table_(invocation.out) {
    for (const std::string& name : invocation.names) {
      named_.push_back(view::require_relay(session.query, name));
      if (named_.back().status == RelayStatus::deleted) {
        throw store::CommandError(
            fmt::format("relay {} is deleted", visible(named_.back().subdomain)),
            "there is nothing to compare; `tender relay show` tells whether zooid has deleted it");
      }
    }
  }

  ExitCode to_end() {
    run_to_end(io_, look_at_all());
    if (invocation_.json()) {
      array_.finish();
    } else {
      table_.finish();
      fmt::print(invocation_.err, "{} relay{}: {} as described, {} different, {} unknown\n",
                 looked_, looked_ == 1 ? "" : "s", looked_ - different_ - unknown_, different_,
                 unknown_);
    }
    if (unreachable_in_a_row_ == kMostUnreachable || (unknown_ == looked_ && looked_ > 0)) {
      return ExitCode::unreachable;
    }
    return invocation_.has("exit-code") && different_ + unknown_ > 0 ? ExitCode::some_failed
                                                                     : ExitCode::ok;
  }

 private:
  asio::awaitable<void> look_at_all() {
    if (invocation_.names.empty()) {
      store::RelayPages pages(session_.query, &store::Query::next_relays);
      for (auto relays = pages.next(); !relays.empty() && !is_over(); relays = pages.next()) {
        for (Relay& relay : relays) {
          co_await look_at(std::move(relay));
        }
      }
    }
    for (Relay& relay : named_) {
      co_await look_at(std::move(relay));
    }
    transport_.stop();
  }

  // Nobody reads on, or zooid cannot be reached.
  [[nodiscard]] bool is_over() const {
    return !invocation_.out || unreachable_in_a_row_ == kMostUnreachable;
  }

  asio::awaitable<void> look_at(Relay relay) {
    if (is_over()) {
      co_return;
    }
    http::Request request = zooid::nip11_request(relay, env_);
    const http::Exchange exchange = co_await transport_.exchange(std::move(request));
    const zooid::LivenessVerdict verdict = zooid::judge_liveness(exchange, relay);
    ++looked_;
    const bool reached = std::holds_alternative<http::Response>(exchange.result);
    unreachable_in_a_row_ = reached ? 0 : unreachable_in_a_row_ + 1;
    different_ += verdict.liveness == Liveness::wrong ? 1 : 0;
    unknown_ += verdict.liveness == Liveness::unclear ? 1 : 0;
    if (invocation_.json()) {
      add_to_array(relay, verdict);
    } else if (verdict.liveness != Liveness::as_described) {
      add_to_table(relay, verdict);
    }
  }

  void add_to_array(const Relay& relay, const zooid::LivenessVerdict& verdict) {
    auto fields = nlohmann::ordered_json::array();
    for (const FieldDrift& each : verdict.drift) {
      fields.push_back(to_json(each));
    }
    array_.add({{"relay_id", relay.id.text},
                {"subdomain", relay.subdomain},
                {"result", kResults.at(static_cast<std::size_t>(verdict.liveness))},
                {"reason", verdict.reason},
                {"fields", std::move(fields)},
                {"identity", verdict.identity},
                {"pending", !relay.synced}});
  }

  void add_to_table(const Relay& relay, const zooid::LivenessVerdict& verdict) {
    if (!has_head_) {
      table_.add({"RELAY", "FIELD", "DESIRED", "OBSERVED"});
      has_head_ = true;
    }
    for (const FieldDrift& each : verdict.drift) {
      table_.add(
          {relay.subdomain, each.field, printable(each.desired, 80), printable(each.observed, 80)});
    }
    if (verdict.drift.empty()) {
      table_.add({relay.subdomain, "served", relay.status == RelayStatus::active ? "yes" : "no",
                  verdict.liveness == Liveness::unclear
                      ? fmt::format("unknown: {}", printable(verdict.reason, 300))
                      : fmt::format("{}: {}", relay.status == RelayStatus::active ? "no" : "yes",
                                    printable(verdict.reason, 300))});
    }
  }

  const Invocation& invocation_;
  const config::Env& env_;
  StoreSession& session_;
  asio::io_context io_;
  http::Client transport_;
  JsonArray array_;
  Table table_;
  std::vector<Relay> named_;
  bool has_head_ = false;
  int unreachable_in_a_row_ = 0;
  int looked_ = 0;
  int different_ = 0;
  int unknown_ = 0;
};

ExitCode diff(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  if (env.relay_verify == config::RelayVerify::off) {
    throw UsageError("RELAY_VERIFY is off, so `tender diff` cannot look at relays",
                     "set RELAY_VERIFY to auto, direct or public");
  }
  StoreSession session(invocation, store::OpenMode::existing);
  return Diff(invocation, env, session).to_end();
}

}  // namespace

const CommandSpec kDiff{
    .name = "diff",
    .arguments = "[RELAY…]",
    .min_names = 0,
    .max_names = 1000,
    .summary = "Compare relays with what zooid serves now, as far as NIP-11 shows it",
    .example = "tender diff blue --exit-code",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"exit-code", "Exit with 4 when a relay differs or cannot be seen"}};
        },
    .run = diff};

}  // namespace tender::cli
