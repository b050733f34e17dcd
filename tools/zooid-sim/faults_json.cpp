#include "zooid-sim/faults_json.hpp"

#include <functional>
#include <map>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace zooid_sim {
namespace {

using nlohmann::json;

constexpr Fault::Action kActions[] = {
    Fault::Action::pass,         Fault::Action::status,   Fault::Action::hang,
    Fault::Action::drop,         Fault::Action::truncate, Fault::Action::garbage,
    Fault::Action::garbage_json, Fault::Action::oversize, Fault::Action::reload_fails};

Fault::Action read_action(const json& value) {
  for (const Fault::Action action : kActions) {
    if (value == to_string(action)) {
      return action;
    }
  }
  throw std::invalid_argument("unknown action " + value.dump());
}

std::int64_t read_number(const json& value) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > 1'000'000'000) {
    throw std::invalid_argument("not a number from 0 to 1000000000: " + value.dump());
  }
  return value.get<std::int64_t>();
}

tender::Milliseconds read_wait(const json& value) {
  return tender::Milliseconds(read_number(value));
}

void read_count(Fault& fault, const json& value) {
  if (value == "forever") {
    fault.forever();
  } else if (const auto count = static_cast<int>(read_number(value)); count > 0) {
    fault.times(count);
  } else {
    throw std::invalid_argument("count must be a number above 0 or \"forever\"");
  }
}

void read_body(Fault& fault, const json& value) {
  fault.body = value.is_string() ? value.get<std::string>() : value.dump();
}

void read_headers(Fault& fault, const json& value) {
  for (const auto& [name, text] : value.items()) {
    fault.header(name, text.get<std::string>());
  }
}

using Setter = std::function<void(Fault&, const json&)>;

const std::map<std::string, Setter>& members() {
  static const std::map<std::string, Setter> table = {
      {"action", [](Fault& fault, const json& v) { fault.action = read_action(v); }},
      {"applied", [](Fault& fault, const json& v) { fault.applies = v.get<bool>(); }},
      {"status",
       [](Fault& fault, const json& v) { fault.status = static_cast<int>(read_number(v)); }},
      {"headers", read_headers},
      {"body", read_body},
      {"size",
       [](Fault& fault, const json& v) { fault.size = static_cast<std::size_t>(read_number(v)); }},
      {"delay_before_ms", [](Fault& fault, const json& v) { fault.before = read_wait(v); }},
      {"delay_after_ms", [](Fault& fault, const json& v) { fault.after = read_wait(v); }},
      {"count", read_count},
      {"method", [](Fault& fault, const json& v) { fault.on(v.get<std::string>()); }},
      {"relay", [](Fault& fault, const json& v) { fault.relay(v.get<std::string>()); }},
      {"path", [](Fault& fault, const json& v) { fault.path(v.get<std::string>()); }},
      {"host", [](Fault& fault, const json& v) { fault.host(v.get<std::string>()); }},
  };
  return table;
}

}  // namespace

FaultResult read_fault(const json& document) {
  if (!document.is_object()) {
    return {std::nullopt, "a fault must be a JSON object"};
  }
  Fault fault;
  try {
    for (const auto& [name, value] : document.items()) {
      const auto member = members().find(name);
      if (member == members().end()) {
        return {std::nullopt, "unknown member \"" + name + "\""};
      }
      member->second(fault, value);
    }
  } catch (const std::invalid_argument& error) {
    return {std::nullopt, error.what()};
  } catch (const json::exception& error) {
    return {std::nullopt, error.what()};
  }
  if (fault.action == Fault::Action::status && (fault.status < 200 || fault.status > 599)) {
    return {std::nullopt, "action \"status\" needs a status from 200 to 599"};
  }
  return {fault, {}};
}

json to_json(const Faults::Rule& rule) {
  const Fault& fault = rule.fault;
  json document = {{"id", rule.id},
                   {"action", to_string(fault.action)},
                   {"applied", fault.works()},
                   {"delay_before_ms", fault.before.count()},
                   {"delay_after_ms", fault.after.count()}};
  document["count"] = fault.left ? json(*fault.left) : json("forever");
  const std::pair<const char*, const std::optional<std::string>&> matches[] = {
      {"method", fault.wanted_method},
      {"relay", fault.wanted_relay},
      {"path", fault.wanted_path},
      {"host", fault.wanted_host}};
  for (const auto& [name, wanted] : matches) {
    if (wanted) {
      document[name] = *wanted;
    }
  }
  if (fault.status != 0) {
    document["status"] = fault.status;
  }
  return document;
}

}  // namespace zooid_sim
