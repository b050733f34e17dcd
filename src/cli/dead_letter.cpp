// `tender dead-letter list | retry | discard`: the work that waits for a person.
#include "tender/view/dead_letter.hpp"

#include <algorithm>
#include <ostream>
#include <utility>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/infra/letter_work.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/transaction.hpp"

#include "command.hpp"
#include "dead_letter_bulk.hpp"
#include "output.hpp"
#include "schedule_options.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using outbox::DeadLetter;
using outbox::DeadLetters;
using outbox::Resolution;

constexpr int kPage = 256;

std::string full_name_of(const infra::LetterSubject& subject) {
  return fmt::format("{} {}", subject.resource_type, printable(subject.name, 80));
}

// Most are of relays, which are named alone.
std::string name_of(const infra::LetterSubject& subject) {
  return subject.resource_type == kTriggerResource ? full_name_of(subject) : subject.name;
}

// Calls `print` for each letter, oldest first, and holds a page of them at a time.
template <typename Print>
void for_each_letter(const Invocation& invocation, StoreSession& session, Print print) {
  DeadLetters letters(session.database);
  const auto after = [&](std::int64_t id) {
    return letters.list(invocation.has("all"), id, kPage);
  };
  for (auto page = after(0); !page.empty() && invocation.out; page = after(page.back().id)) {
    std::ranges::for_each(page, print);
  }
}

void list_json(const Invocation& invocation, StoreSession& session) {
  JsonArray array(invocation.out);
  for_each_letter(invocation, session, [&](const DeadLetter& letter) {
    array.add(view::to_json(letter, session.database));
  });
  array.finish();
}

ExitCode list(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  if (invocation.json()) {
    list_json(invocation, session);
    return ExitCode::ok;
  }
  Table table(invocation.out);
  bool empty = true;
  for_each_letter(invocation, session, [&](const DeadLetter& letter) {
    if (std::exchange(empty, false)) {
      table.add({"ID", "OF", "SINCE", "REASON", "STATE", "ERROR"});
    }
    table.add({std::to_string(letter.id), name_of(infra::subject_of(session.database, letter)),
               format_time(letter.created_at), letter.reason, letter.resolution.value_or("open"),
               printable(letter.error, 600)});
  });
  table.finish();
  if (empty) {
    invocation.err << "no dead letters\n";
  }
  return ExitCode::ok;
}

// Whether many are retried; UsageError when it is not clear.
bool is_bulk(const Invocation& invocation) {
  const bool filtered =
      invocation.has("reason") || invocation.has("trigger") || invocation.has("since");
  const bool bulk = invocation.has("all") || filtered;
  if (bulk && (invocation.has("all") == filtered || !invocation.names.empty())) {
    throw UsageError("a name, --all and filters (--reason, --trigger, --since) exclude each other",
                     "give a name, --all, or filters");
  }
  if (!bulk && invocation.names.empty()) {
    throw UsageError("`tender dead-letter retry` needs ID|RELAY, --all or a filter",
                     fmt::format("for example: {}", kDeadLetterRetry.example));
  }
  return bulk;
}

store::CommandError already_resolved(const DeadLetter& letter) {
  return {fmt::format("dead letter {} is already {}", letter.id,
                      letter.resolution.value_or("resolved")),
          "see `tender dead-letter list` for the open ones"};
}

// Looks it up and resolves it, in the caller's transaction. By its own number: should a newer
// letter of the same relay be open by now, that one is not what the person saw.
DeadLetter resolve(StoreSession& session, Resolution resolution, const std::string& name) {
  DeadLetter letter = view::require_letter(session.database, name);
  if (!DeadLetters(session.database).resolve(letter.id, resolution, session.clock.now())) {
    throw already_resolved(letter);
  }
  return letter;
}

