#include "tender/nostr/event.hpp"

#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "tender/nostr/hex.hpp"

#include "support/seeded_random.hpp"

namespace tender::nostr {
namespace {

// The event in NIP-98's example header, signed by somebody else's software. (The JSON beside it in
// the NIP says "u" where this says "url", and has therefore the wrong id.)
constexpr std::string_view kForeignEvent = R"({
  "id": "fe964e758903360f28d8424d092da8494ed207cba823110be3a57dfe4b578734",
  "pubkey": "63fe6318dc58583cfe16810f86dd09e18bfd76aabc24a0081ce2856f330504ed",
  "content": "",
  "kind": 27235,
  "created_at": 1682327852,
  "tags": [["url", "https://api.snort.social/api/v1/n5sp/list"], ["method", "GET"]],
  "sig": "5ed9d8ec958bc854f997bdc24ac337d005af372324747efe4a00e24f4c30437ff4dd8308684bed467d9d6be3e5a517bb43b1732cc7d33949a3aaf86705c22184"
})";

struct EventTest : testing::Test {
  Event make() {
    Event event;
    event.created_at = 1'700'000'000;
    event.kind = 1;
    event.tags = {{"p", "x"}, {}, {"one"}};
    event.content = "grüße\n\"\\ \x01 😀\u2028";
    return sign_event(event, key, random);
  }

  test::SeededRandom random{1};
  SecretKey key = SecretKey::generate(random);
};

TEST_F(EventTest, VerifiesAnEventSignedByOtherSoftware) {
  const auto event = parse_event(kForeignEvent);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(verify_event(*event), EventFault::none);
}

TEST_F(EventTest, FindsTheWrongIdInTheExampleOfNip98) {
  auto event = parse_event(kForeignEvent);
  ASSERT_TRUE(event.has_value());
  event->tags[0][0] = "u";
  EXPECT_EQ(verify_event(*event), EventFault::bad_id);
}

TEST_F(EventTest, ComputesTheIdFromTheSerializationOfNip01) {
  // sha256 of [0,"7e7e…df4e",1700000000,1,[["e","a\"b"],[]],"é\n\t\u0001/"], by another program.
  Event event;
  event.pubkey = "7e7e9c42a91bfef19fa929e5fda1b72e0ebc1a4c1141673e2794234d86addf4e";
  event.created_at = 1'700'000'000;
  event.kind = 1;
  event.tags = {{"e", "a\"b"}, {}};
  event.content = "é\n\t\x01/";
  EXPECT_EQ(to_hex(event_id(event)),
            "576a8a96887c6ecc25f5090eeca79ee8dd4197ffd6990a1c98e5efd7873fdcdd");
}

TEST_F(EventTest, SignsWhatItVerifies) {
  const Event event = make();
  EXPECT_EQ(event.pubkey, key.public_key().hex());
  EXPECT_EQ(verify_event(event), EventFault::none);
}

TEST_F(EventTest, FindsEachAlteredMember) {
  const std::pair<std::function<void(Event&)>, EventFault> alterations[] = {
      {[](Event& e) { e.created_at += 1; }, EventFault::bad_id},
      {[](Event& e) { e.kind += 1; }, EventFault::bad_id},
      {[](Event& e) { e.content += ' '; }, EventFault::bad_id},
      {[](Event& e) { e.tags.pop_back(); }, EventFault::bad_id},
      {[](Event& e) { e.tags[0][1] = "y"; }, EventFault::bad_id},
      {[](Event& e) { e.id[0] = e.id[0] == 'a' ? 'b' : 'a'; }, EventFault::bad_id},
      {[](Event& e) { e.id.clear(); }, EventFault::bad_id},
      {[](Event& e) { e.content = "\xff"; }, EventFault::bad_id},
      {[](Event& e) { e.pubkey = std::string(64, '0'); }, EventFault::bad_id},
      {[](Event& e) { e.sig[127] = e.sig[127] == 'a' ? 'b' : 'a'; }, EventFault::bad_signature},
      {[](Event& e) { e.sig.pop_back(); }, EventFault::bad_signature},
      {[](Event& e) { e.sig.clear(); }, EventFault::bad_signature}};
  int number = 0;
  for (const auto& [alter, fault] : alterations) {
    Event event = make();
    alter(event);
    EXPECT_EQ(verify_event(event), fault) << "alteration " << number;
    ++number;
  }
}

