#include "tender/hook/event_pattern.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/hook/invalid_trigger.hpp"

namespace tender::hook {
namespace {

using testing::HasSubstr;

bool wants(std::string_view list, std::string_view type) {
  return EventPatterns::parse(list).matches(type);
}

// What is wrong, and what to do.
std::string fault_of_list(std::string_view list) {
  try {
    (void)EventPatterns::parse(list);
  } catch (const InvalidTrigger& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "no fault";
}

TEST(EventPatterns, WantTheTypesThatAreNamed) {
  EXPECT_TRUE(wants("create_relay,delete_relay", "create_relay"));
  EXPECT_TRUE(wants("create_relay,delete_relay", "delete_relay"));
  EXPECT_FALSE(wants("create_relay,delete_relay", "update_relay"));
  EXPECT_FALSE(wants("create_relay", "create_relay_"));
}

struct Fit {
  const char* pattern;
  const char* type;
  bool fits;
};

TEST(EventPatterns, LetAStarStandForAnything) {
  for (const Fit& each : {Fit{"*", "create_relay", true},
                          {"*", "", true},
                          {"*_relay", "create_relay", true},
                          {"*_relay", "_relay", true},
                          {"*_relay", "fail_relay_sync", false},
                          {"fail_*", "fail_relay_sync", true},
                          {"*relay*", "relay", true},
                          {"a*b*c", "axxbyyc", true},
                          {"a*b*c", "abbcbc", true},
                          {"a*b*c", "acb", false},
                          {"**", "x", true},
                          {"a*", "b", false},
                          {"*ab", "aab", true},
                          {"*ab", "aba", false}}) {
    EXPECT_EQ(wants(each.pattern, each.type), each.fits) << each.pattern << ' ' << each.type;
  }
}

TEST(EventPatterns, LetAnExclusionWinWhereverItStands) {
  for (const char* list : {"*_relay,!update_relay", "!update_relay,*_relay"}) {
    EXPECT_TRUE(wants(list, "create_relay")) << list;
    EXPECT_FALSE(wants(list, "update_relay")) << list;
    EXPECT_FALSE(wants(list, "pause_sync")) << list;
  }
  EXPECT_FALSE(wants("update_relay,*,!*_relay", "update_relay"));
}

TEST(EventPatterns, WantAllTheRestIfThereAreOnlyExclusions) {
  EXPECT_TRUE(wants("!update_relay", "create_relay"));
  EXPECT_TRUE(wants("!update_relay", "invoice_paid"));
  EXPECT_FALSE(wants("!update_relay", "update_relay"));
}

TEST(EventPatterns, TakeTheTypesOfOtherProgramsWithAStar) {
  EXPECT_TRUE(wants("invoice_paid*", "invoice_paid"));
  EXPECT_THAT(fault_of_list("invoice_paid"),
              AllOf(HasSubstr("\"invoice_paid\" in the list of events is not a type"),
                    HasSubstr("name one of create_relay, update_relay"),
                    HasSubstr("write a `*`, such as \"invoice_paid*\"")));
}

TEST(EventPatterns, GiveBackTheirText) {
  const auto patterns = EventPatterns::parse(" *_relay ,\t! update_relay,pause_sync");
  EXPECT_EQ(patterns.text(), "*_relay,!update_relay,pause_sync");
  EXPECT_EQ(EventPatterns::parse(patterns.text()), patterns);
}

TEST(EventPatterns, KnowTheTypesThatTheyAreGiven) {
  const std::array<std::string, 1> known{"invoice_paid"};
  EXPECT_TRUE(EventPatterns::parse("invoice_paid", known).matches("invoice_paid"));
  EXPECT_THROW((void)EventPatterns::parse("create_relay", known), InvalidTrigger);
}

TEST(EventPatterns, NameThePatternThatIsWrong) {
  EXPECT_EQ(fault_of_list("pause_sync,creat_relay"),
            "\"creat_relay\" in the list of events is not a type of tender's activities | "
            "did you mean create_relay?");
  EXPECT_THAT(fault_of_list("!updat_relay"), HasSubstr("did you mean update_relay?"));
  EXPECT_THAT(fault_of_list(""), HasSubstr("has an empty pattern"));
  EXPECT_THAT(fault_of_list("create_relay,,pause_sync"), HasSubstr("has an empty pattern"));
  EXPECT_THAT(fault_of_list("!"), HasSubstr("has an empty pattern"));
  EXPECT_THAT(fault_of_list("create relay"),
              HasSubstr("\"create relay\" in the list of events has a "
                        "character that no type has"));
  EXPECT_THAT(fault_of_list("*!x"), HasSubstr("character"));
  EXPECT_THAT(fault_of_list("*\x1b"), HasSubstr("\\u001b"));
  EXPECT_THAT(fault_of_list("*,*"), HasSubstr("\"*\" is in the list of events twice"));
  EXPECT_THAT(fault_of_list(std::string(101, '*')), HasSubstr("has 101 characters"));
}

TEST(EventPatterns, AreBounded) {
  std::string list = "*";
  for (int i = 1; i < 64; ++i) {
    list += ",a*" + std::to_string(i);
  }
  EXPECT_EQ(fault_of_list(list), "no fault");
  EXPECT_THAT(fault_of_list(list + ",more*"), HasSubstr("has 65 patterns"));
}

TEST(EventPatterns, MustLeaveSomething) {
  for (const char* list : {"create_relay,!create_*", "*,!*", "!*", "create_relay,!create_relay"}) {
    EXPECT_THAT(fault_of_list(list), HasSubstr("leave nothing")) << list;
  }
  EXPECT_EQ(fault_of_list("create_relay,update_relay,!create_*"), "no fault");
  EXPECT_EQ(fault_of_list("invoice_*,!invoice_test*"), "no fault");
}

}  // namespace
}  // namespace tender::hook
