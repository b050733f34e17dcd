#include "tender/nostr/base64.hpp"

#include <openssl/evp.h>

namespace tender::nostr {
namespace {

const unsigned char* data_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  // EVP_EncodeBlock ends its text with a NUL, which std::string has room for.
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), data_of(bytes),
                  static_cast<int>(bytes.size()));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), data_of(text),
                      static_cast<int>(text.size())) < 0) {
    return std::nullopt;
  }
  // OpenSSL counts padding as zero bytes, skips whitespace and ignores stray bits: encoding again
  // shows all three.
  for (std::size_t end = text.size(); end > 0 && text[end - 1] == '=' && !bytes.empty(); --end) {
    bytes.pop_back();
  }
  if (to_base64(bytes) != text) {
    return std::nullopt;
  }
  return bytes;
}

}  // namespace tender::nostr
