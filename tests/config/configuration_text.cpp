// configuration_text DIRECTORY: writes env.example and README.md's table in the source directory
// anew from the table of variables. Run it after a change of the table:
//   cmake --build --preset dev --target update_configuration_text
#include <fstream>
#include <iostream>
#include <iterator>

#include "tender/config/variable.hpp"

#include "config/readme_table.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: configuration_text DIRECTORY\n";
    return 2;
  }
  const std::string directory = argv[1];
  std::ofstream(directory + "/env.example") << tender::config::env_example();
  std::ifstream in(directory + "/README.md");
  const std::string readme((std::istreambuf_iterator<char>(in)), {});
  const std::string updated = tender::test::with_configuration_table(readme);
  std::ofstream(directory + "/README.md") << updated;
  return 0;
}
