#include "tender/hook/signing_key.hpp"

#include <array>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tender/hook/invalid_trigger.hpp"
#include "tender/nostr/base64.hpp"

namespace tender::hook {
namespace {

constexpr std::string_view kShared = "whsec_";
constexpr std::string_view kPrivate = "whsk_";
constexpr std::string_view kPublic = "whpk_";

constexpr std::size_t kShortestShared = 24;
constexpr std::size_t kLongestShared = 64;
constexpr std::size_t kEd25519 = 32;  // bytes of a private key, and of a public one

constexpr std::string_view kKeyRemedy =
    "give `whsec_` and base64, `whsk_` and base64, or have tender generate one";

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL does these without fail, unless memory is short.
void expect(bool done) {
  if (!done) {
    throw Error("OpenSSL cannot sign a webhook",
                "check the memory of this machine, and the OpenSSL that tender runs with");
  }
}

Key private_key(const Secret& bytes) {
  const std::string& raw = bytes.reveal();
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes_of(raw), raw.size()));
  expect(key != nullptr);
  return key;
}

std::string public_key_of(const Secret& bytes) {
  std::string raw(kEd25519, '\0');
  std::size_t size = raw.size();
  expect(EVP_PKEY_get_raw_public_key(private_key(bytes).get(),
                                     reinterpret_cast<unsigned char*>(raw.data()), &size) == 1);
  return raw;
}

std::string hmac_sha256(const Secret& key, std::string_view message) {
  const std::string& raw = key.reveal();
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned int size = 0;
  expect(HMAC(EVP_sha256(), raw.data(), static_cast<int>(raw.size()), bytes_of(message),
              message.size(), reinterpret_cast<unsigned char*>(digest.data()), &size) != nullptr);
  digest.resize(size);
  return digest;
}

std::string ed25519(const Secret& bytes, std::string_view message) {
  const Key key = private_key(bytes);
  const Context context(EVP_MD_CTX_new());
  expect(context != nullptr &&
         EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  std::string signature(2 * kEd25519, '\0');
  std::size_t size = signature.size();
  expect(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                        bytes_of(message), message.size()) == 1);
  return signature;
}

Secret decode(std::string_view base64) {
  std::optional<std::string> bytes = nostr::from_base64(base64);
  if (!bytes) {
    throw InvalidTrigger("the secret is not standard base64 with padding behind its prefix",
                         std::string(kKeyRemedy));
  }
  Secret secret(*bytes);
  OPENSSL_cleanse(bytes->data(), bytes->size());
  return secret;
}

}  // namespace

SigningKey::SigningKey(SignatureScheme scheme, Secret bytes, std::string public_key)
    : scheme_(scheme), bytes_(std::move(bytes)), public_key_(std::move(public_key)) {}

SigningKey SigningKey::parse(const Secret& text) {
  const std::string_view given = text.reveal();
  if (given.starts_with(kShared)) {
    Secret bytes = decode(given.substr(kShared.size()));
    const std::size_t size = bytes.reveal().size();
    if (size < kShortestShared || size > kLongestShared) {
      throw InvalidTrigger(fmt::format("the secret has {} bytes behind `{}`", size, kShared),
                           fmt::format("give {} to {}", kShortestShared, kLongestShared));
    }
    return SigningKey(SignatureScheme::hmac_sha256, std::move(bytes), "");
  }
  if (given.starts_with(kPublic)) {
    throw InvalidTrigger("the secret is a public key, which only verifies",
                         fmt::format("give the private key: `{}` and base64", kPrivate));
  }
  if (!given.starts_with(kPrivate)) {
    throw InvalidTrigger(
        fmt::format("the secret begins neither with `{}` nor with `{}`", kShared, kPrivate),
        std::string(kKeyRemedy));
  }
  const Secret decoded = decode(given.substr(kPrivate.size()));
  const std::string_view raw = decoded.reveal();
  if (raw.size() != kEd25519 && raw.size() != 2 * kEd25519) {
    throw InvalidTrigger(
        fmt::format("the secret has {} bytes behind `{}`", raw.size(), kPrivate),
        fmt::format("give the {} of an ed25519 private key, or {} with its public key", kEd25519,
                    2 * kEd25519));
  }
  Secret bytes(raw.substr(0, kEd25519));
  std::string public_key = public_key_of(bytes);
  if (raw.size() > kEd25519 && raw.substr(kEd25519) != public_key) {
    throw InvalidTrigger("the public key within the secret does not belong to the private key",
                         "generate the pair again");
  }
  return SigningKey(SignatureScheme::ed25519, std::move(bytes), std::move(public_key));
}

SigningKey SigningKey::generate(SignatureScheme scheme, Random& random) {
  std::array<std::uint8_t, kEd25519> raw{};
  random.fill(raw);
  Secret bytes(std::string_view(reinterpret_cast<const char*>(raw.data()), raw.size()));
  OPENSSL_cleanse(raw.data(), raw.size());
  std::string public_key = scheme == SignatureScheme::ed25519 ? public_key_of(bytes) : "";
  return SigningKey(scheme, std::move(bytes), std::move(public_key));
}

Secret SigningKey::text() const {
  const Secret raw(bytes_.reveal() + public_key_);
  const Secret base64(nostr::to_base64(raw.reveal()));
  return Secret(std::string(scheme_ == SignatureScheme::ed25519 ? kPrivate : kShared) +
                base64.reveal());
}

std::string SigningKey::public_text() const {
  return public_key_.empty() ? "" : std::string(kPublic) + nostr::to_base64(public_key_);
}

std::string SigningKey::sign(std::string_view message) const {
  if (scheme_ == SignatureScheme::ed25519) {
    return "v1a," + nostr::to_base64(ed25519(bytes_, message));
  }
  return "v1," + nostr::to_base64(hmac_sha256(bytes_, message));
}

}  // namespace tender::hook
