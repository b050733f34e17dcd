// What a dead letter is about, and its work asked for again. Part of the caller's transaction.
// Calls block as Database says.
#pragma once

#include <string>
#include <string_view>

#include "tender/outbox/dead_letters.hpp"
#include "tender/store/command.hpp"

namespace tender::infra {

struct LetterSubject {
  std::string_view resource_type;  // kRelayResource or kTriggerResource
  std::string id;                  // of the relay or the trigger
  std::string name;                // the relay's subdomain, the trigger's name; else the id
  bool exists = false;             // it still has a row
};
[[nodiscard]] LetterSubject subject_of(store::Database& database, const outbox::DeadLetter& letter);

/// Asks for a sync of its relay, or for the delivery of its webhook. The letter is to be resolved
/// already. `bulk`: nobody waits for it. False, with nothing written: what it is about is gone.
[[nodiscard]] bool ask_again(store::Database& database, store::Command& command,
                             const outbox::DeadLetter& letter, bool bulk);

}  // namespace tender::infra
