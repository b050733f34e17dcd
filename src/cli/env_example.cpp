// `tender env-example`: a commented .env.
#include <ostream>

#include "tender/config/variable.hpp"

#include "command.hpp"

namespace tender::cli {
namespace {

ExitCode env_example(const Invocation& invocation) {
  invocation.out << config::env_example();
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kEnvExample{.name = "env-example",
                              .arguments = "",
                              .min_names = 0,
                              .max_names = 0,
                              .summary = "Print a commented .env with every variable",
                              .example = "tender env-example > .env",
                              .prints_data = false,
                              .options = nullptr,
                              .run = env_example};

}  // namespace tender::cli
