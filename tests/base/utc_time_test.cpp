#include "tender/base/utc_time.hpp"

#include <gtest/gtest.h>

namespace tender {
namespace {

using namespace std::chrono_literals;

TEST(UtcTime, ReadsWhatItWrites) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2026-01-31T23:59:59Z", "2028-02-29T12:00:00Z",
                           "9999-12-31T23:59:59Z"}) {
    const auto time = parse_time(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(format_time(*time), text);
  }
  EXPECT_EQ(parse_time("1970-01-02T00:00:01Z")->time_since_epoch(), 24h + 1s);
}

TEST(UtcTime, NeedsNoSeconds) {
  EXPECT_EQ(parse_time("2026-01-31T23:59Z"), parse_time("2026-01-31T23:59:00Z"));
}

TEST(UtcTime, IsWrittenToTheMillisecond) {
  EXPECT_EQ(format_precise_time(*parse_time("2026-01-31T23:59:59Z") + 7ms),
            "2026-01-31T23:59:59.007Z");
  EXPECT_EQ(format_precise_time(TimePoint()), "1970-01-01T00:00:00.000Z");
}

TEST(UtcTime, IsTheNearestThatCanBeWritten) {
  EXPECT_EQ(format_precise_time(TimePoint::min()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_precise_time(TimePoint::max()), "9999-12-31T23:59:59.999Z");
}

TEST(UtcTime, RefusesEverythingElse) {
  for (const char* text :
       {"", "now", "12:00", "2026-01-31", "2026-01-31T23:59:59", "2026-01-31T23:59:59+01:00",
        "2026-01-31 23:59:59Z", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-10T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T23:60:00Z",
        "2026-01-31T23:59:60Z", "1969-12-31T23:59:59Z", "2026-01-31T23:59:59.5Z",
        "2026-01-3aT23:59:59Z", "2026-01-31T23:59:59Z "}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

struct ZonedCase {
  const char* text;
  const char* utc;
};

TEST(UtcTime, ReadsOtherZones) {
  for (const ZonedCase& each : {ZonedCase{"2026-12-01T08:00:00Z", "2026-12-01T08:00:00.000Z"},
                                {"2026-12-01t08:00:00z", "2026-12-01T08:00:00.000Z"},
                                {"2026-12-01T08:00Z", "2026-12-01T08:00:00.000Z"},
                                {"2026-12-01T08:00:00+02:00", "2026-12-01T06:00:00.000Z"},
                                {"2026-12-01T08:00+05:30", "2026-12-01T02:30:00.000Z"},
                                {"2026-12-31T23:00:00-02:00", "2027-01-01T01:00:00.000Z"},
                                {"2026-12-01T08:00:00-00:00", "2026-12-01T08:00:00.000Z"},
                                {"2026-12-01T08:00:00.5Z", "2026-12-01T08:00:00.500Z"},
                                {"2026-12-01T08:00:00.123987+01:00", "2026-12-01T07:00:00.123Z"}}) {
    const auto time = parse_zoned_time(each.text);
    ASSERT_TRUE(time) << each.text;
    EXPECT_EQ(format_precise_time(*time), each.utc);
  }
}

TEST(UtcTime, NeedsAZone) {
  for (const char* text :
       {"", "Z", "+02:00", "now", "2026-12-01", "2026-12-01T08:00:00", "2026-12-01T08:00:00+02",
        "2026-12-01T08:00:00+0200", "2026-12-01T08:00:00+24:00", "2026-12-01T08:00:00+02:60",
        "2026-12-01T08:00:00 CET", "2026-12-01 08:00:00Z", "2026-12-01T08:00:00.Z",
        "2026-12-01T08:00.5Z", "2026-12-01T08:00:00.5.5Z", "2026-12-01T08:00:60Z",
        "2026-02-30T08:00:00+02:00", "1970-01-01T01:00:00+02:00"}) {
    EXPECT_FALSE(parse_zoned_time(text)) << text;
  }
}

}  // namespace
}  // namespace tender
