// judge_with_file: what a look shows beside zooid's file of the relay.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/zooid/liveness.hpp"
#include "tender/zooid/relay_config.hpp"

#include "support/seeded_random.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr TimePoint kWritten{1000s};

struct FileVerdict : testing::Test {
  FileVerdict() {
    relay.id.text = "r1";
    relay.tenant = test::kTenant;
    relay.subdomain = "blue";
    relay.schema = "blue_r1";
    relay.info_name = "Blue";
    file = parse_config_file(relay.id, R"(host = "blue.relays.test"
schema = "blue_r1"
secret = "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a"
info = {name = "Blue", pubkey = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"}
policy = {public_read = false}
groups.enabled = true
management.enabled = true
push.enabled = true
roles.admin = {can_manage = true, can_invite = true}
roles.member.can_invite = true
)");
    EXPECT_EQ(file->fault, "");
    file->written_at = kWritten;
  }

  // What NIP-11 shows.
  static LivenessVerdict shown_name(const std::string& name) {
    return {.liveness = Liveness::wrong,
            .reason = "it shows another name",
            .drift = {{.field = "info_name", .desired = "Blue", .observed = name}}};
  }
  static LivenessVerdict not_there() {
    return {.liveness = Liveness::wrong, .reason = "its host answers 404"};
  }

  [[nodiscard]] LivenessVerdict judged(std::optional<LivenessVerdict> shown) const {
    return judge_with_file(std::move(shown), relay, env, file, file, kWritten);
  }

  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  Relay relay;
  std::optional<ConfigFile> file;
};

TEST_F(FileVerdict, IsAsDescribedWhenBothAre) {
  const LivenessVerdict verdict = judged(LivenessVerdict());
  EXPECT_EQ(verdict.liveness, Liveness::as_described);
  EXPECT_EQ(verdict.identity, file->identity);
}

TEST_F(FileVerdict, SeesInTheFileWhatNip11DoesNotShow) {
  file->values["/policy/public_join"] = "true";
  const LivenessVerdict verdict = judged(LivenessVerdict());
  EXPECT_EQ(verdict.liveness, Liveness::wrong);
  ASSERT_EQ(verdict.drift.size(), 1U);
  EXPECT_EQ(verdict.drift[0].field, "policy_public_join");
  EXPECT_THAT(verdict.reason, HasSubstr("its file has policy_public_join \"true\""));
}

TEST_F(FileVerdict, CountsTheFileMoreThanWhatZooidHasLoaded) {
  file->values["/info/name"] = R"("Owner's")";
  const LivenessVerdict verdict = judged(shown_name("Earlier"));
  ASSERT_EQ(verdict.drift.size(), 1U);
  EXPECT_EQ(verdict.drift[0].observed, "Owner's");
  EXPECT_FALSE(verdict.lagging);
  EXPECT_TRUE(verdict.in_file);
  EXPECT_FALSE(judged(shown_name("Owner's")).lagging);
}

TEST_F(FileVerdict, TellsThatZooidHasYetToLoadTheFile) {
  const LivenessVerdict verdict = judged(shown_name("Earlier"));
  EXPECT_EQ(verdict.liveness, Liveness::wrong);
  EXPECT_TRUE(verdict.lagging);
  EXPECT_EQ(verdict.drift.size(), 1U);
}

TEST_F(FileVerdict, KeepsThatTheRelayIsAbsent) {
  EXPECT_TRUE(judged(not_there()).drift.empty());
  file->values["/info/name"] = R"("Other")";
  const LivenessVerdict verdict = judged(not_there());
  EXPECT_EQ(verdict.liveness, Liveness::wrong);
  EXPECT_TRUE(verdict.drift.empty());
  EXPECT_FALSE(verdict.lagging);
  EXPECT_EQ(verdict.reason, "its host answers 404");
}

TEST_F(FileVerdict, SeesInTheFileWhyARelayIsAbsentOrStillServed) {
  file->values["/inactive"] = "true";
  const LivenessVerdict off = judged(not_there());
  ASSERT_EQ(off.drift.size(), 1U);
  EXPECT_EQ(off.drift[0].field, "inactive");
  EXPECT_TRUE(off.in_file);
  file->values.erase("/inactive");
  file->values["/host"] = R"("other.relays.test")";
  ASSERT_EQ(judged(not_there()).drift.size(), 1U);
  EXPECT_EQ(judged(not_there()).drift[0].field, "host");
}

TEST_F(FileVerdict, IsAbsentWhenTheFileIsDamaged) {
  file->state = FileState::torn;
  file->fault = "it is empty";
  const LivenessVerdict verdict = judged(LivenessVerdict());
  EXPECT_EQ(verdict.liveness, Liveness::wrong);
  EXPECT_TRUE(verdict.drift.empty());
  EXPECT_EQ(verdict.reason, "zooid's file of it is damaged: it is empty");
}

TEST_F(FileVerdict, IsAbsentWhenTheFileIsGoneUnlessZooidServesIt) {
  file.reset();
  EXPECT_EQ(judged(LivenessVerdict()).liveness, Liveness::as_described);
  EXPECT_EQ(judged(not_there()).liveness, Liveness::wrong);
  const LivenessVerdict verdict = judged(LivenessVerdict{.liveness = Liveness::unclear});
  EXPECT_EQ(verdict.liveness, Liveness::wrong);
  EXPECT_EQ(verdict.reason, "zooid's file of it is gone");
}

TEST_F(FileVerdict, IgnoresAFileThatTenderCannotRead) {
  file->state = FileState::unreadable;
  file->fault = "it cannot be opened: Permission denied";
  EXPECT_EQ(judged(LivenessVerdict()).liveness, Liveness::as_described);
  EXPECT_EQ(judged(shown_name("Other")).drift.size(), 1U);
  EXPECT_EQ(judged(std::nullopt).liveness, Liveness::unclear);
}

TEST_F(FileVerdict, IsThatOfTheFileWhenZooidWasNotAsked) {
  EXPECT_EQ(judged(std::nullopt).liveness, Liveness::as_described);
  file->values["/policy/public_join"] = "true";
  EXPECT_EQ(judged(std::nullopt).liveness, Liveness::wrong);
  file.reset();
  EXPECT_EQ(judged(std::nullopt).reason, "zooid's file of it is gone");
}

TEST_F(FileVerdict, IsUnclearWhileTheFileIsBeingWritten) {
  const std::optional<ConfigFile> before = file;
  file->written_at += 1ms;
  EXPECT_EQ(judge_with_file(LivenessVerdict(), relay, env, before, file, kWritten).liveness,
            Liveness::unclear);
  EXPECT_EQ(judge_with_file(LivenessVerdict(), relay, env, before, std::nullopt, kWritten).liveness,
            Liveness::unclear);
}

TEST_F(FileVerdict, StaysUnclearWhenOnlyTheFileIsSeen) {
  EXPECT_EQ(judged(LivenessVerdict{.liveness = Liveness::unclear}).liveness, Liveness::unclear);
  file->values["/policy/public_join"] = "true";
  EXPECT_EQ(judged(LivenessVerdict{.liveness = Liveness::unclear}).liveness, Liveness::wrong);
}

TEST_F(FileVerdict, DoesNotBlameAZooidForWhatItCannotHave) {
  relay.policy_public_read = true;
  file->values.erase("/policy/public_read");
  const LivenessVerdict verdict = judged(LivenessVerdict());
  EXPECT_EQ(verdict.liveness, Liveness::as_described);
  ASSERT_EQ(verdict.unsupported.size(), 1U);
  EXPECT_EQ(verdict.unsupported[0].field, "policy_public_read");
}

}  // namespace
}  // namespace tender::zooid
