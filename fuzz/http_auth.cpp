// Authorization headers (NIP-98): a URL, a method, a line of edits, then a body. A token for the
// request verifies; with any edit it verifies only if it still says the same; and the body, taken
// for a header or for the event in one, never passes for a token.
#include "tender/nostr/http_auth.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>

#include "tender/nostr/base64.hpp"
#include "tender/nostr/event.hpp"

#include "expect.hpp"
#include "fixed_random.hpp"
#include "input.hpp"

namespace tender::fuzz {
namespace {

using nostr::HttpAuthFault;

constexpr std::string_view kScheme = "Nostr ";
constexpr TimePoint kNow{std::chrono::seconds(1'700'000'000)};

struct Asked {
  std::string_view url;
  std::string_view method;
  std::string_view body;
};

HttpAuthFault verify(std::string_view header, const Asked& asked) {
  const nostr::HttpAuthResult result = nostr::verify_http_auth({.header = header,
                                                                .url = asked.url,
                                                                .method = asked.method,
                                                                .body = asked.body,
                                                                .now = kNow});
  expect(result.signer.has_value() == (result.fault == HttpAuthFault::none),
         "a signer is named when, and only when, the token is good");
  return result.fault;
}

std::string text_in(std::string_view header) {
  return nostr::from_base64(header.substr(kScheme.size())).value();
}

// Each two bytes of `edits` name a place of the text, from its start or its end, and what to put
// there.
std::string edited(std::string text, std::string_view edits) {
  for (std::size_t i = 0; i + 1 < edits.size(); i += 2) {
    const unsigned place = static_cast<unsigned char>(edits[i]);
    const std::size_t from_end = std::min<std::size_t>(256 - place, text.size());
    text[place < 128 ? place * 5 % text.size() : text.size() - from_end] = edits[i + 1];
  }
  return text;
}

// Good only if what was altered says nothing: blanks of JSON, the order of members.
void check_edited(const std::string& token, std::string_view edits, const Asked& asked) {
  const std::string text = text_in(token);
  const std::string other = edited(text, edits);
  const auto event = nostr::parse_event(other);
  const bool same = event && nostr::to_text(*event) == text;
  const std::string header = std::string(kScheme) + nostr::to_base64(other);
  expect((verify(header, asked) == HttpAuthFault::none) == same, "an altered event is refused");

  std::string altered = std::string(kScheme) + edited(token.substr(kScheme.size()), edits);
  if (altered != token) {
    const auto held = nostr::from_base64(altered.substr(kScheme.size()));
    expect(!held || *held != text, "an event is written in base64 in one way");
    const auto holds = held ? nostr::parse_event(*held) : std::nullopt;
    expect((verify(altered, asked) == HttpAuthFault::none) ==
               (holds && nostr::to_text(*holds) == text),
           "an altered token is refused");
  }
}

void check_token(const std::string& token, const Asked& asked) {
  expect(verify(token, asked) == HttpAuthFault::none, "a token that we make verifies");
  const std::string url = std::string(asked.url) + '/';
  expect(verify(token, {url, asked.method, asked.body}) == HttpAuthFault::url,
         "a token is good for one URL");
  const std::string method = std::string(asked.method) + 'X';
  expect(verify(token, {asked.url, method, asked.body}) == HttpAuthFault::method,
         "a token is good for one method");
  const std::string body = std::string(asked.body) + ' ';
  expect(verify(token, {asked.url, asked.method, body}) == HttpAuthFault::payload,
         "a token is good for one body");
}

// Nothing when the URL or the method is not UTF-8: such a text cannot be signed.
std::optional<std::string> token_for(const Asked& asked) {
  static const nostr::SecretKey key = nostr::SecretKey::parse(std::string(64, '1'));
  FixedRandom random;
  try {
    return nostr::make_http_auth(key, random, kNow, asked.url, asked.method, asked.body);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender::fuzz;
  Input input(data, size);
  const std::string_view url = input.line();
  const std::string_view method = input.line();
  const std::string_view edits = input.line();
  const Asked asked{url, method, input.rest()};
  if (const auto token = token_for(asked)) {
    check_token(*token, asked);
    check_edited(*token, edits, asked);
  }
  expect(verify(asked.body, asked) != HttpAuthFault::none, "no foreign header is a token");
  const std::string event = std::string(kScheme) + tender::nostr::to_base64(asked.body);
  expect(verify(event, asked) != HttpAuthFault::none, "no foreign event is a token");
  return 0;
}
