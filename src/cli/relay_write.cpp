// `tender relay create | update | activate | deactivate | delete | accept-identity`: write what a
// relay should be.
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/view/relay.hpp"

#include "command.hpp"
#include "confirm.hpp"
#include "output.hpp"
#include "purge_stranger.hpp"
#include "relay_options.hpp"
#include "schedule_options.hpp"
#include "store_session.hpp"
#include "wait.hpp"

namespace tender::cli {
namespace {

// A hint only: it is the sidecar's environment that counts.
void hint_when_calls_need_settings(const StoreSession& session, const Invocation& invocation,
                                   const RelayChange& change) {
  if (change.livekit_enabled.value_or(false) && !session.has_livekit) {
    invocation.err << "--livekit has no effect until the sidecar has LIVEKIT_URL, LIVEKIT_API_KEY "
                      "and LIVEKIT_API_SECRET; this environment does not set them\n";
  }
}

// After the wait: the row then says what came of it.
void print_relay(StoreSession& session, const Invocation& invocation, const RelayId& id) {
  if (const auto relay = session.query.get_relay(id)) {
    print_json(invocation.out, session.relay_view().to_json(*relay));
  }
}

ExitCode finish_change(StoreSession& session, const Invocation& invocation, const Wait& wait,
                       const Relay& relay) {
  if (!invocation.json()) {
    fmt::print(invocation.err, "relay {} ({}) is {} at revision {}\n", visible(relay.subdomain),
               visible(relay.id.text), to_string(relay.status), relay.revision);
  }
  const ExitCode code = wait.until_in_step(session, relay);
  if (invocation.json()) {
    print_relay(session, invocation, relay.id);
  }
  return code;
}

ExitCode create(const Invocation& invocation) {
  if (!invocation.has("tenant") || !invocation.has("subdomain")) {
    throw UsageError("`tender relay create` needs --tenant and --subdomain",
                     fmt::format("for example: {}", kRelayCreate.example));
  }
  const RelayChange change = read_relay_options(invocation);
  Wait wait(invocation);
  StoreSession session(invocation, store::OpenMode::create);
  view::refuse_reserved_subdomain(change, session.reserved_subdomains);
  wait.begin(session);
  const Relay relay = session.command.create_relay(change);
  if (!invocation.json()) {
    fmt::print(invocation.out, "{}\n", relay.id.text);
    invocation.out.flush();
  }
  hint_when_calls_need_settings(session, invocation, change);
  const ExitCode code = wait.until_in_step(session, relay);
  if (invocation.json()) {
    print_relay(session, invocation, relay.id);
  }
  return code;
}

ExitCode update(const Invocation& invocation) {
  const RelayChange change = read_relay_options(invocation);
  if (!changes_anything(change)) {
    throw UsageError("`tender relay update` needs at least one option",
                     fmt::format("for example: {}", kRelayUpdate.example));
  }
  Wait wait(invocation);
  StoreSession session(invocation, store::OpenMode::existing);
  view::refuse_reserved_subdomain(change, session.reserved_subdomains);
  const Relay before = view::require_relay(session.query, invocation.names.front());
  wait.begin(session);
  const Relay relay = session.command.update_relay(before.id, change);
  hint_when_calls_need_settings(session, invocation, change);
  return finish_change(session, invocation, wait, relay);
}

// The command on the relay that is named, at another time.
ExitCode schedule_on_relay(const Invocation& invocation, StoreSession& session, const Relay& relay,
                           ScheduledCommand command) {
  return schedule_work(invocation, session, {{.command = command, .relay = relay.id}});
}

ExitCode set_status(const Invocation& invocation, Relay (store::Command::*write)(const RelayId&),
                    ScheduledCommand later) {
  if (is_scheduled(invocation)) {
    refuse_with_schedule(invocation, {"wait"});
    StoreSession session(invocation, store::OpenMode::existing);
    const Relay relay = view::require_relay(session.query, invocation.names.front());
    return schedule_on_relay(invocation, session, relay, later);
  }
  Wait wait(invocation);
  StoreSession session(invocation, store::OpenMode::existing);
  const Relay before = view::require_relay(session.query, invocation.names.front());
  wait.begin(session);
  return finish_change(session, invocation, wait, (session.command.*write)(before.id));
}

ExitCode activate(const Invocation& invocation) {
  return set_status(invocation, &store::Command::activate_relay, ScheduledCommand::activate_relay);
}

ExitCode deactivate(const Invocation& invocation) {
  return set_status(invocation, &store::Command::deactivate_relay,
                    ScheduledCommand::deactivate_relay);
}

std::vector<Option> with_wait(std::vector<Option> options) {
  options.push_back(wait_option());
  return options;
}

// And --at and --in.
std::vector<Option> with_times(std::vector<Option> options) {
  for (Option& option : later_options()) {
    options.push_back(std::move(option));
  }
  return with_wait(std::move(options));
}

// A relay that is deleted already needs no consent.
bool may_delete(const Invocation& invocation, const Relay& relay) {
  if (relay.status == RelayStatus::deleted) {
    return true;
  }
  fmt::print(
      invocation.err,
      "this deletes relay {} ({}): zooid stops serving it and deletes its configuration with its "
      "secret key. The relay cannot be restored: a new one of the same name has another "
      "identity. Its events stay in zooid's database, under the schema {}\n",
      visible(relay.subdomain), visible(relay.id.text), visible(relay.schema));
  return is_confirmed(invocation, "run it with --yes if this is what you want");
}

ExitCode delete_relay(const Invocation& invocation) {
  if (is_scheduled(invocation)) {
    refuse_with_schedule(invocation, {"wait", "purge-stranger"});
  }
  if (invocation.has("purge-stranger")) {
    return purge_stranger(invocation);
  }
  if (invocation.names.empty()) {
    throw UsageError("`tender relay delete` needs a RELAY, or --purge-stranger FILE",
                     fmt::format("for example: {}", kRelayDelete.example));
  }
  Wait wait(invocation);
  StoreSession session(invocation, store::OpenMode::existing);
  const Relay before = view::require_relay(session.query, invocation.names.front());
  if (!may_delete(invocation, before)) {
    invocation.err << "nothing was done\n";
    return ExitCode::error;
  }
  if (is_scheduled(invocation)) {
    return schedule_on_relay(invocation, session, before, ScheduledCommand::delete_relay);
  }
  wait.begin(session);
  return finish_change(session, invocation, wait, session.command.delete_relay(before.id));
}

ExitCode accept_identity(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  const Relay before = view::require_relay(session.query, invocation.names.front());
  const Relay relay = session.command.accept_relay_identity(before.id);
  if (invocation.json()) {
    print_json(invocation.out, session.relay_view().to_json(relay));
  } else {
    fmt::print(invocation.err, "relay {} ({}) has the identity {} from now on\n",
               visible(relay.subdomain), visible(relay.id.text), relay.identity);
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kRelayCreate{
    .name = "relay create",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Create a relay; prints its id",
    .example = "tender relay create --tenant npub1… --subdomain blue --name \"Blue\" --blossom",
    .prints_data = true,
    .options = [] { return with_wait(create_options()); },
    .run = create};

const CommandSpec kRelayUpdate{
    .name = "relay update",
    .arguments = "RELAY",
    .min_names = 1,
    .max_names = 1,
    .summary = "Change a relay; options that you leave out stay as they are",
    .example = "tender relay update blue --name \"Deep blue\" --no-push",
    .prints_data = true,
    .options = [] { return with_wait(update_options()); },
    .run = update};

const CommandSpec kRelayActivate{.name = "relay activate",
                                 .arguments = "RELAY",
                                 .min_names = 1,
                                 .max_names = 1,
                                 .summary = "Activate a relay: zooid serves it",
                                 .example = "tender relay activate blue",
                                 .prints_data = true,
                                 .options = [] { return with_times({}); },
                                 .run = activate};

const CommandSpec kRelayDelete{
    .name = "relay delete",
    .arguments = "[RELAY]",
    .min_names = 0,
    .max_names = 1,
    .summary = "Delete a relay for good: zooid deletes its configuration and secret key",
    .example = "tender relay delete blue",
    .prints_data = true,
    .options =
        [] {
          return with_times(
              {{"purge-stranger",
                "Instead of a RELAY: a relay of zooid that no row describes, by its "
                "file's name in ZOOID_CONFIG_DIR or its id",
                "ID|FILE"},  // no shell completes it: the file is in zooid's directory
               {"yes", "Do not ask for confirmation"}});
        },
    .run = delete_relay};

const CommandSpec kRelayAcceptIdentity{
    .name = "relay accept-identity",
    .arguments = "RELAY",
    .min_names = 1,
    .max_names = 1,
    .summary = "Accept the key with which zooid serves a relay now, instead of its first one",
    .example = "tender relay accept-identity blue",
    .prints_data = true,
    .options = nullptr,
    .run = accept_identity};

const CommandSpec kRelayDeactivate{
    .name = "relay deactivate",
    .arguments = "RELAY",
    .min_names = 1,
    .max_names = 1,
    .summary = "Deactivate a relay: zooid stops serving it and keeps its data",
    .example = "tender relay deactivate blue",
    .prints_data = true,
    .options = [] { return with_times({}); },
    .run = deactivate};

}  // namespace tender::cli
