#include "relay_file.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/base/nearest.hpp"
#include "tender/base/number.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::cli {
namespace {

constexpr std::size_t kFieldSlip = 3;
constexpr std::size_t kQuoted = 60;  // of a value in a message

int yaml_line(const YAML::Node& node) {
  return node.Mark().line + 1;
}

// JSON writes a character beyond 16 bits as two escapes, which YAML does not know: \uD83D\uDE00 is
// \U0001F600. Outside of texts JSON has no backslash.
std::string join_surrogates(std::string text) {
  const auto unit_at = [&text](std::size_t at,
                               std::uint32_t least) -> std::optional<std::uint32_t> {
    std::uint32_t unit = 0;
    if (at + 6 > text.size() || text.compare(at, 2, "\\u") != 0) {
      return std::nullopt;
    }
    const char* const digits = text.data() + at + 2;
    const auto parsed = std::from_chars(digits, digits + 4, unit, 16);
    return parsed.ptr == digits + 4 && unit >= least && unit < least + 0x400 ? std::optional(unit)
                                                                             : std::nullopt;
  };
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at + 2)) {
    const auto high = unit_at(at, 0xd800);
    const auto low = unit_at(at + 6, 0xdc00);
    if (high && low) {
      const std::uint32_t character = 0x10000 + ((*high - 0xd800) << 10) + (*low - 0xdc00);
      text.replace(at, 12, fmt::format("\\U{:08X}", character));
    }
  }
  return text;
}

bool is_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
}

// What `relay show --json` prints and no file can set.
bool is_of_tender(std::string_view name) {
  static const auto printed = to_json(Relay());
  return printed.contains(name) || name == "state" || name == "host" || name == "url" ||
         name == "host_in_zooid" || name == "unsupported";
}

std::string near_field(std::string_view name) {
  std::vector<std::string> known;
  for (const RelayField& field : relay_fields()) {
    known.emplace_back(field.column);
  }
  const std::string meant = nearest(name, known, kFieldSlip);
  return meant.empty() ? "see docs/cli.md for the names" : fmt::format("did you mean {}?", meant);
}

class Reading {
 public:
  RelayFile take() && { return std::move(file_); }

  void read(const std::string& text) {
    YAML::Node list;
    try {
      list = YAML::Load(is_json(text) ? join_surrogates(text) : text);
    } catch (const YAML::Exception& error) {
      fault(error.mark.line + 1, fmt::format("it is neither YAML nor JSON: {}", error.msg),
            "correct it there, or just before");
      return;
    }
    if (!list.IsSequence()) {
      fault(1, "it is not a list of relays", "begin each relay with `- subdomain: NAME`");
      return;
    }
    for (const YAML::Node& entry : list) {
      read_relay(entry);
    }
  }

 private:
  void fault(int line, std::string_view what, std::string_view remedy) {
    file_.faults.push_back(fmt::format("line {}: {}; {}", line, what, remedy));
  }

  void read_relay(const YAML::Node& entry) {
    if (!entry.IsMap()) {
      fault(yaml_line(entry), "it is not a relay", "write a relay as `subdomain: NAME` and so on");
      return;
    }
    DescribedRelay relay;
    relay.line = yaml_line(entry);
    std::set<std::string> names;
    for (const auto& field : entry) {
      const std::string name = field.first.IsScalar() ? field.first.Scalar() : std::string();
      if (!names.insert(name).second) {
        fault(yaml_line(field.first), fmt::format("{} is given twice", printable(name, kQuoted)),
              "remove one of them");
      } else {
        read_field(name, yaml_line(field.first), field.second, relay);
      }
    }
    if (!names.contains("subdomain")) {
      fault(relay.line, "the relay has no subdomain", "add one: relays are told apart by it");
    } else if (!relay.subdomain.empty()) {
      add(std::move(relay));
    }
  }

  void add(DescribedRelay relay) {
    const auto [first, is_new] = lines_.try_emplace(relay.subdomain, relay.line);
    if (is_new) {
      file_.relays.push_back(std::move(relay));
    } else {
      fault(relay.line,
            fmt::format("{} is described in line {} already", printable(relay.subdomain, kQuoted),
                        first->second),
            "remove one of them");
    }
  }

