// The options by which people describe a relay: `relay create` and `relay update` share them.
#pragma once

#include "tender/model/relay.hpp"

#include "command.hpp"

namespace tender::cli {

[[nodiscard]] std::vector<Option> relay_options();

/// What the options ask for. Throws UsageError, with every fault in it, for values that no relay
/// can have and for switches that are given both ways.
[[nodiscard]] RelayChange read_relay_options(const Invocation& invocation);

/// Whether any of the options is given.
[[nodiscard]] bool changes_anything(const RelayChange& change);

}  // namespace tender::cli
