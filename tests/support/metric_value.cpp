#include "support/metric_value.hpp"

#include <cmath>
#include <string>

#include <gtest/gtest.h>

namespace tender::test {

double metric(const Metrics& metrics, std::string_view series) {
  return metric_in(metrics.text(), series);
}

double metric_in(std::string_view text, std::string_view series) {
  const std::string line = "\n" + std::string(series) + " ";
  const std::size_t at = text.find(line);
  if (at == std::string_view::npos) {
    ADD_FAILURE() << "there is no series " << series;
    return std::nan("");
  }
  return std::stod(std::string(text.substr(at + line.size(), 32)));
}

}  // namespace tender::test
