#include "hook/sample_events.hpp"

#include <boost/asio/io_context.hpp>

#include "tender/hook/event.hpp"
#include "tender/hook/trigger_command.hpp"
#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"

#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::test {
namespace {

using store::Command;

const std::string kFirstKey(64, 'a');
const std::string kOtherKey(64, 'b');

struct Sampler {
  Relay get(const RelayId& id) const { return query.get_relay(id).value(); }

  // A relay that goes through everything that people can ask for.
  RelayId write_commands() {
    RelayChange change;
    change.tenant = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    change.subdomain = "shore";
    const RelayId id = command.create_relay(change).id;
    RelayChange name;
    name.info_name = "Grüße \"von\" der Küste";
    command.update_relay(id, name);
    command.deactivate_relay(id);
    command.activate_relay(id);
    command.reconcile_relay(get(id), {.forced = true});
    command.pause_sync(std::nullopt, "");
    command.pause_sync(clock.now() + std::chrono::hours(1), "backup");
    command.resume_sync();
    command.record_purge(RelayId{"stranger"}, "stranger.example.com", "stranger", "asked");
    command.record_discard(7, kRelayResource, id.text, "exhausted");
    command.record_abandoned(id, 3, "failed");
    write_schedules(id);
    return id;
  }

  void write_triggers() {
    const hook::SecretBox box(Secret(std::string(64, '7')));
    hook::TriggerCommand triggers({.database = database,
                                   .command = command,
                                   .clock = clock,
                                   .random = random,
                                   .box = &box,
                                   .rules = {},
                                   .principal = "cli:1000"});
    hook::TriggerChange change;
    change.name = "billing";
    change.url = "https://hooks.example.com/tender";
    change.events = "*";
    const std::string id = triggers.create(change).trigger.id;
    triggers.update(id, {});
    triggers.disable(id, "maintenance");
    triggers.enable(id);
    triggers.remove(id);
    command.record_trigger(kRedriveDelivery, id, R"({"dead_letter":7})");
    command.record_dead_letter({.letter = 7,
                                .resource_type = kTriggerResource,
                                .resource_id = id,
                                .reason = "exhausted",
                                .error = "the receiver answered 500",
                                .attempt = 8});
  }

  // Commands for later, and what can become of them.
  void write_schedules(const RelayId& id) {
    Schedule wanted = schedule_of({.command = ScheduledCommand::reconcile_relay, .relay = id});
    wanted.next_at = clock.now() + std::chrono::hours(1);
    const Schedule once = command.create_schedule(wanted);
    wanted.cron = "@daily";
    const Schedule daily = command.create_schedule(wanted);
    command.complete_schedule(once, std::nullopt);
    command.complete_schedule(daily, clock.now() + std::chrono::hours(24));
    command.fail_schedule(daily, "there is no such relay", std::nullopt);
    command.cancel_schedule(command.create_schedule(wanted).id);
  }

  // What syncs of it can end with.
  void write_results(const RelayId& id) {
    for (const SyncResult result : {SyncResult::created, SyncResult::recreated, SyncResult::updated,
                                    SyncResult::deleted, SyncResult::unchanged}) {
      command.complete_relay_sync(
          get(id), {.revision = get(id).revision, .digest = "digest", .result = result});
    }
    command.complete_relay_sync(get(id), {.revision = get(id).revision,
                                          .digest = "digest",
                                          .result = SyncResult::unchanged,
                                          .unseen = "the host does not resolve"});
    for (const bool superseded : {false, true}) {
      command.fail_relay_sync(get(id), {.revision = get(id).revision,
                                        .error = "zooid answered 500",
                                        .outcome = "transient",
                                        .superseded = superseded});
    }
  }

  // What looks at it can show.
  void write_looks(const RelayId& id) {
    const DriftDetail drift{
        .revision = get(id).revision,
        .answer = DriftAnswer::adopt,
        .reason = "its owner may change it",
        .fields = {{.field = "info_name", .desired = "Shore", .observed = "Coast"}}};
    command.notice_relay_drift(get(id), drift, {});
    Relay adopted = get(id);
    adopted.info_name = "Coast";
    command.adopt_relay_info(adopted, drift, {}, "digest");
    command.record_look(get(id), {.identity = kFirstKey});
    command.record_look(get(id), {.identity = kOtherKey});
    command.accept_relay_identity(id);
  }

  void write_import_and_deletion(const RelayId& id) {
    command.delete_relay(id);
    Relay imported;
    imported.id = RelayId{"old"};
    imported.tenant = get(id).tenant;
    imported.subdomain = "old";
    imported.schema = "old_schema";
    imported.identity = kFirstKey;
    command.import_relay(imported, "digest");
  }

  TempDir directory;
  boost::asio::io_context io;
  VirtualClock clock{io};
  SeededRandom random{7};
  store::Database database{directory.path() / "tender.db", clock, {}};
  store::ActivityChannel channel{clock, 16};
  store::Query query{database};
  Command command = Command(database, clock, random, channel).acting_for("cli:1000");
};

}  // namespace

std::vector<std::string> sample_events() {
  Sampler sampler;
  const RelayId id = sampler.write_commands();
  sampler.write_results(id);
  sampler.write_looks(id);
  sampler.write_import_and_deletion(id);
  sampler.write_triggers();
  std::vector<std::string> bodies;
  for (const Activity& activity :
       sampler.query.list_activity({.after_seq = 0, .relay = std::nullopt, .limit = 1000})) {
    bodies.push_back(hook::event_body(activity));
  }
  return bodies;
}

}  // namespace tender::test
