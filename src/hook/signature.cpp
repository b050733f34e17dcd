#include "tender/hook/signature.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace tender::hook {
namespace {

// No dot: it separates the parts of what is signed.
bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

}  // namespace

std::vector<http::Header> signature_headers(std::string_view id, TimePoint now,
                                            std::string_view body,
                                            std::span<const SigningKey> keys) {
  if (id.empty() || !std::ranges::all_of(id, is_id_character)) {
    throw std::invalid_argument("the id of a webhook has characters that it may not have");
  }
  if (keys.empty()) {
    throw std::invalid_argument("a webhook needs a key that signs it");
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const std::string message = fmt::format("{}.{}.{}", id, seconds, body);
  std::string signatures;
  for (const SigningKey& key : keys) {
    signatures += (signatures.empty() ? "" : " ") + key.sign(message);
  }
  std::vector<http::Header> headers;
  headers.push_back({"webhook-id", std::string(id)});
  headers.push_back({"webhook-timestamp", std::to_string(seconds)});
  headers.push_back({"webhook-signature", std::move(signatures)});
  return headers;
}

}  // namespace tender::hook
