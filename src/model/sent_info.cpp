#include "tender/model/sent_info.hpp"

#include <algorithm>
#include <span>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender {
namespace {

// Enough to tell two values apart that people give to one relay.
constexpr std::size_t kDigestBytes = 8;

// When there are so many, some may be forgotten, and no value counts as somebody else's any more.
constexpr std::size_t kMostValues = 64;

std::string digest_of(std::string_view value) {
  const auto whole = nostr::sha256(value);
  return nostr::to_hex(std::span(whole).first(kDigestBytes));
}

std::string value_of(const RelayField& field, const Relay& relay) {
  const auto value = field_value(field, relay);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

SentInfo::SentInfo(std::string_view text) {
  const auto json = parse_json(text).value_or(nlohmann::json());
  if (!json.is_object()) {
    return;
  }
  for (const auto& [column, digests] : json.items()) {
    if (!digests.is_array()) {
      continue;
    }
    for (const auto& digest : digests) {
      if (const auto* known = digest.get_ptr<const std::string*>()) {
        digests_[column].push_back(*known);
      }
    }
  }
}

void SentInfo::may_be_taken(const Relay& relay) {
  for (const RelayField& field : relay_fields()) {
    if (!field.owner_edits) {
      continue;
    }
    auto& digests = digests_[std::string(field.column)];
    std::string digest = digest_of(value_of(field, relay));
    if (std::ranges::find(digests, digest) == digests.end() && digests.size() < kMostValues) {
      digests.insert(digests.begin(), std::move(digest));
    }
  }
}

void SentInfo::taken(const Relay& relay) {
  for (const RelayField& field : relay_fields()) {
    if (!field.owner_edits) {
      continue;
    }
    auto& digests = digests_[std::string(field.column)];
    std::string digest = digest_of(value_of(field, relay));
    std::erase(digests, digest);
    digests.push_back(std::move(digest));
    if (digests.size() > kMostValues) {
      digests.erase(digests.begin());
    }
  }
}

void SentInfo::reset(const Relay& relay) {
  digests_.clear();
  taken(relay);
}

bool SentInfo::is_foreign(const RelayField& field, std::string_view value) const {
  const auto found = digests_.find(field.column);
  return found != digests_.end() && !found->second.empty() && found->second.size() < kMostValues &&
         std::ranges::find(found->second, digest_of(value)) == found->second.end();
}

bool SentInfo::is_newest(const RelayField& field, const Relay& relay) const {
  const auto found = digests_.find(field.column);
  return found != digests_.end() && !found->second.empty() &&
         found->second.back() == digest_of(value_of(field, relay));
}

std::string SentInfo::to_text() const {
  return nlohmann::json(digests_).dump();
}

}  // namespace tender
