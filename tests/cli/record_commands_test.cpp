// `tender activity`, `dead-letter …`, `status` and `health`: what happened and how things stand.
#include <algorithm>
#include <cstdio>
#include <sstream>

#include <gmock/gmock.h>
#include <unistd.h>

#include "tender/infra/kinds.hpp"
#include "tender/infra/setting_changes.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/database_lock.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using nlohmann::ordered_json;
using outbox::DeadLetterReason;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using Words = std::vector<std::string>;

struct Activities : CliTest {};

TEST_F(Activities, AreAnArrayInTheOrderOfTheLog) {
  const std::string id = create("blue");
  Behind behind(path);
  behind.command.fail_relay_sync(behind.relay("blue"),
                                 {.revision = 1, .error = "boom", .outcome = "transient"});
  const Ran ran = run({"activity", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  ASSERT_EQ(ran.json().size(), 2U);
  for (const ordered_json& row : ran.json()) {
    EXPECT_EQ(members(row),
              (Words{"seq", "id", "tenant", "created_at", "activity_type", "resource_type",
                     "resource_id", "principal", "cause", "depth", "detail"}));
  }
  EXPECT_EQ(ran.json()[0]["principal"], "cli:" + std::to_string(getuid()));
  EXPECT_EQ(ran.json()[1]["principal"], "");
  const ordered_json failed = ran.json()[1];
  EXPECT_EQ(failed["seq"], 2);
  EXPECT_EQ(failed["tenant"], kTenant);
  EXPECT_EQ(failed["activity_type"], "fail_relay_sync");
  EXPECT_EQ(failed["resource_type"], "relay");
  EXPECT_EQ(failed["resource_id"], id);
  EXPECT_EQ(failed["detail"]["error"], "boom");
  EXPECT_TRUE(failed["created_at"].is_number_integer());
}

TEST_F(Activities, SayWhoCausedThem) {
  create("blue");
  Behind behind(path);
  behind.command.fail_relay_sync(behind.relay("blue"),
                                 {.revision = 1, .error = "boom", .outcome = "transient"});
  const std::string text = run({"activity"}).out;
  const std::size_t second = text.find('\n') + 1;
  EXPECT_THAT(text.substr(0, second),
              HasSubstr(fmt::format(" blue                 by cli:{}\n", getuid())));
  EXPECT_THAT(text.substr(second), Not(HasSubstr(" by ")));
}

TEST_F(Activities, AreTheNewestUpToTheLimit) {
  create("blue");
  Behind behind(path);
  for (int i = 0; i < 60; ++i) {
    behind.database.execute(
        "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
        "VALUES ('t', 'paid', 'invoice', 'i')");
  }
  const ordered_json by_default = run({"activity", "--json"}).json();
  ASSERT_EQ(by_default.size(), 50U);
  EXPECT_EQ(by_default[0]["seq"], 12);
  EXPECT_EQ(by_default[49]["seq"], 61);
  const ordered_json three = run({"activity", "--json", "--limit", "3"}).json();
  ASSERT_EQ(three.size(), 3U);
  EXPECT_EQ(three[0]["seq"], 59);
}

TEST_F(Activities, AreOfOneRelayWhenAsked) {
  create("blue");
  const std::string green = create("green");
  create("red");
  for (const std::string& name : {std::string("green"), green}) {
    const ordered_json rows = run({"activity", "--json", "--relay", name}).json();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0]["resource_id"], green);
  }
}

// Nobody reads on after so many lines.
class Reader : public std::stringbuf {
 public:
  explicit Reader(int lines) : lines_(lines) {}
  int sync() override { return std::ranges::count(str(), '\n') < lines_ ? 0 : -1; }

 private:
  int lines_;
};

TEST_F(Activities, AreTheNewestBeforeThoseThatAreFollowed) {
  for (const char* name : {"one", "two", "three"}) {
    create(name);
  }
  Reader reader(2);
  std::ostream out(&reader);
  std::ostringstream err;
  static_cast<void>(
      run_command_line({"activity", "--follow", "--limit", "2"}, environment, out, err));
  EXPECT_THAT(reader.str(), AllOf(HasSubstr("two"), HasSubstr("three"), Not(HasSubstr("one"))));
}

