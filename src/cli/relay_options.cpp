#include "relay_options.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/base/number.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::cli {
namespace {

enum class Defaults : std::uint8_t { shown, left_out };

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
    std::string all = fmt::format("{} options have invalid values:", list_.size());
    for (const Fault& fault : list_) {
      all += fmt::format("\n  {}; {}", fault.what, fault.remedy);
    }
    throw UsageError(all, "nothing was written; correct them and run the command again");
  }

 private:
  struct Fault {
    std::string what;
    std::string remedy;
  };
  std::vector<Fault> list_;
};

std::optional<std::string> read_key(std::string_view option, std::string_view whose,
                                    const std::string& text, Faults& faults) {
  try {
    return nostr::PublicKey::parse(text).hex();
  } catch (const nostr::InvalidKey& error) {
    // Without the value: it may be a secret key, given by mistake.
    faults.add(
        fmt::format("--{} is {}", option, error.what()),
        fmt::format("give the {}'s public key as 64 hex characters, npub1… or nprofile1…", whose));
    return std::nullopt;
  }
}

// One field's option, and its value on the command line as the field's type.
class OptionReader {
 public:
  OptionReader(const Invocation& invocation, const RelayField& field, Faults& faults)
      : invocation_(invocation), field_(field), name_(field.option), faults_(faults) {}

  void read(std::optional<std::string>& value) const {
    if (!invocation_.has(name_)) {
      return;
    }
    const std::string& text = invocation_.text(name_);
    value = field_.column == "tenant" ? read_key(name_, "owner", text, faults_) : text;
    if (!field_.choices.empty() && text == kDefaultChoice) {
      value = "";
    }
  }

  void read(std::optional<bool>& value) const {
    try {
      value = invocation_.flag(name_);
    } catch (const UsageError& error) {
      faults_.add(error.what(), error.remedy());
    }
  }

  void read(std::optional<std::int64_t>& value) const {
    if (!invocation_.has(name_)) {
      return;
    }
    value = parse_integer(invocation_.text(name_));
    if (!value) {
      faults_.add(
          fmt::format("--{} \"{}\" is not a number", name_, printable(invocation_.text(name_), 40)),
          fmt::format("give one from {} to {}", field_.smallest, field_.largest));
    }
  }

  // No option sets these.
  void read(std::optional<RelayId>&) const {}
  void read(std::optional<RelayStatus>&) const {}

 private:
  const Invocation& invocation_;
  const RelayField& field_;
  std::string name_;
  Faults& faults_;
};

std::vector<std::string> read_admins(const Invocation& invocation, std::string_view option,
                                     Faults& faults) {
  std::vector<std::string> keys;
  for (const std::string& text : invocation.list(option)) {
    if (auto key = read_key(option, "admin", text, faults)) {
      keys.push_back(*std::move(key));
    }
  }
  return keys;
}

// The same rules as everywhere, as far as they are about what was given here.
void check_values(const RelayChange& change, Faults& faults) {
  Relay relay;
  apply(change, relay);
  for (FieldFault& fault : validate(relay)) {
    for (const RelayField& field : relay_fields()) {
      if (fault.field == field.column && sets(change, field)) {
        faults.add(fmt::format("--{} {}", field.option, fault.problem), std::move(fault.remedy));
      }
    }
  }
}

// How help shows an option of each type.
void describe(const RelayField& field, const std::string& initial, Defaults defaults,
              Option& option) {
  option.value_name = field.column == "tenant" ? "KEY" : "TEXT";
  if (!field.choices.empty()) {
    option.value_name = "ANSWER";
    option.values.assign(field.choices.begin(), field.choices.end());
    option.values.emplace_back(kDefaultChoice);
  }
  if (field.largest > 0) {
    option.help += fmt::format(", up to {} bytes", field.largest);
  }
  if (!initial.empty() && defaults == Defaults::shown) {
    option.help += fmt::format(" (default: {})", initial);
  }
}
void describe(const RelayField&, bool initial, Defaults defaults, Option& option) {
  option.negatable = true;
  if (defaults == Defaults::shown) {
    option.help += fmt::format(" (default: {})", initial ? "on" : "off");
  }
}
void describe(const RelayField& field, std::int64_t initial, Defaults defaults, Option& option) {
  option.value_name = "N";
  option.help += fmt::format(", {} to {}", field.smallest, field.largest);
  if (defaults == Defaults::shown) {
    option.help += fmt::format(" (default: {})", initial);
  }
}
void describe(const RelayField&, const RelayId&, Defaults, Option&) {}
void describe(const RelayField&, RelayStatus, Defaults, Option&) {}

std::vector<Option> relay_options(Defaults defaults) {
  const Relay initial;
  std::vector<Option> options;
  for (const RelayField& field : relay_fields()) {
    if (!field.option.empty()) {
      Option& option =
          options.emplace_back(Option{std::string(field.option), std::string(field.help)});
      std::visit(
          [&](const auto& member) { describe(field, initial.*member.relay, defaults, option); },
          field.member);
    }
  }
  options.push_back({.name = "admin",
                     .help =
                         "Public key of one who administers the relay beside its owner, hex, npub "
                         "or nprofile; can be given more than once",
                     .value_name = "KEY",
                     .repeatable = true});
  options.push_back({.name = "no-admin",
                     .help = "Take this key off the list of admins; can be given more than once",
                     .value_name = "KEY",
                     .repeatable = true});
  return options;
}

}  // namespace

std::vector<Option> create_options() {
  return relay_options(Defaults::shown);
}

std::vector<Option> update_options() {
  return relay_options(Defaults::left_out);
}

RelayChange read_relay_options(const Invocation& invocation) {
  RelayChange change;
  Faults faults;
  for (const RelayField& field : relay_fields()) {
    const OptionReader reader(invocation, field, faults);
    std::visit(
        [&](const auto& member) {
          if (member.change != nullptr) {
            reader.read(change.*member.change);
          }
        },
        field.member);
  }
  change.add_admins = read_admins(invocation, "admin", faults);
  change.remove_admins = read_admins(invocation, "no-admin", faults);
  for (const std::string& key : change.add_admins) {
    if (std::ranges::find(change.remove_admins, key) != change.remove_admins.end()) {
      faults.add(fmt::format("--admin and --no-admin both name {}", key), "give one of the two");
    }
  }
  check_values(change, faults);
  faults.throw_if_any();
  return change;
}

bool sets(const RelayChange& change, const RelayField& field) {
  return std::visit(
      [&change](const auto& member) {
        return member.change != nullptr && (change.*member.change).has_value();
      },
      field.member);
}

bool changes_anything(const RelayChange& change) {
  const auto fields = relay_fields();
  return !change.add_admins.empty() || !change.remove_admins.empty() ||
         std::ranges::any_of(fields,
                             [&change](const RelayField& field) { return sets(change, field); });
}

}  // namespace tender::cli
