#include "tender/hook/trigger_filter.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/base/nearest.hpp"
#include "tender/hook/invalid_trigger.hpp"
#include "tender/nostr/keys.hpp"

#include "list_text.hpp"

namespace tender::hook {
namespace {

constexpr std::size_t kLongestFilter = 4096;
constexpr std::size_t kKeySlip = 2;
constexpr std::string_view kFilterRemedy =
    "write relay=, tenant= or plan= and a value, with a comma "
    "between two conditions";

// The public key as relay rows have it.
std::string tenant_hex(std::string_view value) {
  try {
    return nostr::PublicKey::parse(value).hex();
  } catch (const nostr::InvalidKey& error) {
    throw InvalidTrigger(
        fmt::format("\"tenant={}\" in the filter: {}", printable(value, 100), error.what()),
        "give the tenant's public key, as hex or npub");
  }
}

[[noreturn]] void refuse_key(std::string_view key, std::string_view condition) {
  static const std::array<std::string, 3> keys{"relay", "tenant", "plan"};
  const std::string near = nearest(key, keys, kKeySlip);
  throw InvalidTrigger(
      fmt::format("\"{}\" in the filter is not a condition that tender knows",
                  printable(condition, 100)),
      near.empty() ? std::string(kFilterRemedy) : fmt::format("did you mean {}=?", near));
}

void insert(std::vector<std::string>& values, std::string value) {
  const auto at = std::ranges::lower_bound(values, value);
  if (at == values.end() || *at != value) {
    values.insert(at, std::move(value));
  }
}

bool has(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::binary_search(values, value, {},
                                    [](const auto& each) { return std::string_view(each); });
}

void append(std::string& text, std::string_view key, const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", key, value);
  }
}

}  // namespace

TriggerFilter TriggerFilter::parse(std::string_view text) {
  TriggerFilter filter;
  if (trim(text).empty()) {
    return filter;
  }
  if (text.size() > kLongestFilter) {
    throw InvalidTrigger(fmt::format("the filter has {} bytes", text.size()),
                         fmt::format("write at most {}", kLongestFilter));
  }
  for (const std::string_view condition : split_list(text)) {
    const std::size_t equals = condition.find('=');
    const std::string_view key = trim(condition.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? "" : trim(condition.substr(equals + 1));
    if (key != "relay" && key != "tenant" && key != "plan") {
      refuse_key(key, condition);
    }
    if (value.empty()) {
      throw InvalidTrigger(
          fmt::format("\"{}\" in the filter has no value", printable(condition, 100)),
          std::string(kFilterRemedy));
    }
    if (key == "tenant") {
      insert(filter.tenants_, tenant_hex(value));
    } else {
      insert(key == "relay" ? filter.relays_ : filter.plans_, std::string(value));
    }
  }
  return filter;
}

TriggerFilter TriggerFilter::of_nothing() {
  TriggerFilter filter;
  filter.relays_.emplace_back("\n");  // no id and no subdomain
  return filter;
}

bool TriggerFilter::matches(const EventSubject& subject) const {
  return (relays_.empty() || has(relays_, subject.relay_id) || has(relays_, subject.subdomain)) &&
         (tenants_.empty() || has(tenants_, subject.tenant)) &&
         (plans_.empty() || has(plans_, subject.plan));
}

std::string TriggerFilter::text() const {
  std::string text;
  append(text, "plan", plans_);
  append(text, "relay", relays_);
  append(text, "tenant", tenants_);
  return text;
}

}  // namespace tender::hook
