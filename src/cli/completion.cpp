// `tender completion`: what a shell completes.
#include "completion.hpp"

#include <ostream>

#include "command.hpp"

namespace tender::cli {
namespace {

ExitCode completion(const Invocation& invocation) {
  const std::string& shell = invocation.names.front();
  if (shell == "bash") {
    invocation.out << bash_completion();
  } else if (shell == "zsh") {
    invocation.out << zsh_completion();
  } else if (shell == "fish") {
    invocation.out << fish_completion();
  } else {
    throw UsageError("there is no completion for \"" + shell + "\"", "give bash, zsh or fish");
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kCompletion{.name = "completion",
                              .arguments = "SHELL",
                              .min_names = 1,
                              .max_names = 1,
                              .summary = "Print the completion script for bash, zsh or fish",
                              .example = "tender completion bash > /etc/bash_completion.d/tender",
                              .prints_data = false,
                              .options = nullptr,
                              .run = completion};

}  // namespace tender::cli
