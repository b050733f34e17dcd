// Whom the client believes, and TLS beneath everything else.
#include <cstdlib>
#include <fstream>

#include <openssl/conf.h>
#include <openssl/ssl.h>

#include "tender/base/error.hpp"

#include "client_fixture.hpp"
#include "failing_send.hpp"
#include "fake_dns.hpp"
#include "support/temp_dir.hpp"
#include "support/test_authority.hpp"

namespace tender::http {
namespace {

using test::answer;
using test::answer_always;
using test::RawServer;
using test::Step;
using test::TestAuthority;
using testing::HasSubstr;

const test::Script kOk = answer_always(answer(200, "ok"));

class ClientTls : public ClientTest {
 protected:
  ClientTls() {
    dns.add("relay.test", {"127.0.0.1"});
    dns.add("relay.test.", {"127.0.0.1"});
    trust(authority);
  }

  void trust(const TestAuthority& trusted) {
    options.ca_file = write_file("ca.pem", trusted.pem());
  }

  std::string write_file(const std::string& name, const std::string& text) {
    std::string path = (directory.path() / name).string();
    std::ofstream(path) << text;
    return path;
  }

  static Request post_to(const RawServer& peer, const std::string& host) {
    const std::string url = "https://" + host + ":" + std::to_string(peer.port()) + "/";
    Request request(Method::post, Url::parse(url));
    request.body = "{}";
    request.timeout = Milliseconds(20'000);
    return request;
  }

  void expect_refused(const RawServer& peer, const std::string& host, const std::string& detail) {
    const Failure failure = failed(post_to(peer, host));
    EXPECT_EQ(failure.fault, Fault::tls);
    EXPECT_FALSE(failure.written);
    EXPECT_THAT(failure.detail, HasSubstr(host + ":" + std::to_string(peer.port())));
    EXPECT_THAT(failure.detail, HasSubstr(detail));
    EXPECT_TRUE(peer.requests().empty());
  }

  TestAuthority authority;
  test::TempDir directory;
  FakeDns dns;
};

TEST_F(ClientTls, BelievesACertificateOfTheGivenAuthority) {
  auto context = authority.server("DNS:relay.test,IP:127.0.0.1");
  RawServer peer(io, &context);
  peer.always(kOk);
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  EXPECT_EQ(answered(post_to(peer, "relay.test.")).body, "ok");
  EXPECT_EQ(answered(post_to(peer, "127.0.0.1")).body, "ok");
  const std::vector<std::string> expected{"relay.test", "relay.test", ""};
  EXPECT_EQ(peer.server_names(), expected);
  peer.stop();
}

TEST_F(ClientTls, DoesNotBelieveAnotherAuthority) {
  const TestAuthority stranger;
  auto context = stranger.server("DNS:relay.test");
  RawServer peer(io, &context);
  expect_refused(peer, "relay.test", "is not trusted: ");
  peer.stop();
}

TEST_F(ClientTls, DoesNotBelieveAnybodyWithoutTheAuthority) {
  options.ca_file.clear();
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  expect_refused(peer, "relay.test", "unable to get local issuer certificate");
  peer.stop();
}

TEST_F(ClientTls, DoesNotBelieveACertificateForAnotherName) {
  auto context = authority.server("DNS:other.test,DNS:*.relay.test,IP:127.0.0.2");
  RawServer peer(io, &context);
  expect_refused(peer, "relay.test", "is for another name");
  expect_refused(peer, "127.0.0.1", "is for another name");
  peer.stop();
}

TEST_F(ClientTls, TakesAWildcardForAWholeLabelOnly) {
  dns.add("relay.zooid.test", {"127.0.0.1"});
  auto whole_context = authority.server("DNS:*.zooid.test");
  auto partial_context = authority.server("DNS:r*.zooid.test");
  RawServer whole(io, &whole_context);
  RawServer partial(io, &partial_context);
  whole.always(kOk);
  EXPECT_EQ(answered(post_to(whole, "relay.zooid.test")).body, "ok");
  expect_refused(partial, "relay.zooid.test", "is for another name");
  whole.stop();
  partial.stop();
}

TEST_F(ClientTls, ChecksTheUrlsNameAndNotTheHostHeader) {
  auto context = authority.server("DNS:other.test");
  RawServer peer(io, &context);
  Request request = post_to(peer, "relay.test");
  request.host = "other.test";
  EXPECT_EQ(failed(request).fault, Fault::tls);
  peer.stop();
}

TEST_F(ClientTls, DoesNotBelieveAnExpiredCertificate) {
  auto context = authority.server("DNS:relay.test", true);
  RawServer peer(io, &context);
  expect_refused(peer, "relay.test", "certificate has expired");
  peer.stop();
}

TEST_F(ClientTls, RefusesTls11EvenWhereTheSystemAllowsIt) {
  const std::string lax = write_file("openssl.cnf",
                                     "openssl_conf = start\n[start]\nssl_conf = ssl\n[ssl]\n"
                                     "system_default = lax\n[lax]\nMinProtocol = TLSv1\n"
                                     "CipherString = ALL:@SECLEVEL=0\n");
  ASSERT_EQ(CONF_modules_load_file(lax.c_str(), nullptr, 0), 1);
  boost::asio::ssl::context permissive(boost::asio::ssl::context::tls_client);
  ASSERT_EQ(SSL_CTX_get_min_proto_version(permissive.native_handle()), TLS1_VERSION);
  auto context = authority.server("DNS:relay.test");
  SSL_CTX_set_security_level(context.native_handle(), 0);
  SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_1_VERSION);
  RawServer peer(io, &context);
  peer.always(kOk);
  expect_refused(peer, "relay.test", "protocol");
  CONF_modules_finish();
  CONF_modules_load_file(nullptr, nullptr, CONF_MFLAGS_DEFAULT_SECTION | CONF_MFLAGS_IGNORE_ERRORS);
  peer.stop();
}

TEST_F(ClientTls, SpeaksTls12) {
  auto context = authority.server("DNS:relay.test");
  SSL_CTX_set_max_proto_version(context.native_handle(), TLS1_2_VERSION);
  RawServer peer(io, &context);
  peer.always(kOk);
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  EXPECT_EQ(peer.accepted(), 1U);
  peer.stop();
}

TEST_F(ClientTls, RefusesAServerThatDoesNotSpeakTls) {
  server.always({Step::send("HTTP/1.1 400 Bad Request\r\n\r\n"), Step::hang()});
  expect_refused(server, "127.0.0.1", "TLS handshake");
}

TEST_F(ClientTls, TellsWhenTheServerHangsUpInTheHandshake) {
  server.always({Step::close()});
  const Failure failure = failed(post_to(server, "127.0.0.1"));
  EXPECT_EQ(failure.fault, Fault::tls);
  EXPECT_FALSE(failure.written);
}

TEST_F(ClientTls, TrustsTheSystemsAuthoritiesBesideTheGivenOne) {
  const TestAuthority system;
  setenv("SSL_CERT_FILE", write_file("system.pem", system.pem()).c_str(), 1);
  auto given_context = authority.server("DNS:relay.test");
  auto system_context = system.server("DNS:relay.test");
  RawServer given_peer(io, &given_context);
  RawServer system_peer(io, &system_context);
  given_peer.always(kOk);
  system_peer.always(kOk);
  EXPECT_EQ(answered(post_to(given_peer, "relay.test")).body, "ok");
  EXPECT_EQ(answered(post_to(system_peer, "relay.test")).body, "ok");
  unsetenv("SSL_CERT_FILE");
  given_peer.stop();
  system_peer.stop();
}

TEST_F(ClientTls, UsesAConnectionAgain) {
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  peer.always(kOk);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  }
  EXPECT_EQ(peer.accepted(), 1U);
  peer.stop();
}

TEST_F(ClientTls, TakesAFreshConnectionWhenTheServerHasClosedTheIdleOne) {
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  peer.next({Step::read_request(), Step::send(answer(200)), Step::wait(), Step::cut()});
  peer.always(kOk);
  (void)answered(post_to(peer, "relay.test"));
  peer.release();
  run_until([&] { return peer.open() == 0; });
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  EXPECT_EQ(peer.accepted(), 2U);
  peer.stop();
}

TEST_F(ClientTls, DistrustsAnIdleConnectionWithAnUnreadRecord) {
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  peer.next({Step::read_request(), Step::send(answer(200)), Step::send(answer(200, "poison")),
             Step::hang()});
  peer.always(kOk);
  (void)answered(post_to(peer, "relay.test"));
  run_until([&] { return peer.sent() == 2; });
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  EXPECT_EQ(peer.accepted(), 2U);
  peer.stop();
}

TEST_F(ClientTls, SendsAgainOnlyWhenNoByteOfTheRequestWasWritten) {
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  peer.always(kOk);
  (void)answered(post_to(peer, "relay.test"));
  fail_send_after(0);
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "ok");
  EXPECT_EQ(peer.accepted(), 2U);

