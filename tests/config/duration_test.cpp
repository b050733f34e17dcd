#include "tender/config/duration.hpp"

#include <gtest/gtest.h>

namespace tender::config {
namespace {

using namespace std::chrono_literals;

struct DurationCase {
  const char* text;
  std::chrono::milliseconds duration;
};

TEST(Duration, IsAWholeNumberAndAUnit) {
  for (const auto& [text, duration] :
       {DurationCase{"200ms", 200ms}, DurationCase{"5s", 5s}, DurationCase{"15m", 15min},
        DurationCase{"1h", 1h}, DurationCase{"90d", 90 * 24h}, DurationCase{"0s", 0s}}) {
    EXPECT_EQ(parse_duration(text), duration) << text;
  }
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", "5", "s", "ms", "-5s", "+5s", " 5s", "5s ", "5 s", "1.5h", "1h30m",
                           "5S", "5sec", "0x5s", "1w", "5s\n"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(Duration, MayHaveSeveralUnits) {
  for (const auto& [text, duration] :
       {DurationCase{"2h30m", 150min}, DurationCase{"1d2h3m4s5ms", 26h + 3min + 4s + 5ms},
        DurationCase{"90m", 90min}, DurationCase{"1h0s", 1h}}) {
    EXPECT_EQ(parse_long_duration(text), duration) << text;
  }
  for (const char* text : {"", "2h30", "30m2h", "2h2h", "2hm", "h", "2h 30m", "-2h30m", "2h-30m",
                           "2h30m ", "2h30x", "36500d1ms"}) {
    EXPECT_EQ(parse_long_duration(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(Duration, EndsBeforeItOverflows) {
  EXPECT_EQ(parse_duration("36500d"), kLongestDuration);
  EXPECT_EQ(parse_duration("3153600000000ms"), kLongestDuration);
  for (const char* text :
       {"36501d", "876001h", "3153600000001ms", "18446744073709551615d", "9223372036854775807ms",
        "18446744073709551616ms", "99999999999999999999999s"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, IsWrittenInTheLargestUnitThatDividesIt) {
  for (const auto& [text, duration] :
       {DurationCase{"0s", 0s}, DurationCase{"1ms", 1ms}, DurationCase{"1500ms", 1500ms},
        DurationCase{"90s", 90s}, DurationCase{"15m", 15min}, DurationCase{"1h", 60min},
        DurationCase{"25h", 25h}, DurationCase{"2d", 48h}}) {
    EXPECT_EQ(format_duration(duration), text);
    EXPECT_EQ(parse_duration(text), duration);
  }
}

}  // namespace
}  // namespace tender::config
