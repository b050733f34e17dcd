#include "simulation/final_rules.hpp"

#include <algorithm>

#include "simulation/meaning.hpp"
#include "simulation/network.hpp"

namespace tender::simulation {
namespace {

// Whoever has the host that the relay is to get; empty: nobody.
std::string taker_of_host(const FinalView& view, const RelayRow& relay) {
  const auto found = std::ranges::find_if(view.zooid.relays, [&](const auto& entry) {
    return entry.first != relay.id && entry.second.value("host", "") == relay.host;
  });
  return found == view.zooid.relays.end() ? std::string() : found->first;
}

// Whether one that no row describes has the host, or has that of the one that has it, and so on.
// Relays with rows make room for each other, if zooid said when they got their hosts.
bool host_is_taken(const FinalView& view, RelayRow relay) {
  const auto rows = view.tables.relays();
  for (std::size_t steps = 0; steps <= rows.size(); ++steps) {
    const std::string taker = taker_of_host(view, relay);
    if (taker.empty()) {
      return false;
    }
    const auto row = view.tables.relay(taker);
    const auto& known = view.witness.record(taker).known;
    if (!row || !known || known->value("host", "") != relay.host) {
      return true;
    }
    relay = *row;
  }
  return false;
}

bool is_changed(const RelayRecord& record) {
  return record.owners_name || record.edited;
}

// What somebody changed in zooid is noticed within two sweeps, and at once when all relays are sent
// again.
bool may_be_unnoticed(const FinalView& view, Stage stage) {
  const bool sweeps = view.env.relay_sweep > Milliseconds::zero() &&
                      view.env.relay_verify != config::RelayVerify::off;
  return stage == Stage::faults_over && !sweeps;
}

bool is_still_unnoticed(const FinalView& view, Stage stage, const RelayRow& relay) {
  return is_changed(view.witness.record(relay.id)) && may_be_unnoticed(view, stage);
}

// Another secret shows nothing of what the row describes, but zooid may have failed to load it.
bool is_not_loaded_unnoticed(const FinalView& view, Stage stage, const RelayRow& relay) {
  return view.witness.record(relay.id).just_rekeyed && view.zooid.not_loaded.contains(relay.id) &&
         may_be_unnoticed(view, stage);
}

void check_live(const FinalView& view, Stage stage, const RelayRow& relay, Trace& trace) {
  if (view.env.relay_verify == config::RelayVerify::off) {
    return;
  }
  const std::string& id = relay.id;
  const http::Exchange served{view.zooid.serve(relay.host)};
  if (!relay.live) {
    if (stage == Stage::put_right || !view.witness.looks().is_unclear(id)) {
      trace.violate("relay {} is synced, and nobody looks whether it is served", id);
    }
  } else if (!*relay.live) {
    trace.violate("relay {} is synced and seen not to be served, and nobody sends it again", id);
  } else if (shown_by(served, relay) != Shown::as_described &&
             !is_still_unnoticed(view, stage, relay) &&
             !is_not_loaded_unnoticed(view, stage, relay) && !view.witness.looks().is_misled(id)) {
    trace.violate("relay {} is said to be live, and is not: {}", id, describe(served));
  }
}

// Whoever changes the secret in zooid's file changes who the relay is for all that know it.
void check_identity(const FinalView& view, Stage stage, const RelayRow& relay, Trace& trace) {
  const RelayRecord& record = view.witness.record(relay.id);
  if (record.identity_before.empty() || relay.live != true || !relay.active ||
      view.env.relay_verify == config::RelayVerify::off ||
      (stage == Stage::faults_over && view.env.relay_sweep == Milliseconds::zero())) {
    return;
  }
  const std::string shown = identity_in(http::Exchange{view.zooid.serve(relay.host)});
  if (relay.identity != record.identity_before || relay.other_identity != shown) {
    trace.violate("relay {} shows the key {}, and nothing says that it had another one", relay.id,
                  shown);
  }
}

// What holds of a relay that has all that was asked for, deleted or not.
void check_settled(const RelayRow& relay, const RelayRecord& record, Trace& trace) {
  if (record.last_command > record.last_result) {
    trace.violate("command {} on relay {} has no result", record.last_command, relay.id);
  }
  if (relay.in_doubt) {
    trace.violate("relay {} is in doubt, and nobody sends it again", relay.id);
  }
  if (record.forced) {
    trace.violate("relay {} was to be sent whatever zooid has, and was not", relay.id);
  }
}

void check_gone(const FinalView& view, const RelayRow& relay, Trace& trace) {
  if (view.zooid.relays.contains(relay.id)) {
    trace.violate("relay {} is deleted, and zooid has it", relay.id);
  }
  if (relay.live == true) {
    trace.violate("relay {} is deleted, and said to be live", relay.id);
  }
  check_settled(relay, view.witness.record(relay.id), trace);
}

void check_synced(const FinalView& view, Stage stage, const RelayRow& relay, Trace& trace) {
  const RelayRecord& record = view.witness.record(relay.id);
  const auto found = view.zooid.relays.find(relay.id);
  if (found == view.zooid.relays.end()) {
    if (stage == Stage::put_right || !record.wiped) {
      trace.violate("relay {} is synced, and zooid does not have it", relay.id);
    }
    return;
  }
  if (record.torn && stage == Stage::faults_over) {
    return;  // zooid does not say so before it is written again
  }
  const auto wanted = view.zooid.kept(relay.config);
  auto held = config_of(found->second);
  const http::Exchange served{view.zooid.serve(relay.host)};
  // No look can see the change.
  const bool hidden = is_changed(record) && shown_by(served, relay) == Shown::as_described;
  if (hidden || is_still_unnoticed(view, stage, relay)) {
    held["info"]["name"] = wanted.at("info").at("name");
    held["info"]["pubkey"] = wanted.at("info").at("pubkey");
    held["inactive"] = wanted.at("inactive");
  }
  if (held != wanted) {
    trace.violate("relay {} is synced, and zooid has something else: {}", relay.id,
                  nlohmann::json::diff(wanted, held).dump());
  }
  if (found->second.value("secret", "") != record.secret) {
    trace.violate("the secret of relay {} is not the one it was created with", relay.id);
  }
  check_settled(relay, record, trace);
  check_live(view, stage, relay, trace);
  check_identity(view, stage, relay, trace);
}

void check_pending(const FinalView& view, Stage stage, const RelayRow& relay, Trace& trace) {
  const RelayRecord& record = view.witness.record(relay.id);
  const bool held = view.tables.letter_holds(relay.id, relay.revision);
  const bool waits = stage == Stage::faults_over && view.witness.waits_with_many_lost(relay.id);
  if (!held && !waits && (stage == Stage::put_right || !record.silently_changed)) {
    trace.violate("relay {} is pending, and nobody works on it", relay.id);
  }
  if (held && stage == Stage::put_right && (relay.deleted || !host_is_taken(view, relay))) {
    trace.violate("relay {} is still a dead letter, and zooid would take it", relay.id);
  }
}

}  // namespace

void check_final_rules(const FinalView& view, Stage stage, Trace& trace) {
  for (const RelayRow& relay : view.tables.relays()) {
    if (relay.synced && relay.deleted) {
      check_gone(view, relay, trace);
    } else if (relay.synced) {
      check_synced(view, stage, relay, trace);
    } else {
      check_pending(view, stage, relay, trace);
    }
  }
}

bool is_quiet(const Witness& witness) {
  const Tables& tables = witness.tables();
  return tables.no_checks() && tables.routed() == tables.last_log_row() &&
         std::ranges::all_of(tables.syncs(), [&](const std::string& relay) {
           return witness.waits_with_many_lost(relay);
         });
}

}  // namespace tender::simulation
