// `tender relay delete --purge-stranger`, as far as it goes without a zooid.
#include <fstream>

#include <gmock/gmock.h>

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct PurgeStranger : CliTest {
  PurgeStranger() {
    configure_zooid();
    environment["ZOOID_CONFIG_DIR"] = config.path().string();
    write("stranger");
    create("blue");
  }

  void write(const std::string& id) const {
    std::ofstream(config.path() / (id + ".toml"))
        << "host = 'odd.relays.test'\nschema = 'odd'\nsecret = '" << std::string(63, '0') << "2'\n";
  }

  [[nodiscard]] Ran purge(const std::string& name) const {
    return run({"relay", "delete", "--purge-stranger", name, "--yes"});
  }

  void expect_refusal(const Ran& ran, const std::string& message) const {
    EXPECT_EQ(ran.code, ExitCode::error);
    EXPECT_THAT(ran.err, AllOf(HasSubstr(message), HasSubstr("what to do: ")));
    EXPECT_TRUE(std::filesystem::exists(config.path() / "stranger.toml"));
    EXPECT_NE(run({"activity", "--json"}).json().back()["activity_type"], "purge_stranger");
  }

  test::TempDir config;
};

TEST_F(PurgeStranger, SaysWhatGoesAndWhatStaysAndAsks) {
  const Ran ran = run({"relay", "delete", "--purge-stranger", "stranger.toml"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("(stranger.toml, host odd.relays.test)"),
                             HasSubstr("stay in zooid's database, under the schema odd"),
                             HasSubstr("leave it alone: it has no owner"), HasSubstr("--yes")));
}

TEST_F(PurgeStranger, OffersToImportWhatCanBeImported) {
  std::ofstream(config.path() / "stranger.toml", std::ios::app)
      << "[info]\npubkey = '" << kTenant
      << "'\n[roles]\nadmin = {can_manage = true, can_invite = true}\n"
         "member = {can_invite = true}\n";
  EXPECT_THAT(run({"relay", "delete", "--purge-stranger", "stranger"}).err,
              HasSubstr("`tender import stranger` would take it over instead"));
}

TEST_F(PurgeStranger, SaysThatZooidCannotBeAsked) {
  const Ran ran = purge("stranger");
  EXPECT_EQ(ran.code, ExitCode::unreachable);
  EXPECT_THAT(ran.err, HasSubstr("zooid has not said that it deleted the relay"));
  std::vector<std::string> results;
  for (const auto& row : run({"activity", "--json"}).json()) {
    if (row["activity_type"] == "purge_stranger") {
      results.push_back(row["detail"]["result"]);
    }
  }
  EXPECT_THAT(results, testing::ElementsAre("asked", "failed"));
}

TEST_F(PurgeStranger, RefusesARelayWithARow) {
  const std::string id = show("blue")["id"];
  write(id);
  expect_refusal(purge(id), "is no stranger: it has a row");
  EXPECT_EQ(run({"relay", "delete", "blue", "--yes"}).code, ExitCode::ok);
  expect_refusal(purge(id + ".toml"), "zooid is yet to delete it");
  Behind behind(path);
  behind.command.complete_relay_sync(behind.query.get_relay(RelayId{id}).value(),
                                     {.revision = 2, .digest = {}, .result = SyncResult::deleted});
  EXPECT_EQ(purge(id).code, ExitCode::unreachable);  // somebody has put the file back
}

TEST_F(PurgeStranger, RefusesWhatHasNoFile) {
  for (const char* name : {"nobody", "nobody.toml", "../stranger", "tender-scratch", ""}) {
    write("tender-scratch");
    expect_refusal(purge(name), "has no relay file");
  }
  environment.erase("ZOOID_CONFIG_DIR");
  const Ran ran = purge("stranger");
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, HasSubstr("ZOOID_CONFIG_DIR is not set"));
}

TEST_F(PurgeStranger, RefusesDuringAPause) {
  EXPECT_EQ(run({"pause"}).code, ExitCode::ok);
  expect_refusal(purge("stranger"), "tender is paused from");
}

TEST_F(PurgeStranger, TakesThePlaceOfARelayAndOfAWait) {
  EXPECT_EQ(run({"relay", "delete"}).code, ExitCode::usage);
  EXPECT_EQ(run({"relay", "delete", "blue", "--purge-stranger", "stranger"}).code, ExitCode::usage);
  EXPECT_EQ(run({"relay", "delete", "--purge-stranger", "stranger", "--wait"}).code,
            ExitCode::usage);
}

}  // namespace
}  // namespace tender::cli
