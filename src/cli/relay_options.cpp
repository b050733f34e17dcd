#include "relay_options.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tender/nostr/keys.hpp"

namespace tender::cli {
namespace {

struct TextOption {
  const char* name;
  const char* column;  // as FieldFault names it
  const char* help;
  std::optional<std::string> RelayChange::*field;
};

struct Switch {
  const char* name;
  const char* help;
  std::optional<bool> RelayChange::*field;
};

constexpr std::array kTexts{
    TextOption{"subdomain", "subdomain",
               "Host name below RELAY_DOMAIN: 1 to 63 of a-z, 0-9 and '-', a letter first",
               &RelayChange::subdomain},
    TextOption{"name", "info_name", "Name that people see, up to 256 bytes",
               &RelayChange::info_name},
    TextOption{"icon", "info_icon", "http or https URL of an icon, up to 4096 bytes",
               &RelayChange::info_icon},
    TextOption{"description", "info_description", "Description that people see, up to 4096 bytes",
               &RelayChange::info_description},
    TextOption{"plan", "plan", "Plan that the relay is on, up to 256 bytes", &RelayChange::plan},
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

// What is wrong on the command line, all of it: a person corrects a command in one go.
class Faults {
 public:
  void add(std::string what, std::string remedy) {
    list_.push_back({std::move(what), std::move(remedy)});
  }

  void throw_if_any() const {
    if (list_.empty()) {
      return;
    }
    if (list_.size() == 1) {
      throw UsageError(list_[0].what, list_[0].remedy);
    }
    std::string all = fmt::format("{} options have wrong values:", list_.size());
    for (const Fault& fault : list_) {
      all += fmt::format("\n  {}; {}", fault.what, fault.remedy);
    }
    throw UsageError(all, "correct them, and give the command again: nothing was written");
  }

 private:
  struct Fault {
    std::string what;
    std::string remedy;
  };
  std::vector<Fault> list_;
};

void read_tenant(const Invocation& invocation, RelayChange& change, Faults& faults) {
  try {
    change.tenant = nostr::PublicKey::parse(invocation.text("tenant")).hex();
  } catch (const nostr::InvalidKey& error) {
    // Without the value: it may be a secret key, given by mistake.
    faults.add(fmt::format("--tenant is {}", error.what()),
               "give the owner's public key as 64 hex characters or as npub1…");
  }
}

// The same rules as everywhere, as far as they are about what was given here.
void check_texts(const RelayChange& change, Faults& faults) {
  Relay relay;
  apply(change, relay);
  for (FieldFault& fault : validate(relay)) {
    for (const TextOption& option : kTexts) {
      if (fault.field == option.column && (change.*option.field).has_value()) {
        faults.add(fmt::format("--{} {}", option.name, fault.problem), std::move(fault.remedy));
      }
    }
  }
}

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
  Faults faults;
  if (invocation.has("tenant")) {
    read_tenant(invocation, change, faults);
  }
  for (const TextOption& option : kTexts) {
    if (invocation.has(option.name)) {
      change.*option.field = invocation.text(option.name);
    }
  }
  check_texts(change, faults);
  for (const Switch& option : kSwitches) {
    try {
      change.*option.field = invocation.flag(option.name);
    } catch (const UsageError& error) {
      faults.add(error.what(), error.remedy());
    }
  }
  faults.throw_if_any();
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
