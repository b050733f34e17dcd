// `tender settings show | accept`: what the environment contributes to relays, and a person's
// consent when a change of it would take something away from them.
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/infra/setting_changes.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

std::string shown(const std::string& value) {
  return value.empty() ? "not set" : printable(value, 600);
}

// What differs only in values that are not shown would look unchanged.
std::string shown_now(const infra::SettingChange& change) {
  return change.now == change.before ? "the same, with other keys or secrets" : shown(change.now);
}

ExitCode show_settings(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  StoreSession session(invocation, store::OpenMode::existing);
  const auto changes = infra::SettingChanges(session.database, env).find();
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    for (const infra::SettingChange& change : changes) {
      array.push_back({{"name", change.name},
                       {"before", change.before},
                       {"now", change.now},
                       {"relays", change.relays},
                       {"needs_consent", change.needs_consent}});
    }
    print_json(invocation.out, array);
    return ExitCode::ok;
  }
  std::vector<std::vector<std::string>> rows{
      {"SETTING", "BEFORE", "NOW", "RELAYS", "AT NEXT START"}};
  for (const infra::SettingChange& change : changes) {
    rows.push_back({change.name, shown(change.before), shown_now(change),
                    std::to_string(change.relays),
                    change.needs_consent ? "refused until accepted" : "sends these relays again"});
  }
  if (changes.empty()) {
    invocation.err << "nothing has changed since the relays were sent\n";
  } else {
    print_table(invocation.out, rows);
  }
  return ExitCode::ok;
}

ExitCode accept_settings(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  StoreSession session(invocation, store::OpenMode::existing);
  const infra::SettingChanges settings(session.database, env);
  const auto changes = settings.find();
  settings.accept();
  for (const infra::SettingChange& change : changes) {
    fmt::print(invocation.err, "{}: {} (was {}); {} relay{} will be sent again at the next start\n",
               change.name, shown_now(change), shown(change.before), change.relays,
               change.relays == 1 ? "" : "s");
  }
  if (changes.empty()) {
    invocation.err << "nothing has changed since the relays were sent\n";
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kSettingsShow{
    .name = "settings show",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Show what has changed in the environment since the relays were sent",
    .example = "tender settings show",
    .prints_data = true,
    .options = nullptr,
    .run = show_settings};

const CommandSpec kSettingsAccept{
    .name = "settings accept",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Agree to environment changes that switch something off for relays or move them",
    .example = "tender settings accept",
    .prints_data = false,
    .options = nullptr,
    .run = accept_settings};

}  // namespace tender::cli
