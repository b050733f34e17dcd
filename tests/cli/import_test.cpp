// `tender import`, and what `check`, `status` and `diff` say of zooid's config directory, without a
// zooid.
#include <fstream>

#include <gmock/gmock.h>

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct Import : CliTest {
  Import() {
    configure_zooid();
    environment["RELAY_VERIFY"] = "off";
    environment["ZOOID_CONFIG_DIR"] = config.path().string();
  }

  void write(const std::string& id, const std::string& subdomain) const {
    std::ofstream(config.path() / (id + ".toml"))
        << "host = '" << subdomain << ".relays.test'\nschema = '" << subdomain << "'\nsecret = '"
        << std::string(63, '0') << "2'\n[info]\nname = 'By hand'\npubkey = '" << kTenant
        << "'\n[roles]\nadmin = {can_manage = true, can_invite = true}\n"
           "member = {can_invite = true}\n";
  }

  [[nodiscard]] std::string check_line() const {
    for (const auto& each : run({"check", "--json"}).json()) {
      if (each["name"] == "config") {
        return each["text"];
      }
    }
    return "(none)";
  }

  test::TempDir config;
};

TEST_F(Import, MakesRowsFromFiles) {
  write("r1", "blue");
  const Ran ran = run({"import"});
  EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
  EXPECT_EQ(ran.out, "RELAY  SUBDOMAIN  RESULT    NOTE\nr1     blue       imported\n");
  EXPECT_EQ(ran.err, "1 relay imported, 0 left alone\n");
  const auto relay = show("blue");
  EXPECT_EQ(relay["id"], "r1");
  EXPECT_EQ(relay["tenant"], kTenant);
  EXPECT_EQ(relay["info_name"], "By hand");
  EXPECT_EQ(relay["synced"], true);
  EXPECT_EQ(relay["identity"].get<std::string>().size(), 64U);
  EXPECT_EQ(run({"import"}).out, "");
}

TEST_F(Import, PrintsAnObjectForEachFile) {
  write("r1", "blue");
  write("x.y", "green");
  const auto array = run({"import", "--json"}).json();
  ASSERT_EQ(array.size(), 2U);
  EXPECT_THAT(members(array[0]),
              ElementsAre("relay_id", "subdomain", "result", "reason", "overwritten"));
  EXPECT_EQ(array[0]["result"], "imported");
  EXPECT_EQ(array[1]["result"], "left");
  EXPECT_THAT(
      array[1]["reason"].get<std::string>(),
      HasSubstr("newer versions of zooid refuse to change or delete a relay with such an id"));
}

TEST_F(Import, LeavesFilesAloneThatShareAHostOrASchema) {
  write("r1", "blue");
  write("r2", "blue");
  write("r3", "green");
  write("r4", "green");
  std::string text;
  std::getline(std::ifstream(config.path() / "r4.toml"), text, '\0');
  text.replace(text.find("green.relays"), 5, "other");
  std::ofstream(config.path() / "r4.toml") << text;
  for (const bool named : {false, true}) {
    const auto array = (named ? run({"import", "r2", "green", "r1", "other", "--json"})
                              : run({"import", "--json"}))
                           .json();
    ASSERT_EQ(array.size(), 4U);
    for (const auto& each : array) {
      EXPECT_EQ(each["result"], "left");
      EXPECT_THAT(each["reason"].get<std::string>(),
                  each["relay_id"] == "r1" || each["relay_id"] == "r2"
                      ? HasSubstr("r1.toml and r2.toml have the same host, blue.relays.test")
                      : HasSubstr("r3.toml and r4.toml have the same schema, green"));
    }
  }
}

TEST_F(Import, WritesNothingInADryRun) {
  write("r1", "blue");
  environment["DATABASE_URL"] = "sqlite://" + (directory.path() / "new.db").string();
  EXPECT_EQ(run({"import", "--dry-run", "--json"}).json()[0]["result"], "importable");
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "new.db"));
  create("blue");
  const auto array = run({"import", "--dry-run", "--json"}).json();
  EXPECT_EQ(array[0]["result"], "left");
  EXPECT_THAT(array[0]["reason"].get<std::string>(), HasSubstr("subdomain \"blue\" belongs to"));
  write("r2", "green");
  EXPECT_EQ(run({"import", "--dry-run", "r2", "--json"}).json()[0]["result"], "importable");
  EXPECT_EQ(run({"relay", "list", "--json"}).json().size(), 1U);
}

TEST_F(Import, TakesNamesByIdOrSubdomain) {
  for (const char* id : {"r1", "r2", "r3"}) {
    write(id, std::string("sub") + id);
  }
  EXPECT_EQ(run({"import", "r1", "subr3"}).code, ExitCode::ok);
  EXPECT_EQ(run({"relay", "list", "--json"}).json().size(), 2U);
}

