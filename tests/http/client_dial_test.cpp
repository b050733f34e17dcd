// From a URL to a connection: names, addresses, and what is said when none of them answers.
#include <algorithm>

#include <boost/asio/ip/tcp.hpp>

#include "client_fixture.hpp"
#include "fake_dns.hpp"

namespace tender::http {
namespace {

using test::answer;
using test::answer_always;
using testing::HasSubstr;

class ClientDial : public ClientTest {
 protected:
  ClientDial() { server.always(answer_always(answer(200, "ok"))); }

  [[nodiscard]] Request get_from(const std::string& host) const {
    return Request(Method::get, Url::parse("http://" + host + ":" + std::to_string(server.port())));
  }

  FakeDns dns;
};

TEST_F(ClientDial, LooksANameUp) {
  dns.add("zooid.test", {"127.0.0.1"});
  EXPECT_EQ(answered(get_from("zooid.test")).body, "ok");
  EXPECT_THAT(server.requests().at(0), HasSubstr("Host: zooid.test:"));
  EXPECT_EQ(dns.lookups(), 1U);
}

TEST_F(ClientDial, NeverLooksAnAddressUp) {
  EXPECT_EQ(answered(get_from("127.0.0.1")).body, "ok");
  EXPECT_EQ(dns.lookups(), 0U);
}

TEST_F(ClientDial, LooksNothingUpForAKeptConnection) {
  dns.add("zooid.test", {"127.0.0.1"});
  (void)answered(get_from("zooid.test"));
  (void)answered(get_from("zooid.test"));
  EXPECT_EQ(dns.lookups(), 1U);
}

TEST_F(ClientDial, GoesToAUnixSocketWhateverTheUrlSays) {
  options.unix_socket = "/no/such/socket";
  const Failure failure = failed(get_from("localhost"));
  EXPECT_EQ(failure.fault, Fault::refused);
  EXPECT_THAT(failure.detail, HasSubstr("cannot connect to /no/such/socket"));
  EXPECT_EQ(dns.lookups(), 0U);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ClientDial, TellsThatThePathOfAUnixSocketIsTooLong) {
  options.unix_socket = std::string(200, 'x');
  EXPECT_THAT(failed(get_from("localhost")).detail, HasSubstr("name too long"));
}

TEST_F(ClientDial, TellsThatANameDoesNotExist) {
  const Failure failure = failed(get_from("nobody.test"));
  EXPECT_EQ(failure.fault, Fault::dns);
  EXPECT_FALSE(failure.written);
  EXPECT_THAT(failure.detail, HasSubstr("cannot resolve the host name of nobody.test:"));
}

TEST_F(ClientDial, TriesEveryAddress) {
  // The server listens on 127.0.0.1 alone.
  dns.add("zooid.test", {"127.0.0.2", "127.0.0.3", "127.0.0.1"});
  EXPECT_EQ(answered(get_from("zooid.test")).body, "ok");
}

TEST_F(ClientDial, GoesOnToTheNextAddressWhenOneNeverAnswers) {
  using boost::asio::ip::tcp;
  const auto silent = boost::asio::ip::make_address("127.0.0.2");
  tcp::acceptor full(io);
  full.open(tcp::v4());
  full.bind(tcp::endpoint(silent, server.port()));
  full.listen(0);
  tcp::socket queued(io);
  queued.connect(full.local_endpoint());
  dns.add("zooid.test", {"127.0.0.2", "127.0.0.1"});
  Request request = get_from("zooid.test");
  request.timeout = Milliseconds(2000);
  EXPECT_EQ(answered(request).body, "ok");
}

// Remembers what it was asked, and refuses some addresses.
struct Door {
  [[nodiscard]] AddressFilter filter() {
    return [this](const boost::asio::ip::address& address) -> std::optional<std::string> {
      asked.push_back(address.to_string());
      return std::ranges::find(refused, asked.back()) == refused.end()
                 ? std::nullopt
                 : std::optional("it is mine");
    };
  }

  std::vector<std::string> refused;
  std::vector<std::string> asked;
};

class ClientWithAFilter : public ClientDial {
 protected:
  ClientWithAFilter() { options.address_filter = door.filter(); }

