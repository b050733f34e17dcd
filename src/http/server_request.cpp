#include "tender/http/server_request.hpp"

#include <boost/url/params_view.hpp>
#include <boost/url/parse_query.hpp>

#include "field_text.hpp"

namespace tender::http {

std::optional<std::string_view> ServerRequest::header(std::string_view name) const {
  const Header* const found = find_header(headers, name);
  return found == nullptr ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::optional<std::string> ServerRequest::parameter(std::string_view name) const {
  namespace urls = boost::urls;
  if (query.empty() || !urls::parse_query(query)) {
    return std::nullopt;
  }
  urls::encoding_opts form;
  form.space_as_plus = true;
  for (const urls::param& parameter : urls::params_view(query, form)) {
    if (parameter.key == name) {
      return parameter.value;
    }
  }
  return std::nullopt;
}

}  // namespace tender::http
