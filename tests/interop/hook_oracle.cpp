// Answers questions about our hook room, so that the reference libraries of Standard Webhooks and
// a validator of JSON Schema can be compared with it (webhooks.test.mjs, webhooks_test.py). One
// JSON object a line on stdin, one a line on stdout; a question that cannot be answered gives
// {"error": …}.
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "tender/base/random.hpp"
#include "tender/hook/signature.hpp"

#include "hook/sample_events.hpp"
#include "oracle.hpp"

namespace {

using nlohmann::json;
using namespace tender;

json generate() {
  SystemRandom random;
  json answer = json::array();
  for (const auto scheme : {hook::SignatureScheme::hmac_sha256, hook::SignatureScheme::ed25519}) {
    const auto key = hook::SigningKey::generate(scheme, random);
    answer.push_back({{"secret", key.text().reveal()}, {"public", key.public_text()}});
  }
  return answer;
}

json sign(const json& question) {
  std::vector<hook::SigningKey> keys;
  for (const std::string secret : question.at("secrets")) {
    keys.push_back(hook::SigningKey::parse(Secret(secret)));
  }
  const TimePoint now{std::chrono::seconds(question.at("now").get<std::int64_t>())};
  json answer = json::object();
  for (const auto& header : hook::signature_headers(question.at("id").get<std::string>(), now,
                                                    question.at("body").get<std::string>(), keys)) {
    answer[header.name] = header.value;
  }
  return answer;
}

json answer(const json& question) {
  const auto ask = question.at("ask").get<std::string>();
  if (ask == "generate") {
    return generate();
  }
  if (ask == "sign") {
    return sign(question);
  }
  if (ask == "events") {
    return test::sample_events();
  }
  throw std::invalid_argument("unknown question");
}

}  // namespace

int main() {
  return tender::test::answer_questions(answer);
}