TEST_F(Activities, AreOneLineEachForPeople) {
  create("blue");
  Behind behind(path);
  behind.database.execute("UPDATE activity SET created_at = 1769904000000");
  behind.database.execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
      "VALUES ('t', 'forged' || char(10) || 'line', 'invoice', 'i')");
  const Ran ran = run({"activity"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(std::ranges::count(ran.out, '\n'), 2);
  EXPECT_THAT(
      ran.out,
      MatchesRegex(" +1  2026-02-01T00:00:00Z  create_relay +blue +by cli:[0-9]+\n(.*\n)*"));
}

struct DeadLetterCommands : CliTest {
  void give_up(const std::string& relay) {
    Behind behind(path);
    behind.letters.add(infra::kRelaySync, behind.relay(relay).id.text, DeadLetterReason::exhausted,
                       "boom", 7, 1, TimePoint(Milliseconds(1234)));
  }
  [[nodiscard]] ordered_json list(const Words& more = {}) const {
    Words arguments{"dead-letter", "list", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
    return ran.json();
  }
};

TEST_F(DeadLetterCommands, ListIsAnArray) {
  const std::string id = create("blue");
  EXPECT_EQ(list(), ordered_json::array());
  give_up("blue");
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0]["relay_id"], id);
  EXPECT_EQ(list()[0]["error"], "boom");
}

TEST_F(DeadLetterCommands, ListTellsPeople) {
  create("blue");
  const Ran none = run({"dead-letter", "list"});
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("no dead letters"));
  give_up("blue");
  EXPECT_THAT(run({"dead-letter", "list"}).out,
              MatchesRegex("ID +OF +SINCE +REASON +STATE +ERROR\n"
                           "1 +blue +1970-01-01T00:00:01Z +exhausted +open +boom\n"));
}

TEST_F(DeadLetterCommands, RetryAsksForASyncAndResolvesTheLetter) {
  for (const char* subdomain : {"blue", "green"}) {
    create(subdomain);
    give_up(subdomain);
  }
  EXPECT_EQ(run({"dead-letter", "retry", "blue"}).code, ExitCode::ok);
  EXPECT_EQ(run({"dead-letter", "retry", "2"}).code, ExitCode::ok);
  EXPECT_EQ(list(), ordered_json::array());
  const ordered_json all = list({"--all"});
  ASSERT_EQ(all.size(), 2U);
  for (const ordered_json& letter : all) {
    EXPECT_EQ(letter["resolution"], "retried");
    EXPECT_GT(letter["resolved_at"].get<std::int64_t>(), 1234);
  }
  const ordered_json log = run({"activity", "--json"}).json();
  ASSERT_EQ(log.size(), 4U);
  EXPECT_EQ(log[2]["activity_type"], "reconcile_relay");
  EXPECT_EQ(log[2]["resource_id"], show("blue")["id"]);
  EXPECT_EQ(log[3]["activity_type"], "reconcile_relay");
  EXPECT_EQ(log[3]["resource_id"], show("green")["id"]);
}

TEST_F(DeadLetterCommands, RetryTakesManyAtOnce) {
  for (const char* subdomain : {"blue", "green", "red", "gone"}) {
    create(subdomain);
    give_up(subdomain);
  }
  Behind behind(path);
  behind.database.execute(
      "UPDATE dead_letter SET reason = 'lost' WHERE id = 2; DELETE FROM relay WHERE subdomain = "
      "'gone'");
  const Ran lost = run({"dead-letter", "retry", "--reason", "lost", "--yes"});
  EXPECT_EQ(lost.code, ExitCode::ok);
  EXPECT_THAT(lost.err, AllOf(HasSubstr("1 open dead letter will be"),
                              HasSubstr("\n1 letter will be retried")));
  EXPECT_EQ(list().size(), 3U);
  const Ran all = run({"dead-letter", "retry", "--all", "--yes"});
  EXPECT_EQ(all.code, ExitCode::ok);
  EXPECT_THAT(all.err, AllOf(HasSubstr("3 open dead letters will be"),
                             HasSubstr("\n2 letters will be retried"), HasSubstr("1 letter left")));
  ASSERT_EQ(list().size(), 1U);
  const ordered_json log = run({"activity", "--json"}).json();
  EXPECT_EQ(log.size(), 7U);
  EXPECT_EQ(log[6]["activity_type"], "reconcile_relay");
  EXPECT_EQ(log[6]["detail"]["bulk"], true);
  Behind(path).database.execute("UPDATE dead_letter SET resolution = 'discarded', resolved_at = 1");
  EXPECT_THAT(run({"dead-letter", "retry", "--all"}).err, HasSubstr("no open dead letter"));
}

TEST_F(DeadLetterCommands, RetryOfManyAsksFirst) {
  create("blue");
  give_up("blue");
  ASSERT_NE(std::freopen("/dev/null", "r", stdin), nullptr);  // it may be a terminal
  const Ran ran = run({"dead-letter", "retry", "--all"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("1 open dead letter will"), HasSubstr("--yes")));
  EXPECT_EQ(list().size(), 1U);
}

