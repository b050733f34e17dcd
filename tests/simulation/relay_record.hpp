// What the witness knows of one relay: from the requests on the wire and the rows of the log, never
// from what the product thinks.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "tender/base/clock.hpp"

#include "simulation/meaning.hpp"

namespace tender::simulation {

struct RelayRecord {
  // Requests.
  int under_way = 0;                    // of the process that lives
  nlohmann::json sent;                  // the config that the newest request asks for; null: none
  std::optional<nlohmann::json> known;  // the config that zooid is known to have taken
  bool in_doubt = false;                // a request went out since, and no sync has completed
  bool was_in_doubt = false;            // when the attempt began
  bool may_have_changed = false;        // a request went out since `known`, and may have had effect
  bool had_changed = false;             // the same, when the newest request went out
  int requests = 0;                     // of the attempt
  Heard heard = Heard::nothing;         // of the newest request
  std::string host_in_use;              // because of which it was refused
  TimePoint heard_at{};
  bool attempt_open = false;  // a request went out, and no result is in the log
  TimePoint attempt_at{};     // when the newest attempt began
  bool clock_jumped_in_attempt = false;
  bool spent_on_the_host = false;  // its failure is the host's, which was known to fail
  std::string secret;              // that zooid holds
  std::string host;                // under which zooid has it
  bool wiped = false;              // zooid lost it, and has not taken it since
  bool torn = false;               // or its file's content, and with it the secret
  bool overwrites = false;         // the newest attempt may do so with zooid's file
  bool may_exist = false;          // a creation got no answer that says whether
  bool identity_lost = false;      // the file that was torn held one
  bool left_behind = false;        // an empty file, by a creation of this process that failed
  bool ever_taken = false;         // a sync has completed
  bool gone = false;               // its deletion has, and no request is in doubt
  std::optional<std::string> owners_name{};  // in zooid's file, by its owner; not in the row yet
  int renames = 0;                           // by its owner
  bool edited = false;                       // zooid's file by hand, and nothing was taken since
  int edits = 0;
  bool rekeyed = false;         // zooid's file has another secret, by hand
  bool just_rekeyed = false;    // and nothing was taken since
  std::string identity_before;  // that tender knew then; empty: none

  // Requests that may still have an effect.
  bool may_send_again = false;             // the worker cannot know all that it sent
  std::optional<TimePoint> unknown_until;  // only a request from then on ends the doubt
  bool clock_jumped = false;               // since then, and the row tells the wrong time
  bool inherited = false;                  // by a process that knows no more than the row

  // What its row said when it was in the log last.
  std::int64_t revision = 0;
  nlohmann::json described;  // the config

  // What people asked for.
  bool forced = false;              // and no sync has completed since
  std::int64_t forced_command = 0;  // the newest that asked for it: seq in the log
  bool recreate_asked = false;      // ever
  std::int64_t last_command = 0;    // seq in the log
  std::int64_t last_result = 0;
  std::int64_t last_adoption = 0;  // what is different besides is sent then
  std::int64_t routed = 0;         // the router's offset when the newest request was sent
  bool silently_changed = false;   // without an activity row, since the last command

  // Failures in a row.
  int failures = 0;
  TimePoint failed_at{};
  bool given_up = false;        // a dead letter, and nobody asked or changed anything since
  bool backoff_broken = false;  // the clock jumped since, or a command ended the wait
};

}  // namespace tender::simulation
