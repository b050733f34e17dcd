#include "tender/cli/command_line.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include <fcntl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tender/config/variable.hpp"

#include "cli/command.hpp"
#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Words = std::vector<std::string>;

Words words_of(std::string_view name) {
  const std::size_t space = name.find(' ');
  if (space == std::string_view::npos) {
    return {std::string(name)};
  }
  return {std::string(name.substr(0, space)), std::string(name.substr(space + 1))};
}

Words with(Words words, const std::string& last) {
  words.push_back(last);
  return words;
}

struct CommandLine : CliTest {
  // A usage error: one message, a remedy, nothing on stdout.
  void expect_usage_error(const Words& arguments, const std::string& what) const {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::usage) << what;
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, AllOf(StartsWith("tender: "), HasSubstr(what), HasSubstr("what to do: ")));
  }
};

TEST_F(CommandLine, ShowsTheCommandsWhenItIsAskedNothing) {
  const Ran ran = run({});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_EQ(ran.out, "");
  for (const CommandSpec& command : command_table()) {
    EXPECT_THAT(ran.err, HasSubstr("  " + std::string(command.name) + " "));
  }
}

TEST_F(CommandLine, ShowsTheCommandsWhenItIsAskedForHelp) {
  for (const char* word : {"--help", "-h", "help"}) {
    const Ran ran = run({word});
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_EQ(ran.err, "");
    for (const CommandSpec& command : command_table()) {
      EXPECT_THAT(ran.out, AllOf(HasSubstr("  " + std::string(command.name) + " "),
                                 HasSubstr(std::string(command.summary))));
    }
  }
}

TEST_F(CommandLine, HasEveryCommandThatOperatorsCountOn) {
  Words names;
  for (const CommandSpec& command : command_table()) {
    names.emplace_back(command.name);
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"run",
                                            "reconcile",
                                            "members",
                                            "apply",
                                            "import",
                                            "relay delete",
                                            "completion",
                                            "man",
                                            "relay watch",
                                            "pause",
                                            "resume",
                                            "relay create",
                                            "relay update",
                                            "relay activate",
                                            "relay deactivate",
                                            "relay list",
                                            "relay show",
                                            "activity",
                                            "dead-letter list",
                                            "dead-letter retry",
                                            "dead-letter discard",
                                            "schedule list",
                                            "schedule cancel",
                                            "status",
                                            "check",
                                            "key",
                                            "version"}));
}

TEST_F(CommandLine, ShowsTheCommandsOfAGroup) {
  for (const Words& arguments : {Words{"relay"}, Words{"relay", "--help"}, Words{"relay", "-h"}}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::ok);
    EXPECT_THAT(ran.out, AllOf(StartsWith("Usage: tender relay COMMAND [OPTIONS]\n"),
                               HasSubstr("relay create"), HasSubstr("relay show RELAY"),
                               Not(HasSubstr("dead-letter"))));
  }
}

TEST_F(CommandLine, HelpsWithEveryCommand) {
  environment.clear();  // help needs no configuration
  for (const CommandSpec& command : command_table()) {
    for (const char* help : {"--help", "-h"}) {
      const Ran ran = run(with(words_of(command.name), help));
      EXPECT_EQ(ran.code, ExitCode::ok) << command.name;
      EXPECT_EQ(ran.err, "") << command.name;
      EXPECT_THAT(ran.out, AllOf(StartsWith(std::string(command.summary)),
                                 HasSubstr("Usage: tender " + std::string(command.name)),
                                 HasSubstr("Example:\n  " + std::string(command.example) + "\n"),
                                 HasSubstr("--env-file PATH")));
      EXPECT_EQ(ran.out.find("--json") != std::string::npos, command.prints_data) << command.name;
    }
  }
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "data"));  // and does nothing else
}

