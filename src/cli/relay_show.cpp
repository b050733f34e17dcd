// `tender relay show`: what a relay should be, and how far zooid is.
#include <algorithm>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/config/config_error.hpp"
#include "tender/config/env.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/view/relay.hpp"
#include "tender/zooid/config_comparison.hpp"
#include "tender/zooid/config_directory.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

bool is_time(std::string_view field) {
  return field == "created_at" || field == "seen_at";
}

// As the option takes it.
bool is_default_choice(std::string_view column, const nlohmann::ordered_json& value) {
  const auto field = std::ranges::find(relay_fields(), column, &RelayField::column);
  return field != relay_fields().end() && !field->choices.empty() && value.is_string() &&
         value.get<std::string>().empty();
}

// What the relay's file shows that this zooid drops. Nothing: it is not known, because there is no
// such file here, or not the environment that tells what it should hold.
std::optional<std::vector<std::string>> unsupported_fields(const Invocation& invocation,
                                                           const StoreSession& session,
                                                           const Relay& relay) {
  if (!session.zooid_config_dir) {
    return std::nullopt;
  }
  std::vector<std::string> names;
  try {
    const config::Env env = config::load_env(invocation.environment, invocation.env_file);
    const auto file = zooid::ConfigDirectory(*session.zooid_config_dir).read(relay.id);
    if (!file || !file->whole()) {
      return std::nullopt;
    }
    const auto taken_at = session.query.find_last_sync(relay.id);
    for (const FieldDrift& each : zooid::compare(relay, env, *file, taken_at).unsupported) {
      names.push_back(each.field);
    }
  } catch (const config::ConfigError&) {
    return std::nullopt;
  } catch (const zooid::ConfigDirectoryError&) {
    return std::nullopt;
  }
  return names;
}

std::string show_value(const nlohmann::ordered_json& value) {
  if (value.is_boolean()) {
    return value.get<bool>() ? "yes" : "no";
  }
  return value.is_string() ? printable(value.get<std::string>(), 4096) : value.dump();
}

ExitCode show_relay(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  const Relay relay = view::require_relay(session.query, invocation.names.front());
  const auto unsupported = unsupported_fields(invocation, session, relay);
  auto json = session.relay_view().to_json(relay);
  if (unsupported) {
    json["unsupported"] = *unsupported;
  }
  if (invocation.json()) {
    print_json(invocation.out, json);
    return ExitCode::ok;
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [field, value] : json.items()) {
    std::string shown = show_value(value);
    if (is_time(field) && value.is_number()) {
      shown = format_time(TimePoint(Milliseconds(value.get<std::int64_t>())));
    } else if (is_default_choice(field, value)) {
      shown = kDefaultChoice;
    } else if (field == "unsupported" && unsupported) {
      shown = unsupported->empty() ? "none" : fmt::format("{}", fmt::join(*unsupported, ", "));
    }
    rows.push_back({field, std::move(shown)});
  }
  print_table(invocation.out, rows);
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kRelayShow{.name = "relay show",
                             .arguments = "RELAY",
                             .min_names = 1,
                             .max_names = 1,
                             .summary = "Show one relay, by id or subdomain",
                             .example = "tender relay show blue",
                             .prints_data = true,
                             .options = nullptr,
                             .run = show_relay};

}  // namespace tender::cli
