// `tender dead-letter list | retry | discard`: the work that waits for a person.
#include <charconv>
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/outbox/dead_letters.hpp"
#include "tender/store/transaction.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using outbox::DeadLetter;
using outbox::DeadLetters;
using outbox::JobKind;
using outbox::Resolution;

nlohmann::ordered_json to_json(const DeadLetter& letter) {
  nlohmann::ordered_json json = {{"id", letter.id},
                                 {"relay_id", letter.key},
                                 {"reason", letter.reason},
                                 {"error", letter.error},
                                 {"attempt", letter.attempt},
                                 {"revision", letter.revision},
                                 {"created_at", letter.created_at.time_since_epoch().count()},
                                 {"resolution", nullptr},
                                 {"resolved_at", nullptr}};
  if (letter.resolution) {
    json["resolution"] = *letter.resolution;
  }
  if (letter.resolved_at) {
    json["resolved_at"] = letter.resolved_at->time_since_epoch().count();
  }
  return json;
}

std::string relay_name(const Query& query, const DeadLetter& letter) {
  const auto relay = query.get_relay(RelayId{letter.key});
  return relay ? relay->subdomain : letter.key;
}

ExitCode list(const Invocation& invocation) {
  StoreSession session(invocation, OpenMode::existing);
  const auto letters = DeadLetters(session.database).list(invocation.has("all"));
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    for (const DeadLetter& letter : letters) {
      array.push_back(to_json(letter));
    }
    print_json(invocation.out, array);
    return ExitCode::ok;
  }
  if (letters.empty()) {
    invocation.err << "no dead letters\n";
    return ExitCode::ok;
  }
  std::vector<std::vector<std::string>> rows{{"ID", "RELAY", "SINCE", "REASON", "STATE", "ERROR"}};
  for (const DeadLetter& letter : letters) {
    rows.push_back({std::to_string(letter.id), relay_name(session.query, letter),
                    format_time(letter.created_at), letter.reason,
                    letter.resolution.value_or("open"), printable(letter.error, 600)});
  }
  print_table(invocation.out, rows);
  return ExitCode::ok;
}

std::optional<std::int64_t> parse_number(const std::string& text) {
  std::int64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  return error == std::errc() && end == last ? std::optional(number) : std::nullopt;
}

// The open letter that `name` means: a relay's id or subdomain, or else a letter's number.
DeadLetter require_open(StoreSession& session, const std::string& name) {
  DeadLetters letters(session.database);
  std::optional<DeadLetter> letter;
  const auto number = parse_number(name);
  const auto relay = session.query.find_relay(name);
  if (relay) {
    for (DeadLetter& open : letters.list(/*all=*/false)) {
      if (open.key == relay->id.text) {
        letter = std::move(open);
      }
    }
  } else if (number) {
    letter = letters.find(*number);
  } else {
    static_cast<void>(session.require_relay(name));  // says that there is none
  }
  if (!letter) {
    throw CommandError(fmt::format("there is no dead letter \"{}\"", printable(name, 80)),
                       "see `tender dead-letter list`");
  }
  if (letter->resolution) {
    throw CommandError(fmt::format("dead letter {} is {} already", letter->id, *letter->resolution),
                       "see `tender dead-letter list` for the open ones");
  }
  return std::move(*letter);
}

ExitCode retry(const Invocation& invocation) {
  StoreSession session(invocation, OpenMode::existing);
  const DeadLetter letter = require_open(session, invocation.names.front());
  const Relay relay = session.require_relay(letter.key);
  Transaction transaction(session.database);
  DeadLetters(session.database)
      .resolve(JobKind::relay_sync, letter.key, Resolution::retried, session.clock.now());
  session.command.reconcile_relay(relay, {});
  transaction.commit();
  fmt::print(invocation.err, "relay {} will be tried again at once\n", relay.subdomain);
  return ExitCode::ok;
}

ExitCode discard(const Invocation& invocation) {
  StoreSession session(invocation, OpenMode::existing);
  const DeadLetter letter = require_open(session, invocation.names.front());
  DeadLetters(session.database)
      .resolve(JobKind::relay_sync, letter.key, Resolution::discarded, session.clock.now());
  fmt::print(invocation.err,
             "dead letter {} is discarded; relay {} stays as zooid has it until it is changed\n",
             letter.id, relay_name(session.query, letter));
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kDeadLetterList{
    .name = "dead-letter list",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "List what was given up and waits for a person",
    .example = "tender dead-letter list --all",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{{"all", "The resolved ones too"}};
        },
    .run = list};

const CommandSpec kDeadLetterRetry{.name = "dead-letter retry",
                                   .arguments = "ID|RELAY",
                                   .min_names = 1,
                                   .max_names = 1,
                                   .summary = "Try again what was given up",
                                   .example = "tender dead-letter retry blue",
                                   .prints_data = false,
                                   .options = nullptr,
                                   .run = retry};

const CommandSpec kDeadLetterDiscard{.name = "dead-letter discard",
                                     .arguments = "ID|RELAY",
                                     .min_names = 1,
                                     .max_names = 1,
                                     .summary = "Let go of what was given up",
                                     .example = "tender dead-letter discard 3",
                                     .prints_data = false,
                                     .options = nullptr,
                                     .run = discard};

}  // namespace tender::cli
