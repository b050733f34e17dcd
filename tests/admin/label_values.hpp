// The values that a label of a metric can have, as a set.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "tender/base/metric_table.hpp"

namespace tender::admin {

using Values = std::set<std::string>;

inline Values values_of(std::string_view metric, std::string_view label) {
  const auto values = label_values(metric, label);
  EXPECT_FALSE(values.empty()) << metric << " has no label " << label;
  return {values.begin(), values.end()};
}

}  // namespace tender::admin