TEST_F(Import, ExitsWith4WhenANamedRelayWasLeftAlone) {
  write("r1", "blue");
  const Ran unknown = run({"import", "r1", "nobody"});
  EXPECT_EQ(unknown.code, ExitCode::some_failed);
  EXPECT_THAT(unknown.out, HasSubstr("has no file of that name or subdomain"));
  const Ran again = run({"import", "r1"});
  EXPECT_EQ(again.code, ExitCode::some_failed);
  EXPECT_THAT(again.out, HasSubstr("a row has the id \"r1\" already"));
}

TEST_F(Import, SaysThatTheIdIsThatOfADeletedRelay) {
  write("r1", "blue");
  ASSERT_EQ(run({"import"}).code, ExitCode::ok);
  ASSERT_EQ(run({"relay", "delete", "r1", "--yes"}).code, ExitCode::ok);
  EXPECT_EQ(run({"import", "--json"}).json().size(), 0U);  // zooid still has to delete it
  Behind behind(path);
  const Relay blue = behind.query.get_relay(RelayId{"r1"}).value();
  behind.command.complete_relay_sync(
      blue, {.revision = blue.revision, .digest = {}, .result = SyncResult::deleted});
  const Ran again = run({"import", "--json"});
  ASSERT_EQ(again.json().size(), 1U);
  EXPECT_EQ(again.json()[0]["result"], "left");
  EXPECT_THAT(again.json()[0]["reason"].get<std::string>(), HasSubstr("--purge-stranger r1"));
}

TEST_F(Import, SaysWhatTenderWillSend) {
  environment["LIVEKIT_URL"] = "wss://other.test";
  environment["LIVEKIT_API_KEY"] = "other-key";
  environment["LIVEKIT_API_SECRET"] = "other-secret";
  write("r1", "blue");
  std::ofstream(config.path() / "r1.toml", std::ios::app)
      << "[livekit]\nserver_url = 'wss://calls.test'\napi_key = 'hidden-key'\n";
  const Ran ran = run({"import"});
  EXPECT_THAT(
      ran.out,
      AllOf(HasSubstr("livekit.api_key, livekit.api_secret, livekit.server_url differ from"),
            testing::Not(HasSubstr("hidden-key"))));
  EXPECT_EQ(show("r1")["livekit_enabled"], true);
}

TEST_F(Import, NeedsTheDirectory) {
  environment["ZOOID_CONFIG_DIR"] = "/no/such/directory";
  const Ran missing = run({"import"});
  EXPECT_EQ(missing.code, ExitCode::error);
  EXPECT_THAT(missing.err, AllOf(HasSubstr("/no/such/directory: No such file or directory"),
                                 HasSubstr("correct ZOOID_CONFIG_DIR")));
  environment.erase("ZOOID_CONFIG_DIR");
  const Ran unset = run({"import"});
  EXPECT_EQ(unset.code, ExitCode::usage);
  EXPECT_THAT(unset.err, HasSubstr("ZOOID_CONFIG_DIR is not set"));
}

TEST_F(Import, IsOfferedByCheckBeforeThereIsADatabase) {
  write("r1", "blue");
  EXPECT_EQ(check_line(), config.path().string() + ": 1 file; `tender import` takes them over");
  environment["ZOOID_CONFIG_DIR"] = "/no/such/directory";
  EXPECT_THAT(check_line(), HasSubstr("cannot read zooid's config directory"));
}

TEST_F(Import, IsOfferedByStatusCheckAndDiff) {
  write("r1", "blue");
  write("r2", "green");
  run({"import", "r1"});
  std::ofstream(config.path() / "r3.toml") << "";
  const auto status = run({"status", "--json"}).json()["config"];
  EXPECT_THAT(members(status), ElementsAre("directory", "error", "files", "strangers", "damaged",
                                           "unreadable", "missing", "different"));
  EXPECT_EQ(status["strangers"], 2);
  EXPECT_EQ(check_line(),
            config.path().string() +
                ": 3 files; 1 damaged file (r3): zooid cannot load it; restore it from a backup; 1 "
                "stranger (r2.toml, host green.relays.test): run `tender import`, or `tender relay "
                "delete --purge-stranger FILE`; 1 stranger (r3.toml): it cannot be imported: its "
                "file is damaged: it is empty; restore it from a backup; or run `tender relay "
                "delete --purge-stranger r3`");
  EXPECT_THAT(run({"status"}).out, HasSubstr(check_line()));
  environment.erase("ROBOT_SECRET");
  EXPECT_THAT(
      run({"status"}).out,
      HasSubstr("2 strangers (r2.toml, host green.relays.test; r3.toml): see `tender diff`"));
  environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  const auto diff = run({"diff", "--json"}).json();
  ASSERT_EQ(diff.size(), 3U);
  EXPECT_EQ(diff[0]["result"], "as_described");
  EXPECT_EQ(diff[1]["result"], "stranger");
  EXPECT_EQ(diff[1]["relay_id"], "r2");
  EXPECT_EQ(diff[1]["reason"],
            "r2.toml, host green.relays.test: run `tender import r2` to take it over, or `tender "
            "relay delete --purge-stranger r2`");
  EXPECT_THAT(diff[2]["reason"].get<std::string>(), HasSubstr("r3.toml: it cannot be imported"));
  EXPECT_EQ(members(diff[0]), members(diff[1]));
  EXPECT_EQ(run({"diff", "--exit-code"}).code, ExitCode::some_failed);
  EXPECT_EQ(run({"diff", "r1", "--exit-code"}).code, ExitCode::ok);
}

