#include "tender/model/relay_fields.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "valid_relay.hpp"

namespace tender {
namespace {

const RelayField& field_of(std::string_view column) {
  return *std::ranges::find(relay_fields(), column, &RelayField::column);
}

TEST(RelayFields, NameEachColumnOptionAndPlaceInZooidOnce) {
  for (const RelayField& field : relay_fields()) {
    const auto is_same = [&field](const RelayField& other) {
      return other.column == field.column ||
             (!field.option.empty() && other.option == field.option) ||
             (!field.zooid.empty() && other.zooid == field.zooid);
    };
    EXPECT_EQ(std::ranges::count_if(relay_fields(), is_same), 1) << field.column;
  }
}

TEST(RelayFields, HaveAnOptionExactlyWhenAChangeSetsThem) {
  for (const RelayField& field : relay_fields()) {
    const bool changes =
        std::visit([](const auto& member) { return member.change != nullptr; }, field.member);
    EXPECT_EQ(changes, !field.option.empty()) << field.column;
    EXPECT_EQ(changes, !field.help.empty()) << field.column;
    EXPECT_FALSE(changes && field.fixed) << field.column;
  }
}

TEST(RelayFields, HoldTextsToTheirBound) {
  for (const RelayField& field : relay_fields()) {
    const auto* member = std::get_if<RelayMember<std::string>>(&field.member);
    if (member == nullptr || field.largest == 0 || field.column == "info_icon") {
      continue;
    }
    Relay relay = valid_relay();
    relay.*member->relay = std::string(static_cast<std::size_t>(field.largest), 'x');
    EXPECT_TRUE(validate(relay).empty()) << field.column;
    relay.*member->relay += 'x';
    ASSERT_EQ(validate(relay).size(), 1U) << field.column;
    EXPECT_EQ(validate(relay)[0].field, field.column);
  }
}

TEST(RelayFields, HoldTextsToTheirChoices) {
  for (const RelayField& field : relay_fields()) {
    const auto* member = std::get_if<RelayMember<std::string>>(&field.member);
    if (member == nullptr || field.choices.empty()) {
      continue;
    }
    Relay relay = valid_relay();
    for (const std::string_view choice : field.choices) {
      relay.*member->relay = choice;
      EXPECT_TRUE(validate(relay).empty()) << field.column;
    }
    relay.*member->relay = "sometimes";
    ASSERT_EQ(validate(relay).size(), 1U) << field.column;
    EXPECT_EQ(validate(relay)[0].field, field.column);
    relay.*member->relay = "";
    EXPECT_TRUE(validate(relay).empty()) << field.column;
  }
}

TEST(RelayFields, ShowTheirValueAsJson) {
  Relay relay = valid_relay();
  relay.status = RelayStatus::inactive;
  EXPECT_EQ(field_value(field_of("id"), relay), relay.id.text);
  EXPECT_EQ(field_value(field_of("status"), relay), "inactive");
  EXPECT_EQ(field_value(field_of("push_enabled"), relay), true);
  EXPECT_EQ(field_value(field_of("plan"), relay), "free");
  const RelayField number{.column = "revision", .member = RelayMember{&Relay::revision}};
  EXPECT_EQ(field_value(number, relay), 1);
}

TEST(ApplyRelayChange, SetsWhatIsGivenAndNothingElse) {
  for (const RelayField& field : relay_fields()) {
    const auto* flag = std::get_if<RelayMember<bool>>(&field.member);
    if (flag == nullptr) {
      continue;
    }
    const Relay before = valid_relay();
    RelayChange change;
    change.*flag->change = !(before.*flag->relay);
    Relay after = before;
    apply(change, after);
    for (const RelayField& other : relay_fields()) {
      EXPECT_EQ(field_value(other, after) != field_value(other, before),
                other.column == field.column)
          << field.column << ", " << other.column;
    }
  }
}

}  // namespace
}  // namespace tender
