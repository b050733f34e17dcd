// docs/metrics.md, made from the table of metrics.
#pragma once

#include <string>

namespace tender::test {

[[nodiscard]] std::string metrics_document();

}  // namespace tender::test
