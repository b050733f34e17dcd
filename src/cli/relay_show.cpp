// `tender relay show`: what a relay should be, and how far zooid is.
#include <algorithm>
#include <ostream>
#include <utility>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/model/relay_fields.hpp"
#include "tender/view/relay.hpp"

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
  return field != relay_fields().end() && !field->choices.empty() && value == "";
}

std::string show_value(const nlohmann::ordered_json& value) {
  if (value.is_boolean()) {
    return value.get<bool>() ? "yes" : "no";
  }
  return value.is_string() ? printable(value.get<std::string>(), 4096) : value.dump();
}

ExitCode show_relay(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  const auto json =
      session.relay_view().to_json(view::require_relay(session.query, invocation.names.front()));
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
