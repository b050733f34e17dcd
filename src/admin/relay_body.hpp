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

/// Throws BadRequest, which names all faults: the text is not a JSON object, or it has fields that
/// are unknown, of the wrong type, or not for a request to set.
[[nodiscard]] RelayBody parse_relay_body(std::string_view text);

}  // namespace tender::admin
