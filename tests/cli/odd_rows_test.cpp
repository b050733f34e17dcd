// What other programs wrote past every check: it is shown, and cannot control a terminal.
#include <gmock/gmock.h>

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct OddRowsShown : CliTest {
  OddRowsShown() {
    environment["ZOOID_API_URL"] = "http://zooid.relays.test:9";  // nobody listens there
    environment["RELAY_DOMAIN"] = "relays.test";
    environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  }

  void write_unchecked(const std::string& sql) const {
    Behind(path).database.execute("PRAGMA ignore_check_constraints = ON; " + sql);
  }
};

bool is_quiet(const std::string& text) {
  return text.find('\x1b') == std::string::npos && text.find("\xc2\x9b") == std::string::npos &&
         text.find('\r') == std::string::npos && text.find("\nforged") == std::string::npos;
}

TEST_F(OddRowsShown, SteerNoTerminal) {
  create("blue");
  const std::string evil = "'a' || char(27) || '[2J' || char(10) || 'forged' || char(13, 155)";
  write_unchecked(
      "DROP TRIGGER relay_identity_is_immutable; DROP TRIGGER relay_columns_of_tender;"
      "UPDATE relay SET id = " +
      evil + ", tenant = " + evil + ", subdomain = " + evil + ", schema = " + evil +
      ", plan = " + evil + ", status = " + evil + ", info_name = " + evil +
      ", info_icon = " + evil + ", info_description = " + evil +
      ";"
      "UPDATE relay SET sync_error = " +
      evil +
      ";"
      "UPDATE activity SET tenant = " +
      evil + ", activity_type = " + evil + ", resource_id = " + evil + ", detail = '{' || " + evil +
      " || '}';"
      "INSERT INTO dead_letter (kind, key, reason, error, attempt, revision, created_at) VALUES "
      "('relay_sync', " +
      evil + ", " + evil + ", " + evil +
      ", 1, 1, 1);"
      "UPDATE destination_state SET failing_since = 1, probe_at = 1, reason = " +
      evil);
  const std::string name = "a\x1b[2J\nforged\r\xc2\x9b";
  const std::vector<std::vector<std::string>> commands{{"relay", "list"},
                                                       {"relay", "show", name},
                                                       {"relay", "update", name, "--name", "b"},
                                                       {"relay", "deactivate", name},
                                                       {"relay", "activate", "nobody" + name},
                                                       {"activity"},
                                                       {"activity", "--relay", name},
                                                       {"dead-letter", "list"},
                                                       {"dead-letter", "list", "--all"},
                                                       {"status"},
                                                       {"check"},
                                                       {"members", name},
                                                       {"reconcile", "--dry-run"},
                                                       {"reconcile", name, "--timeout", "1ms"},
                                                       {"dead-letter", "retry", name},
                                                       {"dead-letter", "discard", "1"}};
  for (const auto& command : commands) {
    const Ran ran = run(command);
    EXPECT_TRUE(is_quiet(ran.out + ran.err + ran.log)) << testing::PrintToString(command) << "\n"
                                                       << ran.out << ran.err << ran.log;
    EXPECT_FALSE((ran.out + ran.err).empty()) << testing::PrintToString(command);
  }
}

TEST_F(OddRowsShown, AreReadByEveryCommand) {
  create("blue");
  write_unchecked(
      "UPDATE relay SET status = 'paused', created_at = 9223372036854775807;"
      "UPDATE relay SET live_pushes = -1;"
      "UPDATE activity SET created_at = -9223372036854775807;"
      "DELETE FROM destination_state; DELETE FROM router_offset;"
      "INSERT INTO outbox (kind, key, not_before, priority) VALUES ('dance', 'x', 0, 7)");
  for (const auto& command : std::vector<std::vector<std::string>>{{"relay", "list"},
                                                                   {"relay", "show", "blue"},
                                                                   {"activity"},
                                                                   {"status"},
                                                                   {"status", "--json"},
                                                                   {"relay", "list", "--json"},
                                                                   {"reconcile", "--dry-run"}}) {
    EXPECT_EQ(run(command).code, ExitCode::ok) << testing::PrintToString(command);
  }
  EXPECT_THAT(run({"relay", "list"}).out, HasSubstr("unknown"));
  const Ran ran = run({"relay", "update", "blue", "--name", "Blue"});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("status"), HasSubstr("`tender relay activate`")));
  EXPECT_EQ(run({"relay", "activate", "blue"}).code, ExitCode::ok);
  EXPECT_EQ(show("blue")["status"], "active");
}

TEST_F(OddRowsShown, AreNamedByCheck) {
  create("blue");
  EXPECT_THAT(run({"check"}).out, Not(HasSubstr("rows")));
  write_unchecked("UPDATE relay SET status = 'paused', subdomain = 'zooid'");
  const Ran ran = run({"check"});
  EXPECT_THAT(ran.out, AllOf(HasSubstr("FAIL  rows"), HasSubstr("status has an invalid value"),
                             HasSubstr("it has the host of ZOOID_API_URL")));
}

TEST_F(OddRowsShown, DoNotIncludeThoseOfDeletedRelays) {
  create("blue");
  ASSERT_EQ(run({"relay", "delete", "blue", "--yes"}).code, ExitCode::ok);
  EXPECT_THAT(run({"check"}).out, Not(HasSubstr("rows")));
  {
    Behind behind(path);
    const Relay blue = behind.relay("blue");
    behind.command.complete_relay_sync(
        blue, {.revision = blue.revision, .digest = {}, .result = SyncResult::deleted});
  }
  EXPECT_THAT(run({"check"}).out, Not(HasSubstr("rows")));
}

TEST_F(OddRowsShown, HostOfTheApiIsRefusedToARelay) {
  for (const auto& command : std::vector<std::vector<std::string>>{
           {"relay", "create", "--tenant", kTenant, "--subdomain", "zooid"},
           {"relay", "update", create("blue"), "--subdomain", "zooid"}}) {
    const Ran ran = run(command);
    EXPECT_EQ(ran.code, ExitCode::error);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("ZOOID_API_URL"), HasSubstr("choose another subdomain")));
  }
}

}  // namespace
}  // namespace tender::cli
