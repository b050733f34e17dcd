// `tender check`, as far as it goes without a zooid.
#include <filesystem>
#include <fstream>

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>

#include "tender/infra/setting_changes.hpp"
#include "tender/store/database_lock.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Check : CliTest {
  Check() { configure_zooid(); }

  void execute(const std::string& sql) const {
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE).exec(sql);
  }

  [[nodiscard]] ordered_json finding(const std::string& name) const {
    for (const ordered_json& each : run({"check", "--json"}).json()) {
      if (each["name"] == name) {
        return each;
      }
    }
    return nullptr;
  }
};

TEST_F(Check, MakesNoDatabase) {
  const std::filesystem::path database = directory.path() / "absent" / "tender.db";
  environment["DATABASE_URL"] = "sqlite://" + database.string();
  EXPECT_EQ(finding("database")["ok"], true);
  EXPECT_THAT(finding("database")["text"], HasSubstr("does not exist yet"));
  EXPECT_FALSE(std::filesystem::exists(database.parent_path()));
}

TEST_F(Check, RefusesAWriteAheadLogWithoutItsDatabase) {
  const std::filesystem::path database = directory.path() / "lost.db";
  environment["DATABASE_URL"] = "sqlite://" + database.string();
  std::ofstream(database.string() + "-wal") << "what was committed last";
  EXPECT_EQ(finding("database")["ok"], false);
  EXPECT_THAT(finding("database")["text"], HasSubstr("lost.db-wal exists"));
  EXPECT_FALSE(std::filesystem::exists(database));
}

TEST_F(Check, FailsForADamagedDatabase) {
  create("blue");
  execute("PRAGMA wal_checkpoint(TRUNCATE)");
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 4096);
    file << std::string(40 * 4096, '\xa5');
  }
  EXPECT_EQ(finding("database")["ok"], false);
}

TEST_F(Check, SaysWhatARunningSidecarKnowsOfZooid) {
  create("blue");
  execute(
      "INSERT OR REPLACE INTO destination_state (destination, failing_since, reason, probe_at) "
      "VALUES ('zooid', 1000, 'zooid answered 500: no space left', 2000)");
  EXPECT_TRUE(finding("sidecar").is_null());  // nobody works
  const auto lock = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  EXPECT_THAT(finding("sidecar")["text"], HasSubstr("no space left"));
  EXPECT_EQ(finding("sidecar")["ok"], false);
}

TEST_F(Check, FailsForEachChangedSettingWithWhichNoSidecarWouldStart) {
  environment["LIVEKIT_URL"] = "wss://live.test";
  environment["LIVEKIT_API_KEY"] = "key";
  environment["LIVEKIT_API_SECRET"] = "secret";
  create("blue", {"--livekit"});
  {
    Behind behind(path);
    behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 1, .digest = "d"});
    infra::SettingChanges(behind.database, config::load_env(environment)).remember();
  }
  EXPECT_TRUE(finding("settings").is_null());
  for (const char* name : {"LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"}) {
    environment.erase(name);
  }
  environment["RELAY_DOMAIN"] = "new.test";
  const Ran ran = run({"check"});
  EXPECT_THAT(
      ran.out,
      AllOf(HasSubstr("FAIL  settings     RELAY_DOMAIN changed from relays.test to new.test"),
            HasSubstr("FAIL  settings     LIVEKIT_* is no longer set; it was wss://live.test. "
                      "Starting now would switch calls off for 1 relay; correct the "
                      "environment, or run `tender settings accept`")));
  const Ran refused = run({"run"});
  EXPECT_EQ(refused.code, ExitCode::error);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("1 relay would move to another host\n  LIVEKIT_*"),
                                 HasSubstr("  what to do: correct the environment")));
  const auto lock = store::DatabaseLock::try_acquire(path);  // a sidecar runs, so it could start
  EXPECT_TRUE(finding("settings").is_null());
}

