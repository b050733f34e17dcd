#include "confirm.hpp"

#include <algorithm>
#include <iostream>
#include <ostream>
#include <string>

#include <unistd.h>

#include "tender/base/ascii.hpp"

namespace tender::cli {

bool is_confirmed(const Invocation& invocation, std::string_view remedy) {
  if (invocation.has("yes")) {
    return true;
  }
  if (isatty(STDIN_FILENO) == 0) {
    throw UsageError("this needs a confirmation, and stdin is not a terminal", std::string(remedy));
  }
  invocation.err << "continue? [y/N] ";
  invocation.err.flush();
  std::string answer;
  std::getline(std::cin, answer);
  std::ranges::transform(answer, answer.begin(), ascii_lower);
  return answer == "y" || answer == "yes";
}

}  // namespace tender::cli
