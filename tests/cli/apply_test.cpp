// `tender apply`: relays as a file describes them.
#include <algorithm>
#include <cstdio>
#include <fstream>

#include <gmock/gmock.h>

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

struct Apply : CliTest {
  Ran apply(const std::string& text, const Words& more = {}) const {
    std::ofstream("relays.yaml") << text;
    Words arguments{"apply", "-f", "relays.yaml"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  // One line of a file: `- {subdomain: …, tenant: …` without its end.
  static std::string described(const std::string& subdomain) {
    return "- {tenant: " + std::string(kTenantNpub) + ", subdomain: " + subdomain;
  }
  [[nodiscard]] Words log() const {
    Words types;
    for (const auto& row : run({"activity", "--json", "--limit", "1000"}).json()) {
      types.push_back(row["activity_type"]);
    }
    return types;
  }
};

TEST_F(Apply, CreatesAndUpdatesWhatDiffers) {
  const Ran first = apply("- subdomain: blue\n  tenant: " + std::string(kTenantNpub) +
                          "\n  info_name: The \"Harbour\"\n  push_enabled: false\n" +
                          described("green") + ", status: inactive}\n");
  EXPECT_EQ(first.code, ExitCode::ok) << first.err;
  EXPECT_THAT(first.out, AllOf(StartsWith("create blue\n"), HasSubstr("create green\n")));
  EXPECT_THAT(first.err, HasSubstr("2 created, 0 updated, 0 deactivated, 0 unchanged"));
  EXPECT_EQ(show("blue")["info_name"], "The \"Harbour\"");
  EXPECT_EQ(show("blue")["push_enabled"], false);
  EXPECT_EQ(show("blue")["tenant"], kTenant);
  EXPECT_EQ(show("green")["status"], "inactive");
  const Ran second = apply(
      "- {subdomain: blue, info_name: Blue, plan: gold}\n"
      "- {subdomain: green, status: active}\n");
  EXPECT_EQ(second.out,
            "update blue\n  plan: \"free\" -> \"gold\"\n  info_name: \"The \\\"Harbour\\\"\" -> "
            "\"Blue\"\nupdate green\n  status: \"inactive\" -> \"active\"\n");
  EXPECT_EQ(show("blue")["push_enabled"], false);  // what is not named stays
  EXPECT_THAT(log(), ElementsAre("create_relay", "create_relay", "deactivate_relay", "update_relay",
                                 "activate_relay"));
}

TEST_F(Apply, TakesAnAnswerToDrift) {
  const std::string head = described("blue") + ", info_name: Blue, drift: ";
  apply(head + "enforce}\n");
  EXPECT_EQ(show("blue")["drift"], "enforce");
  EXPECT_EQ(apply(head + "adopt}\n").out, "update blue\n  drift: \"enforce\" -> \"adopt\"\n");
  EXPECT_EQ(show("blue")["revision"], 1);
  EXPECT_EQ(apply(head + "default}\n").code, ExitCode::ok);
  EXPECT_EQ(show("blue")["drift"], "");
  EXPECT_THAT(apply(head + "\"\"}\n").err, HasSubstr("1 unchanged"));
  const Ran wrong = apply(head + "never}\n");
  EXPECT_EQ(wrong.code, ExitCode::usage);
  EXPECT_THAT(wrong.err, HasSubstr("line 1: drift \"never\" is not one of its values; give auto, "
                                   "enforce, adopt, report or default"));
}

TEST_F(Apply, SendsNothingTheSecondTime) {
  std::string file;
  for (int i = 0; i < 100; ++i) {
    file +=
        described("relay-" + std::to_string(i)) + ", info_name: Relay " + std::to_string(i) + "}\n";
  }
  EXPECT_THAT(apply(file).err, HasSubstr("100 created"));
  const Ran again = apply(file);
  EXPECT_EQ(again.code, ExitCode::ok);
  EXPECT_EQ(again.out, "");
  EXPECT_EQ(again.err, "0 created, 0 updated, 0 deactivated, 100 unchanged\n");
  EXPECT_EQ(log().size(), 100U);
}

TEST_F(Apply, TakesWhatRelayListPrints) {
  create("blue", {"--name", "Blue 🌊 \"\\ ±"});
  create("green", {"--livekit", "--description", "two\nlines"});
  const Ran list = run({"relay", "list", "--json"});
  EXPECT_EQ(apply(list.out).err, "0 created, 0 updated, 0 deactivated, 2 unchanged\n");
  EXPECT_THAT(apply("[{\"subdomain\": \"blue\", \"unsupported\": []}]").err,
              HasSubstr("1 unchanged"));  // as `relay show` prints it
  // As programs write it whose JSON is ASCII only.
  EXPECT_THAT(
      apply("[{\"subdomain\": \"blue\", \"info_name\": \"\\ud83c\\udf0a \\u00fc \\/\"}]").err,
      HasSubstr("1 updated"));
  EXPECT_EQ(show("blue")["info_name"], "🌊 ü /");
}

TEST_F(Apply, SaysOnceThatCallsNeedSettings) {
  std::string file;
  for (const char* name : {"blue", "green"}) {
    file += described(name) + ", livekit_enabled: true}\n";
  }
  EXPECT_THAT(apply(file).err,
              HasSubstr("2 relays get calls (livekit_enabled), which stay off until"));
  EXPECT_THAT(apply(file).err, Not(HasSubstr("livekit_enabled")));
}

// `relay update` would refuse them, and half of the file would be written.
TEST_F(Apply, TellsFaultsOfFieldsThatTheFileDoesNotSetBeforeItWrites) {
  create("blue");
  create("green");
  Behind(path).database.execute("UPDATE relay SET info_icon = 'nowhere' WHERE subdomain = 'green'");
  const std::string file =
      "- {subdomain: blue, info_name: x}\n- {subdomain: green, info_name: x}\n";
  const Ran ran = apply(file);
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err,
              HasSubstr("line 2: green cannot be changed while its info_icon \"nowhere\""));
  EXPECT_EQ(show("blue")["info_name"], "");
  EXPECT_EQ(apply("- {subdomain: green, status: inactive}\n").code, ExitCode::ok);
  EXPECT_EQ(apply("- {subdomain: green, info_name: x, info_icon: ''}\n").code, ExitCode::ok);
}

TEST_F(Apply, TellsAllFaultsAtOnceAndWritesNothing) {
  create("blue");
  const std::string nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
  const Ran ran = apply(
      "- subdomain: blue\n"
      "  info_nmae: x\n"
      "  push_enabled: \"true\"\n"
      "  info_icon: nowhere\n"
      "- subdomain: blue\n"
      "- tenant: " +
      nsec +
      "\n"
      "- subdomain: new\n"
      "- subdomain: 1x\n"
      "  tenant: " +
      std::string(kTenant) +
      "\n"
      "- what\n"
      "- subdomain: two\n"
      "  subdomain: three\n"
      "  tenant: ~\n"
      "  status: gone\n");
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(
      ran.err,
      AllOf(HasSubstr("line 2: there is no field \"info_nmae\"; did you mean info_name?"),
            HasSubstr("line 3: push_enabled \"true\" is not true or false"),
            HasSubstr("line 1: info_icon \"nowhere\""),
            HasSubstr("line 5: blue is described in line 1 already"),
            HasSubstr("line 6: tenant is not a public key: it is a secret key"),
            HasSubstr("line 6: the relay has no subdomain"),
            HasSubstr("line 7: new does not exist yet, and has no tenant"),
            HasSubstr("line 8: subdomain \"1x\""), HasSubstr("line 10: it is not a relay")));
  EXPECT_THAT(ran.err, AllOf(HasSubstr("line 12: subdomain is given twice"),
                             HasSubstr("line 13: tenant is not a text"),
                             HasSubstr("line 14: status \"gone\" is not active or inactive"),
                             HasSubstr("nothing was written"), Not(HasSubstr(nsec))));
  EXPECT_EQ(log().size(), 1U);
}

TEST_F(Apply, RefusesWhatIsNoListOfRelays) {
  for (const char* text : {"", "~", "relays: []", "- [", "{\"subdomain\": \"blue\"", "\t- x"}) {
    const Ran ran = apply(text);
    EXPECT_EQ(ran.code, ExitCode::usage) << text;
    EXPECT_THAT(ran.err, HasSubstr("line 1: ")) << text;
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THAT(run({"apply", "-f", "missing.yaml"}).err, HasSubstr("missing.yaml cannot be read"));
  EXPECT_THAT(run({"apply"}).err, HasSubstr("needs -f FILE"));
}

TEST_F(Apply, RefusesToRenameOrToTakeOver) {
  const std::string blue = create("blue");
  environment["ZOOID_API_URL"] = "http://api.relays.test";
  environment["RELAY_DOMAIN"] = "relays.test";
  Behind(path).database.execute(
      "INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('cp-1', '" + std::string(kTenant) +
      "', 'red', 'red')");
  const Ran ran = apply(described("green") + ", id: " + blue + "}\n" + described("api") + "}\n" +
                        described("cp-1") + "}\n" + described("new") + ", status: delinquent}\n");
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("line 1: green is not the relay with the id \"" + blue),
                             HasSubstr("line 2: api would get the host of ZOOID_API_URL"),
                             HasSubstr("line 3: cp-1 is the id of relay red"),
                             HasSubstr("line 4: status \"delinquent\"")));
  EXPECT_EQ(run({"relay", "list", "--json"}).json().size(), 2U);
}

