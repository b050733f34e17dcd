#include "tender/hook/secret_box.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "tender/base/ascii.hpp"
#include "tender/base/error.hpp"
#include "tender/base/log.hpp"
#include "tender/nostr/base64.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender::hook {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::string_view kVersion = "v1";

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

unsigned char* raw(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

Secret take(std::string bytes) {
  Secret secret(bytes);
  OPENSSL_cleanse(bytes.data(), bytes.size());
  return secret;
}

// The bytes that the text says, or fewer than a key has.
Secret key_of(std::string_view text) {
  if (text.size() == 2 * kKeyBytes) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), ascii_lower);
    std::string bytes(kKeyBytes, '\0');
    const bool is_hex =
        nostr::from_hex(lower, std::span(reinterpret_cast<std::uint8_t*>(bytes.data()), kKeyBytes));
    OPENSSL_cleanse(lower.data(), lower.size());
    return is_hex ? take(std::move(bytes)) : Secret();
  }
  return take(nostr::from_base64(text).value_or(""));
}

// What is authenticated beside the secret.
std::string label(std::string_view key_id, std::string_view owner) {
  return fmt::format("{}.{}.{}", kVersion, key_id, owner);
}

// Begins to encrypt or decrypt; nothing when OpenSSL cannot.
Cipher begin(bool encrypt, const Secret& key, std::string_view nonce, std::string_view label) {
  Cipher cipher(EVP_CIPHER_CTX_new());
  int ignored = 0;
  const bool ready =
      cipher != nullptr &&
      EVP_CipherInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, raw(key.reveal()), raw(nonce),
                        encrypt ? 1 : 0) == 1 &&
      EVP_CipherUpdate(cipher.get(), nullptr, &ignored, raw(label), size_of(label)) == 1;
  return ready ? std::move(cipher) : nullptr;
}

// Ciphertext and tag.
std::optional<std::string> encrypt(const Secret& key, std::string_view nonce,
                                   std::string_view label, std::string_view plain) {
  const Cipher cipher = begin(true, key, nonce, label);
  std::string text(plain.size() + kTagBytes, '\0');
  int written = 0;
  int rest = 0;
  if (cipher == nullptr ||
      EVP_CipherUpdate(cipher.get(), raw(text), &written, raw(plain), size_of(plain)) != 1 ||
      EVP_CipherFinal_ex(cipher.get(), raw(text) + written, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          raw(text) + plain.size()) != 1) {
    return std::nullopt;
  }
  return text;
}

// `text` is ciphertext and tag. Nothing: it was not made with that key, nonce and label.
std::optional<Secret> decrypt(const Secret& key, std::string_view nonce, std::string_view label,
                              std::string_view text) {
  const Cipher cipher = begin(false, key, nonce, label);
  const std::string_view secret = text.substr(0, text.size() - kTagBytes);
  std::string tag(text.substr(secret.size()));
  std::string plain(secret.size() + 1, '\0');  // room for a pointer behind an empty one
  int written = 0;
  int rest = 0;
  const bool sound =
      cipher != nullptr &&
      EVP_CipherUpdate(cipher.get(), raw(plain), &written, raw(secret), size_of(secret)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, raw(tag)) == 1 &&
      EVP_CipherFinal_ex(cipher.get(), raw(plain) + written, &rest) == 1;
  const Secret opened = take(std::move(plain));
  return sound ? std::optional(Secret(std::string_view(opened.reveal()).substr(0, secret.size())))
               : std::nullopt;
}

Error cannot_open(std::string_view owner, std::string_view why, std::string remedy) {
  return Error(fmt::format("the stored secret of the trigger {} {}", printable(owner, 100), why),
               std::move(remedy));
}

}  // namespace

SecretBox::SecretBox(const Secret& text) : key_(key_of(text.reveal())) {
  if (key_.reveal().size() != kKeyBytes) {
    throw Error("the key for the secrets of triggers is not 32 bytes as hex or base64",
                "make one: `openssl rand -hex 32`");
  }
  const Secret labelled("the id of a trigger key: " + key_.reveal());
  key_id_ = nostr::to_hex(nostr::sha256(labelled.reveal())).substr(0, 8);
}

std::optional<SecretBox> SecretBox::of_setting(const Secret& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  try {
    return SecretBox(text);
  } catch (const Error& error) {
    throw Error(fmt::format("TRIGGER_KEY: {}", error.what()), error.remedy());
  }
}

std::string SecretBox::seal(const Secret& secret, std::string_view owner, Random& random) const {
  std::array<std::uint8_t, kNonceBytes> bytes{};
  random.fill(bytes);
  const std::string nonce(bytes.begin(), bytes.end());
  const auto text = encrypt(key_, nonce, label(key_id_, owner), secret.reveal());
  if (!text) {
    throw Error("OpenSSL cannot encrypt the secret of a trigger",
                "check that the OpenSSL that tender runs with has AES-256-GCM");
  }
  return fmt::format("{}.{}.{}", kVersion, key_id_, nostr::to_base64(nonce + *text));
}

Secret SecretBox::open(std::string_view sealed, std::string_view owner) const {
  const std::string_view again = "give the trigger its secret again";
  const std::size_t first = sealed.find('.');
  const std::size_t second = sealed.find('.', first + 1);  // npos + 1 is 0
  const auto bytes = second == std::string_view::npos || sealed.substr(0, first) != kVersion
                         ? std::nullopt
                         : nostr::from_base64(sealed.substr(second + 1));
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) {
    throw cannot_open(owner, "is not in a form that this version of tender knows",
                      std::string(again));
  }
  const std::string_view id = sealed.substr(first + 1, second - first - 1);
  if (id != key_id_) {
    throw cannot_open(owner,
                      fmt::format("was encrypted with the key {}, and TRIGGER_KEY_FILE has {}",
                                  printable(id, 20), key_id_),
                      fmt::format("name the file with the other key, or {}", again));
  }
  const std::string_view text(*bytes);
  const auto secret =
      decrypt(key_, text.substr(0, kNonceBytes), label(id, owner), text.substr(kNonceBytes));
  if (!secret) {
    throw cannot_open(owner, "was altered, or is that of another trigger", std::string(again));
  }
  return *secret;
}

}  // namespace tender::hook
