// What a series of Metrics stands at, for tests.
#pragma once

#include <string_view>

#include "tender/base/metrics.hpp"

namespace tender::test {

/// Of the series as Prometheus' text has it:
/// `tender_syncs_total{operation="create",result="done"}`, labels in alphabetical order. The test
/// fails when there is none.
[[nodiscard]] double metric(const Metrics& metrics, std::string_view series);

/// The same, of a text.
[[nodiscard]] double metric_in(std::string_view text, std::string_view series);

}  // namespace tender::test
