// `tender relay list`: which relays it shows, in which order and form.
#include <gmock/gmock.h>

#include "tender/infra/kinds.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using Words = std::vector<std::string>;

struct RelayList : CliTest {
  RelayList() {
    create("blue", {"--name", "The Harbour", "--plan", "gold"});
    create("green", {"--name", "alpha"});
    create("red", {"--name", "Beta"});
    Behind behind(path);
    behind.database.execute(
        "UPDATE relay SET created_at = CASE subdomain WHEN 'blue' THEN 1 WHEN 'green' THEN 2 "
        "ELSE 3 END");
  }

  [[nodiscard]] Words names(const Words& options) const {
    Words arguments{"relay", "list", "-o", "name"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
    Words names;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
      names.push_back(line);
    }
    return names;
  }
};

TEST_F(RelayList, ShowsWhatIsAskedFor) {
  const std::string other = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
  EXPECT_EQ(run({"relay", "deactivate", "red"}).code, ExitCode::ok);
  EXPECT_EQ(run({"relay", "update", "green", "--tenant", other}).code, ExitCode::ok);
  EXPECT_THAT(names({}), ElementsAre("blue", "green", "red"));
  EXPECT_THAT(names({"--status", "inactive"}), ElementsAre("red"));
  EXPECT_THAT(names({"--tenant", kTenantNpub}), ElementsAre("blue", "red"));
  EXPECT_THAT(names({"--tenant", other}), ElementsAre("green"));
  EXPECT_THAT(names({"--search", "HARB"}), ElementsAre("blue"));
  EXPECT_THAT(names({"--search", "RE"}), ElementsAre("green", "red"));
  EXPECT_THAT(names({"--search", show("red")["id"]}), ElementsAre("red"));
  EXPECT_THAT(names({"--limit", "2", "--status", "active"}), ElementsAre("blue", "green"));
}

TEST_F(RelayList, ShowsADeletedRelayUntilZooidHasDeletedIt) {
  ASSERT_EQ(run({"relay", "delete", "red", "--yes"}).code, ExitCode::ok);
  EXPECT_THAT(names({}), ElementsAre("blue", "green", "red"));
  Behind behind(path);
  const Relay red = behind.relay("red");
  behind.command.complete_relay_sync(
      red, {.revision = red.revision, .digest = {}, .result = SyncResult::deleted});
  EXPECT_THAT(names({}), ElementsAre("blue", "green"));
  EXPECT_THAT(names({"--status", "deleted"}), ElementsAre("red"));
  EXPECT_THAT(names({"--state", "deleted"}), ElementsAre("red"));
}

TEST_F(RelayList, IsInTheOrderThatIsAskedFor) {
  Behind(path).database.execute("UPDATE relay SET info_name = 'x' WHERE subdomain = 'green'");
  EXPECT_THAT(names({"--sort", "-created"}), ElementsAre("red", "green", "blue"));
  EXPECT_THAT(names({"--sort", "name"}), ElementsAre("red", "blue", "green"));
  EXPECT_THAT(names({"--sort", "-revision", "--limit", "1"}), ElementsAre("green"));
  EXPECT_THAT(names({"--sort", "plan"})[2], "blue");  // free, free, gold
  EXPECT_THAT(names({"--sort", "subdomain"}), ElementsAre("blue", "green", "red"));
}

TEST_F(RelayList, ShowsTheRelaysOfOneState) {
  Behind behind(path);
  behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 1, .digest = "d"});
  for (const char* name : {"green", "red"}) {
    behind.command.fail_relay_sync(behind.relay(name),
                                   {.revision = 1, .error = "boom", .outcome = "permanent"});
  }
  behind.letters.add(infra::kRelaySync, behind.relay("red").id.text,
                     outbox::DeadLetterReason::rejected, "boom", 1, 1, TimePoint());
  EXPECT_THAT(names({"--state", "in_step"}), ElementsAre("blue"));
  EXPECT_THAT(names({"--state", "failing"}), ElementsAre("green"));
  EXPECT_THAT(names({"--state", "held", "--limit", "1"}), ElementsAre("red"));
  EXPECT_THAT(names({"--state", "pending"}), ElementsAre());
  EXPECT_EQ(run({"relay", "list", "--state", "held", "--json"}).json()[0]["state"], "held");
}

TEST_F(RelayList, ShowsHostAndUrlWhereTheDomainIsKnown) {
  EXPECT_TRUE(show("blue")["url"].is_null());
  EXPECT_THAT(run({"relay", "list"}).out, Not(HasSubstr("URL")));
  environment["RELAY_DOMAIN"] = "relays.test";
  EXPECT_THAT(run({"relay", "list", "-o", "wide"}).out,
              AllOf(MatchesRegex("SUBDOMAIN +STATUS +SYNC +REVISION +ID +PLAN +HOST +URL +NAME\n"
                                 "(.*\n)*"),
                    HasSubstr("gold  blue.relays.test   wss://blue.relays.test   The Harbour\n")));
  const ordered_json relay = run({"relay", "list", "--output=json"}).json()[0];
  EXPECT_EQ(relay["host"], "blue.relays.test");
  EXPECT_EQ(relay["url"], "wss://blue.relays.test");
}

TEST_F(RelayList, NamesTheWordsThatItTakes) {
  const auto refused = [&](const Words& options) {
    Words arguments{"relay", "list"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::usage);
    EXPECT_EQ(ran.out, "");
    return ran.err;
  };
  EXPECT_THAT(refused({"--status", "on"}), HasSubstr("active, inactive, delinquent"));
  EXPECT_THAT(refused({"--state", "ok"}), HasSubstr("not_served, pending, failing, held"));
  EXPECT_THAT(refused({"--sort", "size"}), HasSubstr("created, -created, subdomain"));
  EXPECT_THAT(refused({"-o", "yaml"}), HasSubstr("wide, name, json"));
  EXPECT_THAT(refused({"-o", "wide", "--json"}), HasSubstr("cannot be used together"));
  EXPECT_THAT(refused({"--limit", "0"}), HasSubstr("\"0\""));
  const std::string nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
  EXPECT_THAT(refused({"--tenant", nsec}), AllOf(HasSubstr("secret key"), Not(HasSubstr(nsec))));
}

}  // namespace
}  // namespace tender::cli
