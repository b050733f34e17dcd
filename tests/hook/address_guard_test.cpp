#include "tender/hook/address_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "tender/hook/invalid_trigger.hpp"

#include "support/raw_server.hpp"

namespace tender::hook {
namespace {

using testing::HasSubstr;

struct AddressRow {
  const char* address;
  const char* why;  // a part of it; null: public
};

// The first and the last address of each block, and their neighbours.
constexpr AddressRow kRows[] = {
    {"1.1.1.1", nullptr},
    {"93.184.216.34", nullptr},
    {"0.0.0.0", "unspecified"},
    {"0.0.0.1", "this network"},
    {"0.255.255.255", "this network"},
    {"1.0.0.0", nullptr},
    {"9.255.255.255", nullptr},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"11.0.0.0", nullptr},
    {"100.63.255.255", nullptr},
    {"100.64.0.0", "shared"},
    {"100.127.255.255", "shared"},
    {"100.128.0.0", nullptr},
    {"100.100.100.200", "metadata"},
    {"126.255.255.255", nullptr},
    {"127.0.0.1", "loopback"},
    {"127.255.255.255", "loopback"},
    {"128.0.0.0", nullptr},
    {"168.63.129.16", "metadata"},
    {"169.253.255.255", nullptr},
    {"169.254.0.0", "link-local"},
    {"169.254.169.254", "metadata"},
    {"169.254.255.255", "link-local"},
    {"169.255.0.0", nullptr},
    {"172.15.255.255", nullptr},
    {"172.16.0.0", "private"},
    {"172.31.255.255", "private"},
    {"172.32.0.0", nullptr},
    {"192.0.0.0", "for protocols"},
    {"192.0.0.192", "metadata"},
    {"192.0.0.255", "for protocols"},
    {"192.0.1.0", nullptr},
    {"192.0.2.1", "documentation"},
    {"192.0.3.0", nullptr},
    {"192.88.99.1", "6to4 relay"},
    {"192.167.255.255", nullptr},
    {"192.168.0.0", "private"},
    {"192.168.255.255", "private"},
    {"192.169.0.0", nullptr},
    {"198.17.255.255", nullptr},
    {"198.18.0.0", "benchmarks"},
    {"198.19.255.255", "benchmarks"},
    {"198.20.0.0", nullptr},
    {"198.51.100.7", "documentation"},
    {"203.0.113.7", "documentation"},
    {"223.255.255.255", nullptr},
    {"224.0.0.1", "multicast"},
    {"239.255.255.255", "multicast"},
    {"240.0.0.1", "reserved"},
    {"255.255.255.255", "broadcast"},

    {"2606:4700:4700::1111", nullptr},
    {"2a00:1450:4001::1", nullptr},
    {"::", "unspecified"},
    {"::1", "loopback"},
    {"fd00:ec2::254", "metadata"},
    {"fd20:ce::254", "metadata"},
    {"fc00::1", "unique local"},
    {"fdff:ffff::1", "unique local"},
    {"fe80::1", "link-local"},
    {"fe80::1%lo", "link-local"},
    {"febf::1", "link-local"},
    {"fec0::1", "site-local"},
    {"ff02::1", "multicast"},
    {"2001:db8::1", "documentation"},
    {"3fff:fff::1", "documentation"},
    {"3fff:1000::1", nullptr},
    {"100::1", "discards"},
    {"100:0:0:1::1", "not an address of the public Internet"},
    {"5f00::1", "segment routing"},
    {"2001:20::1", "for protocols"},
    {"2001:1ff:ffff::1", "for protocols"},
    {"2001:200::1", nullptr},
    {"4000::1", "not an address of the public Internet"},
    {"1fff::1", "not an address of the public Internet"},

