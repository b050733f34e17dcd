// Which server we trust: TLS settings, certificate authorities, and what a failed handshake means
// in words.
#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>

#include "origin.hpp"

namespace tender::http {

/// TLS 1.2 and up, peers verified by the system's authorities and by those in `ca_file` (PEM; empty
/// for none). Throws Error when the file cannot be read or holds no certificate.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const std::string& ca_file);

/// Has the handshake on `ssl` ask for `host` (SNI, names only) and accept only a certificate for
/// that name or IP address (RFC 6125; no partial wildcards).
void expect_peer(SSL* ssl, std::string host);

/// Why the handshake on `ssl` failed.
[[nodiscard]] std::string handshake_fault(SSL* ssl, const Origin& origin,
                                          const boost::system::error_code& error);

}  // namespace tender::http
