#include "json_string.hpp"

#include <cstddef>
#include <cstdint>
#include <stdexcept>

#include <fmt/format.h>

namespace tender::nostr {
namespace {

// The bytes of the well-formed multi-byte character at the start of `text` (Unicode, table 3-7), or
// 0: overlong forms, surrogates and values over U+10FFFF are not well-formed.
std::size_t multibyte_size(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto within = [&](std::size_t i, int low, int high) {
    return byte(i) >= low && byte(i) <= high;
  };
  const auto continues = [&](std::size_t i) { return within(i, 0x80, 0xbf); };
  if (within(0, 0xc2, 0xdf)) {
    return continues(1) ? 2 : 0;
  }
  if (within(0, 0xe0, 0xef)) {
    const bool second = within(1, byte(0) == 0xe0 ? 0xa0 : 0x80, byte(0) == 0xed ? 0x9f : 0xbf);
    return second && continues(2) ? 3 : 0;
  }
  if (within(0, 0xf0, 0xf4)) {
    const bool second = within(1, byte(0) == 0xf0 ? 0x90 : 0x80, byte(0) == 0xf4 ? 0x8f : 0xbf);
    return second && continues(2) && continues(3) ? 4 : 0;
  }
  return 0;
}

// The escape of an ASCII character, or nothing when it stands for itself.
std::string_view short_escape(char c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    default:
      return {};
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (byte >= 0x80) {
      const std::size_t size = multibyte_size(text.substr(i));
      if (size == 0) {
        throw std::invalid_argument("a string of the event is not valid UTF-8");
      }
      out += text.substr(i, size);
      i += size;
      continue;
    }
    if (const std::string_view escape = short_escape(text[i]); !escape.empty()) {
      out += escape;
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += text[i];
    }
    ++i;
  }
  out += '"';
}

}  // namespace tender::nostr
