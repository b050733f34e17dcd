// Whose events a trigger wants: a filter such as `plan=pro,plan=team,tenant=npub1…`. A value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tender::hook {

/// What an event is about: of its relay, as the row is now. All empty for one about tender itself.
struct EventSubject {
  std::string_view relay_id{};
  std::string_view subdomain{};
  std::string_view tenant{};  // 64 lowercase hex characters
  std::string_view plan{};
};

/// An event passes if for each key that the filter has, one of its values fits. So events about
/// tender itself pass only the empty filter.
class TriggerFilter {
 public:
  /// Everything passes.
  TriggerFilter() = default;

  /// Parses conditions with commas between; an empty text is the empty filter. `relay=` takes an id
  /// or a subdomain, `tenant=` a public key (hex or npub), `plan=` a name. The relay need not
  /// exist. Throws InvalidTrigger, which names the condition and, for a slip, the key that was
  /// meant.
  [[nodiscard]] static TriggerFilter parse(std::string_view text);

  /// Nothing passes.
  [[nodiscard]] static TriggerFilter of_nothing();

  [[nodiscard]] bool empty() const { return relays_.empty() && tenants_.empty() && plans_.empty(); }
  [[nodiscard]] bool matches(const EventSubject& subject) const;

  /// The filter as parse() takes it, ordered by key, tenants as hex.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const TriggerFilter&, const TriggerFilter&) = default;

 private:
  // Sorted, each value once.
  std::vector<std::string> relays_;
  std::vector<std::string> tenants_;
  std::vector<std::string> plans_;
};

}  // namespace tender::hook
