// logs_text DIRECTORY: writes docs/logs.md in the source directory from the messages in the code.
// Run it after a change of them:
//   cmake --build --preset dev --target update_logs_text
#include <fstream>
#include <string>

#include "base/logs_document.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    return 2;
  }
  std::ofstream(std::string(argv[1]) + "/docs/logs.md") << tender::test::logs_document();
  return 0;
}
