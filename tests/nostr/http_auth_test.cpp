#include "tender/nostr/http_auth.hpp"

#include <functional>

#include <gtest/gtest.h>

#include "tender/nostr/base64.hpp"
#include "tender/nostr/event.hpp"
#include "tender/nostr/hex.hpp"

#include "support/seeded_random.hpp"

namespace tender::nostr {

void PrintTo(HttpAuthFault fault, std::ostream* out) {
  *out << to_string(fault);
}

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kUrl = "https://zooid.example.com/relay/abc";
constexpr std::string_view kBody = R"({"host":"é.example.com"})";
// printf '{"host":"é.example.com"}' | sha256sum
constexpr std::string_view kBodyDigest =
    "42fe58aac7b68dad25244e3ad394144eadc8c7cf4aef421bc71cd88a7c3b3658";

struct HttpAuthTest : testing::Test {
  std::string make(std::string_view body = kBody) {
    return make_http_auth(key, random, now, kUrl, "PATCH", body);
  }

  static Event event_in(const std::string& header) {
    return parse_event(from_base64(header.substr(6)).value()).value();
  }

  static std::string header_for(const Event& event) { return "Nostr " + to_base64(to_text(event)); }

  /// A header whose event was altered and then signed properly.
  std::string resigned(const std::function<void(Event&)>& alter) {
    Event event = event_in(make());
    alter(event);
    return header_for(sign_event(event, key, random));
  }

  [[nodiscard]] HttpAuthCheck check(std::string_view header) const {
    return {.header = header, .url = kUrl, .method = "PATCH", .body = kBody, .now = now};
  }

  [[nodiscard]] HttpAuthFault fault(std::string_view header) const {
    return verify_http_auth(check(header)).fault;
  }

