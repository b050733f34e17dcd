// A dead letter as people and programs are shown it, and how they name one. Calls block as Database
// says.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tender/outbox/dead_letters.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"

namespace tender::view {

/// The relay has no open dead letter, there is none with that number, or both could be meant.
class NoSuchLetter : public store::CommandError {
 public:
  using CommandError::CommandError;
};

/// snake_case, times as integer milliseconds UTC, null for what is open, for the subdomain of a
/// relay that is gone, and for what work of that kind does not have.
[[nodiscard]] nlohmann::ordered_json to_json(const outbox::DeadLetter& letter,
                                             store::Database& database);

/// The letter that `name` means: the open one of a relay, by its id or subdomain, or else any by
/// its own number. The relay may be gone; its letters keep its id. Throws NoSuchLetter when there
/// is none, or when two open ones are meant, NoSuchRelay when `name` is neither a relay nor a
/// number.
[[nodiscard]] outbox::DeadLetter require_letter(store::Database& database, const std::string& name);

}  // namespace tender::view
