// Reads events that others wrote; apart from event.cpp because only this needs a JSON parser.
#include <limits>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/event.hpp"

namespace tender::nostr {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxEventSize = std::size_t{64} * 1024;

// The readers below return false when the member is absent or of the wrong type.

bool read(const json& object, const char* name, std::string& out) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_string()) {
    return false;
  }
  out = member->get_ref<const std::string&>();
  return true;
}

bool read(const json& object, const char* name, std::int64_t& out) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number_integer()) {
    return false;
  }
  if (member->is_number_unsigned() &&
      member->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return false;
  }
  out = member->get<std::int64_t>();
  return true;
}

bool read(const json& object, const char* name, std::vector<Tag>& out) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_array()) {
    return false;
  }
  for (const json& array : *member) {
    if (!array.is_array()) {
      return false;
    }
    Tag& tag = out.emplace_back();
    for (const json& value : array) {
      if (!value.is_string()) {
        return false;
      }
      tag.push_back(value.get_ref<const std::string&>());
    }
  }
  return true;
}

}  // namespace

std::optional<Event> parse_event(std::string_view text) {
  const std::optional<json> document = parse_json(text, kMaxEventSize);
  if (!document || !document->is_object()) {
    return std::nullopt;
  }
  Event event;
  if (!read(*document, "id", event.id) || !read(*document, "pubkey", event.pubkey) ||
      !read(*document, "created_at", event.created_at) || !read(*document, "kind", event.kind) ||
      !read(*document, "tags", event.tags) || !read(*document, "content", event.content) ||
      !read(*document, "sig", event.sig)) {
    return std::nullopt;
  }
  return event;
}

}  // namespace tender::nostr
