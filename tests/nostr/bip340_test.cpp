// BIP-340's own vectors (bip-0340/test-vectors.csv, BSD-2-Clause) against our keys. Nostr signs
// 32-byte digests only, so the vectors with messages of other lengths are given to the linked
// libsecp256k1 itself: they show that the packaged library is the BIP's final version.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <secp256k1.h>
#include <secp256k1_schnorrsig.h>

#include "tender/nostr/hex.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::nostr {
namespace {

struct Vector {
  std::string index;
  std::string secret_key;  // empty: only verify
  std::string public_key;
  std::vector<std::uint8_t> aux_rand;
  std::vector<std::uint8_t> message;
  Signature signature{};
  bool valid = false;
  std::string comment;
};

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  for (const char c : line) {
    if (c == ',' && fields.size() < 8) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<Vector> load_vectors() {
  std::ifstream file(BIP340_VECTORS);
  std::string line;
  std::getline(file, line);  // the names of the columns
  std::vector<Vector> vectors;
  while (std::getline(file, line)) {
    const auto fields = fields_of(line);
    Vector& vector = vectors.emplace_back();
    vector.index = fields.at(0);
    vector.secret_key = fields.at(1);
    vector.public_key = fields.at(2);
    vector.aux_rand = from_hex(lower(fields.at(3))).value();
    vector.message = from_hex(lower(fields.at(4))).value();
    if (!from_hex(lower(fields.at(5)), vector.signature)) {
      throw std::runtime_error("bad signature in " BIP340_VECTORS);
    }
    vector.valid = fields.at(6) == "TRUE";
    vector.comment = fields.at(7);
  }
  return vectors;
}

// Gives the auxiliary randomness of a vector.
class VectorRandom final : public Random {
 public:
  explicit VectorRandom(const Vector& vector) : bytes_(vector.aux_rand) {}
  void fill(std::span<std::uint8_t> out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::ranges::copy(bytes_, out.begin());
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

bool verifies_with_tender(const Vector& vector) {
  Bytes32 message;
  std::ranges::copy(vector.message, message.begin());
  try {
    return PublicKey::parse(vector.public_key).verify(message, vector.signature);
  } catch (const InvalidKey&) {
    return false;
  }
}

bool verifies_with_library(const Vector& vector) {
  secp256k1_xonly_pubkey key;
  const auto bytes = from_hex(lower(vector.public_key)).value();
  return secp256k1_xonly_pubkey_parse(secp256k1_context_static, &key, bytes.data()) == 1 &&
         secp256k1_schnorrsig_verify(secp256k1_context_static, vector.signature.data(),
                                     vector.message.data(), vector.message.size(), &key) == 1;
}

class Bip340 : public testing::TestWithParam<Vector> {};

TEST_P(Bip340, VerifiesAsTheVectorSays) {
  const Vector& vector = GetParam();
  EXPECT_EQ(verifies_with_library(vector), vector.valid) << vector.comment;
  if (vector.message.size() == 32) {
    EXPECT_EQ(verifies_with_tender(vector), vector.valid) << vector.comment;
  }
}

TEST_P(Bip340, SignsAsTheVectorSays) {
  const Vector& vector = GetParam();
  if (vector.secret_key.empty()) {
    return;  // a vector for verification only
  }
  const SecretKey key = SecretKey::parse(vector.secret_key);
  EXPECT_EQ(key.public_key().hex(), lower(vector.public_key));
  if (vector.message.size() == 32) {
    Bytes32 message;
    std::ranges::copy(vector.message, message.begin());
    VectorRandom random(vector);
    EXPECT_EQ(to_hex(key.sign(message, random)), to_hex(vector.signature));
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, Bip340, testing::ValuesIn(load_vectors()),
                         [](const auto& test) { return test.param.index; });

TEST(Bip340Vectors, AreAllThere) {
  EXPECT_EQ(load_vectors().size(), 19U);
}

}  // namespace
}  // namespace tender::nostr
