#include "tender/base/json.hpp"

#include <nlohmann/json.hpp>

namespace tender {
namespace {

// The member, or a null value.
nlohmann::json member(const nlohmann::json& object, std::string_view name) {
  if (!object.is_object()) {
    return nullptr;
  }
  const auto found = object.find(name);
  return found == object.end() ? nlohmann::json() : *found;
}

}  // namespace

std::optional<nlohmann::json> parse_json(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes) {
    return std::nullopt;
  }
  // The parser itself does not recurse; what it builds is destroyed recursively. Dropping the deep
  // values while they are read keeps the tree shallow, and the flag says that it was not the whole
  // document.
  using Event = nlohmann::json::parse_event_t;
  bool too_deep = false;
  const auto cap_depth = [&too_deep](int depth, Event event, nlohmann::json&) {
    const bool opens = event == Event::object_start || event == Event::array_start;
    too_deep = too_deep || (opens && depth >= kMaxJsonDepth);
    return !too_deep;
  };
  nlohmann::json value = nlohmann::json::parse(text, cap_depth, /*allow_exceptions=*/false);
  if (too_deep || value.is_discarded()) {
    return std::nullopt;
  }
  return value;
}

std::string json_line(const nlohmann::json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string ordered_json_line(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool json_flag(const nlohmann::json& object, std::string_view name) {
  const auto value = member(object, name);
  return value.is_boolean() && value.get<bool>();
}

std::int64_t json_integer(const nlohmann::json& object, std::string_view name) {
  const auto value = member(object, name);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::string json_text(const nlohmann::json& object, std::string_view name) {
  const auto value = member(object, name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace tender
