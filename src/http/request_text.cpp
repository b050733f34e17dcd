#include "request_text.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "field_text.hpp"

namespace tender::http {
namespace {

bool takes_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

}  // namespace

std::string request_text(const Request& request) {
  const std::string authority = request.host.empty() ? request.url.authority() : request.host;
  if (!is_field_value(authority) || authority.find(' ') != std::string::npos) {
    throw std::invalid_argument("the request's host is not allowed in a Host header");
  }
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\n", to_string(request.method),
                                 request.url.target(), authority);
  bool has_agent = false;
  for (const Header& header : request.headers) {
    check_outgoing(header);
    has_agent = has_agent || same_field_name(header.name, "user-agent");
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
