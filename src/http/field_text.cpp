#include "field_text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "tender/base/ascii.hpp"

namespace tender::http {
namespace {

constexpr std::array<std::string_view, 4> kOwnHeaders = {"host", "content-length", "connection",
                                                         "transfer-encoding"};

// A token of RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const char letter = ascii_lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

}  // namespace

bool same_field_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

const Header* find_header(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find_if(
      headers, [name](const Header& header) { return same_field_name(header.name, name); });
  return found == headers.end() ? nullptr : &*found;
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text,
                              [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

void check_outgoing(const Header& header) {
  if (!is_token(header.name)) {
    throw std::invalid_argument("a header's name is not a token");
  }
  if (!is_field_value(header.value)) {
    throw std::invalid_argument(
        fmt::format("the value of the header {} has a control character", header.name));
  }
  for (const std::string_view own : kOwnHeaders) {
    if (same_field_name(header.name, own)) {
      throw std::invalid_argument(
          fmt::format("the header {} is set by the transport itself", header.name));
    }
  }
}

}  // namespace tender::http
