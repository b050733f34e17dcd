// `tender relay …`: what people write, and how it is shown.
#include <array>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tender/model/relay_fields.hpp"
#include "tender/store/database_lock.hpp"

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

const Words kRelayMembers{"id",
                          "tenant",
                          "subdomain",
                          "schema",
                          "plan",
                          "status",
                          "info_name",
                          "info_icon",
                          "info_description",
                          "policy_public_join",
                          "policy_strip_signatures",
                          "policy_public_read",
                          "policy_public_write",
                          "groups_enabled",
                          "management_enabled",
                          "push_enabled",
                          "blossom_enabled",
                          "livekit_enabled",
                          "member_invites",
                          "drift",
                          "admins",
                          "created_at",
                          "synced",
                          "sync_error",
                          "revision",
                          "synced_revision",
                          "live",
                          "seen_at",
                          "identity",
                          "other_identity",
                          "state",
                          "host",
                          "url",
                          "host_in_zooid"};

struct RelayCommands : CliTest {
  void expect_error(const Words& arguments, ExitCode code, const std::string& what) const {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, code) << what;
    EXPECT_EQ(ran.out, "") << what;
    EXPECT_THAT(ran.err,
                AllOf(testing::StartsWith("tender: "), HasSubstr(what), HasSubstr("what to do: ")));
  }
};

