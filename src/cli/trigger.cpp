// `tender trigger …`: who is told of what by webhook.
#include <algorithm>
#include <iostream>
#include <iterator>
#include <locale>
#include <ostream>
#include <sstream>
#include <utility>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/base/number.hpp"
#include "tender/config/duration.hpp"
#include "tender/hook/delivery.hpp"
#include "tender/hook/delivery_table.hpp"
#include "tender/hook/secret_box.hpp"
#include "tender/hook/signing_key.hpp"
#include "tender/hook/stored_secret.hpp"
#include "tender/hook/trigger_command.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

// The trigger commands of one call.
class TriggerSession {
 public:
  TriggerSession(const Invocation& invocation, store::OpenMode mode)
      : session(invocation, mode),
        box_(hook::SecretBox::of_setting(session.triggers.key)),
        commands({.database = session.database,
                  .command = session.command,
                  .clock = session.clock,
                  .random = session.random,
                  .box = box_ ? &*box_ : nullptr,
                  .rules = {.allow_http = session.triggers.allow_http,
                            .allow_private = session.triggers.allow_private},
                  .principal = session.principal}) {}

  [[nodiscard]] hook::Trigger require(const std::string& name) {
    return hook::require_trigger(session.database, name);
  }

  StoreSession session;

 private:
  std::optional<hook::SecretBox> box_;

 public:
  hook::TriggerCommand commands;
};

std::optional<std::string> given(const Invocation& invocation, std::string_view option) {
  return invocation.has(option) ? std::optional(invocation.text(option)) : std::nullopt;
}

std::optional<Milliseconds> read_wait(const Invocation& invocation, std::string_view option) {
  if (!invocation.has(option)) {
    return std::nullopt;
  }
  const std::string& text = invocation.text(option);
  const auto wait = config::parse_duration(text);
  if (!wait) {
    throw UsageError(fmt::format("--{} \"{}\" is not a duration", option, printable(text, 40)),
                     "write it as 30s, 5m, 6h or 2d");
  }
  return wait;
}

std::optional<int> read_number(const Invocation& invocation, std::string_view option) {
  if (!invocation.has(option)) {
    return std::nullopt;
  }
  const std::string& text = invocation.text(option);
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > 1'000'000) {
    throw UsageError(fmt::format("--{} \"{}\" is not a number", option, printable(text, 40)),
                     "write it in digits");
  }
  return static_cast<int>(*number);
}

std::optional<double> read_factor(const Invocation& invocation) {
  if (!invocation.has("factor")) {
    return std::nullopt;
  }
  double factor = 0;
  std::istringstream text(invocation.text("factor"));
  text.imbue(std::locale::classic());
  if (!(text >> factor) || text.peek() != std::istringstream::traits_type::eof()) {
    throw UsageError(
        fmt::format("--factor \"{}\" is not a number", printable(invocation.text("factor"), 40)),
        "write it like 2 or 1.5");
  }
  return factor;
}

// A secret on the command line can be read by others while it runs, and stays in the shell's
// history: `-` reads it from stdin.
std::optional<std::string> read_secret(const Invocation& invocation) {
  auto secret = given(invocation, "secret");
  if (secret == "-") {
    std::string line;
    std::getline(std::cin, line);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) {
      line.pop_back();
    }
    return line;
  }
  return secret;
}

hook::TriggerChange read_change(const Invocation& invocation) {
  hook::TriggerChange change;
  change.name = given(invocation, "name");
  change.url = given(invocation, "url");
  change.events = given(invocation, "events");
  change.filter = given(invocation, "filter");
  change.secret = read_secret(invocation);
  change.handles_dead_letters = invocation.flag("dead-letter-handler");
  if (invocation.has("backoff")) {
    change.policy.backoff = parse_growth(invocation.text("backoff"));
  }
  change.policy.base = read_wait(invocation, "base");
  change.policy.factor = read_factor(invocation);
  change.policy.cap = read_wait(invocation, "cap");
  change.policy.jitter_percent = read_number(invocation, "jitter");
  change.policy.max_attempts = read_number(invocation, "max-attempts");
  change.policy.max_duration = read_wait(invocation, "max-duration");
  change.policy.rate = read_number(invocation, "rate");
  return change;
}

