#include "tender/view/dead_letter.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/base/number.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/infra/letter_work.hpp"
#include "tender/store/command.hpp"
#include "tender/view/relay.hpp"

namespace tender::view {

nlohmann::ordered_json to_json(const outbox::DeadLetter& letter, store::Database& database) {
  const infra::LetterSubject subject = infra::subject_of(database, letter);
  nlohmann::ordered_json json = {{"id", letter.id},
                                 {"kind", letter.kind},
                                 {"relay_id", nullptr},
                                 {"subdomain", nullptr},
                                 {"trigger_id", nullptr},
                                 {"trigger", nullptr},
                                 {"webhook_id", nullptr},
                                 {"reason", letter.reason},
                                 {"error", letter.error},
                                 {"attempt", letter.attempt},
                                 {"revision", letter.revision},
                                 {"created_at", letter.created_at.time_since_epoch().count()},
                                 {"resolution", nullptr},
                                 {"resolved_at", nullptr},
                                 {"handler_failed", nullptr}};
  if (subject.resource_type == kTriggerResource) {
    json["trigger_id"] = subject.id;
    json["trigger"] = subject.name;
    json["webhook_id"] = letter.key;
  } else {
    json["relay_id"] = subject.id;
    json["subdomain"] =
        subject.exists ? nlohmann::ordered_json(subject.name) : nlohmann::ordered_json();
  }
  if (letter.resolution) {
    json["resolution"] = *letter.resolution;
  }
  if (letter.resolved_at) {
    json["resolved_at"] = letter.resolved_at->time_since_epoch().count();
  }
  if (letter.handler_failed) {
    json["handler_failed"] = *letter.handler_failed;
  }
  return json;
}

outbox::DeadLetter require_letter(store::Database& database, const std::string& name) {
  outbox::DeadLetters letters(database);
  const auto relay = find_relay(store::Query(database), name);
  auto open = letters.find_open(infra::kRelaySync, relay ? relay->id.text : name);
  const auto number = parse_integer(name);
  auto numbered = number ? letters.find(*number) : std::nullopt;
  if (open && numbered && !numbered->resolution && numbered->id != open->id) {
    throw NoSuchLetter(
        fmt::format(
            "\"{}\" is the number of a dead letter, and the name of a relay that has another",
            printable(name, 80)),
        fmt::format("give the number of the relay's, {}, or the id of the other's relay, {}",
                    open->id, printable(numbered->key, 80)));
  }
  if (open) {
    return std::move(*open);
  }
  if (numbered) {
    return std::move(*numbered);
  }
  if (!relay && !number) {
    throw store::NoSuchRelay(name);
  }
  throw NoSuchLetter(relay ? fmt::format("relay {} has no open dead letter",
                                         printable(relay->subdomain, relay->subdomain.size()))
                           : fmt::format("there is no dead letter \"{}\"", printable(name, 80)),
                     "see `tender dead-letter list`");
}

}  // namespace tender::view
