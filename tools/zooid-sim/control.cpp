#include "zooid-sim/control.hpp"

#include <charconv>
#include <limits>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/keys.hpp"

#include "zooid-sim/faults_json.hpp"

namespace zooid_sim {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxControlBody = 4'000'000;

Answer add_faults(Core& core, const Request& request) {
  const auto document = tender::parse_json(request.body, kMaxControlBody);
  if (!document) {
    return error_answer(400, "the body is not JSON");
  }
  const json list = document->is_array() ? *document : json::array({*document});
  std::vector<Fault> faults;
  for (const json& each : list) {
    FaultResult result = read_fault(each);
    if (!result.fault) {
      return error_answer(400, result.error);
    }
    faults.push_back(std::move(*result.fault));
  }
  json ids = json::array();
  for (Fault& fault : faults) {
    ids.push_back(core.front.faults.add(std::move(fault)));
  }
  return json_answer(201, {{"ids", ids}});
}

Answer list_faults(Core& core, const Request&) {
  json rules = json::array();
  for (const Faults::Rule& rule : core.front.faults.rules()) {
    rules.push_back(to_json(rule));
  }
  return json_answer(200, {{"faults", rules}});
}

Answer clear_faults(Core& core, const Request&) {
  return json_answer(200, {{"removed", core.front.faults.clear()}});
}

// GET /journal?since=SEQ: the requests after that one.
Answer show_journal(Core& core, const Request& request) {
  std::uint64_t since = 0;
  const std::string text = request.parameter("since").value_or("");
  std::from_chars(text.data(), text.data() + text.size(), since);
  const auto& events = core.front.journal.events();
  json requests = json::array();
  for (auto event = events.upper_bound(since); event != events.end(); ++event) {
    requests.push_back(to_json(event->second));
  }
  return json_answer(200, {{"requests", requests}});
}

Answer clear_journal(Core& core, const Request&) {
  core.front.journal.clear();
  return json_answer(200, json::object());
}

json history_of(const RelayHistory& history) {
  return {{"creations", history.creations},
          {"secret_changes", history.secret_changes},
          {"reloads", history.reloads}};
}

json show_relay(Core& core, const std::string& id, const StoredRelay& relay) {
  json shown = history_of(core.store.history().at(id));
  shown["loaded"] = core.watcher.loaded(id);
  if (relay.config) {
    shown["config"] = to_json(*relay.config, core.generation);
    shown["members"] = core.members.of(id, *relay.config);
  } else {
    shown["config"] = nullptr;
    shown["error"] = relay.error;
  }
  return shown;
}

Answer show_relays(Core& core, const Request&) {
  core.store.refresh();
  core.watcher.run();
  json relays = json::object();
  for (const auto& [id, relay] : core.store.relays()) {
    relays[id] = show_relay(core, id, relay);
  }
  return json_answer(200, {{"relays", relays}});
}

// Relays that are gone are counted too: a creation stays a creation.
Answer show_stats(Core& core, const Request&) {
  core.store.refresh();
  core.watcher.run();
  const Traffic& traffic = core.front.traffic;
  json statuses = json::object();
  for (const auto& [status, count] : traffic.by_status()) {
    statuses[std::to_string(status)] = count;
  }
  json relays = json::object();
  for (const auto& [id, history] : core.store.history()) {
    relays[id] = history_of(history);
  }
  for (const auto& [id, counts] : traffic.relays()) {
    json& shown = relays[id];
    if (shown.is_null()) {
      shown = history_of({});
    }
    shown["writes"] = counts.writes;
    shown["concurrent"] = counts.concurrent;
    shown["max_concurrent"] = counts.max_concurrent;
  }
  return json_answer(200, {{"requests", traffic.requests()},
                           {"in_flight", traffic.in_flight()},
                           {"max_in_flight", traffic.max_in_flight()},
                           {"by_status", statuses},
                           {"watching", core.watcher.watching()},
                           {"reloads_waiting", core.watcher.waiting()},
                           {"relays", relays}});
}

Answer wipe(Core& core, const Request&) {
  const std::size_t removed = core.store.wipe();
  core.watcher.run();
  return json_answer(200, {{"removed", removed}});
}

Answer set_clock(Core& core, const Request& request) {
  const auto document = tender::parse_json(request.body, kMaxControlBody);
  if (!document || !document->is_object() || !document->contains("offset_seconds") ||
      !document->at("offset_seconds").is_number_integer()) {
    return error_answer(400, "the body must be {\"offset_seconds\": N}");
  }
  core.skewed.set_offset(std::chrono::seconds(document->at("offset_seconds").get<int>()));
  return json_answer(200, json::object());
}

// PUT /volume with {"bytes": N}, or null for no limit.
Answer set_volume(Core& core, const Request& request) {
  const auto document = tender::parse_json(request.body, kMaxControlBody);
  if (!document || !document->is_object() || !document->contains("bytes") ||
      !(document->at("bytes").is_number_unsigned() || document->at("bytes").is_null())) {
    return error_answer(400, "the body must be {\"bytes\": N} or {\"bytes\": null}");
  }
  const json& bytes = document->at("bytes");
  core.store.set_capacity(bytes.is_null() ? std::numeric_limits<std::uintmax_t>::max()
                                          : bytes.get<std::uintmax_t>());
  return json_answer(200, json::object());
}

Answer show_health(Core& core, const Request&) {
  core.store.refresh();
  core.watcher.run();
  return json_answer(
      200, {{"ok", true}, {"api_url", core.api_url}, {"relays", core.store.relays().size()}});
}

// PUT /relays/{id}/members with {"members": [hex or npub, …]}.
Answer set_members(Core& core, const Request& request) {
  const std::string& id = request.segments.at("id");
  core.store.refresh();
  core.watcher.run();
  if (core.store.find(id) == nullptr) {
    return error_answer(404, "relay not found");
  }
  const auto document = tender::parse_json(request.body, kMaxControlBody);
  if (!document || !document->is_object() || !document->contains("members") ||
      !document->at("members").is_array()) {
    return error_answer(400, "the body must be {\"members\": [\"<pubkey>\", …]}");
  }
  std::set<std::string> pubkeys;
  for (const json& member : document->at("members")) {
    try {
      pubkeys.insert(tender::nostr::PublicKey::parse(member.get<std::string>()).hex());
    } catch (const std::exception&) {
      return error_answer(400, "not a public key: " + member.dump());
    }
  }
  core.members.set(id, pubkeys);
  return json_answer(200, {{"members", pubkeys}});
}

Answer no_route(Core&, const Request&) {
  return error_answer(404, "no such route in the control API: see docs/zooid-sim.md");
}

using Action = Answer (*)(Core&, const Request&);

struct ControlRoute {
  std::string_view method;
  std::string_view pattern;
  Action action;
};

constexpr ControlRoute kRoutes[] = {
    {"POST", "/faults", add_faults},
    {"GET", "/faults", list_faults},
    {"DELETE", "/faults", clear_faults},
    {"GET", "/journal", show_journal},
    {"DELETE", "/journal", clear_journal},
    {"GET", "/relays", show_relays},
    {"PUT", "/relays/{id}/members", set_members},
    {"GET", "/stats", show_stats},
    {"POST", "/wipe", wipe},
    {"PUT", "/clock", set_clock},
    {"PUT", "/volume", set_volume},
    {"GET", "/health", show_health},
};

tender::http::Handler handler(std::shared_ptr<Core> core, Action action) {
  return [core, action](Request request) -> boost::asio::awaitable<Reply> {
    Reply reply(action(*core, request));
    co_return reply;
  };
}

}  // namespace

tender::http::Routes control_routes(std::shared_ptr<Core> core) {
  tender::http::Routes routes;
  for (const ControlRoute& route : kRoutes) {
    routes.add(route.method, route.pattern, handler(core, route.action));
  }
  routes.otherwise(handler(core, no_route));
  return routes;
}

}  // namespace zooid_sim
