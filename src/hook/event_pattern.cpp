#include "tender/hook/event_pattern.hpp"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tender/base/log.hpp"
#include "tender/base/nearest.hpp"
#include "tender/hook/invalid_trigger.hpp"

#include "list_text.hpp"

namespace tender::hook {
namespace {

constexpr std::size_t kMostPatterns = 64;
constexpr std::size_t kLongestPattern = 100;
constexpr std::size_t kTypeSlip = 3;

bool is_pattern_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == ':' || c == '-' || c == '*';
}

bool is_literal(std::string_view pattern) {
  return pattern.find('*') == std::string_view::npos;
}

// Goes back to the last `*` only: an earlier one can take no more than it has without loss.
bool fits(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t after_star = 0;  // where in the text the last `*` ends
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool any_fits(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns,
                             [&](const std::string& pattern) { return fits(pattern, text); });
}

void check_known(std::string_view pattern, std::span<const std::string> known) {
  if (!is_literal(pattern) || std::ranges::find(known, pattern) != known.end()) {
    return;
  }
  const std::string near = nearest(pattern, known, kTypeSlip);
  throw InvalidTrigger(
      fmt::format("\"{}\" in the list of events is not a type of tender's activities", pattern),
      near.empty() ? fmt::format("name one of {}; for the type of another program write a `*`, "
                                 "such as \"{}*\"",
                                 fmt::join(known, ", "), pattern)
                   : fmt::format("did you mean {}?", near));
}

void check_pattern(std::string_view pattern, std::span<const std::string> known) {
  if (pattern.empty()) {
    throw InvalidTrigger("the list of events has an empty pattern",
                         "write activity types with a comma between two, or `*` for all");
  }
  if (pattern.size() > kLongestPattern) {
    throw InvalidTrigger(fmt::format("\"{}…\" in the list of events has {} characters",
                                     printable(pattern, 20), pattern.size()),
                         fmt::format("write at most {}", kLongestPattern));
  }
  if (!std::ranges::all_of(pattern, is_pattern_character)) {
    throw InvalidTrigger(
        fmt::format("\"{}\" in the list of events has a character that no type has",
                    printable(pattern)),
        "write letters, digits, `_`, `.`, `:`, `-` and `*`; `!` only as the first character");
  }
  check_known(pattern, known);
}

}  // namespace

EventPatterns EventPatterns::parse(std::string_view list, std::span<const std::string> known) {
  EventPatterns parsed;
  const auto all_written = split_list(list);
  if (all_written.size() > kMostPatterns) {
    throw InvalidTrigger(fmt::format("the list of events has {} patterns", all_written.size()),
                         fmt::format("write at most {}, with `*`", kMostPatterns));
  }
  for (const std::string_view written : all_written) {
    const bool excludes = written.starts_with('!');
    const std::string_view pattern = trim(written.substr(excludes ? 1 : 0));
    check_pattern(pattern, known);
    std::string normal = (excludes ? "!" : "") + std::string(pattern);
    if (std::ranges::find(parsed.written_, normal) != parsed.written_.end()) {
      throw InvalidTrigger(fmt::format("\"{}\" is in the list of events twice", normal),
                           "remove one of the two");
    }
    (excludes ? parsed.excluded_ : parsed.wanted_).emplace_back(pattern);
    parsed.written_.push_back(std::move(normal));
  }
  // A pattern with `*` can fit types of other programs, so that only these two are sure.
  const bool all_literal =
      !parsed.wanted_.empty() && std::ranges::all_of(parsed.wanted_, is_literal);
  const bool nothing_known =
      std::ranges::none_of(known, [&](const std::string& type) { return parsed.matches(type); });
  if ((all_literal && nothing_known) || any_fits(parsed.excluded_, "*")) {
    throw InvalidTrigger("the exclusions in the list of events leave nothing",
                         "remove one of them: an exclusion wins over any other pattern");
  }
  return parsed;
}

EventPatterns EventPatterns::of_row(std::string_view list) {
  EventPatterns read;
  for (const std::string_view written : split_list(list)) {
    const bool excludes = written.starts_with('!');
    (excludes ? read.excluded_ : read.wanted_).emplace_back(written.substr(excludes ? 1 : 0));
    read.written_.emplace_back(written);
  }
  return read;
}

std::vector<std::string> EventPatterns::literal_types() const {
  return std::ranges::all_of(wanted_, is_literal) ? wanted_ : std::vector<std::string>();
}

bool EventPatterns::matches(std::string_view type) const {
  return (wanted_.empty() || any_fits(wanted_, type)) && !any_fits(excluded_, type);
}

std::string EventPatterns::text() const {
  return fmt::format("{}", fmt::join(written_, ","));
}

}  // namespace tender::hook
