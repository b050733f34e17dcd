#include "tender/config/variable.hpp"

#include <set>
#include <stdexcept>

#include <gtest/gtest.h>

namespace tender::config {
namespace {

TEST(Variables, HaveNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Variable& each : variables()) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
  }
}

TEST(Variables, HaveAMeaningInOneLine) {
  for (const Variable& each : variables()) {
    EXPECT_FALSE(each.meaning.empty()) << each.name;
    EXPECT_EQ(each.meaning.find_first_of("\n|"), std::string_view::npos) << each.name;
    EXPECT_FALSE(each.meaning.ends_with('.')) << each.name;
  }
}

TEST(Variables, ShowAnExampleWhereThereIsNoDefault) {
  for (const Variable& each : variables()) {
    EXPECT_NE(each.default_value.empty(), each.example.empty()) << each.name;
  }
}

TEST(Variables, OfAGroupStandTogether) {
  std::set<Group> seen;
  Group current = variables().front().group;
  for (const Variable& each : variables()) {
    if (each.group != current) {
      EXPECT_FALSE(seen.contains(each.group)) << each.name;
      seen.insert(current);
      current = each.group;
    }
    EXPECT_FALSE(title(each.group).empty());
  }
}

TEST(Variables, ThatAreSecretHaveNoDefault) {
  for (const Variable& each : variables()) {
    if (each.secret) {
      EXPECT_TRUE(each.default_value.empty()) << each.name;
    }
  }
}

TEST(Variables, AreFoundByName) {
  EXPECT_EQ(variable("RELAY_DOMAIN").name, "RELAY_DOMAIN");
  EXPECT_THROW((void)variable("RELAY_DOMAN"), std::out_of_range);
}

TEST(Variables, KnowTheFileFormsOfSecretsAlone) {
  EXPECT_TRUE(is_known("ROBOT_SECRET"));
  EXPECT_TRUE(is_known("ROBOT_SECRET_FILE"));
  EXPECT_FALSE(is_known("RELAY_DOMAIN_FILE"));
  EXPECT_FALSE(is_known("robot_secret"));
}

TEST(Variables, AllCarryAPrefixOfOurs) {
  for (const Variable& each : variables()) {
    EXPECT_TRUE(has_our_prefix(each.name)) << each.name;
  }
  EXPECT_TRUE(has_our_prefix("relay_domain"));
  EXPECT_FALSE(has_our_prefix("PATH"));
}

TEST(NearestName, FindsSlips) {
  EXPECT_EQ(nearest_name("RELAY_DOMAN", 2), "RELAY_DOMAIN");
  EXPECT_EQ(nearest_name("ZOID_API_URL", 2), "ZOOID_API_URL");
  EXPECT_EQ(nearest_name("zooid_api_url", 2), "ZOOID_API_URL");
  EXPECT_EQ(nearest_name("ROBOT_SECRET_FIEL", 2), "ROBOT_SECRET_FILE");
}

TEST(NearestName, IsEmptyBeyondTheGivenEdits) {
  EXPECT_EQ(nearest_name("RELAY_DMN", 2), "");
  EXPECT_EQ(nearest_name("RELAY_DMN", 3), "RELAY_DOMAIN");
  EXPECT_EQ(nearest_name("", 2), "");
}

}  // namespace
}  // namespace tender::config