TEST_F(DeadLetterCommands, RetryRefusesWhatIsNotClear) {
  create("blue");
  for (const Words& arguments :
       {Words{"dead-letter", "retry"}, Words{"dead-letter", "retry", "blue", "--all"},
        Words{"dead-letter", "retry", "--all", "--reason", "lost"}}) {
    EXPECT_EQ(run(arguments).code, ExitCode::usage) << arguments.back();
  }
  const Ran ran = run({"dead-letter", "retry", "--reason", "bored"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("--reason \"bored\""), HasSubstr("rejected, lost,")));
}

TEST_F(DeadLetterCommands, DiscardAsksForNothing) {
  create("blue");
  give_up("blue");
  EXPECT_EQ(run({"dead-letter", "discard", "blue"}).code, ExitCode::ok);
  EXPECT_EQ(list(), ordered_json::array());
  EXPECT_EQ(list({"--all"})[0]["resolution"], "discarded");
  const auto log = run({"activity", "--json"}).json();
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[1]["activity_type"], "discard_dead_letter");
  EXPECT_EQ(log[1]["principal"], log[0]["principal"]);
}

TEST_F(DeadLetterCommands, CloseALetterWhoseRelayIsGone) {
  const std::string id = create("blue");
  give_up("blue");
  const std::string red = create("red");
  give_up("red");
  Behind(path).database.execute("DELETE FROM relay");
  for (const std::string& name : {std::string("1"), id}) {
    const Ran retry = run({"dead-letter", "retry", name});
    EXPECT_EQ(retry.code, ExitCode::error);
    EXPECT_THAT(retry.err,
                AllOf(HasSubstr("relay " + id), HasSubstr("is no longer in the database"),
                      HasSubstr("`tender dead-letter discard 1`")));
  }
  EXPECT_EQ(list().size(), 2U);  // retry resolved nothing
  const Ran discard = run({"dead-letter", "discard", "1"});
  EXPECT_EQ(discard.code, ExitCode::ok);
  EXPECT_THAT(discard.err, AllOf(HasSubstr("dead letter 1 is discarded"),
                                 HasSubstr("is no longer in the database")));
  EXPECT_EQ(run({"dead-letter", "discard", red}).code, ExitCode::ok);
  EXPECT_EQ(list(), ordered_json::array());
}

TEST_F(DeadLetterCommands, LeaveANewerLetterOfTheSameRelayAlone) {
  create("blue");
  give_up("blue");
  EXPECT_EQ(run({"dead-letter", "discard", "blue"}).code, ExitCode::ok);
  give_up("blue");
  const Ran old = run({"dead-letter", "discard", "1"});
  EXPECT_EQ(old.code, ExitCode::error);
  EXPECT_THAT(old.err, HasSubstr("dead letter 1 is already discarded"));
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0]["id"], 2);
}

TEST_F(DeadLetterCommands, RetrySaysWhenNobodyIsThereToDoIt) {
  create("blue");
  give_up("blue");
  EXPECT_THAT(run({"dead-letter", "retry", "blue"}).err,
              HasSubstr("no sidecar is running on this database: start `tender run`, or"));
}

TEST_F(DeadLetterCommands, SayWhenThereIsNoOpenLetter) {
  create("blue");
  for (const char* command : {"retry", "discard"}) {
    for (const char* name : {"1", "blue"}) {
      const Ran ran = run({"dead-letter", command, name});
      EXPECT_EQ(ran.code, ExitCode::error);
      EXPECT_THAT(ran.err, AllOf(HasSubstr("dead letter"), HasSubstr(name),
                                 HasSubstr("`tender dead-letter list`")));
    }
  }
  give_up("blue");
  EXPECT_EQ(run({"dead-letter", "discard", "1"}).code, ExitCode::ok);
  const Ran again = run({"dead-letter", "retry", "1"});
  EXPECT_EQ(again.code, ExitCode::error);
  EXPECT_THAT(again.err, HasSubstr("dead letter 1 is already discarded"));
}

TEST_F(DeadLetterCommands, TakeOnlyAWholeNumberForALettersNumber) {
  create("blue");
  give_up("blue");  // letter 1
  Behind behind(path);
  behind.database.execute("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('1st', '" +
                          std::string(kTenant) + "', 'first', 'first')");
  give_up("first");
  EXPECT_EQ(run({"dead-letter", "discard", "1st"}).code, ExitCode::ok);
  ASSERT_EQ(list().size(), 1U);
  EXPECT_EQ(list()[0]["id"], 1);
}

