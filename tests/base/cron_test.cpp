#include "tender/base/cron.hpp"

#include <gmock/gmock.h>

#include "tender/base/utc_time.hpp"

namespace tender {
namespace {

using testing::HasSubstr;

struct NextCase {
  const char* expression;
  const char* after;
  const char* next;
};

// 2026-12-01 is a Tuesday.
constexpr NextCase kNextCases[] = {
    {"* * * * *", "2026-12-01T10:20:30Z", "2026-12-01T10:21:00Z"},
    {"* * * * *", "2026-12-01T10:20:00Z", "2026-12-01T10:21:00Z"},
    {"30 3 * * *", "2026-12-01T03:29:59Z", "2026-12-01T03:30:00Z"},
    {"30 3 * * *", "2026-12-01T03:30:00Z", "2026-12-02T03:30:00Z"},
    {"*/15 * * * *", "2026-12-01T10:46:00Z", "2026-12-01T11:00:00Z"},
    {"10-40/15 * * * *", "2026-12-01T10:26:00Z", "2026-12-01T10:40:00Z"},
    {"10-40/15 * * * *", "2026-12-01T10:40:00Z", "2026-12-01T11:10:00Z"},
    {"0,45,5 8-9 * * *", "2026-12-01T08:05:00Z", "2026-12-01T08:45:00Z"},
    {"0,45,5 8-9 * * *", "2026-12-01T09:45:00Z", "2026-12-02T08:00:00Z"},
    {"0 0-23/6 * * *", "2026-12-01T12:00:00Z", "2026-12-01T18:00:00Z"},
    {"59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00Z"},
    {"0 0 1 1 *", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"},
    {"0 0 31 * *", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"},
    {"0 0 1-7,15 jun,DEC *", "2026-06-15T00:00:00Z", "2026-12-01T00:00:00Z"},
    {"0 0 * jan-mar/2 *", "2026-01-31T00:00:00Z", "2026-03-01T00:00:00Z"},
    // Leap years.
    {"0 0 29 2 *", "2026-12-01T00:00:00Z", "2028-02-29T00:00:00Z"},
    {"0 0 29 feb *", "2096-02-29T00:00:00Z", "2104-02-29T00:00:00Z"},
    {"0 12 28-31 2 *", "2028-02-28T12:00:00Z", "2028-02-29T12:00:00Z"},
    {"0 12 28-31 2 *", "2027-02-28T12:00:00Z", "2028-02-28T12:00:00Z"},
    {"0 0 29 2 */7", "2032-02-29T00:00:00Z", "2060-02-29T00:00:00Z"},
    {"0 0 29 2 */7", "2088-02-29T00:00:00Z", "2128-02-29T00:00:00Z"},
    // Days of the week; Sunday is 0 and 7.
    {"0 0 * * 0", "2026-12-01T00:00:00Z", "2026-12-06T00:00:00Z"},
    {"0 0 * * 7", "2026-12-01T00:00:00Z", "2026-12-06T00:00:00Z"},
    {"0 0 * * Sun", "2026-12-01T00:00:00Z", "2026-12-06T00:00:00Z"},
    {"0 0 * * 6-7", "2026-12-05T00:00:00Z", "2026-12-06T00:00:00Z"},
    {"0 0 * * fri-sun", "2026-12-06T00:00:00Z", "2026-12-11T00:00:00Z"},
    {"0 0 * * sun-mon", "2026-12-06T00:00:00Z", "2026-12-07T00:00:00Z"},
    {"0 0 * * mon-fri", "2026-12-04T00:00:00Z", "2026-12-07T00:00:00Z"},
    {"0 0 * * 1-5/2", "2026-12-02T00:00:00Z", "2026-12-04T00:00:00Z"},
    {"0 0 * * 0-7/7", "2026-12-01T00:00:00Z", "2026-12-06T00:00:00Z"},
    // Both days are restricted: either matches.
    {"0 0 13 * fri", "2026-12-01T00:00:00Z", "2026-12-04T00:00:00Z"},
    {"0 0 13 * fri", "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"},
    {"0 0 30 2 mon", "2026-12-01T00:00:00Z", "2027-02-01T00:00:00Z"},
    // One begins with a star: both must match.
    {"0 0 */2 * mon", "2026-12-07T00:00:00Z", "2026-12-21T00:00:00Z"},
    {"0 0 1 * */2", "2026-12-01T00:00:00Z", "2027-04-01T00:00:00Z"},
    // Words.
    {"@hourly", "2026-12-01T10:20:30Z", "2026-12-01T11:00:00Z"},
    {"@daily", "2026-12-01T10:20:30Z", "2026-12-02T00:00:00Z"},
    {"@midnight", "2026-12-01T10:20:30Z", "2026-12-02T00:00:00Z"},
    {"@weekly", "2026-12-01T10:20:30Z", "2026-12-06T00:00:00Z"},
    {"@Monthly", "2026-12-01T10:20:30Z", "2027-01-01T00:00:00Z"},
    {"@yearly", "2026-12-01T10:20:30Z", "2027-01-01T00:00:00Z"},
    {"@annually", "2026-12-01T10:20:30Z", "2027-01-01T00:00:00Z"},
    {" \t0   4 * *\t1 ", "2026-12-01T00:00:00Z", "2026-12-07T04:00:00Z"}};

TEST(Cron, IsNextDueWhenTheClockFirstMatches) {
  for (const NextCase& each : kNextCases) {
    const auto next = CronExpression(each.expression).next_after(*parse_time(each.after));
    ASSERT_TRUE(next) << each.expression;
    EXPECT_EQ(format_time(*next), each.next) << each.expression << " after " << each.after;
  }
}

TEST(Cron, IsDueSoOftenInFourHundredYears) {
  // The calendar repeats after these: 97 leap years, and 20,871 weeks.
  const auto count = [](const char* text) {
    const CronExpression cron(text);
    int times = 0;
    const TimePoint end = *parse_time("2400-01-01T00:00Z");
    auto next = cron.next_after(*parse_time("1999-12-31T23:59Z"));
    for (; next && *next < end; next = cron.next_after(*next)) {
      ++times;
    }
    return times;
  };
  EXPECT_EQ(count("0 0 29 2 *"), 97);
  EXPECT_EQ(count("0 0 31 * *"), 400 * 7);
  EXPECT_EQ(count("0 0 * * sun"), 20'871);
  EXPECT_EQ(count("0 0 1 1 *"), 400);
  EXPECT_EQ(count("0 0 13 * */5"), 688 + 687);  // Fridays and Sundays the 13th
}

TEST(Cron, IsNeverDueAfterTheYear9999) {
  EXPECT_FALSE(CronExpression("@yearly").next_after(*parse_time("9999-06-01T00:00Z")));
  EXPECT_FALSE(CronExpression("@yearly").next_after(TimePoint::max()));
}

TEST(Cron, KeepsItsText) {
  EXPECT_EQ(CronExpression(" 0  4 * *\t1 ").text(), "0 4 * * 1");
  EXPECT_EQ(CronExpression("@daily").text(), "@daily");
}

struct FaultCase {
  const char* expression;
  const char* says;
};

constexpr FaultCase kFaultCases[] = {{"", "has 0 fields"},
                                     {"* * * *", "has 4 fields"},
                                     {"0 * * * * *", "has 6 fields"},
                                     {"daily", "has 1 field instead"},
                                     {"@reboot", "there is no \"@reboot\""},
                                     {"@daily 5", "has 2 fields"},
                                     {"60 * * * *", "minute \"60\" is not from 0 to 59"},
                                     {"* 24 * * *", "hour \"24\" is not from 0 to 23"},
                                     {"* * 0 * *", "day of the month \"0\" is not from 1 to 31"},
                                     {"* * 32 * *", "day of the month \"32\" is not from 1 to 31"},
                                     {"* * * 0 *", "month \"0\" is not from 1 to 12"},
                                     {"* * * 13 *", "month \"13\" is not from 1 to 12"},
                                     {"* * * * 8", "day of the week \"8\" is not from 0 to 7"},
                                     {"-1 * * * *", "minute \"\" is not a number"},
                                     {"+1 * * * *", "minute \"+1\" is not a number"},
                                     {"1.5 * * * *", "is not a number"},
                                     {"99999999999999999999 * * * *", "is not a number"},
                                     {"* mon * * *", "hour \"mon\" is not a number"},
                                     {"* * * mon *", "month \"mon\" is not a number or a name"},
                                     {"* * * january *", "is not a number or a name"},
                                     {"* * L * *", "is not a number"},
                                     {"* * ? * *", "is not a number"},
                                     {"* * * * 5#2", "is not a number or a name"},
                                     {"40-10 * * * *", "ends before it begins"},
                                     {"* * * * fri-mon", "ends before it begins"},
                                     {"* * * * 5-0", "ends before it begins"},
                                     {"1-2-3 * * * *", "is not a range"},
                                     {"1- * * * *", "minute \"\" is not a number"},
                                     {"*/0 * * * *", "has a step that is not from 1 to 60"},
                                     {"*/61 * * * *", "has a step"},
                                     {"*/ * * * *", "has a step"},
                                     {"*/-1 * * * *", "has a step"},
                                     {"*/2/3 * * * *", "has two steps"},
                                     {"5/10 * * * *", "has a step without a range"},
                                     {"1,,2 * * * *", "minute \"\" is not a number"},
                                     {", * * * *", "is not a number"},
                                     {"*5 * * * *", "is not a number"},
                                     {"* * 30 2 *", "no day is ever as \"* * 30 2 *\" says"},
                                     {"* * 30,31 feb *", "no day is ever"},
                                     {"* * 31 4,6,9,11 *", "no day is ever"}};

TEST(Cron, RefusesWhatIsNone) {
  for (const FaultCase& each : kFaultCases) {
    try {
      const CronExpression cron(each.expression);
      ADD_FAILURE() << each.expression << " was taken";
    } catch (const InvalidCron& error) {
      EXPECT_THAT(error.what(), HasSubstr(each.says)) << each.expression;
      EXPECT_FALSE(error.remedy().empty());
    }
  }
}

}  // namespace
}  // namespace tender
