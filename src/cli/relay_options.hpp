// The options by which people describe a relay: `relay create` and `relay update` share them.
#pragma once

#include "tender/model/relay.hpp"
#include "tender/model/relay_fields.hpp"

#include "command.hpp"

namespace tender::cli {

/// With the defaults of a new relay in their help.
[[nodiscard]] std::vector<Option> create_options();
/// Without: an update leaves as it is what is not given.
[[nodiscard]] std::vector<Option> update_options();

/// What the options ask for. Throws UsageError, with every fault in it, for values that no relay
/// can have and for switches that are given both ways.
[[nodiscard]] RelayChange read_relay_options(const Invocation& invocation);

/// Whether the change says what the field is to be.
[[nodiscard]] bool sets(const RelayChange& change, const RelayField& field);

/// Whether any of the options is given.
[[nodiscard]] bool changes_anything(const RelayChange& change);

}  // namespace tender::cli
