// How a fuzzer cuts the bytes that it is given: lines for the small fields, then the rest. So the
// seeds of fuzz/corpus are text that people can read and write. A view of the bytes; it owns none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tender::fuzz {

class Input {
 public:
  /// As libFuzzer hands them to LLVMFuzzerTestOneInput.
  Input(const std::uint8_t* data, std::size_t size)
      : text_(reinterpret_cast<const char*>(data), size) {}

  /// What comes before the next \n, which is dropped; everything when there is none.
  std::string_view line() {
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    const std::string_view line = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    return line;
  }

  /// All that was not taken yet.
  [[nodiscard]] std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace tender::fuzz