TEST_F(Apply, ShowsTheDifferenceWithoutWriting) {
  create("blue");
  const Ran ran = apply("- {subdomain: blue, push_enabled: false}\n" + described("green") + "}\n",
                        {"--dry-run", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  ASSERT_EQ(ran.json().size(), 2U);
  EXPECT_EQ(ran.json()[0].dump(), R"({"relay_id":")" + show("blue")["id"].get<std::string>() +
                                      R"(","subdomain":"blue","action":"update","fields":)"
                                      R"([{"field":"push_enabled","before":true,"after":false}]})");
  EXPECT_EQ(ran.json()[1]["action"], "create");
  EXPECT_TRUE(ran.json()[1]["relay_id"].is_null());
  EXPECT_THAT(ran.err, HasSubstr("nothing was written"));
  EXPECT_EQ(log().size(), 1U);
}

TEST_F(Apply, TakesTheAdminsThatItIsGiven) {
  const std::string one = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  const std::string other = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
  ASSERT_EQ(apply(described("blue") + ", admins: [" + one + "]}\n").code, ExitCode::ok);
  EXPECT_THAT(show("blue")["admins"], ElementsAre(one));
  const Ran changed = apply("- {subdomain: blue, admins: [" + other + "]}\n");
  EXPECT_THAT(changed.out, HasSubstr("admins: [\"" + one + "\"] -> [\"" + other + "\"]"));
  EXPECT_THAT(show("blue")["admins"], ElementsAre(other));
  EXPECT_THAT(apply(run({"relay", "list", "--json"}).out).err, HasSubstr("1 unchanged"));
  EXPECT_EQ(apply("- {subdomain: blue, admins: []}\n").code, ExitCode::ok);
  EXPECT_TRUE(show("blue")["admins"].empty());
  const Ran refused = apply("- {subdomain: blue, admins: [nobody]}\n");
  EXPECT_EQ(refused.code, ExitCode::usage);
  EXPECT_THAT(refused.err, HasSubstr("line 1: admins is "));
}