  Door door;
};

TEST_F(ClientWithAFilter, ConnectsToWhatIsAllowed) {
  dns.add("zooid.test", {"127.0.0.1"});
  EXPECT_EQ(answered(get_from("zooid.test")).body, "ok");
  EXPECT_THAT(door.asked, testing::ElementsAre("127.0.0.1"));
}

TEST_F(ClientWithAFilter, SendsNothingToAnAddressThatIsRefused) {
  door.refused = {"127.0.0.1"};
  dns.add("zooid.test", {"127.0.0.1"});
  const std::string port = std::to_string(server.port());
  const Failure by_name = failed(get_from("zooid.test"));
  EXPECT_EQ(by_name.fault, Fault::forbidden);
  EXPECT_FALSE(by_name.written);
  EXPECT_EQ(by_name.detail,
            "tender may not connect to zooid.test:" + port + " (127.0.0.1): it is mine");
  const Failure by_address = failed(get_from("127.0.0.1"));
  EXPECT_EQ(by_address.fault, Fault::forbidden);
  EXPECT_EQ(by_address.detail, "tender may not connect to 127.0.0.1:" + port + ": it is mine");
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ClientWithAFilter, SeesAnIpv6AddressAsItIs) {
  door.refused = {"::ffff:127.0.0.1"};
  EXPECT_EQ(failed(get_from("[::ffff:127.0.0.1]")).fault, Fault::forbidden);
}

TEST_F(ClientWithAFilter, PassesOverTheAddressesThatAreRefused) {
  // Only the second one would answer.
  door.refused = {"127.0.0.1"};
  dns.add("zooid.test", {"127.0.0.2", "127.0.0.1"});
  const Failure failure = failed(get_from("zooid.test"));
  EXPECT_EQ(failure.fault, Fault::refused);
  EXPECT_THAT(failure.detail, HasSubstr("(127.0.0.2)"));
  EXPECT_THAT(door.asked, testing::ElementsAre("127.0.0.2", "127.0.0.1"));
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(ClientWithAFilter, ConnectsToTheAddressThatWasAllowedWhateverTheNameSaysLater) {
  dns.add("zooid.test", {"127.0.0.1"});
  EXPECT_EQ(answered(get_from("zooid.test")).body, "ok");
  EXPECT_EQ(dns.lookups(), 1U);
  // Over the kept connection, which still leads to where it was allowed to.
  dns.add("zooid.test", {"127.0.0.2"});
  door.refused = {"127.0.0.2"};
  EXPECT_EQ(answered(get_from("zooid.test")).body, "ok");
  EXPECT_THAT(door.asked, testing::ElementsAre("127.0.0.1"));
  EXPECT_EQ(dns.lookups(), 1U);
}

TEST_F(ClientWithAFilter, AsksAgainForEveryNewConnection) {
  options.idle_timeout = Milliseconds(0);
  dns.add("zooid.test", {"127.0.0.1"});
  EXPECT_EQ(answered(get_from("zooid.test")).body, "ok");
  door.refused = {"127.0.0.1"};
  EXPECT_EQ(failed(get_from("zooid.test")).fault, Fault::forbidden);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientDial, SaysWhoRefusedTheConnection) {
  server.stop();
  const std::string port = std::to_string(server.port());
  const Failure failure = failed(get_from("127.0.0.1"));
  EXPECT_EQ(failure.fault, Fault::refused);
  EXPECT_FALSE(failure.written);
  EXPECT_EQ(failure.detail, "connection refused by 127.0.0.1:" + port);
  dns.add("zooid.test", {"127.0.0.1"});
  EXPECT_EQ(failed(get_from("zooid.test")).detail,
            "connection refused by zooid.test:" + port + " (127.0.0.1)");
}

TEST_F(ClientDial, ConnectsToAnIpv6Address) {
  const Failure failure = failed(get_from("[::1]"));  // nobody listens there, or there is no IPv6
  EXPECT_EQ(failure.fault, Fault::refused);
  EXPECT_THAT(failure.detail, HasSubstr("[::1]:" + std::to_string(server.port())));
}

}  // namespace
}  // namespace tender::http
