// `tender trigger …`, and dead letters of webhooks.
#include <gmock/gmock.h>

#include "tender/hook/delivery.hpp"
#include "tender/hook/trigger_table.hpp"
#include "tender/infra/kinds.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using outbox::DeadLetterReason;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr const char* kUrl = "https://hooks.example.com/s3cr3t-path";

struct TriggerCommands : CliTest {
  TriggerCommands() { environment["TRIGGER_KEY"] = std::string(64, '7'); }

  Ran make(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"trigger", "create", "--name",   "billing",
                                       "--url",   kUrl,     "--events", "*_relay"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  [[nodiscard]] nlohmann::ordered_json trigger() const {
    return run({"trigger", "show", "billing", "--json"}).json();
  }

  // A webhook of the trigger that was given up.
  void give_up(const std::string& key, DeadLetterReason reason) const {
    Behind behind(path);
    Activity activity;
    activity.id = key;
    activity.activity_type = "create_relay";
    const auto billing = hook::TriggerTable(behind.database).find_named("billing").value();
    behind.letters.add(infra::kHookDelivery, key, reason, "the receiver answered 500", 8, 1,
                       behind.clock.now(),
                       hook::to_payload(hook::make_delivery(activity, billing)));
  }
};

TEST_F(TriggerCommands, ShowTheSecretOnceAndKeepItEncrypted) {
  const Ran ran = make();
  ASSERT_EQ(ran.code, ExitCode::ok) << ran.err;
  ASSERT_THAT(ran.out, StartsWith("whsec_"));
  const std::string secret = ran.out.substr(0, ran.out.find('\n'));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"trigger", "show", "billing"},
        {"trigger", "show", "billing", "--json"},
        {"trigger", "list"},
        {"activity"}}) {
    EXPECT_THAT(run(arguments).out, AllOf(HasSubstr("billing"), Not(HasSubstr(secret))));
  }
  EXPECT_THAT(run({"activity"}).out, Not(HasSubstr("s3cr3t-path")));
  Behind behind(path);
  EXPECT_THAT(hook::TriggerTable(behind.database).find_named("billing").value().secret,
              Not(HasSubstr(secret.substr(6))));
}

TEST_F(TriggerCommands, SayEveryFaultOfANewOneAndWriteNothing) {
  const Ran ran =
      run({"trigger", "create", "--name", "a b", "--url", "http://10.0.0.1/", "--events",
           "creat_relay", "--filter", "realy=blue", "--max-attempts", "999"});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("a b"), HasSubstr("http URL"), HasSubstr("creat_relay"),
                             HasSubstr("realy"), HasSubstr("max_attempts")));
  EXPECT_EQ(run({"trigger", "list", "--json"}).json().size(), 0U);
  EXPECT_THAT(make({"--rate", "fast"}).err, HasSubstr("--rate \"fast\""));
}

TEST_F(TriggerCommands, NeedAKeyUnlessTheSecretIsAReference) {
  environment.erase("TRIGGER_KEY");
  EXPECT_THAT(make().err, HasSubstr("TRIGGER_KEY_FILE"));
  EXPECT_EQ(make({"--secret", "env:BILLING"}).code, ExitCode::ok);
  EXPECT_EQ(trigger()["secret"], "env:BILLING");
  environment["TRIGGER_KEY"] = "open sesame";
  EXPECT_THAT(run({"trigger", "list"}).err,
              AllOf(HasSubstr("TRIGGER_KEY"), Not(HasSubstr("sesame"))));
}

TEST_F(TriggerCommands, KeepTwoSecretsUntilTheOldOneIsRetired) {
  make();
  EXPECT_EQ(trigger()["old_secret"], nullptr);
  EXPECT_THAT(run({"trigger", "update", "billing", "--secret", "generate"}).err,
              HasSubstr("--retire-old-secret"));
  EXPECT_EQ(trigger()["old_secret"], "encrypted");
  run({"trigger", "update", "billing", "--retire-old-secret"});
  EXPECT_EQ(trigger()["old_secret"], nullptr);
}

TEST_F(TriggerCommands, ChangeWhatIsGivenAndNothingElse) {
  make({"--max-attempts", "3"});
  const auto before = trigger();
  ASSERT_EQ(run({"trigger", "update", "billing", "--events", "add_dead_letter"}).code,
            ExitCode::ok);
  auto after = trigger();
  EXPECT_EQ(after["events"], "add_dead_letter");
  after["events"] = before["events"];
  after["updated_at"] = before["updated_at"];
  EXPECT_EQ(after, before);
}

TEST_F(TriggerCommands, DisableEnableAndDelete) {
  make();
  run({"trigger", "disable", "billing", "--reason", "moves"});
  EXPECT_EQ(trigger()["enabled"], false);
  EXPECT_EQ(trigger()["disabled_reason"], "moves");
  run({"trigger", "enable", "billing"});
  EXPECT_EQ(trigger()["enabled"], true);
  EXPECT_EQ(run({"trigger", "delete", "billing"}).code, ExitCode::ok);
  const Ran gone = run({"trigger", "show", "billing"});
  EXPECT_EQ(gone.code, ExitCode::error);
  EXPECT_THAT(gone.err, HasSubstr("there is no trigger \"billing\""));
}

TEST_F(TriggerCommands, RefuseANameThatIsTaken) {
  make();
  const Ran ran = make();
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, HasSubstr("another trigger is named \"billing\""));
}

TEST_F(TriggerCommands, ShowDeadLettersOfWebhooksAndDeliverThemAfterAll) {
  make();
  create("blue");
  {
    Behind behind(path);
    behind.letters.add(infra::kRelaySync, behind.relay("blue").id.text, DeadLetterReason::exhausted,
                       "boom", 7, 1, behind.clock.now());
  }
  give_up("one", DeadLetterReason::exhausted);
  give_up("two", DeadLetterReason::gone);
  EXPECT_THAT(run({"dead-letter", "list"}).out, HasSubstr("trigger billing"));
  EXPECT_THAT(run({"trigger", "deliveries", "billing"}).out, HasSubstr("dead letter 2"));
  const Ran ran =
      run({"dead-letter", "retry", "--trigger", "billing", "--reason", "gone", "--yes"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err, HasSubstr("\n1 letter will be retried"));
  const auto last = run({"activity", "--json"}).json().back();
  EXPECT_EQ(last["activity_type"], "redrive_delivery");
  EXPECT_EQ(last["detail"]["dead_letter"], 3);
  EXPECT_EQ(run({"dead-letter", "list", "--json"}).json().size(), 2U);
  EXPECT_THAT(run({"dead-letter", "discard", "2"}).err, HasSubstr("its webhook is not delivered"));
}

TEST_F(TriggerCommands, CannotDeliverWhatADeletedOneLeft) {
  make();
  give_up("one", DeadLetterReason::exhausted);
  run({"trigger", "delete", "billing"});
  const Ran ran = run({"dead-letter", "retry", "1"});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, HasSubstr("trigger billing of dead letter 1 is no longer in the database"));
  EXPECT_EQ(run({"dead-letter", "list", "--json"}).json().size(), 1U);
}

}  // namespace
}  // namespace tender::cli