TEST_F(CommandLine, HelpsByTheWordHelpToo) {
  for (const Words& words : {Words{"relay", "create"}, Words{"status"}, Words{"relay"}}) {
    Words help{"help"};
    help.insert(help.end(), words.begin(), words.end());
    EXPECT_EQ(run(help).code, ExitCode::ok);
    EXPECT_EQ(run(help).out, run(with(words, "--help")).out);
  }
  expect_usage_error({"help", "frobnicate"}, "there is no command \"frobnicate\"");
  expect_usage_error({"help", "relay", "creat"}, "did you mean `tender relay create`?");
}

TEST_F(CommandLine, ShowsDefaultsOnlyWhereTheyApply) {
  EXPECT_THAT(run({"relay", "create", "--help"}).out, HasSubstr("(default: on)"));
  EXPECT_THAT(run({"relay", "update", "--help"}).out, Not(HasSubstr("(default:")));
}

TEST_F(CommandLine, GuessesWhatASlipOfTheKeyboardMeant) {
  expect_usage_error({"relay", "craete"}, "did you mean `tender relay create`?");
  expect_usage_error({"statsu"}, "did you mean `tender status`?");
  expect_usage_error({"relays"}, "did you mean `tender relay`?");
  expect_usage_error({"relay", "create", "--subdomian", "x"}, "did you mean --subdomain?");
  expect_usage_error({"relay", "update", "blue", "--no-psuh=true"}, "did you mean --no-push?");
  EXPECT_THAT(run({"relay", "create", "--frobnicate"}).err, Not(HasSubstr("did you mean")));
  EXPECT_THAT(run({"frobnicate"}).err, Not(HasSubstr("did you mean")));
}

TEST_F(CommandLine, ListsEachOptionInTheHelpOfItsCommand) {
  for (const CommandSpec& command : command_table()) {
    if (command.options == nullptr) {
      continue;
    }
    const Ran ran = run(with(words_of(command.name), "--help"));
    for (const Option& option : command.options()) {
      EXPECT_THAT(ran.out, HasSubstr((option.negatable ? "--[no-]" : "--") + option.name))
          << command.name;
    }
  }
}

TEST_F(CommandLine, HasAnExampleThatIsOfItsCommand) {
  for (const CommandSpec& command : command_table()) {
    EXPECT_THAT(std::string(command.example), StartsWith("tender " + std::string(command.name)));
  }
}

TEST_F(CommandLine, RefusesCommandsThatDoNotExist) {
  expect_usage_error({"frobnicate"}, "there is no command \"frobnicate\"");
  expect_usage_error({"relay", "frobnicate"}, "there is no command \"relay frobnicate\"");
  expect_usage_error({"relays"}, "there is no command \"relays\"");
  expect_usage_error({""}, "there is no command \"\"");
}

TEST_F(CommandLine, SaysThatOptionsComeAfterTheCommand) {
  expect_usage_error({"--json", "relay", "list"}, "put options after it");
}

TEST_F(CommandLine, RefusesUnknownOptionsOfEveryCommand) {
  for (const CommandSpec& command : command_table()) {
    const std::string name(command.name);
    for (const char* option : {"--frobnicate", "-x"}) {
      const Ran ran = run(with(words_of(command.name), option));
      EXPECT_EQ(ran.code, ExitCode::usage) << name;
      EXPECT_THAT(ran.err,
                  AllOf(HasSubstr("`tender " + name + "`: Option"), HasSubstr("does not exist"),
                        HasSubstr("see `tender " + name + " --help`")));
    }
  }
}

TEST_F(CommandLine, TakesEverythingAfterTwoDashesAsAName) {
  create("blue");
  const Ran ran = run({"relay", "show", "--", "-x"});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, HasSubstr("-x"));
}

