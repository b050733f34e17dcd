#include "request_rules.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "field_text.hpp"

namespace tender::http {
namespace {

constexpr int kHttp11 = 11;

std::vector<std::string_view> values_of(const std::vector<Header>& headers, std::string_view name) {
  std::vector<std::string_view> values;
  for (const Header& header : headers) {
    if (same_field_name(header.name, name)) {
      values.emplace_back(header.value);
    }
  }
  return values;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// A name or an address, with or without a port; it may be empty.
bool is_host(std::string_view text) {
  const auto authority =
      boost::urls::parse_authority(boost::urls::string_view(text.data(), text.size()));
  return authority && !authority->has_userinfo();
}

std::optional<std::string> host_fault(const std::vector<Header>& headers, int version) {
  const auto hosts = values_of(headers, "host");
  if (hosts.size() > 1) {
    return "has more than one Host";
  }
  if (hosts.empty()) {
    return version < kHttp11 ? std::nullopt : std::optional<std::string>("has no Host");
  }
  return is_host(hosts[0]) ? std::nullopt : std::optional<std::string>("has an invalid Host");
}

}  // namespace

std::optional<std::string> framing_fault(const std::vector<Header>& headers, int version) {
  const auto lengths = values_of(headers, "content-length");
  const auto codings = values_of(headers, "transfer-encoding");
  if (!lengths.empty() && !codings.empty()) {
    return "has both Content-Length and Transfer-Encoding";
  }
  if (lengths.size() > 1 || (lengths.size() == 1 && !is_digits(lengths[0]))) {
    return "has an invalid Content-Length";
  }
  if (codings.size() > 1 || (codings.size() == 1 && !same_field_name(codings[0], "chunked"))) {
    return "has a transfer coding other than chunked";
  }
  if (!codings.empty() && version < kHttp11) {
    return "has a transfer coding, which HTTP/1.0 does not allow";
  }
  return host_fault(headers, version);
}

bool is_origin_form(std::string_view target) {
  return boost::urls::parse_origin_form(boost::urls::string_view(target.data(), target.size()))
      .has_value();
}

}  // namespace tender::http
