#include "relay_options.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "tender/nostr/keys.hpp"

namespace tender::cli {
namespace {

struct TextOption {
  const char* name;
  const char* help;
  std::optional<std::string> RelayChange::*field;
};

struct Switch {
  const char* name;
  const char* help;
  std::optional<bool> RelayChange::*field;
};

constexpr std::array kTexts{
    TextOption{"subdomain", "Host name below RELAY_DOMAIN", &RelayChange::subdomain},
    TextOption{"name", "Name that people see", &RelayChange::info_name},
    TextOption{"icon", "URL of an icon", &RelayChange::info_icon},
    TextOption{"description", "Description that people see", &RelayChange::info_description},
    TextOption{"plan", "Plan that the relay is on", &RelayChange::plan},
};

constexpr std::array kSwitches{
    Switch{"blossom", "Media storage", &RelayChange::blossom_enabled},
    Switch{"livekit", "Calls", &RelayChange::livekit_enabled},
    Switch{"push", "Push notifications", &RelayChange::push_enabled},
    Switch{"groups", "Groups", &RelayChange::groups_enabled},
    Switch{"management", "Management API of the relay", &RelayChange::management_enabled},
    Switch{"public-join", "Anybody may join", &RelayChange::policy_public_join},
    Switch{"strip-signatures", "Events are served without signatures",
           &RelayChange::policy_strip_signatures},
    Switch{"public-read", "Anybody may read", &RelayChange::policy_public_read},
    Switch{"public-write", "Anybody may write", &RelayChange::policy_public_write},
};

}  // namespace

std::vector<Option> relay_options() {
  std::vector<Option> options{{"tenant", "Owner's public key, hex or npub", "KEY"}};
  for (const TextOption& option : kTexts) {
    options.push_back({option.name, option.help, "TEXT"});
  }
  for (const Switch& option : kSwitches) {
    options.push_back({option.name, option.help});
    options.push_back({fmt::format("no-{}", option.name), "and not so"});
  }
  return options;
}

RelayChange read_relay_options(const Invocation& invocation) {
  RelayChange change;
  if (invocation.has("tenant")) {
    try {
      change.tenant = nostr::PublicKey::parse(invocation.text("tenant")).hex();
    } catch (const nostr::InvalidKey& error) {
      throw UsageError(fmt::format("--tenant is {}", error.what()),
                       "give the owner's public key as 64 hex characters or as npub1…");
    }
  }
  for (const TextOption& option : kTexts) {
    if (invocation.has(option.name)) {
      change.*option.field = invocation.text(option.name);
    }
  }
  for (const Switch& option : kSwitches) {
    change.*option.field = invocation.flag(option.name);
  }
  return change;
}

bool changes_anything(const RelayChange& change) {
  bool any = change.tenant.has_value();
  for (const TextOption& option : kTexts) {
    any = any || (change.*option.field).has_value();
  }
  for (const Switch& option : kSwitches) {
    any = any || (change.*option.field).has_value();
  }
  return any;
}

}  // namespace tender::cli