TEST_F(Check, NamesTheRelaysThatZooidServesWithAnotherIdentity) {
  create("blue");
  create("green");
  {
    Behind behind(path);
    for (const char* name : {"blue", "green"}) {
      behind.command.complete_relay_sync(behind.relay(name), {.revision = 1, .digest = "d"});
      for (const char digit : {'a', 'b'}) {
        behind.command.record_look(behind.relay(name), {.identity = std::string(64, digit)});
      }
    }
  }
  EXPECT_EQ(finding("identity")["ok"], false);
  const auto words =
      AllOf(HasSubstr("2 relays are served with another identity than at first"), HasSubstr("blue"),
            HasSubstr("green"), HasSubstr("`tender relay accept-identity RELAY`"));
  EXPECT_THAT(finding("identity")["text"], words);
  EXPECT_THAT(run({"status"}).out, words);
  ASSERT_EQ(run({"relay", "accept-identity", "blue"}).code, ExitCode::ok);
  EXPECT_THAT(finding("identity")["text"], HasSubstr("1 relay is served with another"));
  ASSERT_EQ(run({"relay", "delete", "green", "--yes"}).code, ExitCode::ok);
  {
    Behind behind(path);
    const Relay green = behind.relay("green");
    behind.command.complete_relay_sync(
        green, {.revision = green.revision, .digest = {}, .result = SyncResult::deleted});
  }
  EXPECT_TRUE(finding("identity").is_null());  // zooid has no key of it any more
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::ok);
}

TEST_F(Check, SaysWhenTheApiOfARunningSidecarDoesNotAnswer) {
  create("blue");
  environment["ADMIN_BIND"] = "unix:" + (directory.path() / "none.sock").string();
  EXPECT_TRUE(finding("api").is_null());  // nobody listens: no sidecar runs
  EXPECT_THAT(run({"status"}).out, Not(HasSubstr("admin API")));
  const auto lock = store::DatabaseLock::try_acquire(path);
  EXPECT_TRUE(finding("api")["ok"].is_null());
  const auto words = HasSubstr("nothing answers at " + (directory.path() / "none.sock").string());
  EXPECT_THAT(finding("api")["text"], words);
  EXPECT_THAT(run({"status"}).out, words);
  environment["ADMIN_BIND"] = "off";
  EXPECT_TRUE(finding("api").is_null());
}

TEST_F(Check, SkipsTheClockWhenZooidIsDown) {
  const Ran ran = run({"check"});
  EXPECT_EQ(ran.code, ExitCode::unreachable);
  EXPECT_THAT(ran.out, AllOf(HasSubstr("ok    environment"), HasSubstr("ok    database"),
                             HasSubstr("FAIL  zooid"), HasSubstr("skip  clock")));
  EXPECT_TRUE(finding("clock")["ok"].is_null());
}

TEST_F(Check, SaysThatTheConfigurationIsComplete) {
  EXPECT_EQ(finding("environment")["text"],
            "configuration is complete; relays are subdomains of relays.test");
}

TEST_F(Check, ReallyWritesToTheDatabase) {
  create("blue");
  // Stands for a file of mode 0444, which root could write all the same.
  Behind(path).database.execute(
      "CREATE TRIGGER readonly BEFORE UPDATE ON router_offset "
      "BEGIN SELECT RAISE(ABORT, 'not to be written'); END");
  const ordered_json database = finding("database");
  EXPECT_EQ(database["ok"], false);
  EXPECT_THAT(database["text"].get<std::string>(), HasSubstr("not to be written"));
}

TEST_F(Check, LeavesTheDatabaseAsItWas) {
  create("blue");
  Behind behind(path);
  behind.database.execute("UPDATE router_offset SET seq = 1");
  const auto version = behind.database.data_version();
  EXPECT_EQ(finding("database")["ok"], true);
  EXPECT_EQ(behind.database.data_version(), version);  // nobody has committed
}

TEST_F(Check, HasALineForEachFaultOfTheConfiguration) {
  environment["LOG_LEVEL"] = "loud";
  environment.erase("RELAY_DOMAIN");
  environment["RELAY_DOMIAN"] = "relays.test";
  const Ran people = run({"check"});
  EXPECT_EQ(people.code, ExitCode::usage);
  EXPECT_THAT(people.out, AllOf(HasSubstr("FAIL  environment  RELAY_DOMAIN"),
                                HasSubstr("FAIL  environment  LOG_LEVEL: \"loud\"")));
  EXPECT_THAT(people.err, AllOf(HasSubstr("note: "), HasSubstr("RELAY_DOMIAN")));
  const Ran program = run({"check", "--json"});
  EXPECT_EQ(program.code, ExitCode::usage);
  ASSERT_EQ(program.json().size(), 2U);
  for (const ordered_json& each : program.json()) {
    EXPECT_EQ(each["name"], "environment");
    EXPECT_EQ(each["ok"], false);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace tender::cli
