// Answers questions about our nostr room, so that another implementation can be compared with it
// (interop.test.mjs). One JSON object a line on stdin, one a line on stdout; a question that cannot
// be answered gives {"error": …}.
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "tender/base/random.hpp"
#include "tender/nostr/event.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/http_auth.hpp"
#include "tender/nostr/keys.hpp"

#include "oracle.hpp"

namespace {

using nlohmann::json;
using namespace tender;
using namespace tender::nostr;

std::string text_of(const json& question, const char* name) {
  return question.at(name).get<std::string>();
}

TimePoint moment_of(const json& question) {
  return TimePoint(std::chrono::seconds(question.at("now").get<std::int64_t>()));
}

json make_token(const json& question) {
  SystemRandom random;
  return {{"header", make_http_auth(SecretKey::parse(text_of(question, "key")), random,
                                    moment_of(question), text_of(question, "url"),
                                    text_of(question, "method"), text_of(question, "body"))}};
}

json verify_token(const json& question) {
  const std::string header = text_of(question, "header");
  const std::string url = text_of(question, "url");
  const std::string method = text_of(question, "method");
  const std::string body = text_of(question, "body");
  const HttpAuthResult result = verify_http_auth(
      {.header = header, .url = url, .method = method, .body = body, .now = moment_of(question)});
  json answer = {{"fault", to_string(result.fault)}};
  if (result.signer) {
    answer["signer"] = result.signer->hex();
  }
  return answer;
}

json sign(const json& question) {
  SystemRandom random;
  Event event;
  event.created_at = moment_of(question).time_since_epoch() / std::chrono::seconds(1);
  event.kind = 1;
  event.tags = question.at("tags").get<std::vector<Tag>>();
  event.content = text_of(question, "content");
  const SecretKey key = SecretKey::parse(text_of(question, "key"));
  return {{"event", to_text(sign_event(event, key, random))}};
}

json verify(const json& question) {
  const auto event = parse_event(text_of(question, "event"));
  if (!event) {
    return {{"valid", false}, {"id", nullptr}};
  }
  return {{"valid", verify_event(*event) == EventFault::none}, {"id", to_hex(event_id(*event))}};
}

json describe_key(const json& question) {
  const SecretKey key = SecretKey::parse(text_of(question, "key"));
  return {{"secret", key.reveal_hex()},
          {"public", key.public_key().hex()},
          {"npub", key.public_key().npub()},
          {"from_npub", PublicKey::parse(key.public_key().npub()).hex()}};
}

json answer(const json& question) {
  const std::string ask = text_of(question, "ask");
  if (ask == "make_token") {
    return make_token(question);
  }
  if (ask == "verify_token") {
    return verify_token(question);
  }
  if (ask == "sign") {
    return sign(question);
  }
  if (ask == "verify") {
    return verify(question);
  }
  if (ask == "describe_key") {
    return describe_key(question);
  }
  throw std::invalid_argument("unknown question");
}

}  // namespace

int main() {
  return tender::test::answer_questions(answer);
}
