#include "tender/hook/stored_secret.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/base/error.hpp"
#include "tender/base/log.hpp"
#include "tender/config/variable.hpp"
#include "tender/hook/invalid_trigger.hpp"

namespace tender::hook {
namespace {

constexpr std::string_view kReference = "env:";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

bool is_reference(std::string_view text) {
  return text.starts_with(kReference);
}

void check_reference(std::string_view text) {
  const std::string_view name = text.substr(std::min(kReference.size(), text.size()));
  if (!is_reference(text) || !is_variable_name(name)) {
    throw InvalidTrigger("the reference to a secret is not `env:` and the name of a variable",
                         "write it like env:BILLING_SECRET");
  }
  // A secret that was pasted behind `env:` would be kept as it is, and shown.
  if (name.starts_with("whsec_") || name.starts_with("whsk_") || name.starts_with("whpk_")) {
    throw InvalidTrigger("what follows `env:` is a secret, and not the name of a variable",
                         "give the secret without `env:`, or put it into a variable and name that");
  }
  if (config::is_known(name) || config::has_our_prefix(name)) {
    throw InvalidTrigger(fmt::format("{} is a variable of tender itself", name),
                         "keep the secret of the trigger in a variable of its own");
  }
}

Secret reveal_stored(std::string_view stored, std::string_view owner, const SecretBox* box,
                     const config::Environment& environment) {
  if (is_reference(stored)) {
    check_reference(stored);
    const std::string_view name = stored.substr(kReference.size());
    const auto found = environment.find(name);
    if (found == environment.end() || found->second.empty()) {
      throw Error(fmt::format("{}, the secret of the trigger {}, is not set in the environment",
                              name, printable(owner, 100)),
                  "set the variable where tender is started, and restart it");
    }
    return Secret(found->second);
  }
  if (box == nullptr) {
    throw Error(fmt::format("the secret of the trigger {} is encrypted, and TRIGGER_KEY_FILE is "
                            "not set",
                            printable(owner, 100)),
                "name the file with the key that it was encrypted with");
  }
  return box->open(stored, owner);
}

}  // namespace tender::hook
