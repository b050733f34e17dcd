// Looks at the raw bytes of a request's head for its end, and for what Beast lets through or
// notices only when the head is whole: folded lines, bare line feeds, control characters. It does
// not parse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tender::http {

class HeadScan {
 public:
  enum class Progress : std::uint8_t { more, whole, malformed };

  /// Looks on where it stopped. `bytes` are all that have come since the head began.
  [[nodiscard]] Progress look(std::string_view bytes);

  /// The bytes of the head up to its empty line, inclusive; once it is whole.
  [[nodiscard]] std::size_t size() const { return seen_; }

  /// For people: what is malformed. Never a part of the head.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  Progress refuse(std::string_view fault);

  std::size_t seen_ = 0;
  std::string fault_;
};

}  // namespace tender::http
