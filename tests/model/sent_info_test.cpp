#include "tender/model/sent_info.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace tender {
namespace {

const RelayField& field(std::string_view column) {
  return *std::ranges::find(relay_fields(), column, &RelayField::column);
}

Relay named(const std::string& name) {
  Relay relay;
  relay.info_name = name;
  return relay;
}

TEST(SentInfo, TakesNothingForForeignWhileNothingIsKnown) {
  EXPECT_FALSE(SentInfo().is_foreign(field("info_name"), "any"));
  EXPECT_FALSE(SentInfo().is_newest(field("info_name"), named("any")));
}

TEST(SentInfo, KnowsEveryValueThatMayBeTaken) {
  SentInfo sent;
  sent.taken(named("one"));
  sent.may_be_taken(named("two"));
  EXPECT_FALSE(sent.is_foreign(field("info_name"), "one"));
  EXPECT_FALSE(sent.is_foreign(field("info_name"), "two"));
  EXPECT_TRUE(sent.is_foreign(field("info_name"), "three"));
  EXPECT_TRUE(sent.is_newest(field("info_name"), named("one")));  // two may have been refused
}

TEST(SentInfo, HasTheValueThatWasTakenLastAsTheNewest) {
  SentInfo sent;
  for (const char* name : {"one", "two", "one"}) {
    sent.may_be_taken(named(name));
    sent.taken(named(name));
  }
  EXPECT_TRUE(sent.is_newest(field("info_name"), named("one")));
  EXPECT_FALSE(sent.is_newest(field("info_name"), named("two")));
}

TEST(SentInfo, ForgetsTheOthersWhenZooidHasComeToTheNewest) {
  SentInfo sent;
  sent.taken(named("one"));
  sent.taken(named("two"));
  sent.reset(named("two"));
  EXPECT_TRUE(sent.is_foreign(field("info_name"), "one"));
  EXPECT_TRUE(sent.is_newest(field("info_name"), named("two")));
}

TEST(SentInfo, TakesNothingForForeignOnceItMayHaveForgottenSome) {
  SentInfo sent;
  for (int i = 0; i < 100; ++i) {
    sent.may_be_taken(named(std::to_string(i)));
    sent.taken(named(std::to_string(i)));
    EXPECT_FALSE(sent.is_foreign(field("info_name"), "0")) << i;
  }
  EXPECT_TRUE(sent.is_newest(field("info_name"), named("99")));
  EXPECT_LT(sent.to_text().size(), 10'000U);
}

TEST(SentInfo, KeepsOnlyFieldsThatOwnersMayChange) {
  SentInfo sent;
  Relay relay;
  relay.tenant = "somebody";
  sent.taken(relay);
  EXPECT_FALSE(sent.is_foreign(field("tenant"), "somebody else"));
}

TEST(SentInfo, SurvivesText) {
  SentInfo sent;
  sent.taken(named("one"));
  sent.may_be_taken(named("two"));
  const SentInfo read(sent.to_text());
  EXPECT_EQ(read.to_text(), sent.to_text());
  EXPECT_TRUE(read.is_newest(field("info_name"), named("one")));
  EXPECT_TRUE(read.is_foreign(field("info_name"), "three"));
}

TEST(SentInfo, HoldsNoValueInItsText) {
  SentInfo sent;
  sent.taken(named("a private name"));
  EXPECT_EQ(sent.to_text().find("private"), std::string::npos);
}

TEST(SentInfo, BearsWithWhatAnotherProgramWrote) {
  for (const char* text :
       {"", "7", "[]", "{\"info_name\": 7}", "{\"info_name\": [7, null]}", "{"}) {
    EXPECT_FALSE(SentInfo(text).is_foreign(field("info_name"), "any")) << text;
  }
}

}  // namespace
}  // namespace tender