std::vector<Option> change_options() {
  return {
      {"name", "Its name: letters, digits, `-`, `_` and `.`", "NAME"},
      {"url", "Where its webhooks go", "URL"},
      {"events", "The types of its events, with `*`, and `!` to leave out; comma-separated",
       "LIST"},
      {"filter", "Only events of these: `relay=`, `tenant=`, `plan=`; comma-separated", "FILTER"},
      {"secret",
       "The secret that signs: `generate`, `env:NAME`, `whsec_…`, `whsk_…`, or `-` to read it "
       "from stdin",
       "SECRET"},
      {.name = "backoff",
       .help = "How the waits between attempts grow",
       .value_name = "GROWTH",
       .values = {"exponential", "linear", "constant"}},
      {"base", "The first wait", "DURATION"},
      {"factor", "By what each wait is longer (exponential)", "NUMBER"},
      {"cap", "The longest wait", "DURATION"},
      {"jitter", "By how much each wait varies, in percent", "PERCENT"},
      {"max-attempts", "How often a webhook is tried before it is given up", "N"},
      {"max-duration", "For how long it is tried", "DURATION"},
      {"rate", "The most webhooks to this receiver per second; 0: no limit", "N"},
      {.name = "dead-letter-handler",
       .help = "Tell it of dead letters alone, each once and without retry",
       .negatable = true}};
}

void show_generated(const Invocation& invocation, const hook::TriggerCommand::Changed& changed) {
  if (!changed.generated.empty()) {
    invocation.err << "this is its secret; it is shown this once, give it to the receiver:\n";
    invocation.out << changed.generated.reveal() << '\n';
  }
}

void print_changed(const Invocation& invocation, const hook::TriggerCommand::Changed& changed,
                   std::string_view what) {
  if (invocation.json()) {
    auto json = to_json(changed.trigger);
    if (!changed.generated.empty()) {
      json["generated_secret"] = changed.generated.reveal();
    }
    print_json(invocation.out, json);
    return;
  }
  fmt::print(invocation.err, "trigger {} {}\n", changed.trigger.name, what);
  show_generated(invocation, changed);
}

ExitCode create(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::create);
  print_changed(invocation, session.commands.create(read_change(invocation)), "created");
  session.session.hint_when_nobody_syncs(invocation.err);
  return ExitCode::ok;
}

ExitCode update(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::existing);
  hook::TriggerChange change = read_change(invocation);
  change.retire_old_secret = invocation.has("retire-old-secret");
  const auto changed =
      session.commands.update(session.require(invocation.names.front()).id, change);
  print_changed(invocation, changed, "updated");
  if (change.secret && changed.trigger.old_secret) {
    fmt::print(invocation.err,
               "both secrets sign now; when the receiver has the new one, run `tender trigger "
               "update {} --retire-old-secret`\n",
               changed.trigger.name);
  }
  return ExitCode::ok;
}

std::string state_of(const hook::Trigger& trigger) {
  if (trigger.enabled) {
    return "enabled";
  }
  return trigger.disabled_reason.empty()
             ? "disabled"
             : fmt::format("disabled: {}", printable(trigger.disabled_reason, 200));
}

ExitCode list(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::existing);
  const auto triggers = hook::TriggerTable(session.session.database).list();
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    std::ranges::transform(triggers, std::back_inserter(array),
                           [](const hook::Trigger& trigger) { return to_json(trigger); });
    print_json(invocation.out, array);
    return ExitCode::ok;
  }
  if (triggers.empty()) {
    invocation.err << "no triggers\n";
    return ExitCode::ok;
  }
  Table table(invocation.out);
  table.add({"NAME", "RECEIVER", "EVENTS", "STATE"});
  for (const hook::Trigger& trigger : triggers) {
    table.add({printable(trigger.name, 64), printable(trigger.origin, 100),
               printable(trigger.events.text(), 100), state_of(trigger)});
  }
  table.finish();
  return ExitCode::ok;
}

