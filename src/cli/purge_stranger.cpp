#include "purge_stranger.hpp"

#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/store/pause_table.hpp"
#include "tender/view/stranger.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/config_directory.hpp"
#include "tender/zooid/outcome.hpp"

#include "confirm.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "pause_text.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using store::CommandError;
using zooid::Outcome;

zooid::ConfigFile find_file(const config::Env& env, const std::string& name) {
  if (!env.zooid_config_dir) {
    throw UsageError(
        "ZOOID_CONFIG_DIR is not set, and only its files show which relays are strangers",
        "set it to zooid's config directory");
  }
  const zooid::ConfigDirectory directory(*env.zooid_config_dir);
  const RelayId id = zooid::relay_of_file(name).value_or(RelayId{name});
  auto file = directory.read(id);
  if (!file) {
    throw CommandError(
        fmt::format("{} has no relay file \"{}\"", directory.path().string(), printable(name, 160)),
        "see `tender diff` for the strangers");
  }
  return *std::move(file);
}

// A tombstone whose deletion is done describes nothing: somebody has put the file back.
void require_stranger(const StoreSession& session, const RelayId& id) {
  const auto relay = session.query.get_relay(id);
  if (!relay || is_tombstone(*relay)) {
    return;
  }
  if (relay->status != RelayStatus::deleted) {
    throw CommandError(
        fmt::format("relay {} ({}) is no stranger: it has a row", relay->subdomain, id.text),
        fmt::format("`tender relay delete {}` deletes it", relay->subdomain));
  }
  throw CommandError(fmt::format("relay {} ({}) is deleted already, and zooid is yet to delete it",
                                 relay->subdomain, id.text),
                     fmt::format("`tender run` does that; see `tender relay show {}`", id.text));
}

void require_no_pause(StoreSession& session) {
  if (const auto pause = store::PauseTable(session.database).find(session.clock.now())) {
    throw CommandError(fmt::format("tender is {}", text_of(*pause)),
                       "run `tender resume` first: this would change zooid");
  }
}

bool is_wanted(const Invocation& invocation, const config::Env& env, const StoreSession& session,
               const zooid::ConfigFile& file) {
  const std::string schema = file.text("/schema");
  const view::ImportRefusal refusal = view::import_refusal(session.query, env, file);
  fmt::print(
      invocation.err,
      "this deletes relay {} in zooid, which no row describes ({}{}): zooid stops serving it "
      "and deletes the file with its secret key. {}. Its events stay in zooid's database{}\n",
      visible(file.id.text), view::name_of_stranger(file),
      file.whole() ? "" : "; " + visible(file.fault),
      refusal.why.empty()
          ? fmt::format("`tender import {}` would take it over instead", visible(file.id.text))
          : fmt::format("`tender import` would leave it alone: {}", visible(refusal.why)),
      schema.empty() ? "" : fmt::format(", under the schema {}", visible(schema)));
  return is_confirmed(invocation, "run it with --yes if this is what you want");
}

zooid::Verdict send_delete(const config::Env& env, StoreSession& session, const RelayId& id) {
  boost::asio::io_context io;
  http::Client transport(io.get_executor(), zooid::transport_options(env));
  zooid::Client client(env, transport, session.clock, session.random);
  http::Exchange exchange;
  const auto send = [&]() -> boost::asio::awaitable<void> {
    std::string path = zooid::relay_path(id);
    exchange = co_await client.request(http::Method::delete_, std::move(path), std::string());
    transport.stop();
  };
  run_to_end(io, send());
  return zooid::judge(exchange, http::Method::delete_, session.clock.now());
}

// The reasons say what to do themselves, except those that speak of a relay with a row.
ExitCode explain_refusal(const Invocation& invocation, const zooid::Verdict& verdict,
                         const RelayId& id) {
  if (verdict.outcome == Outcome::permanent) {
    fmt::print(invocation.err,
               "tender: zooid refuses to delete a relay with the id {}\n"
               "  what to do: delete its file, {}.toml, by hand\n",
               visible(id.text), visible(id.text));
    return ExitCode::error;
  }
  fmt::print(invocation.err, "tender: zooid has not said that it deleted the relay: {}{}\n",
             visible(verdict.reason),
             verdict.in_doubt
                 ? "; it may have done so, or may still do it: see `tender diff` in a minute"
                 : "");
  return verdict.outcome == Outcome::host_fault || verdict.outcome == Outcome::storage_fault
             ? ExitCode::unreachable
             : ExitCode::error;
}

void check_purge_usage(const Invocation& invocation) {
  if (!invocation.names.empty()) {
    throw UsageError("--purge-stranger FILE takes the place of RELAY", "use one or the other");
  }
  if (invocation.has("wait")) {
    throw UsageError("--wait cannot be used together with --purge-stranger",
                     "leave it out: this command waits for zooid's answer");
  }
}

}  // namespace

ExitCode purge_stranger(const Invocation& invocation) {
  check_purge_usage(invocation);
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  StoreSession session(invocation, store::OpenMode::existing);
  require_no_pause(session);
  const zooid::ConfigFile file = find_file(env, invocation.text("purge-stranger"));
  require_stranger(session, file.id);
  if (!is_wanted(invocation, env, session, file)) {
    invocation.err << "nothing was done\n";
    return ExitCode::error;
  }
  require_no_pause(session);  // a person may have taken his time
  require_stranger(session, file.id);
  const auto record = [&](std::string_view result) {
    session.command.record_purge(file.id, file.text("/host"), file.text("/schema"), result);
  };
  record("asked");
  const zooid::Verdict verdict = send_delete(env, session, file.id);
  if (verdict.outcome != Outcome::done && verdict.outcome != Outcome::not_found) {
    record(verdict.in_doubt ? "unknown" : "failed");
    return explain_refusal(invocation, verdict, file.id);
  }
  const bool gone = verdict.outcome == Outcome::not_found;
  const std::string_view result = gone ? "gone" : "deleted";
  record(result);
  if (invocation.json()) {
    print_json(invocation.out, {{"relay_id", file.id.text}, {"result", result}});
  } else {
    fmt::print(invocation.err, "relay {}: {}\n", visible(file.id.text),
               gone ? "zooid did not have it any more" : "deleted in zooid");
  }
  return ExitCode::ok;
}

}  // namespace tender::cli
