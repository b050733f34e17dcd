#include "tender/model/relay.hpp"

#include <regex>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "valid_relay.hpp"

namespace tender {
namespace {

std::string faulty_fields(const Relay& relay) {
  std::string fields;
  for (const FieldFault& fault : validate(relay)) {
    EXPECT_FALSE(fault.problem.empty());
    EXPECT_FALSE(fault.remedy.empty());
    fields += (fields.empty() ? "" : " ") + fault.field;
  }
  return fields;
}

TEST(DeriveSchema, MatchesWhatZooidTakes) {
  const std::regex form("^[a-z_][a-z0-9_]*$");
  const std::vector<std::string> subdomains{
      "blue", "a-b-c", std::string(63, 'x'), std::string(63, '9'), "9lives", ""};
  for (const std::string& subdomain : subdomains) {
    const std::string schema = derive_schema(subdomain, RelayId{"3F2A-9c1e-77"});
    EXPECT_TRUE(std::regex_match(schema, form)) << schema;
    EXPECT_LE(schema.size(), 63U);
  }
}

TEST(DeriveSchema, TellsRelaysOfOneSubdomainApart) {
  EXPECT_EQ(derive_schema("blue-sky", RelayId{"3f2a9c1e-1"}), "blue_sky_3f2a9c1e");
  EXPECT_NE(derive_schema("blue", RelayId{"aaaaaaaa"}), derive_schema("blue", RelayId{"bbbbbbbb"}));
}

TEST(ValidateRelay, TakesAGoodOne) {
  EXPECT_EQ(faulty_fields(valid_relay()), "");
}

TEST(ValidateRelay, NamesEveryFaultyField) {
  Relay relay = valid_relay();
  relay.id.text = "../etc";
  relay.tenant = "beef";
  relay.subdomain = "Bad_Name";
  relay.schema = "9x";
  relay.plan = "";
  relay.info_name = "\xff";
  relay.info_icon = "javascript:alert(1)";
  relay.info_description = std::string(5000, 'x');
  EXPECT_EQ(faulty_fields(relay),
            "id tenant subdomain schema plan info_name info_description info_icon");
}

TEST(ValidateRelay, HoldsSubdomainsToRfc1035) {
  for (const char* good :
       {"a", "a1", "blue-sky", "x23456789012345678901234567890123456789012345678901234567890123"}) {
    Relay relay = valid_relay();
    relay.subdomain = good;
    EXPECT_EQ(faulty_fields(relay), "") << good;
  }
  for (const char* bad : {"", "1a", "-a", "a-", "a.b", "ä", "a b", "A",
                          "x234567890123456789012345678901234567890123456789012345678901234"}) {
    Relay relay = valid_relay();
    relay.subdomain = bad;
    EXPECT_EQ(faulty_fields(relay), "subdomain") << bad;
  }
}

TEST(ValidateRelay, RefusesATenantOffTheCurve) {
  Relay relay = valid_relay();
  relay.tenant =
      "eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34";  // BIP-340, vector 5
  EXPECT_EQ(faulty_fields(relay), "tenant");
}

TEST(ApplyChange, LeavesWhatIsAbsent) {
  Relay relay = valid_relay();
  RelayChange change;
  change.info_name = "new";
  change.push_enabled = false;
  apply(change, relay);
  EXPECT_EQ(relay.info_name, "new");
  EXPECT_FALSE(relay.push_enabled);
  EXPECT_TRUE(relay.groups_enabled);
  EXPECT_EQ(relay.subdomain, "blue");
}

}  // namespace
}  // namespace tender
