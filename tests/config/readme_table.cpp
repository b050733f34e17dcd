#include "config/readme_table.hpp"

#include <stdexcept>
#include <string_view>

#include "tender/config/variable.hpp"

namespace tender::test {

std::string with_configuration_table(const std::string& readme) {
  constexpr std::string_view begin_mark = "<!-- configuration:begin -->\n";
  constexpr std::string_view end_mark = "<!-- configuration:end -->";
  const std::size_t begin = readme.find(begin_mark);
  const std::size_t end = readme.find(end_mark);
  if (begin == std::string::npos || end == std::string::npos || end < begin) {
    throw std::runtime_error("README.md lacks the configuration:begin and configuration:end marks");
  }
  return readme.substr(0, begin + begin_mark.size()) + config::configuration_table() +
         readme.substr(end);
}

}  // namespace tender::test
