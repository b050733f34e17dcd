#include "validate.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::fetch {
namespace {

using Fault = std::optional<std::string>;
using nlohmann::json;

constexpr std::string_view kMembers = "members";

// The keys of an answer, as far as they are texts.
struct Keys {
  std::vector<std::string> texts;
  Fault shape;  // why they are not all there is
};

Keys read_members(const json& document) {
  Keys keys;
  const auto members = document.find(kMembers);
  if (members == document.end() || !members->is_array()) {
    keys.shape = "has no list of members";
    return keys;
  }
  for (const json& member : *members) {
    if (member.is_string()) {
      keys.texts.push_back(member.get<std::string>());
    } else {
      keys.shape = "has a member that is not a text";
    }
  }
  return keys;
}

Keys read_document_keys(const json& document) {
  Keys keys;
  for (const char* const name : {"pubkey", "self"}) {
    const auto key = document.find(name);
    if (key == document.end()) {
      continue;
    }
    if (key->is_string()) {
      keys.texts.push_back(key->get<std::string>());
    } else {
      keys.shape = fmt::format("has a {} that is not a text", name);
    }
  }
  return keys;
}

bool is_hex_key(const std::string& text) {
  nostr::Bytes32 bytes{};
  return nostr::from_hex(text, bytes);
}

bool is_on_curve(const std::string& text) {
  try {
    (void)nostr::PublicKey::parse(text);
    return true;
  } catch (const nostr::InvalidKey&) {
    return false;
  }
}

// The second tier.
Fault find_deep_fault(Op op, const std::vector<std::string>& keys, const Checks& checks) {
  if (checks.on_curve && !std::ranges::all_of(keys, is_on_curve)) {
    return "has a key that is not on the curve";
  }
  if (op != Op::members) {
    return std::nullopt;
  }
  if (checks.sorted && !std::ranges::is_sorted(keys)) {
    return "is not sorted";
  }
  if (checks.unique) {
    std::vector<std::string> ordered = keys;
    std::ranges::sort(ordered);
    if (std::ranges::adjacent_find(ordered) != ordered.end()) {
      return "has a key twice";
    }
  }
  return std::nullopt;
}

}  // namespace

Fault find_fault(Op op, std::string_view body, const Checks& checks) {
  if (checks.size && body.size() > kMostBytes) {
    return fmt::format("is longer than {} bytes", kMostBytes);
  }
  const auto document = parse_json(body, body.size());
  if (!document || !document->is_object()) {
    return checks.shape ? Fault(document ? "is not a JSON object" : "is not JSON") : std::nullopt;
  }
  Keys keys = op == Op::members ? read_members(*document) : read_document_keys(*document);
  if (checks.shape && keys.shape) {
    return std::move(keys.shape);
  }
  if (checks.count && keys.texts.size() > kMostKeys) {
    return fmt::format("has more than {} keys", kMostKeys);
  }
  if (checks.hex && !std::ranges::all_of(keys.texts, is_hex_key)) {
    return "has a key that is not 64 lowercase hex digits";
  }
  return find_deep_fault(op, keys.texts, checks);
}

}  // namespace tender::fetch
