#include "trust.hpp"

#include <stdexcept>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include "tender/base/error.hpp"

namespace tender::http {
namespace {

namespace asio = boost::asio;

void require(bool succeeded) {
  if (!succeeded) {
    throw std::runtime_error("OpenSSL refused a TLS setting");
  }
}

}  // namespace

asio::ssl::context make_tls_context(const std::string& ca_file) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  require(SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION) == 1);
  context.set_verify_mode(asio::ssl::verify_peer);
  boost::system::error_code error;
  if (!ca_file.empty()) {
    context.load_verify_file(ca_file, error);
  }
  if (error) {
    throw Error(fmt::format("cannot read CA certificates from {}: {}", ca_file, error.message()),
                "name a readable PEM file that holds the certificate of the authority that signed "
                "the server's certificate");
  }
  context.set_default_verify_paths();
  return context;
}

void expect_peer(SSL* ssl, std::string host) {
  boost::system::error_code no_address;
  (void)asio::ip::make_address(host, no_address);
  if (!no_address) {
    require(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1);
    return;
  }
  if (host.back() == '.') {
    host.pop_back();  // the root's dot belongs to DNS; certificates and SNI have none (RFC 6066)
  }
  require(!host.empty());  // OpenSSL would take an empty name as "any"
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  require(SSL_set1_host(ssl, host.c_str()) == 1);
  require(SSL_set_tlsext_host_name(ssl, host.c_str()) == 1);
}

std::string handshake_fault(SSL* ssl, const Origin& origin,
                            const boost::system::error_code& error) {
  const long verdict = SSL_get_verify_result(ssl);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH) {
    return fmt::format("certificate of {} is for another name: {}", origin.text(),
                       X509_verify_cert_error_string(verdict));
  }
  if (verdict != X509_V_OK) {
    return fmt::format("certificate of {} is not trusted: {}", origin.text(),
                       X509_verify_cert_error_string(verdict));
  }
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) {
    return fmt::format("{} closed the connection in the TLS handshake", origin.text());
  }
  return fmt::format("TLS handshake with {} failed: {}", origin.text(), error.message());
}

}  // namespace tender::http
