// Who is let into the admin API, and with what.
#include "admin/authenticator.hpp"

#include <functional>

#include <gmock/gmock.h>

#include "tender/nostr/base64.hpp"
#include "tender/nostr/event.hpp"
#include "tender/nostr/http_auth.hpp"

#include "support/seeded_random.hpp"
#include "support/virtual_clock.hpp"

namespace tender::admin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view kUrl = "http://127.0.0.1:8420/v1/relays?limit=5";
constexpr std::string_view kBody = R"({"name":"Blue"})";

struct Admission : testing::Test {
  http::ServerRequest head(const std::string& authorization, const std::string& method = "POST") {
    http::ServerRequest request;
    request.method = method;
    request.path = "/v1/relays";
    request.query = "limit=5";
    if (!authorization.empty()) {
      request.headers.push_back({"Authorization", authorization});
    }
    return request;
  }
  std::string token_of(const nostr::SecretKey& key, std::string_view body = kBody) {
    return nostr::make_http_auth(key, random, clock.now(), kUrl, "POST", body);
  }
  std::string token() { return token_of(owner); }
  // Signed anew after the change.
  std::string altered(const std::function<void(nostr::Event&)>& change) {
    nostr::Event event = nostr::parse_event(nostr::from_base64(token().substr(6)).value()).value();
    change(event);
    return "Nostr " +
           nostr::to_base64(nostr::to_text(nostr::sign_event(std::move(event), owner, random)));
  }
  // The event says so, and its signature does not.
  std::string forged(const std::function<void(nostr::Event&)>& change) {
    nostr::Event event = nostr::parse_event(nostr::from_base64(token().substr(6)).value()).value();
    change(event);
    return "Nostr " + nostr::to_base64(nostr::to_text(event));
  }
  Authentication ask(const std::string& authorization, const std::string& method = "POST") {
    return authenticator.check(head(authorization, method), std::string(kUrl));
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  nostr::SecretKey owner = nostr::SecretKey::generate(random);
  nostr::SecretKey reader = nostr::SecretKey::generate(random);
  nostr::SecretKey foreigner = nostr::SecretKey::generate(random);
  Authenticator authenticator{
      {{owner.public_key(), false}, {reader.public_key(), true}}, Secret("open sesame"), clock};
};

TEST_F(Admission, IsGivenToTheOwnersOfKeys) {
  const Authentication mine = ask(token());
  ASSERT_TRUE(mine.principal);
  EXPECT_EQ(mine.principal->name, owner.public_key().npub());
  EXPECT_FALSE(mine.principal->read_only);
  const Authentication theirs = ask(token_of(reader));
  ASSERT_TRUE(theirs.principal);
  EXPECT_TRUE(theirs.principal->read_only);
}

TEST_F(Admission, IsGivenForTheBearerToken) {
  const Authentication bearer = ask("Bearer open sesame");
  ASSERT_TRUE(bearer.principal);
  EXPECT_EQ(bearer.principal->name, "token");
  EXPECT_TRUE(bearer.covers("any body"));
  EXPECT_TRUE(ask("bEARER open sesame").principal);
  for (const char* wrong :
       {"Bearer ", "Bearer open", "Bearer open sesame ", "Bearer OPEN SESAME"}) {
    EXPECT_FALSE(ask(wrong).principal) << wrong;
  }
}

TEST_F(Admission, IsGivenToNobodyWithoutKeysAndToken) {
  Authenticator none({}, Secret(), clock);
  EXPECT_FALSE(none.check(head(token()), std::string(kUrl)).principal);
  EXPECT_FALSE(none.check(head("Bearer "), std::string(kUrl)).principal);
}

TEST_F(Admission, IsRefusedWithAReason) {
  const auto refusal = [this](const std::string& authorization) {
    const Authentication answer = ask(authorization);
    EXPECT_FALSE(answer.principal) << authorization;
    return answer.refusal;
  };
  EXPECT_THAT(refusal(""), HasSubstr("send an Authorization header"));
  EXPECT_THAT(refusal("Basic YTpi"), HasSubstr("neither Nostr"));
  EXPECT_THAT(refusal("Nostr !"), HasSubstr("not a nostr event"));
  EXPECT_THAT(refusal("Nostr " + nostr::to_base64("{}")), HasSubstr("not a nostr event"));
  EXPECT_THAT(refusal(token_of(foreigner)), HasSubstr("is not in ADMIN_PUBKEYS"));
  EXPECT_THAT(refusal(altered([](nostr::Event& event) { event.kind = 1; })), HasSubstr("27235"));
  EXPECT_THAT(refusal(altered([](nostr::Event& event) { event.created_at -= 61; })),
              HasSubstr("created_at"));
  EXPECT_THAT(refusal(altered([](nostr::Event& event) { event.created_at += 62; })),
              HasSubstr("created_at"));
  EXPECT_THAT(refusal(altered([](nostr::Event& event) { event.tags[0][1] += "&all"; })),
              HasSubstr("another URL"));
  EXPECT_THAT(refusal(altered([](nostr::Event& event) { event.tags[1][1] = "GET"; })),
              HasSubstr("another method"));
}

TEST_F(Admission, IsRefusedForWhateverFieldOfASignedTokenIsChanged) {
  const std::vector<std::function<void(nostr::Event&)>> changes{
      [](nostr::Event& event) { event.id.back() = event.id.back() == '0' ? '1' : '0'; },
      [this](nostr::Event& event) { event.pubkey = reader.public_key().hex(); },
      [](nostr::Event& event) { ++event.created_at; },
      [](nostr::Event& event) { event.content = "x"; },
      [](nostr::Event& event) {
        event.tags.push_back({"x", "y"});
      },
      [](nostr::Event& event) { event.tags.pop_back(); },
      [](nostr::Event& event) { event.sig.back() = event.sig.back() == '0' ? '1' : '0'; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_FALSE(ask(forged(changes[i])).principal) << i;
  }
}

TEST_F(Admission, IsGivenOnceForAToken) {
  const std::string once = token();
  EXPECT_TRUE(ask(once).principal);
  EXPECT_THAT(ask(once).refusal, HasSubstr("used already"));
  clock.advance(60s);
  EXPECT_FALSE(ask(once).principal);
  const std::string ahead = altered([](nostr::Event& event) { event.created_at += 60; });
  EXPECT_TRUE(ask(ahead).principal);
  clock.advance(120s);
  EXPECT_THAT(ask(ahead).refusal, HasSubstr("used already"));
  EXPECT_TRUE(ask(token()).principal);
}

TEST_F(Admission, OfAKeyCoversOnlyTheBodyThatItSigned) {
  const Authentication mine = ask(token());
  EXPECT_TRUE(mine.covers(kBody));
  EXPECT_FALSE(mine.covers("{}"));
  EXPECT_FALSE(mine.covers(""));
  const Authentication bodiless = ask(token_of(owner, ""));
  EXPECT_TRUE(bodiless.covers(""));
  EXPECT_FALSE(bodiless.covers(kBody));
}

TEST_F(Admission, OfAKeyIsRefusedWhereTheServersNameIsNotKnown) {
  EXPECT_THAT(authenticator.check(head(token()), std::nullopt).refusal, HasSubstr("ADMIN_URL"));
  EXPECT_TRUE(authenticator.check(head("Bearer open sesame"), std::nullopt).principal);
}

// What a process that has ended let in is not known to the next one.
TEST_F(Admission, IsRefusedToTokensFromBeforeTheStart) {
  const std::string before = token();
  clock.advance(1s);
  Authenticator restarted({{owner.public_key(), false}}, Secret(), clock);
  EXPECT_THAT(restarted.check(head(before), std::string(kUrl)).refusal,
              HasSubstr("cannot tell whether"));
  EXPECT_TRUE(restarted.check(head(token()), std::string(kUrl)).principal);
}

TEST_F(Admission, IsGivenOnceForATokenAlsoWhenTheClockIsSetBack) {
  const std::string once = token();
  EXPECT_TRUE(ask(once).principal);
  clock.advance(10min);
  EXPECT_TRUE(ask(token()).principal);
  clock.jump(-10min);
  EXPECT_THAT(ask(once).refusal, HasSubstr("used already"));
  EXPECT_TRUE(ask(token()).principal);
}

TEST_F(Admission, IsRefusedToWhatIsNoLongerRemembered) {
  using Use = ReplayCache::Use;
  ReplayCache cache(clock, 121s, /*kept=*/2);
  const std::int64_t now = clock.now().time_since_epoch() / 1s;
  EXPECT_EQ(cache.use("a", now), Use::first);
  EXPECT_EQ(cache.use("b", now + 1), Use::first);
  EXPECT_EQ(cache.use("c", now + 2), Use::first);
  EXPECT_EQ(cache.use("a", now), Use::again);  // it could still be valid
  clock.advance(121s);
  EXPECT_EQ(cache.use("a", now), Use::unknown);  // the oldest of more than two
  EXPECT_EQ(cache.use("b", now + 1), Use::again);
  EXPECT_EQ(cache.use("d", now + 1), Use::first);
}

}  // namespace
}  // namespace tender::admin