ExitCode show(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::existing);
  const hook::Trigger trigger = session.require(invocation.names.front());
  if (invocation.json()) {
    print_json(invocation.out, to_json(trigger));
    return ExitCode::ok;
  }
  const auto secret_text = [](const std::string& stored) {
    return hook::is_reference(stored) ? stored : std::string("encrypted in the database");
  };
  std::vector<std::vector<std::string>> rows{
      {"id", trigger.id},
      {"name", trigger.name},
      {"url", printable(trigger.url, 2000)},
      {"events", printable(trigger.events.text(), 2000)},
      {"filter", trigger.filter.empty() ? "none" : printable(trigger.filter.text(), 2000)},
      {"policy", to_json(trigger.policy).dump()},
      {"secret", secret_text(trigger.secret)},
      {"state", state_of(trigger)},
      {"registered by", printable(trigger.registered_by, 100)}};
  if (trigger.old_secret) {
    rows.insert(rows.begin() + 7, {"old secret", secret_text(*trigger.old_secret)});
  }
  if (trigger.handles_dead_letters) {
    rows.push_back({"handles", "dead letters: told once of each, without retry"});
  }
  print_table(invocation.out, std::move(rows));
  return ExitCode::ok;
}

ExitCode remove(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::existing);
  const hook::Trigger trigger = session.require(invocation.names.front());
  session.commands.remove(trigger.id);
  fmt::print(invocation.err, "trigger {} deleted; its webhooks under way are dropped\n",
             trigger.name);
  return ExitCode::ok;
}

ExitCode enable(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::existing);
  const hook::Trigger trigger =
      session.commands.enable(session.require(invocation.names.front()).id);
  fmt::print(invocation.err,
             "trigger {} is enabled; events that came while it was not are not told\n",
             trigger.name);
  return ExitCode::ok;
}

ExitCode disable(const Invocation& invocation) {
  TriggerSession session(invocation, store::OpenMode::existing);
  const hook::Trigger trigger =
      session.commands.disable(session.require(invocation.names.front()).id,
                               given(invocation, "reason").value_or(std::string()));
  fmt::print(invocation.err, "trigger {} is disabled; its webhooks under way become dead letters\n",
             trigger.name);
  return ExitCode::ok;
}

// One webhook of the trigger, wherever it is.
struct Shown {
  std::string webhook;
  std::string event{};
  std::int64_t seq = 0;
  std::string state{};
  int attempts = 0;
  TimePoint at{};  // when it ended, or is due
  std::string note{};
};

nlohmann::ordered_json to_json(const Shown& shown) {
  return {{"webhook_id", shown.webhook},
          {"activity_type", shown.event},
          {"seq", shown.seq},
          {"state", shown.state},
          {"attempts", shown.attempts},
          {"at", shown.at.time_since_epoch().count()},
          {"note", shown.note}};
}

// Waiting ones first, then those that were given up, then those that have ended.
std::vector<Shown> collect_deliveries(StoreSession& session, const hook::Trigger& trigger,
                                      int limit) {
  std::vector<Shown> all;
  const auto add = [&](const std::string& payload, Shown shown) {
    const auto delivery = hook::parse_delivery(payload);
    if (delivery && delivery->trigger_id == trigger.id && static_cast<int>(all.size()) < limit) {
      shown.event = delivery->activity_type;
      shown.seq = delivery->seq;
      all.push_back(std::move(shown));
    }
  };
  outbox::Outbox outbox(session.database);
  for (auto page = outbox.list(std::string(infra::kHookDelivery), "", 256); !page.empty();
       page = outbox.list(page.back().kind, page.back().key, 256)) {
    for (const outbox::Job& job : page) {
      if (job.kind != infra::kHookDelivery) {
        continue;
      }
      add(job.payload, {.webhook = job.key,
                        .state = "waiting",
                        .attempts = job.attempt,
                        .at = job.not_before,
                        .note = job.last_error});
    }
  }
  outbox::DeadLetters letters(session.database);
  std::int64_t last = 0;
  for (auto page = letters.list(/*all=*/false, last, 256); !page.empty();
       page = letters.list(/*all=*/false, last, 256)) {
    last = page.back().id;
    for (const outbox::DeadLetter& letter : page) {
      if (letter.kind != infra::kHookDelivery) {
        continue;
      }
      add(letter.payload, {.webhook = letter.key,
                           .state = fmt::format("dead letter {}", letter.id),
                           .attempts = letter.attempt,
                           .at = letter.created_at,
                           .note = letter.error});
    }
  }
  const int left = limit - static_cast<int>(all.size());
  for (const hook::EndedDelivery& ended :
       hook::DeliveryTable(session.database).list(trigger.id, std::max(0, left))) {
    all.push_back({ended.webhook_id, ended.activity_type, ended.seq, ended.result, ended.attempts,
                   ended.finished_at, ended.note});
  }
  return all;
}

