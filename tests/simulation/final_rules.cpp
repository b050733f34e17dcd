#include "simulation/final_rules.hpp"

#include <algorithm>

#include "tender/outbox/dead_letters.hpp"
#include "tender/zooid/relay_config.hpp"

#include "simulation/meaning.hpp"
#include "simulation/network.hpp"

namespace tender::simulation {
namespace {

bool host_is_taken(const FinalView& view, const Relay& relay) {
  const std::string host = zooid::relay_host(relay, view.env);
  return std::ranges::any_of(view.zooid.relays, [&](const auto& entry) {
    return entry.first != relay.id.text && entry.second.value("host", "") == host;
  });
}

void check_live(const FinalView& view, Stage stage, const Relay& relay, Trace& trace) {
  if (view.env.relay_verify == config::RelayVerify::off) {
    return;
  }
  const std::string& id = relay.id.text;
  const http::Exchange served{view.zooid.serve(zooid::relay_host(relay, view.env))};
  if (!relay.live) {
    if (stage == Stage::put_right || !view.witness.looks().is_unclear(id)) {
      trace.violate("relay {} is synced, and nobody looks whether it is served", id);
    }
  } else if (!*relay.live) {
    trace.violate("relay {} is synced and seen not to be served, and nobody sends it again", id);
  } else if (shown_by(served, relay) != Shown::as_described) {
    trace.violate("relay {} is said to be live, and is not: {}", id, describe(served));
  }
}

void check_synced(const FinalView& view, Stage stage, const Relay& relay, Trace& trace) {
  const RelayRecord& record = view.witness.record(relay.id.text);
  const auto found = view.zooid.relays.find(relay.id.text);
  if (found == view.zooid.relays.end()) {
    if (stage == Stage::put_right || !record.wiped) {
      trace.violate("relay {} is synced, and zooid does not have it", relay.id.text);
    }
    return;
  }
  const auto wanted = config_of(nlohmann::json::parse(zooid::update_body(relay, view.env)));
  const auto held = config_of(found->second);
  if (held != wanted) {
    trace.violate("relay {} is synced, and zooid has something else: {}", relay.id.text,
                  nlohmann::json::diff(wanted, held).dump());
  }
  if (found->second.value("secret", "") != record.secret) {
    trace.violate("the secret of relay {} is not the one it was created with", relay.id.text);
  }
  if (record.last_command > record.last_result) {
    trace.violate("command {} on relay {} has no result", record.last_command, relay.id.text);
  }
  if (relay.settle_at) {
    trace.violate("relay {} is in doubt, and nobody sends it again", relay.id.text);
  }
  if (record.forced) {
    trace.violate("relay {} was to be sent whatever zooid has, and was not", relay.id.text);
  }
  check_live(view, stage, relay, trace);
}

void check_pending(const FinalView& view, Stage stage, const Relay& relay, Trace& trace) {
  const RelayRecord& record = view.witness.record(relay.id.text);
  const bool held = outbox::DeadLetters(view.database)
                        .holds(outbox::JobKind::relay_sync, relay.id.text, relay.revision);
  if (!held && (stage == Stage::put_right || !record.silently_changed)) {
    trace.violate("relay {} is pending, and nobody works on it", relay.id.text);
  }
  if (held && stage == Stage::put_right && !host_is_taken(view, relay)) {
    trace.violate("relay {} is still a dead letter, and zooid would take it", relay.id.text);
  }
}

}  // namespace

void check_final_rules(const FinalView& view, Stage stage, Trace& trace) {
  for (const Relay& relay : Query(view.database).list_relays()) {
    if (relay.synced) {
      check_synced(view, stage, relay, trace);
    } else {
      check_pending(view, stage, relay, trace);
    }
  }
}

bool tables_are_quiet(Database& database) {
  Statement row = database.prepare(
      "SELECT (SELECT count(*) FROM outbox) = 0 AND (SELECT seq FROM router_offset) = "
      "(SELECT coalesce(max(seq), 0) FROM activity)");
  return row.step() && row.boolean(0);
}

}  // namespace tender::simulation
