#include "tender/http/url.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tender::http {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string fault_of(std::string_view text) {
  try {
    return "accepted as " + Url::parse(text).text();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(Url, NormalizesSchemeHostAndDefaultPort) {
  const Url url = Url::parse("HTTPS://API.Example.COM:443/Relay?a=B");
  EXPECT_TRUE(url.tls());
  EXPECT_EQ(url.host(), "api.example.com");
  EXPECT_EQ(url.port(), 443);
  EXPECT_EQ(url.target(), "/Relay?a=B");
  EXPECT_EQ(url.authority(), "api.example.com");
  EXPECT_EQ(url.text(), "https://api.example.com/Relay?a=B");
}

TEST(Url, FillsInPortAndPath) {
  const Url url = Url::parse("http://zooid");
  EXPECT_FALSE(url.tls());
  EXPECT_EQ(url.port(), 80);
  EXPECT_EQ(url.text(), "http://zooid/");
  EXPECT_EQ(Url::parse("http://zooid:/").port(), 80);
  EXPECT_EQ(Url::parse("http://zooid?x=1").target(), "/?x=1");
}

TEST(Url, KeepsAPortThatIsNotTheDefault) {
  EXPECT_EQ(Url::parse("http://zooid:3334/").authority(), "zooid:3334");
  EXPECT_EQ(Url::parse("http://zooid:443/").authority(), "zooid:443");
  EXPECT_EQ(Url::parse("https://zooid:80/").authority(), "zooid:80");
  EXPECT_EQ(Url::parse("http://zooid:65535/").port(), 65535);
}

TEST(Url, WritesIpv6InBracketsAndCanonically) {
  const Url url = Url::parse("http://[0:0:0:0:0:0:0:1]:8080/x");
  EXPECT_EQ(url.host(), "::1");
  EXPECT_EQ(url.authority(), "[::1]:8080");
  EXPECT_EQ(url.text(), "http://[::1]:8080/x");
}

TEST(Url, KeepsPathAndQueryAsWritten) {
  EXPECT_EQ(Url::parse("http://h/a%2Fb/../c?x=%20y").target(), "/a%2Fb/../c?x=%20y");
}

TEST(Url, RefusesWhatIsNoHttpUrl) {
  EXPECT_THAT(fault_of(""), HasSubstr("not an absolute URL"));
  EXPECT_THAT(fault_of("zooid:3334"), HasSubstr("neither an http nor an https"));
  EXPECT_THAT(fault_of("/relay"), HasSubstr("not an absolute URL"));
  EXPECT_THAT(fault_of("ftp://h/"), HasSubstr("neither an http nor an https"));
  EXPECT_THAT(fault_of("http:relay"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of("http://"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of("http://:80/"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of("http://./"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of("http://h/a b"), HasSubstr("not an absolute URL"));
  EXPECT_THAT(fault_of("http://h/\r\nX: y"), HasSubstr("not an absolute URL"));
  EXPECT_THAT(fault_of("http://h/#top"), HasSubstr("fragment"));
}

TEST(Url, RefusesPortsOutOfRange) {
  EXPECT_THAT(fault_of("http://h:0/"), HasSubstr("between 1 and 65535"));
  EXPECT_THAT(fault_of("http://h:65536/"), HasSubstr("between 1 and 65535"));
  EXPECT_THAT(fault_of("http://h:99999999999999999999/"), HasSubstr("between 1 and 65535"));
}

TEST(Url, RefusesAHostThatWouldSmuggleAHeader) {
  EXPECT_THAT(fault_of("http://h%0d%0aX-Evil:%20y/"), HasSubstr("no host name has"));
  EXPECT_THAT(fault_of("http://h%0d%0aX-Evil/"), HasSubstr("no host name has"));
  EXPECT_THAT(fault_of("http://[v1.x]/"), HasSubstr("neither a name nor"));
}

TEST(Url, RefusesANameThatBeginsWithAnAddress) {
  for (const char* text : {"https://127.0.0.1.example.com/", "https://127.0.0.1./",
                           "https://1.2.3.4.5", "https://10.0.0.1.:443/", "https://1.2.3.4a?b"}) {
    EXPECT_THAT(fault_of(text), HasSubstr("begins like an IPv4 address but is not one")) << text;
  }
}

TEST(Url, NamesTheFaultyTextButNeverAPassword) {
  EXPECT_THAT(fault_of("ftp://files.example.com/"), HasSubstr("ftp://files.example.com/"));
  EXPECT_THAT(fault_of("http://me:hunter2@h/"), HasSubstr("user name or password"));
  EXPECT_THAT(fault_of("http://me:hunter2@h/"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(fault_of("http://me:hunter2@h h/"), Not(HasSubstr("hunter2")));
}

TEST(Url, AppendsAPathToItsOwn) {
  EXPECT_EQ(Url::parse("http://h").with_path("/relay/1").text(), "http://h/relay/1");
  EXPECT_EQ(Url::parse("http://h/api/").with_path("/relay/1").text(), "http://h/api/relay/1");
  EXPECT_EQ(Url::parse("http://h/api").with_path("/relay/1/").text(), "http://h/api/relay/1/");
  EXPECT_EQ(Url::parse("http://h/api?k=v").with_path("/x").text(), "http://h/api/x?k=v");
}

TEST(Url, RefusesToAppendWhatIsNoPath) {
  const Url url = Url::parse("http://h");
  EXPECT_THROW((void)url.with_path(""), std::invalid_argument);
  EXPECT_THROW((void)url.with_path("relay"), std::invalid_argument);
  EXPECT_THROW((void)url.with_path("/a b"), std::invalid_argument);
  EXPECT_THROW((void)url.with_path("/a?b=c"), std::invalid_argument);
  EXPECT_THROW((void)url.with_path("/a\r\nX: y"), std::invalid_argument);
}

}  // namespace
}  // namespace tender::http
