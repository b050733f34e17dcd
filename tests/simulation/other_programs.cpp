#include "simulation/other_programs.hpp"

#include <array>

#include "tender/outbox/dead_letters.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace tender::simulation {
namespace {

using outbox::DeadLetters;
using outbox::JobKind;
using outbox::Resolution;

// Few, so that changes often lead back to what zooid had before.
constexpr std::array<const char*, 3> kNames{"amber", "blue", "coral"};
constexpr std::array<const char*, 12> kSubdomains{"ant", "bee", "cat",  "dog", "elk", "fox",
                                                  "gnu", "hen", "ibis", "jay", "koi", "lynx"};

Database::Options no_waiting() {
  Database::Options options;
  options.busy_timeout = Milliseconds::zero();
  return options;
}

}  // namespace

OtherPrograms::OtherPrograms(Surroundings surroundings, Dice dice, std::uint64_t seed)
    : around_(surroundings),
      dice_(dice),
      random_(seed),
      database_(around_.database, around_.clock, no_waiting()),
      plain_(around_.database, around_.clock, no_waiting()),
      locker_(around_.database, around_.clock, no_waiting()),
      unheard_(around_.clock, 1),
      query_(database_),
      command_(database_, around_.clock, random_, unheard_) {}

void OtherPrograms::attempt(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    around_.trace.line("refused: {}", std::string_view(error.what()).substr(0, 120));
  }
}

void OtherPrograms::act(std::optional<Command>& embedded) {
  attempt([&] { choose_act(embedded && dice_.chance(40) ? *embedded : command_); });
}

void OtherPrograms::choose_act(Command& command) {
  const auto relay = any_relay();
  const auto roll = dice_.between(1, 100);
  if (!relay || roll <= 8) {
    create(command);
  } else if (roll <= 12) {
    plain_insert();
  } else if (roll <= 55) {
    command_update(command, *relay);
  } else if (roll <= 75) {
    plain_update(*relay, /*log=*/true);
  } else if (roll <= 86) {
    reconcile(command, *relay);
  } else if (roll <= 92) {
    dead_letter_act();
  } else {
    mischief(*relay);
  }
}

void OtherPrograms::create(Command& command) {
  RelayChange change;
  change.tenant = test::kTenant;
  change.subdomain = free_subdomain();
  change.info_name = dice_.pick(kNames);
  static_cast<void>(command.create_relay(change));
}

void OtherPrograms::command_update(Command& command, const Relay& relay) {
  RelayChange change;
  switch (dice_.between(0, 9)) {
    case 0:
      static_cast<void>(command.activate_relay(relay.id));
      return;
    case 1:
      static_cast<void>(command.deactivate_relay(relay.id));
      return;
    case 2:
      change.livekit_enabled = !relay.livekit_enabled;
      break;
    case 3:
      change.blossom_enabled = !relay.blossom_enabled;
      break;
    case 4:
      change.subdomain = free_subdomain();
      break;
    default:
      change.info_name = dice_.pick(kNames);
  }
  static_cast<void>(command.update_relay(relay.id, change));
}

void OtherPrograms::plain_insert() {
  const std::string id = "plain-" + std::to_string(++inserted_);
  Transaction transaction(plain_);
  plain_
      .prepare(
          "INSERT INTO relay (id, tenant, subdomain, schema, info_name, created_at) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          id, test::kTenant, free_subdomain(), "plain_" + std::to_string(inserted_),
          dice_.pick(kNames), around_.clock.now())
      .run();
  plain_
      .prepare(
          "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
          "VALUES (?, 'create_relay', 'relay', ?)",
          test::kTenant, id)
      .run();
  transaction.commit();
}

void OtherPrograms::plain_update(const Relay& relay, bool log) {
  Transaction transaction(plain_);
  plain_
      .prepare("UPDATE relay SET info_name = ?, policy_public_join = ? WHERE id = ?",
               dice_.pick(kNames), dice_.chance(50), relay.id.text)
      .run();
  if (log) {
    plain_
        .prepare(
            "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
            "VALUES (?, 'update_relay', 'relay', ?)",
            relay.tenant, relay.id.text)
        .run();
  }
  transaction.commit();
}

void OtherPrograms::reconcile(Command& command, const Relay& relay) {
  command.reconcile_relay(relay, {.forced = dice_.chance(30), .recreate = dice_.chance(20)});
}