TEST_F(CommandLine, TakesAValueThatStartsWithADash) {
  const Ran ran = run({"relay", "show", "--env-file", "-x", "blue"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, HasSubstr("-x: cannot be read"));
}

TEST_F(CommandLine, RefusesMoreOrFewerNamesThanTheCommandTakes) {
  for (const CommandSpec& command : command_table()) {
    const Words words = words_of(command.name);
    if (command.min_names == 1) {
      expect_usage_error(words, std::string(command.example));
    }
    if (command.max_names <= 1) {
      Words many = words;
      many.insert(many.end(), {"one", "two"});
      expect_usage_error(many, command.max_names == 1 ? "\"two\"" : "\"one\"");
    }
  }
}

TEST_F(CommandLine, RefusesAnOptionWithoutItsValueAndASwitchWithOne) {
  expect_usage_error({"relay", "create", "--subdomain"}, "subdomain");
  expect_usage_error({"relay", "list", "--json=maybe"}, "maybe");
}

TEST_F(CommandLine, TakesNothingButTrueAndFalseForASwitch) {
  for (const char* value : {"0", "1", "t", "True", "maybe", ""}) {
    expect_usage_error({"relay", "update", "blue", std::string("--public-join=") + value},
                       fmt::format("--public-join \"{}\" is neither true nor false", value));
  }
  create("blue");
  EXPECT_EQ(run({"relay", "update", "blue", "--name", "--push=maybe", "--push=false"}).code,
            ExitCode::ok);
  EXPECT_EQ(show("blue")["info_name"], "--push=maybe");
  EXPECT_EQ(show("blue")["push_enabled"], false);
}

// A terminal on which somebody types that as the process's stdin, until it is destroyed.
class TypedAnswer {
 public:
  explicit TypedAnswer(const std::string& line) {
    grantpt(typist_);
    unlockpt(typist_);
    const int terminal = open(ptsname(typist_), O_RDWR | O_NOCTTY);
    dup2(terminal, STDIN_FILENO);
    close(terminal);
    EXPECT_EQ(write(typist_, line.data(), line.size()), static_cast<ssize_t>(line.size()));
    std::clearerr(stdin);
    std::cin.clear();
  }
  ~TypedAnswer() {
    dup2(before_, STDIN_FILENO);
    close(before_);
    close(typist_);
  }
  TypedAnswer(const TypedAnswer&) = delete;
  TypedAnswer& operator=(const TypedAnswer&) = delete;

 private:
  int before_ = dup(STDIN_FILENO);
  int typist_ = posix_openpt(O_RDWR | O_NOCTTY);
};

TEST_F(CommandLine, TakesAYesInAnyCase) {
  for (const char* answer : {"y", "Y", "YES"}) {
    create("blue");
    const TypedAnswer typed(std::string(answer) + "\n");
    EXPECT_EQ(run({"relay", "delete", "blue"}).code, ExitCode::ok) << answer;
  }
  create("blue");
  const TypedAnswer typed("N\n");
  EXPECT_EQ(run({"relay", "delete", "blue"}).code, ExitCode::error);
}

TEST_F(CommandLine, LetsNoArgumentForgeALine) {
  const Ran ran = run({"frob\nnicate\x1b[2J"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("frob"), Not(HasSubstr("frob\n")), Not(HasSubstr("\x1b"))));
}

TEST_F(CommandLine, RefusesWhatContradictsItself) {
  expect_usage_error({"reconcile", "blue", "--all"}, "--all");
  expect_usage_error({"reconcile", "--recreate"}, "--recreate");
  expect_usage_error({"reconcile", "--timeout", "soon"}, "\"soon\"");
  expect_usage_error({"reconcile", "--timeout", "0s"}, "\"0s\"");
  expect_usage_error({"activity", "--limit", "0"}, "\"0\"");
  expect_usage_error({"activity", "--limit", "-1"}, "\"-1\"");
  expect_usage_error({"activity", "--limit", "10x"}, "\"10x\"");
  expect_usage_error({"activity", "--limit", "99999999999"}, "\"99999999999\"");
}

TEST_F(CommandLine, AsksBeforeItGivesAFleetNewIdentities) {
  create("blue");
  environment["ZOOID_API_URL"] = "http://127.0.0.1:9";
  environment["RELAY_DOMAIN"] = "relays.test";
  environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  ASSERT_NE(std::freopen("/dev/null", "r", stdin), nullptr);  // it may be a terminal
  const Ran ran = run({"reconcile", "--all", "--recreate"});
  EXPECT_NE(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("1 relay, the oldest first"),
                    HasSubstr("1 that are new to zooid would be created"), HasSubstr("--yes")));
  EXPECT_EQ(run({"activity", "--json"}).json().size(), 1U);
}

