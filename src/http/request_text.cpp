#include "request_text.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "tender/base/ascii.hpp"

namespace tender::http {
namespace {

constexpr std::array<std::string_view, 4> kOwnHeaders = {"host", "content-length", "connection",
                                                         "transfer-encoding"};

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

// A token of RFC 9110, 5.6.2.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    const char letter = ascii_lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// No control characters but the tab: above all no line ends (RFC 9110, 5.5).
bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text,
                              [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

// The faulty text itself stays out of the message: it may be a credential.
void check(const Header& header) {
  if (!is_token(header.name)) {
    throw std::invalid_argument("a header's name is not a token");
  }
  if (!is_field_value(header.value)) {
    throw std::invalid_argument(
        fmt::format("the value of the header {} has a control character", header.name));
  }
  for (const std::string_view own : kOwnHeaders) {
    if (same_name(header.name, own)) {
      throw std::invalid_argument(
          fmt::format("the header {} is set by the transport itself", header.name));
    }
  }
}

bool takes_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

}  // namespace

std::string request_text(const Request& request) {
  const std::string authority = request.host.empty() ? request.url.authority() : request.host;
  if (!is_field_value(authority) || authority.find(' ') != std::string::npos) {
    throw std::invalid_argument("the request's host is not one that a Host header may hold");
  }
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", to_string(request.method),
                                 request.url.target(), authority);
  bool has_agent = false;
  for (const Header& header : request.headers) {
    check(header);
    has_agent = has_agent || same_name(header.name, "user-agent");
    text.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (!has_agent) {
    text += "User-Agent: tender/" TENDER_VERSION "\r\n";
  }
  if (takes_body(request.method) || !request.body.empty()) {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return text.append("\r\n").append(request.body);
}

}  // namespace tender::http
