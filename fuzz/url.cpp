// URLs from the configuration and from relay rows: a URL, then a path to append to it.
#include "tender/http/url.hpp"

#include <optional>
#include <stdexcept>
#include <string>

#include "expect.hpp"
#include "input.hpp"

namespace tender::fuzz {
namespace {

// Text that goes into a request line and a Host header as it is.
bool is_for_the_wire(std::string_view text) {
  return is_one_line(text) && text.find(' ') == std::string_view::npos;
}

void check(const http::Url& url) {
  expect(!url.host().empty(), "a URL has a host");
  expect(url.port() != 0, "a URL has a port");
  expect(url.target().starts_with('/'), "a target starts with /");
  expect(is_for_the_wire(url.authority()), "no host smuggles anything into a header");
  expect(is_for_the_wire(url.target()), "no target smuggles anything into a request line");
  const http::Url again = http::Url::parse(url.text());
  expect(again.text() == url.text(), "the text of a URL is its own normal form");
  expect(again.tls() == url.tls() && again.host() == url.host() && again.port() == url.port() &&
             again.target() == url.target(),
         "the text of a URL is parsed to that URL");
}

// The URL of `make`, or nothing when it throws what its header says; `quotes` is whether the fault
// may repeat the text.
template <class Make>
std::optional<http::Url> url_or_fault(bool quotes, Make make) {
  try {
    return make();
  } catch (const std::invalid_argument& error) {
    const std::string_view said = error.what();
    expect(is_one_line(said), "a fault of a URL is one line");
    expect(quotes || said.starts_with("the URL "), "what may hold a password is not quoted");
    return std::nullopt;
  }
}

bool may_be_quoted(std::string_view text) {
  return text.find('@') == std::string_view::npos;
}

void check_appending(const http::Url& url, std::string_view path) {
  const auto longer = url_or_fault(may_be_quoted(path), [&] { return url.with_path(path); });
  if (longer) {
    check(*longer);
    expect(longer->authority() == url.authority(), "a path does not change the host");
    expect(longer->target().find(path) != std::string::npos, "a path is appended as written");
  }
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender;
  fuzz::Input input(data, size);
  const std::string_view text = input.line();
  const auto url =
      fuzz::url_or_fault(fuzz::may_be_quoted(text), [&] { return http::Url::parse(text); });
  if (url) {
    fuzz::check(*url);
    fuzz::check_appending(*url, input.rest());
  }
  return 0;
}
