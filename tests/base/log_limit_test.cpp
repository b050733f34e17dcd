#include "base/log_limit.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include "base/log_payload.hpp"

namespace tender {
namespace {

constexpr LogMessage kSaid{
    .level = spdlog::level::warn, .text = "said", .fields = "n left_out", .meaning = {}};
constexpr LogMessage kOther{
    .level = spdlog::level::info, .text = "other", .fields = "", .meaning = {}};

class LimitedSinkTest : public testing::Test {
 protected:
  LimitedSinkTest() { sink.set_formatter(make_log_formatter(LogFormat::text)); }

  void say(const LogMessage& message, std::chrono::seconds at, int number = 0,
           std::optional<spdlog::level::level_enum> level = {}) {
    std::vector<LogField> fields;
    if (number != 0) {
      fields.emplace_back("n", number);
    }
    const std::string payload = log_payload(message, fields);
    sink.log(
        {spdlog::log_clock::time_point(at), {}, "test", level.value_or(message.level), payload});
  }

  int lines_of(std::string_view text) const {
    int count = 0;
    std::istringstream lines(out.str());
    for (std::string line; std::getline(lines, line);) {
      count += line.find(text) != std::string::npos ? 1 : 0;
    }
    return count;
  }

  std::ostringstream out;
  LimitedSink sink{std::make_shared<spdlog::sinks::ostream_sink_st>(out)};
};

TEST_F(LimitedSinkTest, LeavesOutWhatIsSaidTooOftenAndSaysHowMuch) {
  for (int i = 0; i < kLogLinesMax + 7; ++i) {
    say(kSaid, std::chrono::seconds(1000), i + 1);
  }
  EXPECT_EQ(lines_of("said"), kLogLinesMax);

  say(kOther, std::chrono::seconds(1009));
  EXPECT_EQ(lines_of("left_out"), 0);  // the window is not over
  EXPECT_EQ(lines_of("other"), 1);

  say(kOther, std::chrono::seconds(1010));
  EXPECT_EQ(lines_of("warn  said left_out=7"), 1) << out.str();
  EXPECT_LT(out.str().find("left_out"), out.str().rfind("other"));

  say(kSaid, std::chrono::seconds(1010), 999);
  EXPECT_EQ(lines_of("n=999"), 1);
  EXPECT_EQ(lines_of("left_out"), 1);
}

TEST_F(LimitedSinkTest, CountsEachMessageOnItsOwn) {
  for (int i = 0; i < kLogLinesMax + 1; ++i) {
    say(kSaid, std::chrono::seconds(1000), i + 1);
  }
  say(kOther, std::chrono::seconds(1001));
  EXPECT_EQ(lines_of("other"), 1);
}

TEST_F(LimitedSinkTest, LeavesOutNoDebugLine) {
  for (int i = 0; i < 2 * kLogLinesMax; ++i) {
    say(kSaid, std::chrono::seconds(1000), i + 1, spdlog::level::debug);
  }
  EXPECT_EQ(lines_of("said"), 2 * kLogLinesMax);
}

TEST_F(LimitedSinkTest, BeginsAgainWhenTheClockIsSetBack) {
  for (int i = 0; i < kLogLinesMax; ++i) {
    say(kSaid, std::chrono::seconds(1000), i + 1);
  }
  say(kSaid, std::chrono::seconds(500), 999);
  EXPECT_EQ(lines_of("n=999"), 1);
}

}  // namespace
}  // namespace tender
