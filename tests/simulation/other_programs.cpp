#include "simulation/other_programs.hpp"

#include <array>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace tender::simulation {
namespace {

using outbox::DeadLetters;
using outbox::Resolution;

// Few, so that changes often lead back to what zooid had before.
constexpr Milliseconds kWhileSynced{500};
constexpr Milliseconds kPause{180'000};
constexpr std::array<const char*, 3> kNames{"amber", "blue", "coral"};
constexpr std::array<const char*, 2> kIcons{"", "https://relays.test/icon.png"};
constexpr std::array<const char*, 12> kSubdomains{"ant", "bee", "cat",  "dog", "elk", "fox",
                                                  "gnu", "hen", "ibis", "jay", "koi", "lynx"};

}  // namespace

struct OtherPrograms::Connections {
  Connections(const Surroundings& around, const store::Database::Options& options, Random& random,
              store::ActivityChannel& unheard)
      : database(around.database, around.clock, options),
        plain(around.database, around.clock, options),
        locker(around.database, around.clock, options),
        query(database),
        command(database, around.clock, random, unheard) {}
  store::Database database;  // of the command line
  store::Database plain;     // of the control plane
  store::Database locker;    // of the program that holds the write lock
  store::Query query;
  store::Command command;
};

OtherPrograms::OtherPrograms(Surroundings surroundings, Dice dice, std::uint64_t seed)
    : around_(surroundings), dice_(dice), random_(seed), unheard_(around_.clock, 1) {}

OtherPrograms::~OtherPrograms() = default;

void OtherPrograms::connect() {
  store::Database::Options options;
  options.busy_timeout = Milliseconds::zero();
  options.vfs = around_.vfs;
  open_ = std::make_unique<Connections>(around_, options, random_, unheard_);
}

void OtherPrograms::disconnect() {
  open_.reset();
  locked_ = false;
}

void OtherPrograms::attempt(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    around_.trace.line("refused: {}", error.what());
  }
}

void OtherPrograms::act(std::optional<store::Command>& embedded) {
  if (!connected()) {
    return;
  }
  alive_ = embedded.has_value();
  attempt([&] { choose_act(embedded && dice_.chance(40) ? *embedded : open_->command); });
}

void OtherPrograms::create() {
  if (connected()) {
    attempt([&] { command_create(open_->command); });
  }
}

