#include "tender/http/url.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "tender/base/ascii.hpp"
#include "tender/base/log.hpp"

namespace tender::http {
namespace {

namespace urls = boost::urls;

constexpr std::uint16_t default_port(bool tls) {
  return tls ? 443 : 80;
}

// What is wrong with which URL. One that may carry a password is not repeated.
[[noreturn]] void refuse(std::string_view text, std::string_view fault) {
  const bool secret = text.find('@') != std::string_view::npos;
  throw InvalidUrl(secret ? "the URL" : fmt::format("\"{}\"", printable(text, 200)), fault);
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string host_of(const urls::url_view& url, std::string_view text) {
  if (url.host_type() == urls::host_type::ipv6) {
    return url.host_ipv6_address().to_string();
  }
  if (url.host_type() == urls::host_type::ipvfuture) {
    refuse(text, "has a host that is neither a name nor an IPv4 or IPv6 address");
  }
  std::string host = url.host();
  if (host.empty() || host == ".") {
    refuse(text, "has no host");
  }
  std::ranges::transform(host, host.begin(), ascii_lower);
  // A percent-encoded host could smuggle anything into the Host header.
  if (!std::ranges::all_of(host, is_name_character)) {
    refuse(text, "has a host with characters that no host name has");
  }
  return host;
}

std::uint16_t port_of(const urls::url_view& url, bool tls, std::string_view text) {
  const std::string_view digits(url.port().data(), url.port().size());
  if (digits.empty()) {
    return default_port(tls);
  }
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || port == 0) {
    refuse(text, "has a port that is not between 1 and 65535");
  }
  return port;
}

}  // namespace

Url Url::parse(std::string_view text) {
  const auto parsed = urls::parse_uri(urls::string_view(text.data(), text.size()));
  if (!parsed) {
    refuse(text, "is not an absolute URL such as https://api.example.com");
  }
  const urls::url_view& view = parsed.value();
  const bool tls = view.scheme_id() == urls::scheme::https;
  if (!tls && view.scheme_id() != urls::scheme::http) {
    refuse(text, "is neither an http nor an https URL");
  }
  if (!view.has_authority()) {
    refuse(text, "has no host");
  }
  if (view.has_userinfo()) {
    refuse(text, "has a user name or password, which is not supported");
  }
  if (view.has_fragment()) {
    refuse(text, "has a fragment (the part from # on), which is never sent");
  }
  Url url;
  url.tls_ = tls;
  url.host_ = host_of(view, text);
  url.port_ = port_of(view, tls, text);
  // Boost.URL 1.81 ends the host of https://1.2.3.4.example.com after the 4.
  if (!view.encoded_path().empty() && !view.encoded_path().starts_with('/')) {
    refuse(text, "has a host that begins like an IPv4 address but is not one");
  }
  url.target_ = std::string(view.encoded_target());
  if (url.target_.empty() || url.target_.front() != '/') {
    url.target_.insert(0, 1, '/');
  }
  return url;
}

Url Url::with_path(std::string_view path) const {
  const auto parsed = urls::parse_origin_form(urls::string_view(path.data(), path.size()));
  if (!parsed || parsed->has_query()) {
    refuse(path, "is not a path of a URL: it must start with / and be percent-encoded");
  }
  const std::size_t query = std::min(target_.find('?'), target_.size());
  std::string own = target_.substr(0, query);
  if (own.back() == '/') {
    own.pop_back();
  }
  Url url = *this;
  url.target_ = own + std::string(path) + target_.substr(query);
  return url;
}

std::string Url::authority() const {
  const bool bracketed = host_.find(':') != std::string::npos;
  std::string authority = bracketed ? "[" + host_ + "]" : host_;
  if (port_ != default_port(tls_)) {
    authority += ":" + std::to_string(port_);
  }
  return authority;
}

std::string Url::origin() const {
  return (tls_ ? "https://" : "http://") + authority();
}

std::string Url::text() const {
  return origin() + target_;
}

}  // namespace tender::http
