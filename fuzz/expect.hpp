// What a fuzzer holds the product to. A fault ends the process, and libFuzzer keeps the input.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace tender::fuzz {

/// Says which rule was broken and aborts, unless `holds`.
inline void expect(bool holds, const char* rule) {
  if (!holds) {
    std::fprintf(stderr, "broken rule: %s\n", rule);
    std::abort();
  }
}

/// Whether a terminal would take `text` as the one line that it is: no C0 control and no DEL.
inline bool is_one_line(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return false;
    }
  }
  return true;
}

}  // namespace tender::fuzz
