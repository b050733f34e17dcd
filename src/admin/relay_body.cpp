#include "relay_body.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"
#include "tender/store/command.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

constexpr std::size_t kQuoted = 60;  // bytes of a name in a message

class Reading {
 public:
  RelayBody read(const nlohmann::json& object) {
    body_.fields = object.size();
    for (const auto& [name, value] : object.items()) {
      read_field(name, value);
    }
    if (!faults_.empty()) {
      throw BadRequest(faults_, "correct the body and send it again; nothing was written");
    }
    return std::move(body_);
  }

 private:
  void fault(const std::string& text) { faults_ += (faults_.empty() ? "" : "; ") + text; }

  void read_field(const std::string& name, const nlohmann::json& value) {
    if (name == "admins") {
      return read_admins(value);
    }
    const auto fields = relay_fields();
    const auto field = std::ranges::find(fields, name, &RelayField::column);
    const bool is_set =
        field != fields.end() &&
        std::visit([](const auto& member) { return member.change != nullptr; }, field->member);
    if (!is_set) {
      return fault(fmt::format("\"{}\" is not a field that can be set", printable(name, kQuoted)));
    }
    std::visit([&](const auto& member) { read_value(name, value, body_.change.*member.change); },
               field->member);
    if (name == "tenant" && body_.change.tenant) {
      body_.change.tenant = key_of(name, *body_.change.tenant);
    }
    if (!field->choices.empty() && body_.change.drift == kDefaultChoice) {
      body_.change.drift = "";
    }
  }

  void read_value(const std::string& name, const nlohmann::json& value,
                  std::optional<std::string>& into) {
    if (!value.is_string()) {
      return fault(fmt::format("{} is not a text", name));
    }
    into = value.get<std::string>();
  }

  void read_value(const std::string& name, const nlohmann::json& value, std::optional<bool>& into) {
    if (!value.is_boolean()) {
      return fault(fmt::format("{} is neither true nor false", name));
    }
    into = value.get<bool>();
  }

  // No change sets these.
  void read_value(const std::string&, const nlohmann::json&, std::optional<std::int64_t>&) {}
  void read_value(const std::string&, const nlohmann::json&, std::optional<RelayId>&) {}
  void read_value(const std::string&, const nlohmann::json&, std::optional<RelayStatus>&) {}

  void read_admins(const nlohmann::json& value) {
    if (!value.is_array()) {
      return fault("admins is not a list of public keys");
    }
    std::set<std::string> keys;
    for (const nlohmann::json& each : value) {
      if (!each.is_string()) {
        return fault("admins has something that is not a public key");
      }
      if (auto key = key_of("admins", each.get<std::string>())) {
        keys.insert(*std::move(key));
      }
    }
    body_.admins.emplace(keys.begin(), keys.end());
  }

  // Without the value: it may be a secret key, given by mistake.
  std::optional<std::string> key_of(const std::string& name, const std::string& text) {
    try {
      return nostr::PublicKey::parse(text).hex();
    } catch (const nostr::InvalidKey& error) {
      fault(fmt::format("{} is {}; give 64 hex characters, npub1… or nprofile1…", name,
                        error.what()));
      return std::nullopt;
    }
  }

  RelayBody body_;
  std::string faults_;
};

}  // namespace

RelayChange RelayBody::change_of(const Relay& before) const {
  RelayChange result = change;
  const bool is_new = before.id.text.empty();
  if (admins && admins->empty() && !before.admins && !is_new) {
    throw store::CommandError(
        "tender was never told who administers the relay, so it cannot take anybody off zooid's "
        "list",
        "name in admins all who are to stay: that list replaces zooid's");
  }
  if (admins) {
    auto has = before.admins.value_or(std::vector<std::string>());
    std::ranges::sort(has);
    std::ranges::set_difference(*admins, has, std::back_inserter(result.add_admins));
    std::ranges::set_difference(has, *admins, std::back_inserter(result.remove_admins));
  }
  return result;
}

RelayBody parse_relay_body(std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) {
    throw BadRequest("the body is not a JSON object", "send an object of the relay's fields");
  }
  return Reading().read(*json);
}

}  // namespace tender::admin
