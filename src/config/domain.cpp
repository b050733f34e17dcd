// RELAY_DOMAIN: what is and is not a domain name.
#include <algorithm>

#include "tender/base/ascii.hpp"

#include "values.hpp"

namespace tender::config {
namespace {

constexpr std::size_t kLongestLabel = 63;
// A name has at most 253 characters; a relay's own label and its dot take up to 64 of them.
constexpr std::size_t kLongestDomain = 253 - 64;
constexpr std::string_view kRemedy = "write only a domain name, such as relays.example.com";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, [](char c) {
           return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
         });
}

Problem problem(std::string_view text) {
  return {std::string(text), std::string(kRemedy)};
}

}  // namespace

Parsed<std::string> parse_domain(std::string_view text) {
  std::string domain(text);
  std::ranges::transform(domain, domain.begin(), ascii_lower);
  if (domain.find('/') != std::string::npos) {
    return problem("is a URL or a path, not a domain name");
  }
  if (domain.find(':') != std::string::npos) {
    return problem("has a port");
  }
  if (domain.starts_with('.') || domain.ends_with('.')) {
    return problem("starts or ends with a dot");
  }
  if (domain.size() > kLongestDomain) {
    return problem("is too long: with a subdomain it would not fit into 253 characters");
  }
  std::string_view rest = domain;
  std::string_view label;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('.'), rest.size());
    label = rest.substr(0, end);
    if (!is_label(label)) {
      return problem("is not a domain name: its labels may hold letters, digits and inner hyphens");
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (std::ranges::all_of(label, is_digit)) {
    return problem("is an IP address, not a domain name");  // RFC 1123, 2.1
  }
  return domain;
}

}  // namespace tender::config
