// A certificate authority made for one test, and TLS settings for servers that it vouches for.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

namespace tender::test {

class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  /// The authority's own certificate, in PEM: what a client must trust.
  [[nodiscard]] std::string pem() const;

  /// A server whose certificate is for `names`, in OpenSSL's notation ("DNS:relay.test" or
  /// "IP:127.0.0.1", separated by commas), valid for an hour from now; or until an hour ago.
  [[nodiscard]] boost::asio::ssl::context server(const std::string& names,
                                                 bool expired = false) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tender::test