ExitCode deliveries(const Invocation& invocation) {
  const auto limit = read_number(invocation, "limit").value_or(50);
  TriggerSession session(invocation, store::OpenMode::existing);
  const hook::Trigger trigger = session.require(invocation.names.front());
  const auto all = collect_deliveries(session.session, trigger, std::max(1, limit));
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    std::ranges::transform(all, std::back_inserter(array),
                           [](const Shown& shown) { return to_json(shown); });
    print_json(invocation.out, array);
    return ExitCode::ok;
  }
  if (all.empty()) {
    invocation.err << "no webhooks, as far as tender remembers (TRIGGER_DELIVERY_TTL)\n";
    return ExitCode::ok;
  }
  Table table(invocation.out);
  table.add({"SEQ", "EVENT", "STATE", "ATTEMPTS", "AT", "NOTE"});
  for (const Shown& shown : all) {
    table.add({std::to_string(shown.seq), printable(shown.event, 60), shown.state,
               std::to_string(shown.attempts), format_time(shown.at), printable(shown.note, 400)});
  }
  table.finish();
  return ExitCode::ok;
}

constexpr CommandSpec named(std::string_view name, std::string_view summary,
                            std::string_view example, ExitCode (*run)(const Invocation&)) {
  return {.name = name,
          .arguments = "TRIGGER",
          .min_names = 1,
          .max_names = 1,
          .summary = summary,
          .example = example,
          .prints_data = false,
          .options = nullptr,
          .run = run};
}

}  // namespace

const CommandSpec kTriggerCreate{
    .name = "trigger create",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Have a URL told of events by signed webhooks",
    .example =
        "tender trigger create --name billing --url https://billing.example.com/hooks "
        "--events '*_relay,complete_relay_sync'",
    .prints_data = true,
    .options = change_options,
    .run = create};

const CommandSpec kTriggerUpdate{
    .name = "trigger update",
    .arguments = "TRIGGER",
    .min_names = 1,
    .max_names = 1,
    .summary = "Change a trigger, or replace its secret",
    .example = "tender trigger update billing --secret generate",
    .prints_data = true,
    .options =
        [] {
          auto options = change_options();
          options.push_back({"retire-old-secret", "Sign with the newest secret alone"});
          return options;
        },
    .run = update};

const CommandSpec kTriggerList{.name = "trigger list",
                               .arguments = "",
                               .min_names = 0,
                               .max_names = 0,
                               .summary = "List the triggers",
                               .example = "tender trigger list",
                               .prints_data = true,
                               .options = nullptr,
                               .run = list};

const CommandSpec kTriggerShow{.name = "trigger show",
                               .arguments = "TRIGGER",
                               .min_names = 1,
                               .max_names = 1,
                               .summary = "Show a trigger",
                               .example = "tender trigger show billing",
                               .prints_data = true,
                               .options = nullptr,
                               .run = show};

const CommandSpec kTriggerDelete =
    named("trigger delete", "Delete a trigger", "tender trigger delete billing", remove);

const CommandSpec kTriggerEnable = named("trigger enable", "Tell a trigger of events again",
                                         "tender trigger enable billing", enable);

const CommandSpec kTriggerDisable{
    .name = "trigger disable",
    .arguments = "TRIGGER",
    .min_names = 1,
    .max_names = 1,
    .summary = "Tell a trigger of nothing until it is enabled",
    .example = "tender trigger disable billing --reason 'moves to another host'",
    .prints_data = false,
    .options =
        [] {
          return std::vector<Option>{{"reason", "Why, for whoever looks", "TEXT"}};
        },
    .run = disable};

const CommandSpec kTriggerDeliveries{
    .name = "trigger deliveries",
    .arguments = "TRIGGER",
    .min_names = 1,
    .max_names = 1,
    .summary = "Show what became of a trigger's webhooks",
    .example = "tender trigger deliveries billing",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{{"limit", "How many to show", "N", "50"}};
        },
    .run = deliveries};

}  // namespace tender::cli
