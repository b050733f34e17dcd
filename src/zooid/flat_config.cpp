#include "flat_config.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/zooid/config_file.hpp"

namespace tender::zooid {
namespace {

constexpr std::array<std::string_view, 4> kCredentials{
    "/blossom/s3/access_key", "/blossom/s3/secret_key", "/livekit/api_key", "/livekit/api_secret"};

constexpr std::array<std::string_view, 5> kNothing{"false", R"("")", "null", "[]", "{}"};

// A member's name within a JSON pointer.
std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == '~') {
      text += "~0";
    } else if (c == '/') {
      text += "~1";
    } else {
      text += c;
    }
  }
  return text;
}

void add(const nlohmann::json& value, const std::string& pointer,
         std::map<std::string, std::string, std::less<>>& list) {
  if (!value.is_object() || value.empty()) {
    list[pointer] = json_line(value);
    return;
  }
  for (const auto& [name, member] : value.items()) {
    add(member, pointer + '/' + escaped(name), list);
  }
}

}  // namespace

std::map<std::string, std::string, std::less<>> flatten(const nlohmann::json& document) {
  std::map<std::string, std::string, std::less<>> list;
  add(document, "", list);
  return list;
}

bool is_credential(std::string_view pointer) {
  return std::ranges::find(kCredentials, pointer) != kCredentials.end();
}

std::string shown_value(std::string_view json) {
  const auto value = parse_json(json).value_or(nlohmann::json());
  const auto* text = value.get_ptr<const std::string*>();
  return text == nullptr ? std::string(json) : *text;
}

bool is_nothing(std::string_view json) {
  return std::ranges::find(kNothing, json) != kNothing.end();
}

}  // namespace tender::zooid