void OtherPrograms::choose_act(store::Command& command) {
  const auto relay = any_relay();
  const auto roll = dice_.between(1, 100);
  if (!relay || roll <= 3) {
    command_create(command);
  } else if (roll <= 6) {
    plain_insert();
  } else if (roll <= 10) {
    remove(command, *relay);
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

void OtherPrograms::command_create(store::Command& command) {
  RelayChange change;
  change.tenant = test::kTenant;
  change.subdomain = free_subdomain();
  change.info_name = dice_.pick(kNames);
  static_cast<void>(command.create_relay(change));
}

void OtherPrograms::command_update(store::Command& command, const Relay& relay) {
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
    case 5:
      change_a_flag(relay, change);
      break;
    default:
      change.info_name = dice_.pick(kNames);
  }
  static_cast<void>(command.update_relay(relay.id, change));
  if (around_.weather.has(FaultKind::silent_write) && dice_.chance(10)) {
    const RelayId id = relay.id;  // while the command is being carried out
    around_.timeline.in(dice_.between(Milliseconds::zero(), kWhileSynced), [this, id] {
      if (connected()) {
        attempt([&] { write_silently(id); });
      }
    });
  }
}

void OtherPrograms::remove(store::Command& command, const Relay& relay) {
  if (!around_.weather.has(FaultKind::relay_deleted)) {
    return;
  }
  if (dice_.chance(70)) {
    static_cast<void>(command.delete_relay(relay.id));
  } else {
    store::Transaction transaction(open_->plain);
    open_->plain.prepare("UPDATE relay SET status = 'deleted' WHERE id = ?", relay.id.text).run();
    plain_log(relay);
    transaction.commit();
  }
  around_.trace.fault(FaultKind::relay_deleted, "{}", relay.id.text);
}

void OtherPrograms::swap_hosts(const Relay& one, const Relay& other) {
  store::Transaction transaction(open_->plain);
  const auto move = [&](const Relay& relay, const std::string& subdomain) {
    open_->plain.prepare("UPDATE relay SET subdomain = ? WHERE id = ?", subdomain, relay.id.text)
        .run();
  };
  move(one, "on-the-move");
  move(other, one.subdomain);
  move(one, other.subdomain);
  plain_log(one);
  plain_log(other);
  transaction.commit();
}

void OtherPrograms::write_silently(const RelayId& id) {
  const auto relay = open_->query.get_relay(id);
  if (relay && around_.weather.has(FaultKind::silent_write)) {
    plain_update(*relay, /*log=*/false);
    around_.trace.fault(FaultKind::silent_write, "{}", id.text);
    around_.witness.silently_changed(id.text);
  }
}

void OtherPrograms::change_a_flag(const Relay& relay, RelayChange& change) {
  switch (dice_.between(0, 6)) {
    case 0:
      change.policy_public_join = !relay.policy_public_join;
      return;
    case 1:
      change.policy_public_read = !relay.policy_public_read;
      return;
    case 2:
      change.policy_public_write = !relay.policy_public_write;
      return;
    case 3:
      change.policy_strip_signatures = !relay.policy_strip_signatures;
      return;
    case 4:
      change.groups_enabled = !relay.groups_enabled;
      return;
    case 5:
      change.management_enabled = !relay.management_enabled;
      return;
    default:
      change.push_enabled = !relay.push_enabled;
  }
}

void OtherPrograms::plain_insert() {
  const std::string id = "plain-" + std::to_string(++inserted_);
  store::Transaction transaction(open_->plain);
  open_->plain
      .prepare(
          "INSERT INTO relay (id, tenant, subdomain, schema, info_name, created_at) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          id, test::kTenant, free_subdomain(), "plain_" + std::to_string(inserted_),
          dice_.pick(kNames), around_.clock.now())
      .run();
  open_->plain
      .prepare(
          "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
          "VALUES (?, 'create_relay', 'relay', ?)",
          test::kTenant, id)
      .run();
  transaction.commit();
}

void OtherPrograms::plain_update(const Relay& relay, bool log) {
  store::Transaction transaction(open_->plain);
  open_->plain
      .prepare(
          "UPDATE relay SET info_name = ?, policy_public_join = ?, info_description = ?, "
          "info_icon = ? WHERE id = ?",
          dice_.pick(kNames), dice_.chance(50), dice_.pick(kNames), dice_.pick(kIcons),
          relay.id.text)
      .run();
  if (log) {
    plain_log(relay);
  }
  transaction.commit();
}

// Everything that is not written here is as in a new row.
void OtherPrograms::plain_replace(const Relay& relay) {
  const bool deletes = dice_.chance(50);
  store::Transaction transaction(open_->plain);
  if (deletes) {
    open_->plain.prepare("DELETE FROM relay WHERE id = ?", relay.id.text).run();
  }
  open_->plain
      .prepare(
          "INSERT OR REPLACE INTO relay (id, tenant, subdomain, schema, info_name, created_at) "
          "VALUES (?, ?, ?, ?, ?, ?)",
          relay.id.text, relay.tenant, relay.subdomain, relay.schema, dice_.pick(kNames),
          around_.clock.now())
      .run();
  plain_log(relay);
  transaction.commit();
}

void OtherPrograms::plain_log(const Relay& relay) {
  open_->plain
      .prepare(
          "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
          "VALUES (?, 'update_relay', 'relay', ?)",
          relay.tenant, relay.id.text)
      .run();
}

void OtherPrograms::reconcile(store::Command& command, const Relay& relay) {
  command.reconcile_relay(
      relay, {.forced = dice_.chance(30), .recreate = dice_.chance(20), .bulk = dice_.chance(20)});
}

void OtherPrograms::dead_letter_act() {
  const auto open = DeadLetters(open_->database).list(/*all=*/false);
  if (open.empty()) {
    return;
  }
  const auto& letter =
      open[static_cast<std::size_t>(dice_.between(0, static_cast<std::int64_t>(open.size()) - 1))];
  const auto relay = open_->query.get_relay(RelayId{letter.key});
  const bool retry = relay && dice_.chance(70);
  store::Transaction transaction(open_->database);
  DeadLetters(open_->database)
      .resolve(infra::kRelaySync, letter.key, retry ? Resolution::retried : Resolution::discarded,
               around_.clock.now());
  if (retry) {
    open_->command.reconcile_relay(*relay, {});
  }
  transaction.commit();
  around_.trace.line("dead letter {} is {}", letter.id, retry ? "retried" : "discarded");
}

void OtherPrograms::mischief(const Relay& relay) {
  const Weather& weather = around_.weather;
  Trace& trace = around_.trace;
  const std::string& id = relay.id.text;
  switch (dice_.between(0, 6)) {
    case 0:
      write_silently(relay.id);
      return;
    case 1:
      if (weather.has(FaultKind::row_deleted)) {
        open_->plain.prepare("DELETE FROM relay WHERE id = ?", id).run();
        trace.fault(FaultKind::row_deleted, "{}", id);
      }
      return;
    case 2:
      if (weather.has(FaultKind::invalid_row)) {
        store::Transaction transaction(open_->plain);
        open_->plain.prepare("UPDATE relay SET info_icon = 'no url' WHERE id = ?", id).run();
        plain_log(relay);
        transaction.commit();
        trace.fault(FaultKind::invalid_row, "{}", id);
      }
      return;
    case 3:
      if (weather.has(FaultKind::replaced_row)) {
        plain_replace(relay);
        trace.fault(FaultKind::replaced_row, "{}", id);
      }
      return;
    case 4:
      if (const auto other = any_relay();
          weather.has(FaultKind::hosts_swapped) && other->id != relay.id) {
        swap_hosts(relay, *other);
        trace.fault(FaultKind::hosts_swapped, "{} and {}", id, other->id.text);
      }
      return;
    case 5:
      if (alive_ && weather.has(FaultKind::destination_state_lost)) {
        open_->plain.execute("DELETE FROM destination_state");
        trace.fault(FaultKind::destination_state_lost, "all that is known of zooid");
      }
      return;
    default:
      if (weather.has(FaultKind::strange_activity)) {
        log_strangely(id);
        trace.fault(FaultKind::strange_activity, "{}", id);
      }
  }
}

void OtherPrograms::log_strangely(const std::string& id) {
  open_->plain
      .prepare(
          "INSERT INTO activity (tenant, activity_type, resource_type, resource_id, detail) "
          "VALUES ('x', 'unheard_of', 'relay', ?1, '{\"a\": [1'||'}'), "
          "('x', 'update_relay', 'invoice', ?1, '{}'), ('x', 'update_relay', 'relay', "
          "'nobody', '{}')",
          id)
      .run();
}

// As often as not at a host that a row wants.
void OtherPrograms::let_a_stranger_settle(Network& network) {
  network.settle_stranger(dice_.pick(kSubdomains) + std::string(".relays.test"));
}

void OtherPrograms::pause() {
  attempt([&] {
    if (connected()) {
      const TimePoint now = around_.clock.now();
      const auto until = dice_.chance(50) ? std::optional(now + dice_.between(kWhileSynced, kPause))
                                          : std::nullopt;
      static_cast<void>(open_->command.pause_sync(until, "maintenance"));
      around_.trace.fault(
          FaultKind::paused, "{}",
          until ? fmt::format("for {} s", (*until - now).count() / 1000) : "until resume");
    }
  });
}

void OtherPrograms::resume() {
  attempt([&] {
    if (connected() && open_->command.resume_sync()) {
      around_.trace.line("the operator resumes");
    }
  });
}

void OtherPrograms::hold_write_lock() {
  attempt([&] {
    if (connected() && !locked_) {
      open_->locker.execute("BEGIN IMMEDIATE");
      locked_ = true;
      around_.trace.fault(FaultKind::write_lock_held, "a program begins to write");
    }
  });
}

void OtherPrograms::release_write_lock() {
  if (locked_) {
    locked_ = false;
    attempt([&] { open_->locker.execute("ROLLBACK"); });
    around_.trace.line("the write lock is free");
  }
}

void OtherPrograms::repair_rows() {
  for (const RelayRow& relay : around_.witness.tables().relays()) {
    if (!relay.valid) {
      RelayChange change;
      change.info_icon = "";
      static_cast<void>(open_->command.update_relay(RelayId{relay.id}, change));
    }
  }
}

bool OtherPrograms::retry_dead_letters() {
  const auto letters = DeadLetters(open_->database).list(/*all=*/false);
  for (const auto& letter : letters) {
    store::Transaction transaction(open_->database);
    DeadLetters(open_->database)
        .resolve(infra::kRelaySync, letter.key, Resolution::retried, around_.clock.now());
    if (const auto relay = open_->query.get_relay(RelayId{letter.key})) {
      open_->command.reconcile_relay(*relay, {});
    }
    transaction.commit();
  }
  return !letters.empty();
}

void OtherPrograms::reconcile_all(bool recreate) {
  for (const Relay& relay : open_->query.list_relays()) {
    open_->command.reconcile_relay(relay, {.forced = true, .recreate = recreate, .bulk = true});
  }
}

void OtherPrograms::reconcile_fleet() {
  const bool forced = dice_.chance(50);
  attempt([&] {
    if (connected()) {
      store::Transaction transaction(open_->database);
      for (const Relay& relay : open_->query.list_relays()) {
        open_->command.reconcile_relay(relay, {.forced = forced, .recreate = false, .bulk = true});
      }
      transaction.commit();
    }
  });
}

std::optional<Relay> OtherPrograms::any_relay() {
  store::Statement count = open_->database.prepare("SELECT count(*) FROM relay");
  if (!count.step() || count.integer(0) == 0) {
    return std::nullopt;
  }
  store::Statement row = open_->database.prepare(
      "SELECT id FROM relay ORDER BY id LIMIT 1 OFFSET ?", dice_.between(0, count.integer(0) - 1));
  return row.step() ? open_->query.get_relay(RelayId{row.text(0)}) : std::nullopt;
}

std::string OtherPrograms::free_subdomain() {
  std::string name = dice_.pick(kSubdomains);
  for (int number = 3; open_->query.get_relay_of_subdomain(name); ++number) {
    name = dice_.pick(kSubdomains) + std::to_string(dice_.between(1, number));
  }
  return name;
}

}  // namespace tender::simulation