struct Status : CliTest {};

TEST_F(Status, IsAnObject) {
  const Behind made(path);
  const Ran ran = run({"status", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(members(ran.json()), (Words{"database", "schema_version", "sidecar", "pause", "relays",
                                        "destinations", "outbox", "config", "dead_letters",
                                        "schedules", "activity", "settings", "waits_for_you"}));
}

TEST_F(Status, ExitsWith4OnlyWhenItIsAskedToAndSomethingWaitsForAPerson) {
  create("blue");
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::ok);
  Behind behind(path);
  behind.letters.add(infra::kRelaySync, behind.relay("blue").id.text, DeadLetterReason::lost,
                     "boom", 1, 1, TimePoint());
  EXPECT_EQ(run({"status"}).code, ExitCode::ok);
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::some_failed);
  EXPECT_EQ(run({"status", "--exit-code", "--json"}).code, ExitCode::some_failed);
}

TEST_F(Status, SaysWhichSettingsNeedConsent) {
  create("blue");
  environment["ZOOID_API_URL"] = "http://api.test";
  environment["RELAY_DOMAIN"] = "old.test";
  environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  Behind behind(path);
  behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 1, .digest = "d"});
  infra::SettingChanges(behind.database, config::load_env(environment)).remember();
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::ok);
  environment["RELAY_DOMAIN"] = "new.test";
  const Ran ran = run({"status", "--exit-code"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.out, HasSubstr("RELAY_DOMAIN changed so that `tender run` refuses to start"));
  const auto lock = store::DatabaseLock::try_acquire(path);  // a sidecar runs, so it could start
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::ok);
}

TEST_F(Status, CountsWhatThereIs) {
  for (const char* subdomain : {"a", "b", "c", "d"}) {
    create(subdomain);
  }
  Behind behind(path);
  behind.command.complete_relay_sync(behind.relay("a"), {.revision = 1, .digest = "d"});
  behind.command.fail_relay_sync(behind.relay("b"),
                                 {.revision = 1, .error = "boom", .outcome = "transient"});
  behind.letters.add(infra::kRelaySync, "c", DeadLetterReason::lost, "boom", 1, 1, TimePoint());
  behind.database.execute(
      "INSERT INTO outbox (kind, key, not_before, attempt, last_error) VALUES "
      "('relay_sync', 'due', 1, 0, NULL), ('relay_sync', 'later', 9000000000000, 1, 'boom'), "
      "('relay_sync', 'sooner', 8000000000000, 1, 'boom'), "
      "('relay_sync', 'settling', 8500000000000, 0, NULL);"
      "UPDATE router_offset SET seq = 5;"
      "UPDATE relay SET live = 0 WHERE subdomain = 'b'");
  const ordered_json status = run({"status", "--json"}).json();
  EXPECT_EQ(
      status["relays"].dump(),
      R"({"total":4,"synced":1,"pending":3,"failing":1,"held":0,"in_doubt":1,"live":0,"off":0,"unknown":0,"not_served":1,"reported":0,"other_identity":0,"parked":0})");
  EXPECT_EQ(status["outbox"].dump(),
            R"({"due":1,"waiting":2,"next_due":8000000000000,"checks":0,"unknown":[]})");
  EXPECT_EQ(status["dead_letters"], 1);
  EXPECT_EQ(status["activity"].dump(), R"({"last_seq":6,"routed_seq":5})");
  EXPECT_THAT(
      run({"status"}).out,
      AllOf(HasSubstr("4: 1 in step (0 seen live), 3 pending, of which 1 failing (see `tender "
                      "relay list`); 1 not served; 1 to be sent once more"),
            HasSubstr("1 due, 2 waiting for a retry, 1 to be sent once more"),
            HasSubstr("newest row 6, 1 not"), HasSubstr("1; see `tender dead-letter list`"),
            HasSubstr("not running")));
}

