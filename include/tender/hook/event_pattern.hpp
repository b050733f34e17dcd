// Which events a trigger wants: a list such as `*_relay,fail_relay_sync,!update_relay`. A value.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tender/model/activity.hpp"

namespace tender::hook {

/// Each pattern is an activity type, in which `*` stands for any characters or none; `!` before it
/// excludes. An event is wanted if a pattern fits its type and no exclusion does, in whatever order
/// they stand. A list of exclusions alone wants all the rest.
class EventPatterns {
 public:
  /// Parses patterns separated by commas; spaces around them are dropped. Throws InvalidTrigger,
  /// which names the pattern and, for a slip, the type that was meant: an empty list or pattern, a
  /// character that no type has, a type without `*` that is not one of `known`, a repeated pattern,
  /// too many or too long ones, and exclusions that leave nothing.
  [[nodiscard]] static EventPatterns parse(
      std::string_view list, std::span<const std::string> known = known_activity_types());

  /// What text() wrote, also with types that only another version of tender has.
  [[nodiscard]] static EventPatterns of_row(std::string_view list);

  [[nodiscard]] bool matches(std::string_view type) const;

  /// The types that can fit, if they can be told without knowing all types; otherwise none.
  [[nodiscard]] std::vector<std::string> literal_types() const;

  /// The list as parse() takes it, without spaces.
  [[nodiscard]] std::string text() const;

  friend bool operator==(const EventPatterns&, const EventPatterns&) = default;

 private:
  std::vector<std::string> wanted_;
  std::vector<std::string> excluded_;  // without `!`
  std::vector<std::string> written_;   // both, in their order
};

}  // namespace tender::hook
