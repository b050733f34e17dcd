#include "confirmation.hpp"

#include <iostream>
#include <string>

#include <unistd.h>

namespace tender::cli {

bool is_confirmed(const Invocation& invocation) {
  if (invocation.has("yes")) {
    return true;
  }
  if (isatty(STDIN_FILENO) == 0) {
    throw UsageError("this needs a confirmation, and stdin is not a terminal",
                     "run the command with --yes if this is what you want");
  }
  invocation.err << "continue? [y/N] ";
  invocation.err.flush();
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

}  // namespace tender::cli
