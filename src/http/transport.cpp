#include "tender/http/transport.hpp"

#include <algorithm>

#include "tender/base/ascii.hpp"

namespace tender::http {
std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
  }
  return "?";
}

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::refused:
      return "refused";
    case Fault::dns:
      return "dns";
    case Fault::tls:
      return "tls";
    case Fault::timeout:
      return "timeout";
    case Fault::closed:
      return "closed";
    case Fault::stopped:
      return "stopped";
    case Fault::malformed:
      return "malformed";
    case Fault::too_large:
      return "too_large";
  }
  return "?";
}

std::optional<std::string_view> Response::header(std::string_view name) const {
  const auto same = [name](const Header& header) {
    return std::ranges::equal(header.name, name, {}, ascii_lower, ascii_lower);
  };
  const auto found = std::ranges::find_if(headers, same);
  if (found == headers.end()) {
    return std::nullopt;
  }
  return found->value;
}

}  // namespace tender::http
