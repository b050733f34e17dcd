#include "confirm.hpp"

#include <iostream>
#include <ostream>
#include <string>

#include <unistd.h>

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
  return answer == "y" || answer == "yes";
}

}  // namespace tender::cli
