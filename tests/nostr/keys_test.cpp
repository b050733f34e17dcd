#include "tender/nostr/keys.hpp"

#include <array>
#include <new>
#include <ostream>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/nostr/hex.hpp"

#include "nostr/bech32.hpp"
#include "support/seeded_random.hpp"

namespace tender::nostr {
namespace {

template <typename T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };

static_assert(!fmt::is_formattable<SecretKey>::value, "a SecretKey must not be printable with fmt");
static_assert(!Streamable<SecretKey>, "a SecretKey must not be printable with a stream");

// NIP-19's examples.
constexpr std::string_view kPublicHex =
    "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
constexpr std::string_view kNpub =
    "npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg";
constexpr std::string_view kSecretHex =
    "67dea2ed018072d675f5415ecfaed7d2597555e202d85b3d65ea4e58d2d92ffa";
constexpr std::string_view kNsec =
    "nsec1vl029mgpspedva04g90vltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5";

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return out;
}

// The message with which `text` is refused, or "accepted".
template <typename Key>
std::string refusal(std::string_view text) {
  try {
    (void)Key::parse(text);
    return "accepted";
  } catch (const InvalidKey& error) {
    return error.what();
  }
}

TEST(PublicKey, AgreesWithTheExamplesOfNip19) {
  EXPECT_EQ(PublicKey::parse(kNpub).hex(), kPublicHex);
  EXPECT_EQ(PublicKey::parse(kPublicHex).npub(), kNpub);
  EXPECT_EQ(
      PublicKey::parse("3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d").npub(),
      "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6");
}

// NIP-19's example: the key with two relays.
constexpr std::string_view kNprofile =
    "nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhx"
    "ue"
    "69uhkg6nzv9ejuumpv34kytnrdaksjlyr9p";

TEST(PublicKey, IsReadFromAProfile) {
  EXPECT_EQ(PublicKey::parse(kNprofile).hex(),
            "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d");
}

TEST(PublicKey, IsReadFromANostrUri) {
  EXPECT_EQ(PublicKey::parse("nostr:" + std::string(kNpub)).hex(), kPublicHex);
  EXPECT_EQ(PublicKey::parse("NOSTR:" + std::string(kNprofile)), PublicKey::parse(kNprofile));
  EXPECT_EQ(refusal<PublicKey>("nostr:" + std::string(kPublicHex)),
            "not a public key: after nostr: it is neither npub1… nor nprofile1…");
  EXPECT_EQ(refusal<PublicKey>("nostr:" + std::string(kNsec)),
            "not a public key: it is a secret key (nsec)");
}

TEST(PublicKey, RefusesAProfileWithoutOneWholeKey) {
  const auto profile = [](std::initializer_list<std::uint8_t> head, std::size_t more) {
    std::vector<std::uint8_t> bytes(head);
    bytes.resize(bytes.size() + more, 7);
    return refusal<PublicKey>(bech32::encode("nprofile", bytes));
  };
  const std::string none =
      "not a public key: the nprofile does not hold one public key of 32 bytes";
  EXPECT_EQ(profile({}, 0), none);
  EXPECT_EQ(profile({1, 2}, 2), none);    // a relay only
  EXPECT_EQ(profile({0, 32}, 31), none);  // cut off
  EXPECT_EQ(profile({0, 31}, 31), none);  // too short
  EXPECT_EQ(profile({0, 32}, 33), none);  // half a record behind it
  std::string wrong(kNprofile);
  wrong.back() = 'q';
  EXPECT_THAT(refusal<PublicKey>(wrong), testing::HasSubstr("checksum"));
  EXPECT_THAT(refusal<PublicKey>("nprofile1" + std::string(6000, 'q')),
              testing::HasSubstr("checksum"));
}

TEST(PublicKey, IsReadInEitherCase) {
  EXPECT_EQ(PublicKey::parse(upper(kPublicHex)).hex(), kPublicHex);
  EXPECT_EQ(PublicKey::parse(upper(kNpub)).hex(), kPublicHex);
}

TEST(PublicKey, RefusesAPointOffTheCurve) {
  EXPECT_EQ(refusal<PublicKey>("eefdea4cdb677750a420fee807eacf21eb9898ae79b9768766e4faa04a2d4a34"),
            "not a public key: it is not a point on the curve secp256k1");
  EXPECT_EQ(refusal<PublicKey>("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30"),
            "not a public key: it is not a point on the curve secp256k1");
}

TEST(PublicKey, NamesASecretKeyThatWasGivenInstead) {
  EXPECT_EQ(refusal<PublicKey>(kNsec), "not a public key: it is a secret key (nsec)");
}

