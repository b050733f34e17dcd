// Every metric of tender, as data: name, type, help, and each label with all the values that it can
// have. The series that Metrics begins with, docs/metrics.md and the tests are made from it. A
// label has no values of the outside (ids of relays, keys, addresses): their number has no bound,
// and not everybody who may read metrics may know them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace tender {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

/// "counter", "gauge", "histogram"
[[nodiscard]] std::string_view to_string(MetricType type);

struct MetricLabel {
  std::string_view name;
  std::vector<std::string_view> values;
  std::string_view meaning{};  // for people, instead of the values
};

struct MetricRow {
  std::string_view name;  // in base units; of a counter, and of nothing else, it ends in _total
  MetricType type;
  std::string_view help;
  std::vector<MetricLabel> labels{};  // a series for each combination of their values
  std::span<const double> buckets{};  // of a histogram, in seconds: upper bounds, ascending
};

/// In the order in which they are shown.
[[nodiscard]] std::span<const MetricRow> metric_table();

/// The values of that label; none when there is no such label.
[[nodiscard]] std::span<const std::string_view> label_values(std::string_view metric,
                                                             std::string_view label);

}  // namespace tender
