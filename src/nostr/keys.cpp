#include "tender/nostr/keys.hpp"

#include <algorithm>
#include <cassert>
#include <memory>
#include <span>
#include <vector>

#include <openssl/crypto.h>
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

#include "tender/base/ascii.hpp"
#include "tender/nostr/hex.hpp"

#include "bech32.hpp"

namespace tender::nostr {
namespace {

struct DestroyContext {
  void operator()(secp256k1_context* context) const { secp256k1_context_destroy(context); }
};
using Context = std::unique_ptr<secp256k1_context, DestroyContext>;

// One context for the process: it is never changed after this, and making one costs milliseconds.
// Its randomization blinds secret computations against side channels; no result depends on it, so
// it need not come from the injected Random.
const secp256k1_context* context() {
  static const Context made = [] {
    Context fresh(secp256k1_context_create(SECP256K1_CONTEXT_NONE));
    Bytes32 seed;
    SystemRandom().fill(seed);
    [[maybe_unused]] const int randomized = secp256k1_context_randomize(fresh.get(), seed.data());
    assert(randomized == 1);
    OPENSSL_cleanse(seed.data(), seed.size());
    return fresh;
  }();
  return made.get();
}

// 32 bytes that may be secret, zeroed when they go.
struct Scratch {
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
  Bytes32 bytes{};
};

struct KeyForm {
  std::string_view prefix;  // of its bech32 form
  std::string_view name;    // as in "a <name> is …"
  std::string_view other;   // the prefix that people mix it up with
  std::string_view other_name;
};

constexpr KeyForm kPublicForm{"npub", "public key", "nsec", "secret key"};
constexpr KeyForm kSecretForm{"nsec", "secret key", "npub", "public key"};

constexpr std::string_view kProfile = "nprofile";
constexpr std::string_view kUriScheme = "nostr:";
constexpr std::size_t kLongestProfile = 5000;  // as NIP-19 recommends

[[noreturn]] void refuse(const KeyForm& form, std::string_view why) {
  throw InvalidKey("not a " + std::string(form.name) + ": " + std::string(why));
}

bool starts_without_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text.substr(0, lower.size()), lower,
                            [](char a, char b) { return ascii_lower(a) == b; });
}

bool starts_with_prefix(std::string_view text, std::string_view prefix) {
  return text.size() > prefix.size() && text[prefix.size()] == '1' &&
         starts_without_case(text, prefix);
}

void parse_bech32(const KeyForm& form, std::string_view text, Bytes32& out) {
  const auto decoded = bech32::decode(text);
  if (!decoded) {
    refuse(form, "its checksum does not match; a character is wrong or missing");
  }
  if (!bech32::to_bytes(decoded->groups, out)) {
    refuse(form, "it does not hold 32 bytes");
  }
}

void parse_hex(const KeyForm& form, std::string_view text, Bytes32& out) {
  std::array<char, 64> lower;
  if (text.size() != lower.size()) {
    refuse(form, "it is neither 64 hex characters nor " + std::string(form.prefix) + "1… (it has " +
                     std::to_string(text.size()) + " characters)");
  }
  std::ranges::transform(text, lower.begin(), ascii_lower);
  const bool parsed = from_hex(std::string_view(lower.data(), lower.size()), out);
  OPENSSL_cleanse(lower.data(), lower.size());
  if (!parsed) {
    refuse(form, "it holds a character that is not hex");
  }
}

// NIP-19: records of a type, a length and a value, in any order. Type 0 is the public key; it comes
// once. What other types say, relays for example, is of no use here.
void parse_nprofile(std::string_view text, Bytes32& out) {
  constexpr std::uint8_t special = 0;
  const auto decoded = bech32::decode(text, kLongestProfile);
  if (!decoded) {
    refuse(kPublicForm, "its checksum does not match; a character is wrong or missing");
  }
  std::vector<std::uint8_t> bytes(decoded->groups.size() * 5 / 8);
  bool found = false;
  std::span<const std::uint8_t> left = bytes;
  bool whole = bech32::to_bytes(decoded->groups, bytes);
  while (whole && !left.empty()) {
    const std::size_t size = left.size() < 2 ? left.size() : 2 + std::size_t{left[1]};
    whole = size >= 2 && size <= left.size();
    if (whole && left[0] == special) {
      whole = !found && size == 2 + out.size();
      found = true;
      std::ranges::copy(left.subspan(2, whole ? out.size() : 0), out.begin());
    }
    left = left.subspan(whole ? size : 0);
  }
  if (!whole || !found) {
    refuse(kPublicForm, "the nprofile does not hold one public key of 32 bytes");
  }
}

