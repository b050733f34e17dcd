#include "tender/http/transport.hpp"

#include "field_text.hpp"

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
    case Fault::forbidden:
      return "forbidden";
  }
  return "?";
}

std::optional<std::string_view> Response::header(std::string_view name) const {
  const Header* const found = find_header(headers, name);
  return found == nullptr ? std::nullopt : std::optional<std::string_view>(found->value);
}

}  // namespace tender::http