  test::SeededRandom random{1};
  SecretKey key = SecretKey::generate(random);
  TimePoint now{1'700'000'000'999ms};
};

TEST_F(HttpAuthTest, MakesATokenThatVerifies) {
  const std::string header = make();
  const HttpAuthResult result = verify_http_auth(check(header));
  EXPECT_EQ(result.fault, HttpAuthFault::none);
  ASSERT_TRUE(result.signer.has_value());
  EXPECT_EQ(*result.signer, key.public_key());
}

TEST_F(HttpAuthTest, SignsUrlMethodPayloadAndNonceWithEmptyContent) {
  const Event event = event_in(make());
  EXPECT_EQ(event.kind, 27235);
  EXPECT_EQ(event.created_at, 1'700'000'000);
  EXPECT_EQ(event.content, "");
  ASSERT_EQ(event.tags.size(), 4U);
  EXPECT_EQ(event.tags[0], (Tag{"u", std::string(kUrl)}));
  EXPECT_EQ(event.tags[1], (Tag{"method", "PATCH"}));
  EXPECT_EQ(event.tags[2], (Tag{"payload", std::string(kBodyDigest)}));
  EXPECT_EQ(event.tags[3].at(0), "nonce");
  EXPECT_EQ(event.tags[3].at(1).size(), 32U);
}

TEST_F(HttpAuthTest, MakesDifferentTokensWithinOneSecond) {
  EXPECT_NE(event_in(make()).id, event_in(make()).id);
}

TEST_F(HttpAuthTest, LeavesThePayloadOutWhenThereIsNoBody) {
  const std::string header = make("");
  EXPECT_EQ(tag_value(event_in(header), "payload"), std::nullopt);
  HttpAuthCheck without_body = check(header);
  without_body.body = "";
  EXPECT_EQ(verify_http_auth(without_body).fault, HttpAuthFault::none);
}

TEST_F(HttpAuthTest, RefusesAMissingHeaderAndAnotherScheme) {
  EXPECT_EQ(fault(""), HttpAuthFault::missing);
  for (const char* header : {"Nostr", "nostr abcd", "Bearer abcd", "Nostrabcd", " Nostr abcd"}) {
    EXPECT_EQ(fault(header), HttpAuthFault::scheme) << header;
  }
}

TEST_F(HttpAuthTest, RefusesWhatIsNotStrictBase64) {
  for (const char* header :
       {"Nostr !", "Nostr abc", "Nostr  YWJj", "Nostr YWJj ", "Nostr YWJjZ==="}) {
    EXPECT_EQ(fault(header), HttpAuthFault::base64) << header;
  }
}

TEST_F(HttpAuthTest, RefusesWhatIsNotAnEvent) {
  for (const char* text : {"", "{}", "not json", "[]"}) {
    EXPECT_EQ(fault("Nostr " + to_base64(text)), HttpAuthFault::json) << text;
  }
}

TEST_F(HttpAuthTest, RefusesAnotherKind) {
  EXPECT_EQ(fault(resigned([](Event& e) { e.kind = 27236; })), HttpAuthFault::kind);
}

TEST_F(HttpAuthTest, RefusesATamperedEvent) {
  const std::function<void(Event&)> alterations[] = {
      [](Event& e) { e.tags[0][1] = "https://other.example.com/"; },
      [](Event& e) { e.created_at += 1; },
      [](Event& e) { e.id[5] = e.id[5] == '0' ? '1' : '0'; },
      [](Event& e) { e.sig[5] = e.sig[5] == '0' ? '1' : '0'; },
      [](Event& e) { e.pubkey[5] = e.pubkey[5] == '0' ? '1' : '0'; },
      [](Event& e) { e.tags[2][1] = std::string(64, '0'); }};
  for (const auto& alter : alterations) {
    Event event = event_in(make());
    alter(event);
    EXPECT_EQ(fault(header_for(event)), HttpAuthFault::signature);
  }
}

TEST_F(HttpAuthTest, AcceptsTheWholeSkewAndNothingBeyond) {
  const std::string header = make();
  const TimePoint signed_at{1'700'000'000s};
  const std::pair<TimePoint, HttpAuthFault> cases[] = {
      {signed_at + 60s, HttpAuthFault::none},
      {signed_at - 60s, HttpAuthFault::none},
      {signed_at + 60s + 999ms, HttpAuthFault::none},  // whole seconds, as in the event
      {signed_at + 61s, HttpAuthFault::created_at},
      {signed_at - 60s - 1ms, HttpAuthFault::created_at}};
  for (const auto& [moment, expected] : cases) {
    now = moment;
    EXPECT_EQ(fault(header), expected) << moment.time_since_epoch().count();
  }
}

TEST_F(HttpAuthTest, RefusesTheEndsOfTimeWithoutOverflow) {
  for (const std::int64_t moment :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(fault(resigned([&](Event& e) { e.created_at = moment; })), HttpAuthFault::created_at);
  }
}

TEST_F(HttpAuthTest, RefusesAnotherUrlOrNone) {
  const std::string header = make();
  for (const std::string_view url :
       {"http://zooid.example.com/relay/abc", "https://zooid.example.com/relay/abc?x=1",
        "https://zooid.example.com/relay/abc/", "https://ZOOID.example.com/relay/abc", ""}) {
    HttpAuthCheck other = check(header);
    other.url = url;
    EXPECT_EQ(verify_http_auth(other).fault, HttpAuthFault::url) << url;
  }
  EXPECT_EQ(fault(resigned([](Event& e) { e.tags.erase(e.tags.begin()); })), HttpAuthFault::url);
}

TEST_F(HttpAuthTest, RefusesAnotherMethodOrNone) {
  const std::string header = make();
  HttpAuthCheck other = check(header);
  other.method = "POST";
  EXPECT_EQ(verify_http_auth(other).fault, HttpAuthFault::method);
  EXPECT_EQ(fault(resigned([](Event& e) { e.tags[1] = {"method"}; })), HttpAuthFault::method);
}

TEST_F(HttpAuthTest, RefusesAnotherBody) {
  const std::string header = make();
  for (const std::string_view body : {"{}", ""}) {
    HttpAuthCheck other = check(header);
    other.body = body;
    EXPECT_EQ(verify_http_auth(other).fault, HttpAuthFault::payload) << body;
  }
}

TEST_F(HttpAuthTest, RefusesABodyThatNoPayloadCovers) {
  EXPECT_EQ(fault(make("")), HttpAuthFault::payload);
}

TEST_F(HttpAuthTest, DoesNotLookAtThePayloadWhenNotAsked) {
  const std::string header = make("another body");
  HttpAuthCheck like_zooid = check(header);
  like_zooid.body = std::nullopt;
  EXPECT_EQ(verify_http_auth(like_zooid).fault, HttpAuthFault::none);
}

TEST_F(HttpAuthTest, NamesNoSignerWhenItRefuses) {
  EXPECT_FALSE(verify_http_auth(check("Nostr ")).signer.has_value());
}

TEST(HttpAuthFault, HasANameForEachFault) {
  EXPECT_EQ(to_string(HttpAuthFault::none), "none");
  EXPECT_EQ(to_string(HttpAuthFault::created_at), "created_at");
  EXPECT_EQ(to_string(HttpAuthFault::payload), "payload");
}

}  // namespace
}  // namespace tender::nostr
