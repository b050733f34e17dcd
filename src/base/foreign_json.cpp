#include "tender/base/foreign_json.hpp"

#include <nlohmann/json.hpp>

namespace tender {
namespace {

// Counts brackets outside of strings. In text that is not JSON the count may be off, but then the
// parser refuses the text anyway.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kForeignJsonDepth) {
        return true;
      }
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::optional<nlohmann::json> parse_foreign_json(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes || too_deep(text)) {
    return std::nullopt;
  }
  nlohmann::json document = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) {
    return std::nullopt;
  }
  return document;
}

}  // namespace tender
