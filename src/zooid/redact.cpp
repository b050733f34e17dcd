#include "redact.hpp"

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

namespace tender::zooid {
namespace {

constexpr std::string_view kMask = "[secret]";

void replace_all(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
}

}  // namespace

std::string redact(std::string text, std::vector<std::string_view> secrets) {
  // The longest first: one may hold another, and its rest would remain.
  std::ranges::sort(secrets, std::ranges::greater(), &std::string_view::size);
  for (const std::string_view secret : secrets) {
    if (secret.empty()) {
      continue;
    }
    replace_all(text, secret);
    const std::string quoted = json_line(nlohmann::json(secret));
    replace_all(text, std::string_view(quoted).substr(1, quoted.size() - 2));
  }
  return text;
}

}  // namespace tender::zooid