TEST_F(EventTest, RefusesAPublicKeyThatIsNoneEvenUnderARightId) {
  for (const std::string& pubkey :
       {std::string(64, 'f'), key.public_key().npub(), std::string("ab"), std::string()}) {
    Event event = make();
    event.pubkey = pubkey;
    event.id = to_hex(event_id(event));
    EXPECT_EQ(verify_event(event), EventFault::bad_pubkey) << pubkey;
  }
}

TEST_F(EventTest, RefusesAnotherKeysSignature) {
  Event event = make();
  const Event other = sign_event(event, SecretKey::generate(random), random);
  event.sig = other.sig;
  EXPECT_EQ(verify_event(event), EventFault::bad_signature);
}

TEST_F(EventTest, HasNoIdForTextThatIsNotUtf8) {
  Event event = make();
  event.tags[0][1] = "\xc3";
  EXPECT_THROW((void)event_id(event), std::invalid_argument);
}

TEST_F(EventTest, ReadsBackWhatItWrites) {
  const Event event = make();
  const auto back = parse_event(to_text(event));
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->tags, event.tags);
  EXPECT_EQ(back->content, event.content);
  EXPECT_EQ(verify_event(*back), EventFault::none);
}

TEST(ParseEvent, RefusesAMemberThatIsAbsentOrOfTheWrongType) {
  const std::string whole(kForeignEvent);
  const std::pair<std::string, std::string> replacements[] = {
      {R"("id")", R"("ix")"},
      {R"("pubkey")", R"("pubkex")"},
      {R"("content": "")", R"("content": null)"},
      {R"("kind": 27235)", R"("kind": "27235")"},
      {R"("kind": 27235)", R"("kind": 27235.5)"},
      {R"("created_at": 1682327852)", R"("created_at": 18446744073709551615)"},
      {R"("created_at": 1682327852)", R"("created_at": 1e9)"},
      {R"(["method", "GET"])", R"(["method", 1])"},
      {R"(["method", "GET"])", R"("method")"},
      {R"("tags": [)", R"("tags": {}, "x": [)"},
      {R"("sig")", R"("six")"}};
  ASSERT_TRUE(parse_event(whole).has_value());
  for (const auto& [from, to] : replacements) {
    std::string text = whole;
    text.replace(text.find(from), from.size(), to);
    EXPECT_FALSE(parse_event(text).has_value()) << to;
  }
}

TEST(ParseEvent, RefusesWhatIsNotAJsonObject) {
  for (const char* text : {"", "null", "[]", "{", "\"{}\"", "1"}) {
    EXPECT_FALSE(parse_event(text).has_value()) << text;
  }
}

TEST(ParseEvent, RefusesDeepNestingAndHugeTexts) {
  std::string deep(kForeignEvent);
  deep.insert(1, R"("x":)" + std::string(32, '[') + std::string(32, ']') + ",");
  EXPECT_FALSE(parse_event(deep).has_value());
  const std::string padding(64 * 1024 - kForeignEvent.size(), ' ');
  EXPECT_TRUE(parse_event(std::string(kForeignEvent) + padding).has_value());
  EXPECT_FALSE(parse_event(std::string(kForeignEvent) + padding + " ").has_value());
}

TEST(TagValue, IsTheFirstValueOfTheFirstTagOfThatName) {
  Event event;
  event.tags = {{}, {"a"}, {"b", "1", "2"}, {"b", "3"}, {"a", "4"}};
  EXPECT_EQ(tag_value(event, "b"), "1");
  EXPECT_EQ(tag_value(event, "a"), std::nullopt);
  EXPECT_EQ(tag_value(event, "c"), std::nullopt);
}

}  // namespace
}  // namespace tender::nostr
