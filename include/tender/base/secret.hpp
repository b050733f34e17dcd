// Text that must never be shown: robot keys, S3 and LiveKit credentials. It has no formatter and no
// stream operator, so that logging one does not compile; its memory is zeroed when it goes.
#pragma once

#include <string>
#include <string_view>

namespace tender {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] bool empty() const { return text_.empty(); }

  /// The text itself, for the one place that must send or parse it. Valid while this Secret lives.
  [[nodiscard]] const std::string& reveal() const { return text_; }

 private:
  void wipe() noexcept;

  std::string text_;
};

}  // namespace tender
