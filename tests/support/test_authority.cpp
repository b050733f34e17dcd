#include "support/test_authority.hpp"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/buffer.hpp>

namespace tender::test {
namespace {

namespace asio = boost::asio;

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr long kHour = 3600;

void require(bool succeeded) {
  if (!succeeded) {
    throw std::runtime_error("OpenSSL could not make a test certificate");
  }
}

Key make_key() {
  Key key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  return key;
}

void extend(X509* certificate, int nid, const std::string& value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value.c_str()));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate make_certificate(EVP_PKEY* key, const std::string& common_name, long serial,
                             bool expired) {
  Certificate certificate(X509_new());
  require(certificate != nullptr);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * kHour);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), expired ? -kHour : kHour);
  require(X509_set_pubkey(certificate.get(), key) == 1);
  require(X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(common_name.c_str()),
                                     -1, -1, 0) == 1);
  return certificate;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  require(memory && PEM_write_bio_X509(memory.get(), certificate) == 1);
  return text_of(memory.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  require(memory &&
          PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_of(memory.get());
}

// Two authorities of one name would be taken for one another.
std::string authority_name() {
  static int count = 0;
  return "Test authority " + std::to_string(++count);
}

}  // namespace

struct TestAuthority::Impl {
  Key key = make_key();
  Certificate certificate = make_certificate(key.get(), authority_name(), 1, false);
};

TestAuthority::TestAuthority() : impl_(std::make_unique<Impl>()) {
  X509* const own = impl_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  extend(own, NID_basic_constraints, "critical,CA:TRUE");
  extend(own, NID_key_usage, "critical,keyCertSign");
  require(X509_sign(own, impl_->key.get(), EVP_sha256()) > 0);
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::pem() const {
  return pem_of(impl_->certificate.get());
}

asio::ssl::context TestAuthority::server(const std::string& names, bool expired) const {
  const Key key = make_key();
  const Certificate certificate = make_certificate(key.get(), "Test server", 2, expired);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(impl_->certificate.get()));
  extend(certificate.get(), NID_subject_alt_name, names);
  require(X509_sign(certificate.get(), impl_->key.get(), EVP_sha256()) > 0);
  asio::ssl::context context(asio::ssl::context::tls_server);
  const std::string chain = pem_of(certificate.get());
  const std::string secret = pem_of(key.get());
  context.use_certificate(asio::buffer(chain), asio::ssl::context::pem);
  context.use_private_key(asio::buffer(secret), asio::ssl::context::pem);
  return context;
}

}  // namespace tender::test