TEST_F(RelayCommands, CreatePrintsTheIdAlone) {
  const Ran ran = run({"relay", "create", "--tenant", kTenant, "--subdomain", "blue"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.out, MatchesRegex("[0-9a-f-]+\n"));
  EXPECT_EQ(ran.out.size(), 37U);  // a UUID and a line break
  EXPECT_EQ(show("blue")["id"].get<std::string>() + "\n", ran.out);
}

TEST_F(RelayCommands, CreatePrintsTheRelayAsJson) {
  const Ran ran = run({"relay", "create", "--tenant", kTenant, "--subdomain", "blue", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(members(ran.json()), kRelayMembers);
  EXPECT_EQ(ran.json(), show("blue"));
}

TEST_F(RelayCommands, CreateGivesTheDefaults) {
  create("blue");
  const ordered_json relay = show("blue");
  EXPECT_EQ(relay["tenant"], kTenant);
  EXPECT_EQ(relay["plan"], "free");
  EXPECT_EQ(relay["status"], "active");
  for (const char* on : {"groups_enabled", "management_enabled", "push_enabled"}) {
    EXPECT_EQ(relay[on], true) << on;
  }
  for (const char* off : {"blossom_enabled", "livekit_enabled", "policy_public_join",
                          "policy_strip_signatures", "policy_public_read", "policy_public_write"}) {
    EXPECT_EQ(relay[off], false) << off;
  }
  EXPECT_EQ(relay["synced"], false);
  EXPECT_EQ(relay["sync_error"], "");
  EXPECT_EQ(relay["revision"], 1);
  EXPECT_TRUE(relay["synced_revision"].is_null());
}

TEST_F(RelayCommands, CreateLogsTheCommand) {
  create("blue");
  const Ran ran = run({"activity", "--json"});
  ASSERT_EQ(ran.json().size(), 1U);
  EXPECT_EQ(ran.json()[0]["activity_type"], "create_relay");
}

TEST_F(RelayCommands, CreateTakesAllTexts) {
  create("blue", {"--name", "Blue", "--icon", "https://icons.test/b.png", "--description",
                  "Ünïcode", "--plan", "gold"});
  const ordered_json relay = show("blue");
  EXPECT_EQ(relay["info_name"], "Blue");
  EXPECT_EQ(relay["info_icon"], "https://icons.test/b.png");
  EXPECT_EQ(relay["info_description"], "Ünïcode");
  EXPECT_EQ(relay["plan"], "gold");
}

TEST_F(RelayCommands, CreateTakesTheTenantAsNpub) {
  const Ran ran = run({"relay", "create", "--tenant", kTenantNpub, "--subdomain", "blue"});
  EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
  EXPECT_EQ(show("blue")["tenant"], kTenant);
}

TEST_F(RelayCommands, CreateNeedsTenantAndSubdomain) {
  const std::string needs = "needs --tenant and --subdomain";
  expect_error({"relay", "create"}, ExitCode::usage, needs);
  expect_error({"relay", "create", "--tenant", kTenant}, ExitCode::usage, needs);
  expect_error({"relay", "create", "--subdomain", "blue"}, ExitCode::usage, needs);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(RelayCommands, CreateRefusesAKeyThatIsNone) {
  expect_error({"relay", "create", "--tenant", "alice", "--subdomain", "blue"}, ExitCode::usage,
               "--tenant is not a public key");
}

TEST_F(RelayCommands, NameTheOptionWhoseValueIsWrong) {
  create("blue");
  for (const auto& [option, value, problem] :
       std::vector<std::array<std::string, 3>>{{"--subdomain", "1abc", "RFC 1035"},
                                               {"--name", std::string(257, 'x'), "257 bytes"},
                                               {"--icon", "not a url", "is not a URL"},
                                               {"--description", std::string(4097, 'x'), "4097"},
                                               {"--plan", "", "is empty"}}) {
    const Ran ran = run({"relay", "update", "blue", option, value});
    EXPECT_EQ(ran.code, ExitCode::usage) << option;
    EXPECT_THAT(ran.err, AllOf(testing::StartsWith("tender: " + option + " \""), HasSubstr(problem),
                               Not(HasSubstr("info_"))));
  }
  expect_error({"relay", "create", "--tenant", kTenant, "--subdomain", "1abc"}, ExitCode::usage,
               "--subdomain \"1abc\" is not");
  EXPECT_EQ(show("blue")["revision"], 1);
}

TEST_F(RelayCommands, CreateTellsEveryFaultAtOnce) {
  const Ran ran = run({"relay", "create", "--tenant", "alice", "--subdomain", "Not A Label",
                       "--icon", "not a url", "--push", "--no-push"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("4 options have invalid values"),
                             HasSubstr("--tenant is not"), HasSubstr("--subdomain \"Not A Label\""),
                             HasSubstr("--icon \"not a url\""), HasSubstr("--no-push")));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(RelayCommands, CreateNeverShowsASecretKeyThatWasGivenAsTenant) {
  const std::string nsec = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
  const Ran ran = run({"relay", "create", "--tenant", nsec, "--subdomain", "1"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, Not(HasSubstr(nsec.substr(5, 20))));
}

TEST_F(RelayCommands, CreateHintsThatCallsNeedSettings) {
  const auto create_with_calls = [this](const char* subdomain) {
    return run({"relay", "create", "--tenant", kTenant, "--subdomain", subdomain, "--livekit"});
  };
  const Ran without = create_with_calls("blue");
  EXPECT_EQ(without.code, ExitCode::ok);
  EXPECT_THAT(without.err, HasSubstr("LIVEKIT_URL"));
  EXPECT_THAT(run({"relay", "update", "blue", "--livekit"}).err, HasSubstr("LIVEKIT_URL"));
  EXPECT_THAT(run({"relay", "update", "blue", "--no-livekit"}).err, Not(HasSubstr("LIVEKIT_URL")));
  environment["LIVEKIT_URL"] = "wss://livekit.test";
  environment["LIVEKIT_API_KEY"] = "key";
  environment["LIVEKIT_API_SECRET"] = "secret";
  EXPECT_THAT(create_with_calls("green").err, Not(HasSubstr("LIVEKIT_URL")));
}

TEST_F(RelayCommands, SayWhenANameCouldMeanTwoRelays) {
  create("blue");
  const std::string other = create("other");
  Behind(path).database.execute(
      "INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('cp-1', '" + std::string(kTenant) +
      "', 'red', 'red'); UPDATE relay SET subdomain = 'cp-1' WHERE "
      "subdomain = 'other'");
  const std::string what = "\"cp-1\" is the id of relay red and the subdomain of relay " + other;
  expect_error({"relay", "update", "cp-1", "--push"}, ExitCode::error, what);
  expect_error({"dead-letter", "retry", "cp-1"}, ExitCode::error, what);
  EXPECT_EQ(show("red")["id"], "cp-1");
  EXPECT_EQ(show(other)["subdomain"], "cp-1");
}

// `tender import` gives relays such ids.
TEST_F(RelayCommands, CreateTakesTheSubdomainOfADeletedRelayWhoseIdItIs) {
  create("blue");
  Behind(path).database.execute(
      "INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('harbour', '" +
      std::string(kTenant) + "', 'harbour', 'harbour')");
  EXPECT_EQ(run({"relay", "delete", "harbour", "--yes"}).code, ExitCode::ok);
  const std::string id = create("harbour");
  EXPECT_EQ(show("harbour")["id"], id);
  EXPECT_EQ(run({"relay", "update", "harbour", "--push"}).code, ExitCode::ok);
}

TEST_F(RelayCommands, CreateRefusesASubdomainThatIsTaken) {
  const std::string id = create("blue");
  expect_error({"relay", "create", "--tenant", kTenant, "--subdomain", "blue"}, ExitCode::error,
               "belongs to relay " + id);
  EXPECT_EQ(run({"relay", "list", "--json"}).json().size(), 1U);
}

struct SwitchCase {
  const char* name;
  const char* member;
};

void PrintTo(const SwitchCase& each, std::ostream* out) {
  *out << each.name;
}

struct Switches : RelayCommands, testing::WithParamInterface<SwitchCase> {};

TEST_P(Switches, WorkBothWaysInCreateAndUpdate) {
  const std::string on = std::string("--") + GetParam().name;
  const std::string off = std::string("--no-") + GetParam().name;
  const char* member = GetParam().member;
  create("on", {on});
  create("off", {off});
  EXPECT_EQ(show("on")[member], true);
  EXPECT_EQ(show("off")[member], false);
  EXPECT_EQ(run({"relay", "update", "on", off}).code, ExitCode::ok);
  EXPECT_EQ(run({"relay", "update", "off", on}).code, ExitCode::ok);
  EXPECT_EQ(show("on")[member], false);
  EXPECT_EQ(show("off")[member], true);
}

TEST_P(Switches, ChangeNothingElse) {
  create("blue");
  for (const char* prefix : {"--", "--no-"}) {
    ordered_json before = show("blue");
    EXPECT_EQ(run({"relay", "update", "blue", prefix + std::string(GetParam().name)}).code,
              ExitCode::ok);
    ordered_json after = show("blue");
    for (const char* may_change : {GetParam().member, "revision"}) {
      before.erase(may_change);
      after.erase(may_change);
    }
    EXPECT_EQ(before, after) << prefix;
  }
}

TEST_P(Switches, MayBeGivenTrueOrFalse) {
  create("blue");
  const std::string on = std::string("--") + GetParam().name;
  const std::string off = std::string("--no-") + GetParam().name;
  EXPECT_EQ(run({"relay", "update", "blue", on + "=true"}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")[GetParam().member], true);
  EXPECT_EQ(run({"relay", "update", "blue", on + "=false"}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")[GetParam().member], false);
  expect_error({"relay", "update", "blue", on + "=yes"}, ExitCode::usage, "=true or =false");
  expect_error({"relay", "update", "blue", off + "=false"}, ExitCode::usage,
               "is a double negative");
  EXPECT_EQ(show("blue")[GetParam().member], false);
}

TEST_P(Switches, ContradictThemselvesWhenGivenBothWays) {
  create("blue");
  const std::string on = std::string("--") + GetParam().name;
  const std::string off = std::string("--no-") + GetParam().name;
  expect_error({"relay", "update", "blue", on, off}, ExitCode::usage, off);
  EXPECT_EQ(show("blue")["revision"], 1);
}

INSTANTIATE_TEST_SUITE_P(All, Switches,
                         testing::Values(SwitchCase{"blossom", "blossom_enabled"},
                                         SwitchCase{"livekit", "livekit_enabled"},
                                         SwitchCase{"push", "push_enabled"},
                                         SwitchCase{"groups", "groups_enabled"},
                                         SwitchCase{"management", "management_enabled"},
                                         SwitchCase{"public-join", "policy_public_join"},
                                         SwitchCase{"strip-signatures", "policy_strip_signatures"},
                                         SwitchCase{"public-read", "policy_public_read"},
                                         SwitchCase{"public-write", "policy_public_write"}),
                         [](const testing::TestParamInfo<SwitchCase>& each) {
                           return std::string(each.param.member);
                         });

TEST_F(RelayCommands, DocumentsEveryOptionAndColumn) {
  std::ifstream file(TENDER_SOURCE_DIR "/docs/cli.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  const std::string help = run({"relay", "create", "--help"}).out;
  for (const RelayField& field : relay_fields()) {
    EXPECT_THAT(docs, HasSubstr(fmt::format("`{}`", field.column)));
    if (field.option.empty()) {
      continue;
    }
    const std::string option = std::holds_alternative<RelayMember<bool>>(field.member)
                                   ? fmt::format("--[no-]{}", field.option)
                                   : fmt::format("--{} ", field.option);
    EXPECT_THAT(docs, HasSubstr("`" + option));
    EXPECT_THAT(help, HasSubstr("  " + option));
  }
}

TEST_F(RelayCommands, UpdateChangesWhatIsGivenAndCountsTheRevision) {
  create("blue", {"--name", "Blue", "--description", "old"});
  const Ran ran = run({"relay", "update", "blue", "--name", "Deep blue", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.json(), show("blue"));
  EXPECT_EQ(ran.json()["info_name"], "Deep blue");
  EXPECT_EQ(ran.json()["info_description"], "old");
  EXPECT_EQ(ran.json()["revision"], 2);
}

TEST_F(RelayCommands, ARelayHasAnAnswerToDriftOfItsOwn) {
  create("blue", {"--drift", "report"});
  EXPECT_EQ(show("blue")["drift"], "report");
  const Ran ran = run({"relay", "update", "blue", "--drift", "default"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err, HasSubstr("at revision 1\n"));  // zooid is not told of it
  EXPECT_EQ(show("blue")["drift"], "");
  EXPECT_THAT(run({"relay", "show", "blue"}).out, MatchesRegex("(.*\n)*drift +default\n(.*\n)*"));
  const Ran wrong = run({"relay", "update", "blue", "--drift", "sometimes"});
  EXPECT_EQ(wrong.code, ExitCode::usage);
  EXPECT_THAT(wrong.err, HasSubstr("auto, enforce, adopt, report, default"));
}

TEST_F(RelayCommands, UpdateCanEmptyAText) {
  create("blue", {"--name", "Blue", "--icon", "https://icons.test/b.png"});
  EXPECT_EQ(run({"relay", "update", "blue", "--name", ""}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["info_name"], "");
  EXPECT_EQ(run({"relay", "update", "blue", "--icon="}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["info_icon"], "");
}

TEST_F(RelayCommands, UpdateTakesTextsThatLookLikeOptions) {
  create("blue");
  EXPECT_EQ(run({"relay", "update", "blue", "--name=--push"}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["info_name"], "--push");
  EXPECT_EQ(run({"relay", "update", "--description", "a, b = c", "blue"}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["info_description"], "a, b = c");
}

TEST_F(RelayCommands, UpdateKeepsTheSchemaWhenTheSubdomainMoves) {
  const std::string id = create("blue");
  const auto schema = show("blue")["schema"];
  EXPECT_EQ(run({"relay", "update", "blue", "--subdomain", "navy"}).code, ExitCode::ok);
  EXPECT_EQ(show("navy")["id"], id);
  EXPECT_EQ(show("navy")["schema"], schema);
}

TEST_F(RelayCommands, UpdateMustBeToldSomething) {
  create("blue");
  expect_error({"relay", "update", "blue"}, ExitCode::usage, "needs at least one option");
}

TEST_F(RelayCommands, UpdateTellsPeopleWhatItDidOnStderr) {
  const std::string id = create("blue");
  const Ran ran = run({"relay", "update", "blue", "--no-push"});
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err, HasSubstr("relay blue (" + id + ") is active at revision 2"));
}

TEST_F(RelayCommands, AreNamedByIdOrSubdomain) {
  const std::string id = create("blue");
  EXPECT_EQ(show(id), show("blue"));
  EXPECT_EQ(run({"relay", "update", id, "--no-push"}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["push_enabled"], false);
}

TEST_F(RelayCommands, SayWhenThereIsNoSuchRelay) {
  create("blue");
  const std::string what = "there is no relay \"green\"";
  expect_error({"relay", "show", "green"}, ExitCode::error, what);
  expect_error({"relay", "update", "green", "--push"}, ExitCode::error, what);
  expect_error({"relay", "activate", "green"}, ExitCode::error, what);
  expect_error({"relay", "deactivate", "green"}, ExitCode::error, what);
  expect_error({"activity", "--relay", "green"}, ExitCode::error, what);
  expect_error({"dead-letter", "retry", "green"}, ExitCode::error, what);
}

TEST_F(RelayCommands, DeactivateAndActivate) {
  create("blue");
  const Ran off = run({"relay", "deactivate", "blue", "--json"});
  EXPECT_EQ(off.code, ExitCode::ok);
  EXPECT_EQ(off.json()["status"], "inactive");
  EXPECT_EQ(off.json(), show("blue"));
  const Ran on = run({"relay", "activate", "blue", "--json"});
  EXPECT_EQ(on.code, ExitCode::ok);
  EXPECT_EQ(on.json()["status"], "active");
  EXPECT_EQ(on.json()["revision"], 3);
  Words types;
  for (const ordered_json& row : run({"activity", "--json"}).json()) {
    types.push_back(row["activity_type"].get<std::string>());
  }
  EXPECT_THAT(types, ElementsAre("create_relay", "deactivate_relay", "activate_relay"));
}

TEST_F(RelayCommands, DeleteForGood) {
  const std::string id = create("blue");
  const Ran gone = run({"relay", "delete", "blue", "--yes", "--json"});
  EXPECT_EQ(gone.code, ExitCode::ok);
  EXPECT_EQ(gone.json()["status"], "deleted");
  EXPECT_THAT(gone.err,
              AllOf(HasSubstr("cannot be restored"),
                    HasSubstr("events stay in zooid's database, under the schema blue_")));
  expect_error({"relay", "activate", "blue"}, ExitCode::error, "is deleted");
  expect_error({"relay", "update", "blue", "--push"}, ExitCode::error, "is deleted");
  expect_error({"relay", "deactivate", "blue"}, ExitCode::error, "is deleted");
  EXPECT_EQ(run({"relay", "delete", "blue"}).code, ExitCode::ok);  // again: nothing to ask
  EXPECT_EQ(show(id)["revision"], 2);
}

TEST_F(RelayCommands, AskBeforeTheyDelete) {
  create("blue");
  expect_error({"relay", "delete", "green", "--yes"}, ExitCode::error, "there is no relay");
  const Ran ran = run({"relay", "delete", "blue"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, HasSubstr("--yes"));
  EXPECT_EQ(show("blue")["status"], "active");
}

TEST_F(RelayCommands, GiveTheSubdomainOfADeletedRelayToANewOne) {
  const std::string old = create("blue");
  EXPECT_EQ(run({"relay", "delete", "blue", "--yes"}).code, ExitCode::ok);
  const std::string heir = create("blue");
  EXPECT_EQ(show("blue")["id"], heir);
  EXPECT_EQ(show(old)["status"], "deleted");
}

TEST_F(RelayCommands, NameTheAdmins) {
  create("blue");
  EXPECT_EQ(show("blue")["admins"], nullptr);
  const std::string npub = "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";
  const std::string hex = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
  EXPECT_EQ(run({"relay", "update", "blue", "--admin", npub, "--admin", kTenant}).code,
            ExitCode::ok);
  EXPECT_EQ(show("blue")["admins"], ordered_json({kTenant, hex}));
  EXPECT_EQ(run({"relay", "update", "blue", "--no-admin", hex, "--no-member-invites"}).code,
            ExitCode::ok);
  EXPECT_EQ(show("blue")["admins"], ordered_json({kTenant}));
  EXPECT_EQ(show("blue")["member_invites"], false);
  EXPECT_EQ(run({"relay", "update", "blue", "--no-admin", kTenant}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["admins"], ordered_json::array());
}

TEST_F(RelayCommands, RefuseAKeyThatIsNotPublic) {
  create("blue");
  const std::string secret = "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";
  const Ran ran = run({"relay", "update", "blue", "--admin", secret});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("--admin is"), Not(HasSubstr("vl029mgpspedva"))));
  expect_error({"relay", "update", "blue", "--admin", kTenant, "--no-admin", kTenant},
               ExitCode::usage, "both name");
}

TEST_F(RelayCommands, SayOnlyWhenNoSidecarIsThereToDoIt) {
  create("blue");
  EXPECT_THAT(run({"relay", "deactivate", "blue"}).err, HasSubstr("no sidecar is running"));
  const auto lock = store::DatabaseLock::try_acquire(path);
  ASSERT_TRUE(lock);
  EXPECT_THAT(run({"relay", "activate", "blue"}).err, Not(HasSubstr("no sidecar")));
}

TEST_F(RelayCommands, ListGivesEveryRelayOldestFirst) {
  const std::string blue = create("blue");
  Behind behind(path);
  behind.database.execute("UPDATE relay SET created_at = 1");
  const std::string green = create("green");
  const Ran ran = run({"relay", "list", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  ASSERT_TRUE(ran.json().is_array());
  ASSERT_EQ(ran.json().size(), 2U);
  EXPECT_EQ(ran.json()[0]["id"], blue);
  EXPECT_EQ(ran.json()[1]["id"], green);
  EXPECT_EQ(ran.json()[0]["created_at"], 1);
  for (const ordered_json& relay : ran.json()) {
    EXPECT_EQ(members(relay), kRelayMembers);
    EXPECT_EQ(relay, show(relay["id"].get<std::string>()));
  }
}

TEST_F(RelayCommands, ListOfNoneIsAnEmptyArray) {
  const Behind made(path);
  EXPECT_EQ(run({"relay", "list", "--json"}).json(), ordered_json::array());
}

TEST_F(RelayCommands, ListTellsPeopleHowFarEachRelayIs) {
  for (const char* subdomain : {"pending", "done", "broken"}) {
    create(subdomain, {"--name", "A name"});
  }
  Behind behind(path);
  behind.command.complete_relay_sync(behind.relay("done"), {.revision = 1, .digest = "d"});
  behind.command.fail_relay_sync(behind.relay("broken"),
                                 {.revision = 1, .error = "boom", .outcome = "transient"});
  const Ran ran = run({"relay", "list"});
  EXPECT_THAT(ran.out, MatchesRegex("SUBDOMAIN +STATUS +SYNC +REVISION +ID +NAME\n"
                                    "(.*\n)*pending +active +pending +1 +.* +A name\n(.*\n)*"));
  EXPECT_THAT(ran.out, MatchesRegex("(.*\n)*done +active +in step +1 +.*\n(.*\n)*"));
  EXPECT_THAT(ran.out, MatchesRegex("(.*\n)*broken +active +failing +1 +.*\n(.*\n)*"));
}

TEST_F(RelayCommands, ShowGivesWhatTheSidecarWrote) {
  create("blue");
  Behind behind(path);
  behind.command.fail_relay_sync(behind.relay("blue"),
                                 {.revision = 1, .error = "boom", .outcome = "transient"});
  EXPECT_EQ(show("blue")["sync_error"], "boom");
  behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 1, .digest = "d"});
  EXPECT_EQ(show("blue")["synced"], true);
  EXPECT_EQ(show("blue")["sync_error"], "");
  EXPECT_EQ(show("blue")["synced_revision"], 1);
}

TEST_F(RelayCommands, ShowTellsPeopleEachField) {
  create("blue", {"--name", "Blue", "--blossom"});
  Behind behind(path);
  behind.database.execute("UPDATE relay SET created_at = 1769904000000");
  const Ran ran = run({"relay", "show", "blue"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  for (const std::string& member : kRelayMembers) {
    EXPECT_THAT(ran.out, HasSubstr(member));
  }
  EXPECT_THAT(ran.out, AllOf(MatchesRegex("(.*\n)*info_name +Blue\n(.*\n)*"),
                             MatchesRegex("(.*\n)*blossom_enabled +yes\n(.*\n)*"),
                             MatchesRegex("(.*\n)*livekit_enabled +no\n(.*\n)*"),
                             MatchesRegex("(.*\n)*created_at +2026-02-01T00:00:00Z\n(.*\n)*")));
}

TEST_F(RelayCommands, ShowLetsNoFieldForgeALine) {
  create("blue");
  Behind behind(path);
  behind.database.execute("UPDATE relay SET info_name = 'a' || char(10) || 'synced  yes'");
  EXPECT_THAT(run({"relay", "show", "blue"}).out, Not(HasSubstr("\nsynced  yes")));
  EXPECT_THAT(run({"relay", "list"}).out, Not(HasSubstr("\nsynced")));
}

}  // namespace
}  // namespace tender::cli
