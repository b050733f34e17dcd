#include "tender/config/duration.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

namespace tender::config {
namespace {

struct Unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

// From the largest to the smallest.
constexpr std::array<Unit, 5> kUnits = {{{"d", std::chrono::days(1)},
                                         {"h", std::chrono::hours(1)},
                                         {"m", std::chrono::minutes(1)},
                                         {"s", std::chrono::seconds(1)},
                                         {"ms", std::chrono::milliseconds(1)}}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) {
    return std::nullopt;
  }
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kUnits) {
    if (name == unit.name) {
      const auto most = static_cast<std::uint64_t>(kLongestDuration / unit.length);
      if (count > most) {
        return std::nullopt;
      }
      return static_cast<std::int64_t>(count) * unit.length;
    }
  }
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_long_duration(std::string_view text) {
  constexpr std::string_view digits = "0123456789";
  std::chrono::milliseconds sum{0};
  std::chrono::milliseconds last_unit = std::chrono::milliseconds::max();
  do {
    const std::size_t number = std::min(text.find_first_not_of(digits), text.size());
    const std::size_t end = std::min(text.find_first_of(digits, number), text.size());
    const auto part = parse_duration(text.substr(0, end));
    const auto* const unit =
        std::ranges::find(kUnits, text.substr(number, end - number), &Unit::name);
    if (!part || unit == kUnits.end() || unit->length >= last_unit) {
      return std::nullopt;
    }
    sum += *part;
    last_unit = unit->length;
    text.remove_prefix(end);
  } while (!text.empty());
  return sum <= kLongestDuration ? std::optional(sum) : std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
  assert(duration.count() >= 0);
  if (duration.count() == 0) {
    return "0s";
  }
  // Milliseconds divide every duration.
  const auto* const unit = std::ranges::find_if(kUnits, [&](const Unit& each) {
    return duration % each.length == std::chrono::milliseconds::zero();
  });
  return fmt::format("{}{}", duration / unit->length, unit->name);
}

}  // namespace tender::config