// One, or those that are open then.
ExitCode schedule_retry(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  if (invocation.has("trigger") || invocation.has("since")) {
    throw UsageError("--trigger and --since cannot be used for later",
                     "leave --at and --in out, or use --all or --reason");
  }
  if (invocation.names.empty()) {
    const std::string reason = invocation.has("reason") ? invocation.text("reason") : std::string();
    return schedule_work(invocation, session,
                         {{.command = ScheduledCommand::retry_dead_letters, .reason = reason}});
  }
  const DeadLetter letter = view::require_letter(session.database, invocation.names.front());
  if (letter.resolution) {
    throw already_resolved(letter);
  }
  const infra::LetterSubject subject = infra::subject_of(session.database, letter);
  return schedule_work(
      invocation, session,
      {{.command = ScheduledCommand::retry_dead_letter,
        .relay = RelayId{subject.resource_type == kRelayResource ? subject.id : ""},
        .dead_letter = letter.id}});
}

ExitCode retry(const Invocation& invocation) {
  const bool bulk = is_bulk(invocation);
  if (is_scheduled(invocation)) {
    return schedule_retry(invocation);
  }
  if (bulk) {
    return retry_letters(invocation);
  }
  StoreSession session(invocation, store::OpenMode::existing);
  store::Transaction transaction(session.database);
  const DeadLetter letter = resolve(session, Resolution::retried, invocation.names.front());
  const infra::LetterSubject subject = infra::subject_of(session.database, letter);
  if (!infra::ask_again(session.database, session.command, letter, /*bulk=*/false)) {
    throw store::CommandError(
        fmt::format("{} of dead letter {} is no longer in the database: there is nothing to retry",
                    full_name_of(subject), letter.id),
        fmt::format("close the letter with `tender dead-letter discard {}`", letter.id));
  }
  transaction.commit();
  if (subject.resource_type == kTriggerResource) {
    fmt::print(invocation.err, "the webhook of {} will be delivered at once\n",
               full_name_of(subject));
  } else {
    fmt::print(invocation.err, "{} will be retried at once\n", full_name_of(subject));
  }
  session.hint_when_nobody_syncs(invocation.err);
  return ExitCode::ok;
}

ExitCode discard(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  store::Transaction transaction(session.database);
  const DeadLetter letter = resolve(session, Resolution::discarded, invocation.names.front());
  const infra::LetterSubject subject = infra::subject_of(session.database, letter);
  session.command.record_discard(letter.id, subject.resource_type, subject.id, letter.reason);
  transaction.commit();
  if (subject.resource_type == kTriggerResource) {
    fmt::print(invocation.err, "dead letter {} is discarded; its webhook is not delivered\n",
               letter.id);
  } else if (subject.exists) {
    fmt::print(invocation.err,
               "dead letter {} is discarded; {} stays in zooid as it is until you change it\n",
               letter.id, full_name_of(subject));
  } else {
    fmt::print(invocation.err,
               "dead letter {} is discarded; {} is no longer in the database, and zooid "
               "keeps what it has of it\n",
               letter.id, full_name_of(subject));
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kDeadLetterList{
    .name = "dead-letter list",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "List the syncs and webhooks that tender gave up on",
    .example = "tender dead-letter list --all",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{{"all", "Include the resolved ones"}};
        },
    .run = list};

const CommandSpec kDeadLetterRetry{
    .name = "dead-letter retry",
    .arguments = "[ID|RELAY]",
    .min_names = 0,
    .max_names = 1,
    .summary = "Retry a sync or webhook that tender gave up on, or all of them",
    .example = "tender dead-letter retry blue",
    .prints_data = false,
    .options =
        [] {
          const auto reasons = outbox::dead_letter_reasons();
          std::vector<Option> options{
              {"all", "Retry every open dead letter"},
              {.name = "reason",
               .help = "Only those of this reason",
               .value_name = "REASON",
               .values = {reasons.begin(), reasons.end()}},
              {"trigger", "Only webhooks of this trigger", "TRIGGER"},
              {"since", "Only what was given up at that time or later", "TIME"},
              {"yes", "Do not ask for confirmation when many are meant"}};
          for (Option& option : later_options()) {
            options.push_back(std::move(option));
          }
          return options;
        },
    .run = retry};

const CommandSpec kDeadLetterDiscard{.name = "dead-letter discard",
                                     .arguments = "ID|RELAY",
                                     .min_names = 1,
                                     .max_names = 1,
                                     .summary = "Close a dead letter without a retry",
                                     .example = "tender dead-letter discard 3",
                                     .prints_data = false,
                                     .options = nullptr,
                                     .run = discard};

}  // namespace tender::cli