TEST_F(Import, ShowsInDiffWhatTheFilesHoldOtherwise) {
  write("r1", "blue");
  run({"import"});
  run({"relay", "update", "blue", "--public-join"});
  EXPECT_EQ(run({"diff"}).out,
            "RELAY  FIELD               DESIRED  OBSERVED\n"
            "blue   policy_public_join  true\n");
  std::filesystem::remove(config.path() / "r1.toml");
  EXPECT_THAT(check_line(), HasSubstr("1 relay without a file (blue)"));
}

TEST_F(Import, ShowsInDiffThatARelayHasAnotherIdentity) {
  write("r1", "blue");
  run({"import"});
  EXPECT_EQ(run({"diff", "--exit-code"}).code, ExitCode::ok);
  std::string text;
  std::getline(std::ifstream(config.path() / "r1.toml"), text, '\0');
  text.replace(text.find("02'"), 2, "03");
  std::ofstream(config.path() / "r1.toml") << text;
  const Ran ran = run({"diff", "--exit-code"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.out,
              HasSubstr("blue   identity  " + show("blue")["identity"].get<std::string>()));
  EXPECT_THAT(ran.err, AllOf(HasSubstr("1 different"), HasSubstr("`tender relay accept-identity")));
  const auto relay = run({"diff", "--json"}).json()[0];
  EXPECT_EQ(relay["result"], "differs");
  EXPECT_EQ(relay["fields"][0]["field"], "identity");
  EXPECT_EQ(relay["fields"][0]["observed"], relay["identity"]);
}

TEST_F(Import, SaysInCheckWhenTheDirectoryMayBeAnotherOne) {
  write("r1", "blue");
  write("r2", "green");
  run({"import"});
  for (const char* id : {"r1", "r2"}) {
    std::filesystem::remove(config.path() / (std::string(id) + ".toml"));
  }
  EXPECT_THAT(check_line(), HasSubstr("2 relays without a file (blue, green): zooid has lost them; "
                                      "restore them, or run `tender reconcile --all --recreate`"));
  {
    Behind behind(path);
    for (const char* name : {"blue", "green"}) {
      behind.command.record_look(behind.relay(name), {.identity = std::string(64, 'a')});
    }
  }
  EXPECT_THAT(check_line(), HasSubstr("ZOOID_CONFIG_DIR may be the wrong directory"));
  write("r2", "green");
  EXPECT_THAT(check_line(), HasSubstr("1 relay without a file (blue): zooid has lost it; restore "
                                      "it, or run `tender reconcile RELAY --recreate`"));
}

TEST_F(Import, SaysInDiffThatItStoppedWhenZooidCannotBeSeen) {
  environment["RELAY_VERIFY"] = "direct";  // nobody listens there
  environment.erase("ZOOID_CONFIG_DIR");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    create(name);
  }
  const Ran ran = run({"diff"});
  EXPECT_EQ(ran.code, ExitCode::unreachable);
  EXPECT_THAT(ran.err, HasSubstr("stopped after 5 relays in a row that could not be seen; 2 relays "
                                 "were not looked at"));
  const auto array = run({"diff", "--json"}).json();
  ASSERT_EQ(array.size(), 6U);
  EXPECT_EQ(array[5]["result"], "stopped");
  EXPECT_EQ(array[5]["not_looked_at"], 2);
}

// What `relay show` says of the settings that zooid drops.
struct Unsupported : Import {
  Unsupported() {
    write("r1", "blue");
    run({"import"});
    run({"relay", "update", "blue", "--public-read"});
    Behind behind(path);
    behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 2, .digest = "d"});
    write("r1", "blue");  // as an older zooid does after that sync
  }
};

TEST_F(Unsupported, FieldsAreShownOfOneRelay) {
  EXPECT_THAT(show("blue")["unsupported"], ElementsAre("policy_public_read"));
  EXPECT_THAT(run({"relay", "show", "blue"}).out, HasSubstr(" policy_public_read\n"));
  std::ofstream(config.path() / "r1.toml", std::ios::app) << "[policy]\npublic_write = false\n";
  EXPECT_THAT(show("blue")["unsupported"], testing::IsEmpty());
  EXPECT_THAT(run({"relay", "show", "blue"}).out, testing::ContainsRegex("unsupported +none\n"));
}

TEST_F(Unsupported, FieldsAreNotGuessedWithoutTheFile) {
  std::filesystem::remove(config.path() / "r1.toml");
  EXPECT_FALSE(show("blue").contains("unsupported"));
  write("r1", "blue");
  environment.erase("ROBOT_SECRET");  // what the file should hold is not known then
  EXPECT_FALSE(show("blue").contains("unsupported"));
  environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  environment.erase("ZOOID_CONFIG_DIR");
  EXPECT_FALSE(show("blue").contains("unsupported"));
}

}  // namespace
}  // namespace tender::cli
