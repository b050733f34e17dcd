#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>

#include "tender/cli/command_line.hpp"

#include "private_memory.hpp"

int main(int argc, char** argv) {
  tender::forbid_memory_dumps();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is an error of the write, not our death
  try {
    return static_cast<int>(tender::cli::run_command_line(
        {argv + 1, argv + argc}, tender::config::process_environment(), std::cout, std::cerr));
  } catch (const std::exception& bug) {
    std::cerr
        << "tender: internal error: " << bug.what()
        << "\n  what to do: please report it; nothing committed is lost, start tender again\n";
    return 1;
  }
}