  // A part of a TLS record has left: the TLS layer itself would say that nothing was written.
  fail_send_after(10);
  const Failure failure = failed(post_to(peer, "relay.test"));
  EXPECT_TRUE(send_has_failed());
  EXPECT_TRUE(failure.written);
  EXPECT_EQ(peer.accepted(), 2U);
  peer.stop();
}

TEST_F(ClientTls, TellsABodyThatWasCutOffFromOneThatEnds) {
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  const std::string text = "HTTP/1.1 200 OK\r\n\r\nhello";
  peer.next({Step::read_request(), Step::send(text), Step::close()});
  EXPECT_EQ(answered(post_to(peer, "relay.test")).body, "hello");
  peer.next({Step::read_request(), Step::send(text), Step::cut()});
  EXPECT_EQ(failed(post_to(peer, "relay.test")).fault, Fault::closed);
  peer.stop();
}

TEST_F(ClientTls, SendsAndReadsMoreThanOneRecord) {
  auto context = authority.server("DNS:relay.test");
  RawServer peer(io, &context);
  const std::string large(300'000, 'y');
  peer.always(answer_always(answer(200, large)));
  Request request = post_to(peer, "relay.test");
  request.body = std::string(3 << 20, 'x');
  EXPECT_EQ(answered(request).body, large);
  EXPECT_THAT(peer.requests().at(0), testing::EndsWith(request.body));
  peer.stop();
}

class ClientCaFile : public ClientTls {
 protected:
  void expect_error(const std::string& path, const std::string& what) {
    options.ca_file = path;
    try {
      const Client made(io.get_executor(), options);
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(path));
      EXPECT_THAT(error.what(), HasSubstr(what));
      EXPECT_THAT(error.remedy(), HasSubstr("PEM"));
    }
  }
};

TEST_F(ClientCaFile, MustExist) {
  expect_error((directory.path() / "none.pem").string(), "No such file");
}

TEST_F(ClientCaFile, MustHoldACertificate) {
  expect_error(write_file("noise.pem", "no certificate at all\n"), "certificate");
  expect_error(write_file("empty.pem", ""), "certificate");
  expect_error(
      write_file("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      "cannot read CA certificates");
}

}  // namespace
}  // namespace tender::http