TEST_F(CommandLine, PrintsTheVersion) {
  const Ran ran = run({"version"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.out, testing::MatchesRegex("tender [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  EXPECT_EQ(run({"--version"}).out, ran.out);
}

TEST_F(CommandLine, PrintsTheExampleOfAnEnvFile) {
  const Ran ran = run({"env-example"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.out, config::env_example());
  EXPECT_EQ(ran.err, "");
}

TEST_F(CommandLine, PrintsTheRobotsPublicKey) {
  // The secret key 1 has the generator point as its public key, which is kTenant.
  environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  const Ran people = run({"key"});
  EXPECT_EQ(people.code, ExitCode::ok);
  EXPECT_EQ(people.out,
            "hex   " + std::string(kTenant) + "\nnpub  " + std::string(kTenantNpub) + "\n");
  EXPECT_THAT(people.err, HasSubstr("API_WHITELIST"));
  const Ran program = run({"key", "--json"});
  EXPECT_EQ(program.json(), (nlohmann::ordered_json{{"hex", kTenant}, {"npub", kTenantNpub}}));
}

TEST_F(CommandLine, SaysWhenTheOutputCannotBeWritten) {
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  EXPECT_EQ(run_command_line({"version"}, environment, out, err), ExitCode::error);
  EXPECT_THAT(err.str(), HasSubstr("could not be written"));
}

struct Configuration : CliTest {
  // But `check`, which tells faults in lines of its own.
  static Words every_command_with_a_configuration() {
    return {"run",    "reconcile", "members", "relay list", "activity", "dead-letter list",
            "status", "health",    "key"};
  }
  static Words arguments(const std::string& command) {
    return command == "members" ? Words{"members", "blue"} : words_of(command);
  }
};

TEST_F(Configuration, FaultsAreAUsageErrorOfEveryCommand) {
  environment["LOG_LEVEL"] = "loud";
  environment["RELAY_SYNC_CONCURRENCY"] = "0";
  for (const std::string& command : every_command_with_a_configuration()) {
    const Ran ran = run(arguments(command));
    EXPECT_EQ(ran.code, ExitCode::usage) << command;
    EXPECT_EQ(ran.out, "") << command;
    // All at once, each with its value.
    EXPECT_THAT(ran.err,
                AllOf(StartsWith("tender: "), HasSubstr("LOG_LEVEL"), HasSubstr("\"loud\""),
                      HasSubstr("RELAY_SYNC_CONCURRENCY"), HasSubstr("\"0\"")))
        << command;
  }
}

TEST_F(Configuration, NamesWhatIsMissingToTalkToZooid) {
  for (const char* command : {"run", "reconcile", "members"}) {
    const Ran ran = run(arguments(command));
    EXPECT_EQ(ran.code, ExitCode::usage) << command;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("ZOOID_API_URL"), HasSubstr("RELAY_DOMAIN"),
                               HasSubstr("ROBOT_SECRET")))
        << command;
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  const Ran key = run({"key"});
  EXPECT_EQ(key.code, ExitCode::usage);
  EXPECT_THAT(key.err, AllOf(HasSubstr("ROBOT_SECRET"), Not(HasSubstr("RELAY_DOMAIN"))));
}

TEST_F(Configuration, FaultsNeverShowASecret) {
  environment["ROBOT_SECRET"] = "not-a-key-but-secret";
  environment["BLOSSOM_S3_SECRET_KEY"] = "s3-but-secret";
  environment["LIVEKIT_API_SECRET"] = "livekit\nbut-secret";
  environment["ZOOID_API_URL"] = "http://user:password-but-secret@zooid.test";
  for (const std::string& command : every_command_with_a_configuration()) {
    const Ran ran = run(arguments(command));
    EXPECT_EQ(ran.code, ExitCode::usage) << command;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("ROBOT_SECRET"), HasSubstr("BLOSSOM_S3_ENDPOINT"),
                               HasSubstr("LIVEKIT_API_SECRET"), HasSubstr("ZOOID_API_URL")))
        << command;
    EXPECT_THAT(ran.out + ran.err + ran.log, Not(HasSubstr("but-secret"))) << command;
  }
  const Ran check = run({"check"});
  EXPECT_THAT(check.out, HasSubstr("ROBOT_SECRET"));
  EXPECT_THAT(check.out + check.err + check.log, Not(HasSubstr("but-secret")));
}

TEST_F(Configuration, IsReadFromTheEnvFileOfTheWorkingDirectory) {
  std::ofstream(".env") << "DATABASE_URL=sqlite://" << path.string() << "\n";
  environment.clear();
  create("blue");
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(Configuration, IsReadFromTheFileThatIsGiven) {
  std::ofstream("other.env") << "DATABASE_URL=sqlite://" << path.string() << "\n";
  std::ofstream(".env") << "broken";
  environment.clear();
  create("blue", {"--env-file", "other.env"});
  EXPECT_TRUE(std::filesystem::exists(path));
  EXPECT_EQ(run({"relay", "list", "--env-file=other.env"}).code, ExitCode::ok);
}

TEST_F(Configuration, OfAFileHasItsDatabaseBesideTheFile) {
  std::filesystem::create_directories("etc");
  std::ofstream("etc/tender.env") << "DATABASE_URL=sqlite://data/own.db\n";
  environment.clear();
  create("blue", {"--env-file", "etc/tender.env"});
  EXPECT_TRUE(std::filesystem::exists("etc/data/own.db"));
  std::ofstream(".env") << "DATABASE_URL=sqlite://here.db\n";
  create("green");
  EXPECT_TRUE(std::filesystem::exists("here.db"));
  environment["DATABASE_URL"] = "sqlite://there.db";
  create("red", {"--env-file", "etc/tender.env"});
  EXPECT_TRUE(std::filesystem::exists("there.db"));
}

TEST_F(Configuration, NeedsTheFileThatIsGiven) {
  const Ran ran = run({"status", "--env-file", "missing.env"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, HasSubstr("missing.env"));
}

TEST_F(Configuration, PutsWarningsIntoTheLogAndNotIntoTheData) {
  create("blue");
  environment["ZOOID_API_URI"] = "http://zooid.test";
  const Ran ran = run({"relay", "list", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.json().size(), 1U);
  EXPECT_THAT(ran.log, AllOf(HasSubstr("ZOOID_API_URI"), HasSubstr("ZOOID_API_URL")));
}

TEST_F(CliTest, SaysWhereThereIsNoDatabase) {
  for (const Words& arguments :
       {Words{"relay", "list"}, Words{"relay", "show", "blue"}, Words{"relay", "activate", "blue"},
        Words{"relay", "deactivate", "blue"}, Words{"relay", "update", "blue", "--push"},
        Words{"activity"}, Words{"dead-letter", "list"}, Words{"dead-letter", "retry", "1"},
        Words{"dead-letter", "discard", "1"}, Words{"status"}, Words{"health"}}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::error) << arguments.back();
    EXPECT_EQ(ran.out, "");
    EXPECT_THAT(ran.err, AllOf(StartsWith("tender: "), HasSubstr(path.string()),
                               HasSubstr("what to do: "), HasSubstr("DATABASE_URL")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(directory.path()));  // looking for it does not make it
}

TEST_F(CliTest, MakesADatabaseForCommandsThatWriteOnly) {
  configure_zooid();
  for (const CommandSpec& command : command_table()) {
    if (command.name == "run" || command.name == "relay create" ||
        command.name == "trigger create") {
      continue;
    }
    Words arguments = words_of(command.name);
    arguments.resize(arguments.size() + command.min_names, "blue");
    static_cast<void>(run(arguments));
    EXPECT_TRUE(std::filesystem::is_empty(directory.path())) << command.name;
  }
}

}  // namespace
}  // namespace tender::cli