  void read_field(const std::string& name, int line, const YAML::Node& value,
                  DescribedRelay& relay) {
    const auto fields = relay_fields();
    const auto field = std::ranges::find(fields, name, &RelayField::column);
    if (name == "admins") {
      return read_admins(Place{line, name, value, false}, relay);
    }
    if (field == fields.end()) {
      if (!is_of_tender(name)) {
        fault(line, fmt::format("there is no field \"{}\"", printable(name, kQuoted)),
              near_field(name));
      }
      return;
    }
    const Place place{line, name, value, !field->choices.empty()};
    std::visit(
        [&](const auto& member) {
          if (member.change != nullptr) {
            read_value(place, relay.change.*member.change);
          }
        },
        field->member);
    if (name == "subdomain") {
      relay.subdomain = relay.change.subdomain.value_or("");
    } else if (name == "id") {
      relay.id = text_of(place).value_or("");
    } else if (name == "status") {
      relay.status = status_of(place);
    } else if (name == "tenant" && relay.change.tenant) {
      relay.change.tenant = key_of(place, *relay.change.tenant);
    }
  }

  struct Place {
    int line;
    const std::string& name;
    const YAML::Node& value;
    bool is_choice;
  };

  void fault_of_value(const Place& place, std::string_view expected) {
    const std::string shown = place.value.IsScalar()
                                  ? fmt::format(" \"{}\"", printable(place.value.Scalar(), kQuoted))
                                  : std::string();
    fault(place.line, fmt::format("{}{} is not {}", place.name, shown, expected),
          fmt::format("write {}", expected));
  }

  std::optional<std::string> text_of(const Place& place) {
    if (!place.value.IsScalar()) {  // ~ and null are not
      fault_of_value(place, "a text");
      return std::nullopt;
    }
    return place.value.Scalar();
  }

  void read_value(const Place& place, std::optional<std::string>& into) {
    into = text_of(place);
    if (place.is_choice && into == kDefaultChoice) {
      into->clear();
    }
  }

  void read_value(const Place& place, std::optional<bool>& into) {
    const bool plain = place.value.IsScalar() && place.value.Tag() != "!";  // not in quotes
    const std::string text = plain ? place.value.Scalar() : std::string();
    if (text == "true" || text == "false") {
      into = text == "true";
    } else {
      fault_of_value(place, "true or false");
    }
  }

  void read_value(const Place& place, std::optional<std::int64_t>& into) {
    into = place.value.IsScalar() ? parse_integer(place.value.Scalar()) : std::nullopt;
    if (!into) {
      fault_of_value(place, "a whole number");
    }
  }

  // No change sets these.
  void read_value(const Place&, std::optional<RelayId>&) {}
  void read_value(const Place&, std::optional<RelayStatus>&) {}

  std::optional<RelayStatus> status_of(const Place& place) {
    const auto text = text_of(place);
    const auto status = text ? parse_relay_status(*text) : std::nullopt;
    if (text && (!status || status == RelayStatus::deleted)) {
      fault(place.line,
            fmt::format("status \"{}\" is not active or inactive", printable(*text, kQuoted)),
            "write one of them; `tender relay delete` deletes a relay");
      return std::nullopt;
    }
    return status;
  }

  // null is what `relay show --json` prints of a relay that never had any.
  void read_admins(const Place& place, DescribedRelay& relay) {
    if (place.value.IsNull()) {
      return;
    }
    if (!place.value.IsSequence()) {
      return fault_of_value(place, "a list of public keys");
    }
    std::set<std::string> keys;
    for (const YAML::Node& each : place.value) {
      const auto text = text_of({place.line, place.name, each, false});
      if (const auto key = text ? key_of(place, *text) : std::nullopt) {
        keys.insert(*key);
      }
    }
    relay.admins.emplace(keys.begin(), keys.end());
  }

  std::optional<std::string> key_of(const Place& place, const std::string& text) {
    try {
      return nostr::PublicKey::parse(text).hex();
    } catch (const nostr::InvalidKey& error) {
      // Without the value: it may be a secret key, given by mistake.
      fault(place.line, fmt::format("{} is {}", place.name, error.what()),
            "write a public key as 64 hex characters, npub1… or nprofile1…");
      return std::nullopt;
    }
  }

  RelayFile file_;
  std::map<std::string, int> lines_;  // where each subdomain is described
};

}  // namespace

RelayFile read_relay_file(const std::string& text) {
  Reading reading;
  reading.read(text);
  return std::move(reading).take();
}

}  // namespace tender::cli