    {"::ffff:8.8.8.8", nullptr},
    {"::ffff:127.0.0.1", "127.0.0.1, a loopback address, behind IPv6"},
    {"::ffff:169.254.169.254", "metadata"},
    {"::ffff:0:10.0.0.1", "private"},
    {"::127.0.0.1", "loopback"},
    {"::10.0.0.1", "private"},
    {"64:ff9b::8.8.8.8", nullptr},
    {"64:ff9b::192.168.0.1", "private"},
    {"64:ff9b:1::8.8.8.8", "local NAT64"},
    {"2002:808:808::1", nullptr},
    {"2002:7f00:1::1", "127.0.0.1, a loopback address"},
    {"2002:a00:1::1", "private"},
    {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "Teredo"},
    {"2a00:1450::5efe:10.0.0.1", "private"},
    {"2a00:1450::200:5efe:10.0.0.1", "private"},
    {"2a00:1450::5efe:8.8.8.8", nullptr},
    {"4000::5efe:8.8.8.8", "not an address of the public Internet"},
    {"2002:808:808::5efe:10.0.0.1", "private"},
    {"::8.8.8.8", "not an address of the public Internet"},
    {"::ffff:0:8.8.8.8", "not an address of the public Internet"},
};

TEST(AddressGuard, TellsPublicAddressesFromAllOthers) {
  for (const AddressRow& row : kRows) {
    const auto why = why_not_public(boost::asio::ip::make_address(row.address));
    if (row.why == nullptr) {
      EXPECT_EQ(why, std::nullopt) << row.address;
    } else {
      EXPECT_THAT(why.value_or("public"), HasSubstr(row.why)) << row.address;
    }
  }
}

// What is wrong with a URL, and what to do.
std::string fault_of_url(std::string_view text, const ReceiverRules& rules = {}) {
  try {
    (void)parse_receiver_url(text, rules);
  } catch (const InvalidTrigger& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "no fault";
}

TEST(ReceiverUrl, IsAnHttpsUrlOfAPublicHost) {
  EXPECT_EQ(parse_receiver_url("https://hooks.example.com/tender?a=b", {}).text(),
            "https://hooks.example.com/tender?a=b");
  for (const char* text : {"https://1.1.1.1/", "https://[2606:4700:4700::1111]:8443/",
                           "https://4chan.example", "https://0xide.example", "https://3com.com."}) {
    EXPECT_EQ(fault_of_url(text), "no fault") << text;
  }
}

TEST(ReceiverUrl, MayBeHttpIfThatIsAllowed) {
  EXPECT_EQ(
      fault_of_url("http://hooks.example.com/"),
      "the URL at http://hooks.example.com is an http URL: what it carries can be read on the way "
      "| write https://");
  EXPECT_EQ(fault_of_url("http://hooks.example.com/", {.allow_http = true}), "no fault");
}

TEST(ReceiverUrl, HasNoPrivateAddress) {
  EXPECT_EQ(fault_of_url("https://10.0.0.1/"),
            "the host 10.0.0.1 of the URL is not public: it is a private address (RFC 1918) | "
            "give a public address, or set TRIGGER_ALLOW_PRIVATE=on");
  EXPECT_THAT(fault_of_url("https://[::ffff:7f00:1]/"), HasSubstr("loopback address, behind IPv6"));
  EXPECT_EQ(fault_of_url("https://10.0.0.1/", {.allow_private = true}), "no fault");
}

TEST(ReceiverUrl, HasNoNumberForAHost) {
  for (const char* text :
       {"https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/",
        "https://017700000001/", "https://0177.0.0.1/", "https://127.1./"}) {
    EXPECT_THAT(fault_of_url(text, {.allow_private = true}), HasSubstr("of the URL is a number"))
        << text;
  }
}

TEST(ReceiverUrl, IsNotShownWithItsPathWhichMayBeASecret) {
  for (const char* text :
       {"http://hooks.example.com/s3cret?s3cret", "https:///s3cret", "hooks.example.com/s3cret",
        "https://127.1/s3cret", "https://10.0.0.1/?s3cret", "https://a.example/s3cret#s3cret",
        "https://a.example:0/s3cret"}) {
    EXPECT_THAT(fault_of_url(text), Not(HasSubstr("s3cret")));
    EXPECT_NE(fault_of_url(text), "no fault") << text;
  }
}

TEST(ReceiverUrl, SaysWhatIsNoUrl) {
  EXPECT_THAT(fault_of_url("hooks.example.com"), HasSubstr("write a URL such as https://"));
  EXPECT_THAT(fault_of_url("ftp://hooks.example.com"), HasSubstr("neither an http nor an https"));
  EXPECT_THAT(fault_of_url("https:///x"), HasSubstr("has no host"));
  EXPECT_THAT(fault_of_url("https://hooks.example.com/#x"), HasSubstr("fragment"));
  const std::string fault = fault_of_url("https://me:hidden@hooks.example.com/");
  EXPECT_THAT(fault, HasSubstr("has a user name or password"));
  EXPECT_THAT(fault, testing::Not(HasSubstr("hidden")));
}

// With the system's own resolver, which takes numbers for addresses without asking anybody.
class GuardedClient : public testing::Test {
 protected:
  http::Exchange get(const std::string& host) {
    http::ClientOptions options;
    options.address_filter = public_addresses_only();
    http::Client client(io.get_executor(), options);
    http::Request request(http::Method::get, http::Url::parse("http://" + host + ":" +
                                                              std::to_string(server.port()) + "/"));
    http::Exchange result;
    boost::asio::co_spawn(
        io,
        [&]() -> boost::asio::awaitable<void> {
          result = co_await client.exchange(request);
          server.stop();
        },
        boost::asio::detached);
    io.restart();
    io.run();
    return result;
  }

  boost::asio::io_context io;
  test::RawServer server{io};
};

class GuardedHost : public GuardedClient, public testing::WithParamInterface<const char*> {};

TEST_P(GuardedHost, IsNeverConnectedTo) {
  const http::Exchange exchange = get(GetParam());
  const auto* const failure = std::get_if<http::Failure>(&exchange.result);
  ASSERT_NE(failure, nullptr);
  EXPECT_EQ(failure->fault, http::Fault::forbidden) << failure->detail;
  EXPECT_FALSE(failure->written);
  EXPECT_THAT(failure->detail, HasSubstr("loopback address"));
  EXPECT_THAT(failure->detail, HasSubstr("TRIGGER_ALLOW_PRIVATE=on allows it"));
}

INSTANTIATE_TEST_SUITE_P(SpellingsOfLoopback, GuardedHost,
                         testing::Values("127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "127.1",
                                         "017700000001", "[::1]", "[::ffff:127.0.0.1]",
                                         "[::ffff:7f00:1]", "[::127.0.0.1]"));

}  // namespace
}  // namespace tender::hook
