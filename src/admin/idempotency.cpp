#include "idempotency.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"
#include "tender/store/idempotent_answers.hpp"
#include "tender/store/transaction.hpp"

#include "bad_request.hpp"
#include "problem.hpp"

namespace tender::admin {
namespace {

using store::IdempotentAnswers;

constexpr std::size_t kLongestKey = 255;

std::string read_key(std::string_view text) {
  const bool printable =
      std::ranges::all_of(text, [](char byte) { return byte > ' ' && byte <= '~'; });
  if (text.empty() || text.size() > kLongestKey || !printable) {
    throw BadRequest(
        "Idempotency-Key is empty, too long, or has a space or another invisible character",
        fmt::format("send 1 to {} visible ASCII characters, such as a UUID", kLongestKey));
  }
  return std::string(text);
}

// Each part with its length, so that no two requests read the same.
std::string identify(const http::ServerRequest& request) {
  std::string text;
  for (const std::string* const part :
       {&request.method, &request.path, &request.query, &request.body}) {
    text += fmt::format("{}:{}", part->size(), *part);
  }
  return nostr::to_hex(nostr::sha256(text));
}

http::Response answer_again(const IdempotentAnswers::Row& row) {
  http::Response response{.status = row.status,
                          .headers = {{"Content-Type", "application/json"},
                                      {"Cache-Control", "no-store"},
                                      {"Idempotent-Replayed", "true"}},
                          .body = row.body};
  if (!row.location.empty()) {
    response.headers.push_back({"Location", row.location});
  }
  return response;
}

}  // namespace

http::Response answer_once(const http::ServerRequest& request, const std::string& principal,
                           store::Database& database, TimePoint now,
                           const std::function<http::Response()>& act) {
  if (request.method == "GET" || request.method == "HEAD") {
    return act();
  }
  const auto header = request.header("Idempotency-Key");
  const std::string key = header ? read_key(*header) : std::string();
  store::Transaction transaction(database);
  if (key.empty()) {
    http::Response response = act();
    transaction.commit();
    return response;
  }
  IdempotentAnswers answers(database);
  const std::string identity = identify(request);
  if (const auto before = answers.find(principal, key, now)) {
    transaction.commit();
    return before->request == identity
               ? answer_again(*before)
               : problem(422, "this Idempotency-Key was used for another request",
                         "use a new key for each request");
  }
  http::Response response = act();
  if (response.status >= 200 && response.status < 300) {
    answers.add(principal, key,
                {.request = identity,
                 .status = response.status,
                 .location = std::string(response.header("Location").value_or("")),
                 .body = response.body},
                now);
  }
  transaction.commit();
  return response;
}

}  // namespace tender::admin
