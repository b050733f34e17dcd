#include "tender/http/server_request.hpp"

#include <boost/url/params_view.hpp>
#include <boost/url/parse_query.hpp>

#include "field_text.hpp"

namespace tender::http {
namespace {

namespace urls = boost::urls;

urls::encoding_opts form() {
  urls::encoding_opts options;
  options.space_as_plus = true;
  return options;
}

}  // namespace

std::optional<std::string_view> ServerRequest::header(std::string_view name) const {
  const Header* const found = find_header(headers, name);
  return found == nullptr ? std::nullopt : std::optional<std::string_view>(found->value);
}

std::optional<std::string> ServerRequest::parameter(std::string_view name) const {
  if (query.empty() || !urls::parse_query(query)) {
    return std::nullopt;
  }
  for (const urls::param& parameter : urls::params_view(query, form())) {
    if (parameter.key == name) {
      return parameter.value;
    }
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> ServerRequest::parameter_names() const {
  std::vector<std::string> names;
  if (query.empty()) {
    return names;
  }
  if (!urls::parse_query(query)) {
    return std::nullopt;
  }
  for (const urls::param& parameter : urls::params_view(query, form())) {
    names.push_back(parameter.key);
  }
  return names;
}

}  // namespace tender::http