// Without `nostr:` (NIP-21), which is written before the bech32 forms only.
std::string_view without_scheme(std::string_view text) {
  if (!starts_without_case(text, kUriScheme)) {
    return text;
  }
  text.remove_prefix(kUriScheme.size());
  if (!starts_with_prefix(text, "npub") && !starts_with_prefix(text, kProfile) &&
      !starts_with_prefix(text, "nsec")) {
    refuse(kPublicForm, "after nostr: it is neither npub1… nor nprofile1…");
  }
  return text;
}

void parse_key(const KeyForm& form, std::string_view text, Bytes32& out) {
  if (starts_with_prefix(text, form.other)) {
    refuse(form, "it is a " + std::string(form.other_name) + " (" + std::string(form.other) + ")");
  }
  if (starts_with_prefix(text, form.prefix)) {
    parse_bech32(form, text, out);
  } else {
    parse_hex(form, text, out);
  }
}

static_assert(sizeof(secp256k1_keypair) == 96, "SecretKey holds a secp256k1_keypair");

}  // namespace

PublicKey PublicKey::parse(std::string_view text) {
  Bytes32 bytes;
  const std::string_view key = without_scheme(text);
  if (starts_with_prefix(key, kProfile)) {
    parse_nprofile(key, bytes);
  } else {
    parse_key(kPublicForm, key, bytes);
  }
  secp256k1_xonly_pubkey point;
  if (secp256k1_xonly_pubkey_parse(context(), &point, bytes.data()) != 1) {
    refuse(kPublicForm, "it is not a point on the curve secp256k1");
  }
  return PublicKey(bytes);
}

std::string PublicKey::hex() const {
  return to_hex(bytes_);
}

std::string PublicKey::npub() const {
  return bech32::encode(kPublicForm.prefix, bytes_);
}

bool PublicKey::verify(const Bytes32& message, const Signature& signature) const {
  secp256k1_xonly_pubkey point;
  return secp256k1_xonly_pubkey_parse(context(), &point, bytes_.data()) == 1 &&
         secp256k1_schnorrsig_verify(context(), signature.data(), message.data(), message.size(),
                                     &point) == 1;
}

SecretKey SecretKey::from_bytes(const Bytes32& bytes) {
  secp256k1_keypair pair;
  if (secp256k1_keypair_create(context(), &pair, bytes.data()) != 1) {
    refuse(kSecretForm, "it is zero or too large for the curve secp256k1");
  }
  secp256k1_xonly_pubkey point;
  Bytes32 point_bytes;
  [[maybe_unused]] int done = secp256k1_keypair_xonly_pub(context(), &point, nullptr, &pair);
  assert(done == 1);
  done = secp256k1_xonly_pubkey_serialize(context(), point_bytes.data(), &point);
  assert(done == 1);
  SecretKey key{PublicKey(point_bytes)};
  std::ranges::copy(pair.data, key.keypair_.begin());
  OPENSSL_cleanse(&pair, sizeof(pair));
  return key;
}

SecretKey SecretKey::parse(std::string_view text) {
  Scratch scratch;
  parse_key(kSecretForm, text, scratch.bytes);
  return from_bytes(scratch.bytes);
}

SecretKey SecretKey::generate(Random& random) {
  Scratch scratch;
  random.fill(scratch.bytes);
  return from_bytes(scratch.bytes);
}

SecretKey::~SecretKey() {
  OPENSSL_cleanse(keypair_.data(), keypair_.size());
}

Signature SecretKey::sign(const Bytes32& message, Random& random) const {
  Scratch auxiliary;
  random.fill(auxiliary.bytes);
  secp256k1_keypair pair;
  std::ranges::copy(keypair_, pair.data);
  Signature signature;
  [[maybe_unused]] const int done = secp256k1_schnorrsig_sign32(
      context(), signature.data(), message.data(), &pair, auxiliary.bytes.data());
  assert(done == 1);
  OPENSSL_cleanse(&pair, sizeof(pair));
  return signature;
}

std::string SecretKey::reveal_hex() const {
  secp256k1_keypair pair;
  std::ranges::copy(keypair_, pair.data);
  Scratch scratch;
  [[maybe_unused]] const int done = secp256k1_keypair_sec(context(), scratch.bytes.data(), &pair);
  assert(done == 1);
  OPENSSL_cleanse(&pair, sizeof(pair));
  return to_hex(scratch.bytes);
}

}  // namespace tender::nostr
