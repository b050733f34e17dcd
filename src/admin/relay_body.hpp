// A relay as the body of a request describes it: a JSON object with the names that the API prints.
// Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tender/model/relay.hpp"

namespace tender::admin {

struct RelayBody {
  std::size_t fields = 0;                          // how many it names
  RelayChange change;                              // without the admins
  std::optional<std::vector<std::string>> admins;  // all of them, sorted; nothing: not given

  /// `change`, with what makes the admins of `before` those that are given. Throws CommandError
  /// when none are to stay of a list that only zooid knows. A relay without an id is a new one.
  [[nodiscard]] RelayChange change_of(const Relay& before) const;
};

/// Throws BadRequest with all faults: a text that is no JSON object, a field that is unknown, of
/// another type, or that no request can set.
[[nodiscard]] RelayBody parse_relay_body(std::string_view text);

}  // namespace tender::admin
