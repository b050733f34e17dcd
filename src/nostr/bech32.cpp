#include "bech32.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>

#include "tender/base/ascii.hpp"

namespace tender::nostr::bech32 {
namespace {

constexpr std::string_view kAlphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t kChecksumSize = 6;

// The BCH code of BIP-173, fed with one five-bit group at a time.
class Checksum {
 public:
  void feed(std::uint8_t group) {
    constexpr std::array<std::uint32_t, 5> generator = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa,
                                                        0x3d4233dd, 0x2a1462b3};
    const std::uint32_t top = state_ >> 25;
    state_ = (state_ & 0x1ffffff) << 5 ^ group;
    for (std::size_t i = 0; i < generator.size(); ++i) {
      if ((top >> i & 1) != 0) {
        state_ ^= generator[i];
      }
    }
  }

  void feed_prefix(std::string_view prefix) {
    for (const char c : prefix) {
      feed(static_cast<std::uint8_t>(c >> 5));
    }
    feed(0);
    for (const char c : prefix) {
      feed(static_cast<std::uint8_t>(c & 31));
    }
  }

  [[nodiscard]] std::uint32_t value() const { return state_; }

 private:
  std::uint32_t state_ = 1;
};

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
}  // namespace

Decoded::~Decoded() {
  OPENSSL_cleanse(groups.data(), groups.size());
}

std::optional<Decoded> decode(std::string_view text, std::size_t longest) {
  const std::size_t separator = text.rfind('1');
  if (text.size() > longest || separator == std::string_view::npos || separator == 0 ||
      text.size() - separator - 1 < kChecksumSize ||
      (std::ranges::any_of(text, is_lower) && std::ranges::any_of(text, is_upper))) {
    return std::nullopt;
  }
  Decoded decoded;
  for (const char c : text.substr(0, separator)) {
    if (c < 33 || c > 126) {
      return std::nullopt;
    }
    decoded.prefix += ascii_lower(c);
  }
  Checksum checksum;
  checksum.feed_prefix(decoded.prefix);
  // Reserved, so that a secret key never stays behind in a smaller buffer.
  decoded.groups.reserve(text.size());
  for (const char c : text.substr(separator + 1)) {
    const std::size_t group = kAlphabet.find(ascii_lower(c));
    if (group == std::string_view::npos) {
      return std::nullopt;
    }
    decoded.groups.push_back(static_cast<std::uint8_t>(group));
    checksum.feed(decoded.groups.back());
  }
  if (checksum.value() != 1) {
    return std::nullopt;
  }
  decoded.groups.resize(decoded.groups.size() - kChecksumSize);
  return decoded;
}

bool to_bytes(std::span<const std::uint8_t> groups, std::span<std::uint8_t> out) {
  if (groups.size() != (out.size() * 8 + 4) / 5) {
    return false;  // not as many groups as out.size() bytes need
  }
  std::uint32_t pending = 0;
  int bits = 0;
  std::size_t written = 0;
  for (const std::uint8_t group : groups) {
    pending = (pending << 5 | group) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      out[written++] = static_cast<std::uint8_t>(pending >> bits & 0xff);
    }
  }
  return (pending & ((1U << bits) - 1)) == 0;
}

std::string encode(std::string_view prefix, std::span<const std::uint8_t> bytes) {
  std::string text(prefix);
  text += '1';
  Checksum checksum;
  checksum.feed_prefix(prefix);
  const auto put = [&](std::uint32_t group) {
    checksum.feed(static_cast<std::uint8_t>(group));
    text += kAlphabet[group];
  };
  std::uint32_t pending = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    pending = (pending << 8 | byte) & 0xfff;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      put(pending >> bits & 31);
    }
  }
  if (bits > 0) {
    put(pending << (5 - bits) & 31);
  }
  for (std::size_t i = 0; i < kChecksumSize; ++i) {
    checksum.feed(0);
  }
  const std::uint32_t tail = checksum.value() ^ 1;
  for (std::size_t i = 0; i < kChecksumSize; ++i) {
    text += kAlphabet[tail >> 5 * (kChecksumSize - 1 - i) & 31];
  }
  return text;
}

}  // namespace tender::nostr::bech32