TEST_F(Status, SaysSinceWhenAndWhyZooidCannotBeWorkedWith) {
  create("blue");
  Behind behind(path);
  const TimePoint since(std::chrono::hours(24 * 365 * 56));
  outbox::write_destination_state(behind.database, infra::kZooid,
                                  {.failing_since = since,
                                   .reason = "connection refused",
                                   .probe_at = since + std::chrono::minutes(2),
                                   .paused_until = {}});
  EXPECT_THAT(run({"status"}).out,
              AllOf(HasSubstr("unusable since 2025-12-18T00:00:00Z: connection refused"),
                    HasSubstr("start `tender run` to resume")));
  const auto lock = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  EXPECT_THAT(run({"status"}).out, AllOf(HasSubstr("unusable since 2025-12-18T00:00:00Z"),
                                         HasSubstr("next probe at 2025-12-18T00:02:00Z")));
  const ordered_json host = run({"status", "--json"}).json()["destinations"]["zooid"];
  EXPECT_EQ(host["failing_since"], since.time_since_epoch().count());
  EXPECT_EQ(host["reason"], "connection refused");
  // A relay that only waits for the host has that as its reason.
  EXPECT_EQ(show("blue")["sync_error"], "connection refused");
}

TEST_F(Status, SaysThatZooidCannotStoreAndHowMuchItTakes) {
  Behind behind(path);
  const TimePoint since(std::chrono::hours(24 * 365 * 56));
  outbox::DestinationState state{.failing_since = since,
                                 .reason = "disk full",
                                 .probe_at = since,
                                 .paused_until = {},
                                 .stores_nothing = true};
  outbox::write_destination_state(behind.database, infra::kZooid, state);
  EXPECT_THAT(run({"status"}).out, HasSubstr("cannot store relays since 2025-12-18T00:00:00Z"));
  outbox::write_destination_state(behind.database, infra::kZooid,
                                  {.failing_since = {},
                                   .reason = {},
                                   .probe_at = {},
                                   .paused_until = {},
                                   .concurrency = 4,
                                   .answered_at = since});
  const auto lock = store::DatabaseLock::try_acquire(path);
  EXPECT_THAT(run({"status"}).out,
              AllOf(HasSubstr("no problem known, last answered "),
                    HasSubstr(" h ago; sending 4 requests at a time for now")));
  EXPECT_EQ(run({"status", "--json"}).json()["destinations"]["zooid"]["concurrency"], 4);
}

TEST_F(Status, ShowsOtherDestinationsThatAreNotWellAndWorkThatItDoesNotKnow) {
  Behind behind(path);
  const TimePoint since(std::chrono::hours(24 * 365 * 56));
  const outbox::DestinationState dead{
      .failing_since = since, .reason = "no route", .probe_at = since, .paused_until = {}};
  outbox::write_destination_state(behind.database, "https://dead.example", dead);
  outbox::write_destination_state(behind.database, "https://fine.example", {});
  behind.database.execute("INSERT INTO outbox (kind, key, not_before) VALUES ('dance', 'a', 1)");
  const std::string out = run({"status"}).out;
  EXPECT_THAT(out,
              HasSubstr("https://dead.example  unusable since 2025-12-18T00:00:00Z: no route"));
  EXPECT_THAT(out, testing::Not(HasSubstr("fine.example")));
  EXPECT_THAT(out, HasSubstr("unknown work          of kind dance for zooid; this version"));
}

TEST_F(Status, ShowsTheSidecar) {
  const Behind made(path);
  const auto lock = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  const ordered_json sidecar = run({"status", "--json"}).json()["sidecar"];
  EXPECT_EQ(sidecar["running"], true);
  EXPECT_EQ(sidecar["pid"], getpid());
  EXPECT_GE(sidecar["heartbeat_age_ms"].get<std::int64_t>(), 0);
  EXPECT_THAT(run({"status"}).out, HasSubstr("running (pid " + std::to_string(getpid())));
}

TEST_F(Status, OfHealthIsTheSidecarsAlone) {
  const Behind made(path);
  const Ran without = run({"health"});
  EXPECT_EQ(without.code, ExitCode::error);
  EXPECT_THAT(without.err, HasSubstr("no sidecar is running"));
  const auto lock = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  const Ran with = run({"health"});
  EXPECT_EQ(with.code, ExitCode::ok);
  EXPECT_EQ(with.out + with.err, "");
}

TEST_F(Status, OfHealthIsBadWhenTheSidecarHangs) {
  const Behind made(path);
  auto lock = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  const auto file = path.string() + ".lock";
  std::filesystem::last_write_time(
      file, std::filesystem::last_write_time(file) - std::chrono::minutes(5));
  const Ran hanging = run({"health"});
  EXPECT_EQ(hanging.code, ExitCode::error);
  EXPECT_THAT(hanging.err, AllOf(HasSubstr("last heartbeat was 300 s ago"), HasSubstr("restart")));
  lock->beat();
  EXPECT_EQ(run({"health"}).code, ExitCode::ok);
}

}  // namespace
}  // namespace tender::cli
