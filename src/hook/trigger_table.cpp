#include "tender/hook/trigger_table.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/hook/invalid_trigger.hpp"
#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

namespace tender::hook {
namespace {

// Under which triggers with a pattern stand, whose types are not known beforehand.
constexpr std::string_view kAnyType = "*";

#define TENDER_TRIGGER_COLUMNS                                                  \
  "trigger.id, name, url, origin, events, filter, policy, secret, old_secret, " \
  "handles_dead_letters, enabled, disabled_reason, registered_by, created_at, updated_at"

TriggerFilter read_filter(const std::string& text) {
  try {
    return TriggerFilter::parse(text);
  } catch (const InvalidTrigger&) {
    return TriggerFilter::of_nothing();  // another program wrote it: tell nobody too much
  }
}

Trigger read_trigger(const store::Statement& row) {
  Trigger trigger;
  trigger.id = row.text(0);
  trigger.name = row.text(1);
  trigger.url = row.text(2);
  trigger.origin = row.text(3);
  trigger.events = EventPatterns::of_row(row.text(4));
  trigger.filter = read_filter(row.text(5));
  const auto policy = parse_json(row.text(6));
  trigger.policy =
      (policy ? parse_policy_change(*policy) : std::nullopt).value_or(DeliveryPolicyChange());
  trigger.secret = row.text(7);
  trigger.old_secret = row.optional_text(8);
  trigger.handles_dead_letters = row.boolean(9);
  trigger.enabled = row.boolean(10);
  trigger.disabled_reason = row.text(11);
  trigger.registered_by = row.text(12);
  trigger.created_at = row.time(13);
  trigger.updated_at = row.time(14);
  return trigger;
}

std::vector<Trigger> read_triggers(store::Statement rows) {
  std::vector<Trigger> triggers;
  while (rows.step()) {
    triggers.push_back(read_trigger(rows));
  }
  return triggers;
}

}  // namespace

std::optional<Trigger> TriggerTable::find(std::string_view id) const {
  store::Statement row =
      database_.prepare("SELECT " TENDER_TRIGGER_COLUMNS " FROM trigger WHERE id = ?", id);
  return row.step() ? std::optional(read_trigger(row)) : std::nullopt;
}

std::optional<Trigger> TriggerTable::find_named(std::string_view name) const {
  store::Statement row =
      database_.prepare("SELECT " TENDER_TRIGGER_COLUMNS " FROM trigger WHERE name = ?", name);
  return row.step() ? std::optional(read_trigger(row)) : std::nullopt;
}

std::vector<Trigger> TriggerTable::list() const {
  return read_triggers(
      database_.prepare("SELECT " TENDER_TRIGGER_COLUMNS " FROM trigger ORDER BY name"));
}

std::vector<Trigger> TriggerTable::wanting(std::string_view activity_type) const {
  auto triggers =
      read_triggers(database_.prepare("SELECT " TENDER_TRIGGER_COLUMNS
                                      " FROM trigger_event JOIN trigger ON trigger.id = trigger_id "
                                      "WHERE activity_type IN (?, ?) AND enabled = 1",
                                      activity_type, kAnyType));
  std::erase_if(triggers,
                [&](const Trigger& trigger) { return !trigger.events.matches(activity_type); });
  return triggers;
}

std::optional<int> TriggerTable::rate_of(std::string_view origin) const {
  std::optional<int> lowest;
  for (const Trigger& trigger :
       read_triggers(database_.prepare("SELECT " TENDER_TRIGGER_COLUMNS
                                       " FROM trigger WHERE origin = ? AND enabled = 1 ORDER BY id",
                                       origin))) {
    const int rate = trigger.policy.rate.value_or(0);
    if (!lowest || *lowest == 0) {
      lowest = rate;
    } else if (rate != 0) {
      lowest = std::min(*lowest, rate);
    }
  }
  return lowest;
}

std::vector<std::string> TriggerTable::list_origins() const {
  std::vector<std::string> origins;
  store::Statement rows =
      database_.prepare("SELECT DISTINCT origin FROM trigger WHERE enabled = 1 ORDER BY origin");
  while (rows.step()) {
    origins.push_back(rows.text(0));
  }
  return origins;
}

std::optional<std::string> TriggerTable::find_url_of(std::string_view origin) const {
  store::Statement row = database_.prepare(
      "SELECT url FROM trigger WHERE origin = ? AND enabled = 1 ORDER BY id LIMIT 1", origin);
  return row.step() ? std::optional(row.text(0)) : std::nullopt;
}

void TriggerTable::put(const Trigger& trigger) {
  store::Transaction transaction(database_);
  remove(trigger.id);
  database_
      .prepare(
          "INSERT INTO trigger (id, name, url, origin, events, filter, policy, secret, old_secret, "
          "handles_dead_letters, enabled, disabled_reason, registered_by, created_at, updated_at) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          trigger.id, trigger.name, trigger.url, trigger.origin, trigger.events.text(),
          trigger.filter.text(), ordered_json_line(to_json(trigger.policy)), trigger.secret,
          trigger.old_secret, trigger.handles_dead_letters, trigger.enabled,
          trigger.disabled_reason, trigger.registered_by, trigger.created_at, trigger.updated_at)
      .run();
  auto types = trigger.events.literal_types();
  if (types.empty()) {
    types.emplace_back(kAnyType);
  }
  for (const std::string& type : types) {
    database_
        .prepare("INSERT INTO trigger_event (activity_type, trigger_id) VALUES (?, ?)", type,
                 trigger.id)
        .run();
  }
  transaction.commit();
}

void TriggerTable::remove(std::string_view id) {
  store::Transaction transaction(database_);
  database_.prepare("DELETE FROM trigger_event WHERE trigger_id = ?", id).run();
  database_.prepare("DELETE FROM trigger WHERE id = ?", id).run();
  transaction.commit();
}

}  // namespace tender::hook