void OtherPrograms::dead_letter_act() {
  const auto open = DeadLetters(database_).list(/*all=*/false);
  if (open.empty()) {
    return;
  }
  const auto& letter =
      open[static_cast<std::size_t>(dice_.between(0, static_cast<std::int64_t>(open.size()) - 1))];
  const auto relay = query_.get_relay(RelayId{letter.key});
  const bool retry = relay && dice_.chance(70);
  Transaction transaction(database_);
  DeadLetters(database_).resolve(JobKind::relay_sync, letter.key,
                                 retry ? Resolution::retried : Resolution::discarded,
                                 around_.clock.now());
  if (retry) {
    command_.reconcile_relay(*relay, {});
  }
  transaction.commit();
  around_.trace.line("dead letter {} is {}", letter.id, retry ? "retried" : "discarded");
}

void OtherPrograms::mischief(const Relay& relay) {
  const Weather& weather = around_.weather;
  Trace& trace = around_.trace;
  const std::string& id = relay.id.text;
  switch (dice_.between(0, 3)) {
    case 0:
      if (weather.has(FaultKind::silent_write)) {
        plain_update(relay, /*log=*/false);
        trace.fault(FaultKind::silent_write, "{}", id);
        around_.witness.silently_changed(id);
      }
      return;
    case 1:
      if (weather.has(FaultKind::relay_deleted)) {
        plain_.prepare("DELETE FROM relay WHERE id = ?", id).run();
        trace.fault(FaultKind::relay_deleted, "{}", id);
      }
      return;
    case 2:
      if (weather.has(FaultKind::invalid_row)) {
        Transaction transaction(plain_);
        plain_.prepare("UPDATE relay SET info_icon = 'no url' WHERE id = ?", id).run();
        plain_update(relay, /*log=*/true);
        transaction.commit();
        trace.fault(FaultKind::invalid_row, "{}", id);
      }
      return;
    default:
      if (weather.has(FaultKind::strange_activity)) {
        plain_
            .prepare(
                "INSERT INTO activity (tenant, activity_type, resource_type, resource_id, detail) "
                "VALUES ('x', 'unheard_of', 'relay', ?1, '{\"a\": [1'||'}'), "
                "('x', 'update_relay', 'invoice', ?1, '{}'), ('x', 'update_relay', 'relay', "
                "'nobody', '{}')",
                id)
            .run();
        trace.fault(FaultKind::strange_activity, "{}", id);
      }
  }
}

void OtherPrograms::hold_write_lock() {
  attempt([&] {
    if (!locked_) {
      locker_.execute("BEGIN IMMEDIATE");
      locked_ = true;
      around_.trace.fault(FaultKind::write_lock_held, "a program begins to write");
    }
  });
}

void OtherPrograms::release_write_lock() {
  if (locked_) {
    locker_.execute("ROLLBACK");
    locked_ = false;
    around_.trace.line("the write lock is free");
  }
}

void OtherPrograms::repair_rows() {
  for (const Relay& relay : query_.list_relays()) {
    if (!validate(relay).empty()) {
      RelayChange change;
      change.info_icon = "";
      static_cast<void>(command_.update_relay(relay.id, change));
    }
  }
}

void OtherPrograms::retry_dead_letters() {
  for (const auto& letter : DeadLetters(database_).list(/*all=*/false)) {
    Transaction transaction(database_);
    DeadLetters(database_).resolve(JobKind::relay_sync, letter.key, Resolution::retried,
                                   around_.clock.now());
    if (const auto relay = query_.get_relay(RelayId{letter.key})) {
      command_.reconcile_relay(*relay, {});
    }
    transaction.commit();
  }
}

void OtherPrograms::reconcile_all(bool recreate) {
  for (const Relay& relay : query_.list_relays()) {
    command_.reconcile_relay(relay, {.forced = true, .recreate = recreate});
  }
}

std::optional<Relay> OtherPrograms::any_relay() {
  auto relays = query_.list_relays();
  if (relays.empty()) {
    return std::nullopt;
  }
  return std::move(relays[static_cast<std::size_t>(
      dice_.between(0, static_cast<std::int64_t>(relays.size()) - 1))]);
}

std::string OtherPrograms::free_subdomain() {
  std::string name = dice_.pick(kSubdomains);
  while (query_.find_relay(name)) {
    name = dice_.pick(kSubdomains) + std::to_string(dice_.between(1, 3));
  }
  return name;
}

}  // namespace tender::simulation