TEST(SecretKey, AgreesWithTheExamplesOfNip19) {
  EXPECT_EQ(SecretKey::parse(kNsec).reveal_hex(), kSecretHex);
  EXPECT_EQ(SecretKey::parse(upper(kNsec)).reveal_hex(), kSecretHex);
  EXPECT_EQ(SecretKey::parse(upper(kSecretHex)).reveal_hex(), kSecretHex);
  EXPECT_EQ(SecretKey::parse(kSecretHex).public_key().npub(), kNpub);
}

TEST(SecretKey, RefusesScalarsOutOfRange) {
  constexpr std::string_view order =
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
  constexpr std::string_view largest =
      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
  const std::string message = "not a secret key: it is zero or too large for the curve secp256k1";
  EXPECT_EQ(refusal<SecretKey>(std::string(64, '0')), message);
  EXPECT_EQ(refusal<SecretKey>(order), message);
  EXPECT_EQ(refusal<SecretKey>(std::string(64, 'f')), message);
  EXPECT_EQ(SecretKey::parse(largest).reveal_hex(), largest);
}

TEST(SecretKey, NamesAPublicKeyThatWasGivenInstead) {
  EXPECT_EQ(refusal<SecretKey>(kNpub), "not a secret key: it is a public key (npub)");
  EXPECT_EQ(refusal<SecretKey>(upper(kNpub)), "not a secret key: it is a public key (npub)");
}

TEST(SecretKey, SaysWhatIsWrongWithoutQuotingTheText) {
  std::string one_off(kNsec);
  one_off[20] = one_off[20] == 'q' ? 'p' : 'q';
  EXPECT_EQ(refusal<SecretKey>(one_off),
            "not a secret key: its checksum does not match; a character is wrong or missing");
  std::string not_hex(kSecretHex);
  not_hex[63] = 'g';
  EXPECT_EQ(refusal<SecretKey>(not_hex), "not a secret key: it holds a character that is not hex");
  EXPECT_EQ(refusal<SecretKey>("hunter2"),
            "not a secret key: it is neither 64 hex characters nor nsec1… (it has 7 characters)");
  EXPECT_EQ(refusal<SecretKey>(""),
            "not a secret key: it is neither 64 hex characters nor nsec1… (it has 0 characters)");
}

TEST(SecretKey, RefusesBech32ThatDoesNotHold32Bytes) {
  // "nsec" over the bytes 00 01 02 03: a right checksum over too little.
  EXPECT_EQ(refusal<SecretKey>("nsec1qqqsyqcgyj0dj"),
            "not a secret key: it does not hold 32 bytes");
}

TEST(SecretKey, SignsWithFreshRandomnessWhatItsPublicKeyVerifies) {
  test::SeededRandom random(1);
  const SecretKey key = SecretKey::generate(random);
  Bytes32 message{};
  message[0] = 1;
  const Signature first = key.sign(message, random);
  const Signature second = key.sign(message, random);
  EXPECT_NE(first, second);
  EXPECT_TRUE(key.public_key().verify(message, first));
  EXPECT_TRUE(key.public_key().verify(message, second));
  message[31] = 1;
  EXPECT_FALSE(key.public_key().verify(message, first));
}

TEST(SecretKey, GeneratesADifferentKeyEachTime) {
  test::SeededRandom random(2);
  std::set<std::string> keys;
  for (int i = 0; i < 20; ++i) {
    const SecretKey key = SecretKey::generate(random);
    keys.insert(key.reveal_hex());
    EXPECT_EQ(SecretKey::parse(key.reveal_hex()).public_key(), key.public_key());
  }
  EXPECT_EQ(keys.size(), 20U);
}

TEST(SecretKey, StaysWholeWhenItIsCopied) {
  test::SeededRandom random(3);
  SecretKey copy = SecretKey::parse(kSecretHex);
  {
    const SecretKey original = SecretKey::generate(random);
    const std::string hex = original.reveal_hex();
    copy = original;
    EXPECT_EQ(copy.reveal_hex(), hex);
  }
  Bytes32 message{};
  EXPECT_TRUE(copy.public_key().verify(message, copy.sign(message, random)));
}

TEST(SecretKey, LeavesNothingBehindInMemory) {
  alignas(SecretKey) std::array<char, sizeof(SecretKey)> memory{};
  const std::string_view seen(memory.data(), memory.size());
  const auto bytes = from_hex(kSecretHex).value();
  const std::string secret(bytes.begin(), bytes.end());
  auto* key = new (memory.data()) SecretKey(SecretKey::parse(kSecretHex));
  EXPECT_NE(seen.find(secret), std::string_view::npos);
  key->~SecretKey();
  EXPECT_EQ(seen.find(secret), std::string_view::npos);
  EXPECT_EQ(seen.find(secret.substr(0, 8)), std::string_view::npos);
}

}  // namespace
}  // namespace tender::nostr
