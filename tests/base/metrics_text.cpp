// metrics_text DIRECTORY: writes docs/metrics.md in the source directory anew from the table of
// metrics. Run it after a change of the table:
//   cmake --build --preset dev --target update_metrics_text
// Without DIRECTORY it prints all series as they are at the start, for promtool.
#include <fstream>
#include <iostream>
#include <string>

#include "tender/base/metrics.hpp"

#include "base/metrics_document.hpp"

int main(int argc, char** argv) {
  if (argc == 1) {
    std::cout << tender::Metrics::make().text();
    return 0;
  }
  std::ofstream(std::string(argv[1]) + "/docs/metrics.md") << tender::test::metrics_document();
  return 0;
}
