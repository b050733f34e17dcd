// `tender key`: the robot's public key.
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

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

}  // namespace tender::cli
