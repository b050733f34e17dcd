#include <gtest/gtest.h>

#include "config/sample_environment.hpp"

namespace tender::config {
namespace {

TEST(RelayDomain, IsADomainName) {
  for (const std::string& domain :
       {std::string("example.com"), std::string("relays.example.com"), std::string("localhost"),
        std::string("a-b.example"), std::string("1.example"), std::string("xn--nxasmq6b.example"),
        std::string(63, 'a') + ".example"}) {
    EXPECT_EQ(load_env(test::with("RELAY_DOMAIN", domain)).relay_domain, domain);
  }
}

TEST(RelayDomain, IsKeptInLowercase) {
  EXPECT_EQ(load_env(test::with("RELAY_DOMAIN", "Relays.EXAMPLE.com")).relay_domain,
            "relays.example.com");
}

TEST(RelayDomain, LeavesRoomForASubdomain) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + std::string(61, 'a');
  ASSERT_EQ(longest.size(), 189U);
  EXPECT_TRUE(test::faults_of(test::with("RELAY_DOMAIN", longest)).empty());
  EXPECT_EQ(test::faults_of(test::with("RELAY_DOMAIN", longest + "a")).size(), 1U);
}

TEST(RelayDomain, IsNothingElse) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"https://example.com", "is a URL or a path"},
      {"example.com/", "is a URL or a path"},
      {"example.com:3334", "has a port"},
      {"::1", "has a port"},
      {".example.com", "starts or ends with a dot"},
      {"example.com.", "starts or ends with a dot"},
      {".", "starts or ends with a dot"},
      {"a..example", "is not a domain name"},
      {"-a.example", "is not a domain name"},
      {"a-.example", "is not a domain name"},
      {"a_b.example", "is not a domain name"},
      {"a b.example", "is not a domain name"},
      {"*.example.com", "is not a domain name"},
      {"caf\xc3\xa9.example", "is not a domain name"},
      {std::string(64, 'a') + ".example", "is not a domain name"},
      {"127.0.0.1", "is an IP address"}};
  for (const auto& [domain, problem] : cases) {
    const auto faults = test::faults_of(test::with("RELAY_DOMAIN", domain));
    ASSERT_EQ(faults.size(), 1U) << domain;
    EXPECT_EQ(faults[0].variable, "RELAY_DOMAIN");
    EXPECT_NE(faults[0].problem.find(problem), std::string::npos) << faults[0].problem;
  }
}

}  // namespace
}  // namespace tender::config
