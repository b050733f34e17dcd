#include "tender/config/duration.hpp"

#include <gtest/gtest.h>

namespace tender::config {
namespace {

using namespace std::chrono_literals;

struct Case {
  const char* text;
  std::chrono::milliseconds duration;
};

TEST(Duration, IsAWholeNumberAndAUnit) {
  for (const auto& [text, duration] : {Case{"200ms", 200ms}, Case{"5s", 5s}, Case{"15m", 15min},
                                       Case{"1h", 1h}, Case{"90d", 90 * 24h}, Case{"0s", 0s}}) {
    EXPECT_EQ(parse_duration(text), duration) << text;
  }
}

TEST(Duration, IsNothingElse) {
  for (const char* text : {"", "5", "s", "ms", "-5s", "+5s", " 5s", "5s ", "5 s", "1.5h", "1h30m",
                           "5S", "5sec", "0x5s", "1w", "5s\n"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << '"' << text << '"';
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
       {Case{"0s", 0s}, Case{"1ms", 1ms}, Case{"1500ms", 1500ms}, Case{"90s", 90s},
        Case{"15m", 15min}, Case{"1h", 60min}, Case{"25h", 25h}, Case{"2d", 48h}}) {
    EXPECT_EQ(format_duration(duration), text);
    EXPECT_EQ(parse_duration(text), duration);
  }
}

}  // namespace
}  // namespace tender::config