TEST_F(Apply, DeletesNothing) {
  ASSERT_EQ(apply(described("blue") + "}\n" + described("green") + "}\n").code, ExitCode::ok);
  const Ran refused = apply("- {subdomain: blue, status: deleted}\n");
  EXPECT_EQ(refused.code, ExitCode::usage);
  EXPECT_THAT(refused.err, HasSubstr("`tender relay delete`"));
  EXPECT_EQ(show("blue")["status"], "active");
}

TEST_F(Apply, PrunesNoRelayThatIsDeleted) {
  ASSERT_EQ(apply(described("blue") + "}\n" + described("green") + "}\n").code, ExitCode::ok);
  ASSERT_EQ(run({"relay", "delete", "green", "--yes"}).code, ExitCode::ok);
  const Ran ran = apply(described("blue") + "}\n", {"--prune", "--yes"});
  EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
  EXPECT_THAT(ran.err, HasSubstr("0 deactivated"));
}

TEST_F(Apply, PrunesWhatTheFileDoesNotNameAfterAsking) {
  create("blue");
  create("green");
  create("red");
  EXPECT_EQ(run({"relay", "deactivate", "red"}).code, ExitCode::ok);
  const std::string file = "- subdomain: blue\n";
  ASSERT_NE(std::freopen("/dev/null", "r", stdin), nullptr);  // it may be a terminal
  const Ran asked = apply(file, {"--prune"});
  EXPECT_EQ(asked.code, ExitCode::usage);
  EXPECT_THAT(asked.err, AllOf(HasSubstr("1 relay is not in the file"), HasSubstr("--yes")));
  EXPECT_EQ(show("green")["status"], "active");
  const Ran pruned = apply(file, {"--prune", "--yes"});
  EXPECT_EQ(pruned.out, "deactivate green\n  status: \"active\" -> \"inactive\"\n");
  EXPECT_EQ(show("green")["status"], "inactive");
  EXPECT_EQ(apply(file, {"--prune"}).err, "0 created, 0 updated, 0 deactivated, 1 unchanged\n");
}

}  // namespace
}  // namespace tender::cli
