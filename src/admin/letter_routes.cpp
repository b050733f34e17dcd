#include <array>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/number.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/transaction.hpp"
#include "tender/view/dead_letter.hpp"
#include "tender/view/relay.hpp"

#include "bad_request.hpp"
#include "problem.hpp"
#include "routes.hpp"

namespace tender::admin {
namespace {

using outbox::DeadLetter;
using outbox::DeadLetters;
using outbox::Resolution;

// Oldest first, the open ones; with `all=true` also those that are closed.
http::Response list_letters(const Call& call) {
  const int limit = call.page_size();
  const auto cursor = call.request.parameter("cursor");
  const auto after = cursor ? parse_integer(*cursor) : std::optional<std::int64_t>(0);
  if (!after || *after < 0) {
    throw BadRequest("cursor is not one of this list's", "begin again without a cursor");
  }
  const std::string all = call.request.parameter("all").value_or("false");
  if (all != "true" && all != "false") {
    throw BadRequest("all is neither true nor false",
                     "give all=true for those that are closed, too");
  }
  const auto letters = DeadLetters(call.desk.sidecar.database()).list(all == "true", *after, limit);
  nlohmann::ordered_json body{{"dead_letters", nlohmann::ordered_json::array()},
                              {"next_cursor", nullptr}};
  for (const DeadLetter& letter : letters) {
    body["dead_letters"].push_back(view::to_json(letter));
  }
  if (static_cast<int>(letters.size()) == limit) {
    body["next_cursor"] = std::to_string(letters.back().id);
  }
  return json_response(200, body);
}

// By its number first, as the list shows it; a relay can have a number for its name.
DeadLetter named_letter(const Call& call) {
  store::Database& database = call.desk.sidecar.database();
  const auto number = parse_integer(call.segment("letter"));
  auto letter = number ? DeadLetters(database).find(*number) : std::nullopt;
  return letter ? std::move(*letter) : view::require_letter(database, call.segment("letter"));
}

// In the caller's transaction.
DeadLetter resolve(const Call& call, Resolution resolution) {
  store::Database& database = call.desk.sidecar.database();
  DeadLetter letter = named_letter(call);
  if (!DeadLetters(database).resolve(letter.id, resolution, call.desk.clock.now())) {
    throw store::CommandError(fmt::format("dead letter {} is already {}", letter.id,
                                          letter.resolution.value_or("resolved")),
                              "see GET /v1/dead-letters for the open ones");
  }
  return letter;
}

http::Response answer_with_letter(const Call& call, const DeadLetter& letter) {
  const auto now = DeadLetters(call.desk.sidecar.database()).find(letter.id);
  return json_response(200, view::to_json(now.value_or(letter)));
}

http::Response retry(const Call& call) {
  store::Transaction transaction(call.desk.sidecar.database());
  const DeadLetter letter = resolve(call, Resolution::retried);
  const auto relay = call.desk.sidecar.query().get_relay(RelayId{letter.key});
  if (!relay) {
    throw store::CommandError(
        fmt::format("the relay of dead letter {} is no longer in the database", letter.id),
        "discard the letter");
  }
  call.command().reconcile_relay(*relay, {});
  transaction.commit();
  return answer_with_letter(call, letter);
}

http::Response discard(const Call& call) {
  store::Transaction transaction(call.desk.sidecar.database());
  const DeadLetter letter = resolve(call, Resolution::discarded);
  transaction.commit();
  return answer_with_letter(call, letter);
}

constexpr std::array kLetterRoutes{
    AdminRoute{"GET", "/v1/dead-letters", list_letters},
    AdminRoute{"POST", "/v1/dead-letters/{letter}/retry", retry},
    AdminRoute{"POST", "/v1/dead-letters/{letter}/discard", discard}};

}  // namespace

std::span<const AdminRoute> letter_routes() {
  return kLetterRoutes;
}

}  // namespace tender::admin
