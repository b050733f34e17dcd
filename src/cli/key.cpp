// `tender key`, `tender env-example`, `tender version`: what needs neither database nor zooid.
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/config/variable.hpp"

#include "command.hpp"
#include "output.hpp"

namespace tender::cli {
namespace {

ExitCode key(const Invocation& invocation) {
  const nostr::PublicKey robot =
      config::load_robot_key(invocation.environment, invocation.env_file).public_key();
  if (invocation.json()) {
    print_json(invocation.out, {{"hex", robot.hex()}, {"npub", robot.npub()}});
  } else {
    fmt::print(invocation.out, "hex   {}\nnpub  {}\n", robot.hex(), robot.npub());
    invocation.err << "Add the hex form to zooid's API_WHITELIST.\n";
  }
  return ExitCode::ok;
}

ExitCode env_example(const Invocation& invocation) {
  invocation.out << config::env_example();
  return ExitCode::ok;
}

ExitCode version(const Invocation& invocation) {
  fmt::print(invocation.out, "tender {}\n", TENDER_VERSION);
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kKey{.name = "key",
                       .arguments = "",
                       .min_names = 0,
                       .max_names = 0,
                       .summary = "Print the robot's public key, for zooid's API_WHITELIST",
                       .example = "tender key",
                       .prints_data = true,
                       .options = nullptr,
                       .run = key};

const CommandSpec kEnvExample{.name = "env-example",
                              .arguments = "",
                              .min_names = 0,
                              .max_names = 0,
                              .summary = "Print a commented .env with every variable",
                              .example = "tender env-example > .env",
                              .prints_data = false,
                              .options = nullptr,
                              .run = env_example};

const CommandSpec kVersion{.name = "version",
                           .arguments = "",
                           .min_names = 0,
                           .max_names = 0,
                           .summary = "Print the version",
                           .example = "tender version",
                           .prints_data = false,
                           .options = nullptr,
                           .run = version};

}  // namespace tender::cli
