#include "tender/hook/trigger_command.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/hook/invalid_trigger.hpp"
#include "tender/hook/signing_key.hpp"
#include "tender/hook/stored_secret.hpp"
#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

namespace tender::hook {
namespace {

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestReason = 500;
constexpr std::string_view kGenerate = "generate";

// Collects what is wrong, so that a person hears of all of it at once.
class Faults {
 public:
  template <class Check>
  void collect(Check check) {
    try {
      check();
    } catch (const Error& error) {
      add(error.what(), error.remedy());
    }
  }

  void add(const std::string& what, const std::string& remedy) {
    what_ += (what_.empty() ? "" : "; ") + what;
    remedy_ += (remedy_.empty() ? "" : "; ") + remedy;
  }

  void throw_if_any() const {
    if (!what_.empty()) {
      throw store::CommandError(what_, remedy_);
    }
  }

 private:
  std::string what_;
  std::string remedy_;
};

std::string checked_name(const std::string& name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
  if (name.empty() || name.size() > kLongestName || !plain) {
    throw InvalidTrigger(
        fmt::format("\"{}\" is not a name for a trigger", printable(name, 80)),
        fmt::format("write 1 to {} letters, digits, `-`, `_` and `.`", kLongestName));
  }
  return name;
}

void check_policy(const DeliveryPolicyChange& policy, Faults& faults) {
  for (const FieldFault& fault : validate(policy)) {
    faults.add(fmt::format("{}: {}", fault.field, fault.problem), fault.remedy);
  }
}

void merge(const DeliveryPolicyChange& change, DeliveryPolicyChange& policy) {
  const auto take = [](const auto& from, auto& to) { to = from ? from : to; };
  take(change.backoff, policy.backoff);
  take(change.base, policy.base);
  take(change.factor, policy.factor);
  take(change.cap, policy.cap);
  take(change.jitter_percent, policy.jitter_percent);
  take(change.max_attempts, policy.max_attempts);
  take(change.max_duration, policy.max_duration);
  take(change.rate, policy.rate);
}

std::string detail_of(const Trigger& trigger) {
  return ordered_json_line(nlohmann::ordered_json{{"name", trigger.name},
                                                  {"origin", trigger.origin},
                                                  {"events", trigger.events.text()},
                                                  {"filter", trigger.filter.text()}});
}

}  // namespace

NoSuchTrigger::NoSuchTrigger(std::string_view name)
    : CommandError(fmt::format("there is no trigger \"{}\"", printable(name, 80)),
                   "see `tender trigger list`") {}

TriggerCommand::Sealed TriggerCommand::seal(const std::string& secret,
                                            const std::string& owner) const {
  if (is_reference(secret)) {
    check_reference(secret);
    return {.stored = secret, .generated = {}};
  }
  if (setup_.box == nullptr) {
    throw InvalidTrigger("a secret cannot be stored, because TRIGGER_KEY_FILE is not set",
                         "make a key with `openssl rand -hex 32` and name its file in "
                         "TRIGGER_KEY_FILE, or refer to a variable with `env:NAME`");
  }
  const bool generate = secret == kGenerate;
  const SigningKey key = generate
                             ? SigningKey::generate(SignatureScheme::hmac_sha256, setup_.random)
                             : SigningKey::parse(Secret(secret));
  return {.stored = setup_.box->seal(key.text(), owner, setup_.random),
          .generated = generate ? key.text() : Secret()};
}

Trigger TriggerCommand::require(std::string_view id) const {
  auto trigger = table_.find(id);
  if (!trigger) {
    throw NoSuchTrigger(id);
  }
  return *std::move(trigger);
}

TriggerCommand::Changed TriggerCommand::apply(Trigger trigger, const TriggerChange& change) const {
  Faults faults;
  Secret generated;
  faults.collect([&] {
    trigger.name = change.name ? checked_name(*change.name) : trigger.name;
    const auto other = table_.find_named(trigger.name);
    if (other && other->id != trigger.id) {
      throw InvalidTrigger(fmt::format("another trigger is named \"{}\"", trigger.name),
                           "choose another name");
    }
  });
  faults.collect([&] {
    if (change.url) {
      trigger.url = parse_receiver_url(*change.url, setup_.rules).text();
      trigger.origin = origin_of(trigger.url);
    }
  });
  trigger.handles_dead_letters = change.handles_dead_letters.value_or(trigger.handles_dead_letters);
  faults.collect([&] {
    if (change.events) {
      trigger.events = EventPatterns::parse(*change.events);
    }
    if (trigger.handles_dead_letters && trigger.events.text() != kAddDeadLetter) {
      throw InvalidTrigger(
          fmt::format("a handler of dead letters gets {} and no other event", kAddDeadLetter),
          fmt::format("leave the events out, or write {}", kAddDeadLetter));
    }
  });
  faults.collect([&] {
    if (change.filter) {
      trigger.filter = TriggerFilter::parse(*change.filter);
    }
  });
  check_policy(change.policy, faults);
  merge(change.policy, trigger.policy);
  faults.collect([&] {
    if (change.secret) {
      Sealed sealed = seal(*change.secret, trigger.id);
      if (!trigger.secret.empty()) {
        trigger.old_secret = std::exchange(trigger.secret, std::string());
      }
      trigger.secret = std::move(sealed.stored);
      generated = std::move(sealed.generated);
    }
  });
  if (change.retire_old_secret) {
    trigger.old_secret.reset();
  }
  faults.throw_if_any();
  trigger.updated_at = setup_.clock.now();
  return {std::move(trigger), std::move(generated)};
}

TriggerCommand::Changed TriggerCommand::create(const TriggerChange& change) {
  store::Transaction transaction(setup_.database);
  TriggerChange whole = change;
  if (!whole.secret) {
    whole.secret = kGenerate;
  }
  if (!whole.events && whole.handles_dead_letters.value_or(false)) {
    whole.events = kAddDeadLetter;
  }
  Faults missing;
  for (const auto& [given, what] : {std::pair(whole.name.has_value(), "name"),
                                    {whole.url.has_value(), "URL"},
                                    {whole.events.has_value(), "list of events"}}) {
    if (!given) {
      missing.add(fmt::format("a new trigger needs a {}", what), fmt::format("give its {}", what));
    }
  }
  missing.throw_if_any();
  Trigger fresh;
  fresh.id = setup_.random.uuid();
  fresh.registered_by = setup_.principal;
  fresh.created_at = setup_.clock.now();
  Changed made = apply(std::move(fresh), whole);
  table_.put(made.trigger);
  record(kCreateTrigger, made.trigger, detail_of(made.trigger));
  transaction.commit();
  return made;
}

TriggerCommand::Changed TriggerCommand::update(std::string_view id, const TriggerChange& change) {
  store::Transaction transaction(setup_.database);
  Changed made = apply(require(id), change);
  table_.put(made.trigger);
  record(kUpdateTrigger, made.trigger, detail_of(made.trigger));
  transaction.commit();
  return made;
}

void TriggerCommand::remove(std::string_view id) {
  store::Transaction transaction(setup_.database);
  const Trigger trigger = require(id);
  table_.remove(id);
  record(kDeleteTrigger, trigger, detail_of(trigger));
  transaction.commit();
}

Trigger TriggerCommand::enable(std::string_view id) {
  store::Transaction transaction(setup_.database);
  Trigger trigger = require(id);
  if (!trigger.enabled) {
    trigger.enabled = true;
    trigger.disabled_reason.clear();
    trigger.updated_at = setup_.clock.now();
    table_.put(trigger);
    record(kEnableTrigger, trigger, detail_of(trigger));
  }
  transaction.commit();
  return trigger;
}

Trigger TriggerCommand::disable(std::string_view id, const std::string& reason) {
  if (reason.size() > kLongestReason) {
    throw store::CommandError(fmt::format("the reason has {} bytes", reason.size()),
                              fmt::format("give at most {}", kLongestReason));
  }
  store::Transaction transaction(setup_.database);
  Trigger trigger = require(id);
  if (trigger.enabled) {
    trigger.enabled = false;
    trigger.disabled_reason = reason;
    trigger.updated_at = setup_.clock.now();
    table_.put(trigger);
    record(kDisableTrigger, trigger,
           ordered_json_line(nlohmann::ordered_json{{"name", trigger.name}, {"reason", reason}}));
  }
  transaction.commit();
  return trigger;
}

void TriggerCommand::record(std::string_view type, const Trigger& trigger,
                            const std::string& detail) {
  setup_.command.record_trigger(type, trigger.id, detail);
}

Trigger require_trigger(store::Database& database, std::string_view name) {
  const TriggerTable table(database);
  auto trigger = table.find_named(name);
  if (!trigger) {
    trigger = table.find(name);
  }
  if (!trigger) {
    throw NoSuchTrigger(name);
  }
  return *std::move(trigger);
}

}  // namespace tender::hook
