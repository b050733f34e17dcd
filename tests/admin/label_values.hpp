// The values that a label of a metric can have.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tender/base/metric_table.hpp"

namespace tender::admin {

using Values = std::set<std::string>;

inline Values values_of(std::string_view metric, std::string_view label) {
  for (const MetricRow& row : metric_table()) {
    for (const MetricLabel& each : row.labels) {
      if (row.name == metric && each.name == label) {
        return {each.values.begin(), each.values.end()};
      }
    }
  }
  ADD_FAILURE() << metric << " has no label " << label;
  return {};
}

}  // namespace tender::admin
