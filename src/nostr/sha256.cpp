#include "tender/nostr/sha256.hpp"

#include <openssl/sha.h>

namespace tender::nostr {

Bytes32 sha256(std::string_view text) {
  Bytes32 digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

}  // namespace tender::nostr
