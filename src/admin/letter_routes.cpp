#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/base/number.hpp"
#include "tender/infra/letter_work.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/view/dead_letter.hpp"
#include "tender/view/relay.hpp"

#include "bad_request.hpp"
#include "json_body.hpp"
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
    throw BadRequest("the cursor is not valid for this list", "begin again without a cursor");
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
    body["dead_letters"].push_back(view::to_json(letter, call.desk.sidecar.database()));
  }
  if (static_cast<int>(letters.size()) == limit) {
    body["next_cursor"] = std::to_string(letters.back().id);
  }
  return json_response(200, body);
}

// Whatever this route does is one transaction: see answer_once().
DeadLetter resolve(const Call& call, Resolution resolution) {
  store::Database& database = call.desk.sidecar.database();
  DeadLetter letter = view::require_letter(database, call.segment("letter"));
  if (!DeadLetters(database).resolve(letter.id, resolution, call.desk.clock.now())) {
    throw Changed(fmt::format("dead letter {} is already {}", letter.id,
                              letter.resolution.value_or("resolved")),
                  "see GET /v1/dead-letters for the open ones");
  }
  return letter;
}

http::Response answer_with_letter(const Call& call, const DeadLetter& letter) {
  const auto now = DeadLetters(call.desk.sidecar.database()).find(letter.id);
  return json_response(200, view::to_json(now.value_or(letter), call.desk.sidecar.database()));
}

http::Response retry(const Call& call) {
  const DeadLetter letter = resolve(call, Resolution::retried);
  store::Command command = call.command();
  if (!infra::ask_again(call.desk.sidecar.database(), command, letter, /*bulk=*/false)) {
    throw store::CommandError(
        fmt::format("what dead letter {} is about has no row any more", letter.id),
        "discard the letter");
  }
  return answer_with_letter(call, letter);
}

void record_discard(const Call& call, const DeadLetter& letter) {
  const infra::LetterSubject subject = infra::subject_of(call.desk.sidecar.database(), letter);
  call.command().record_discard(letter.id, subject.resource_type, subject.id, letter.reason);
}

http::Response discard(const Call& call) {
  const DeadLetter letter = resolve(call, Resolution::discarded);
  record_discard(call, letter);
  return answer_with_letter(call, letter);
}

// Which letters, and how many the caller takes them to be.
struct Bulk {
  std::string reason;  // empty: any
  std::int64_t count = 0;
};

constexpr std::int64_t kMostAtOnce = 1000;  // one transaction

Bulk read_bulk(const std::string& body) {
  const nlohmann::json json =
      read_object(body, {{"count", MemberType::integer}, {"reason", MemberType::text}},
                  "send {\"count\": N}, and \"reason\" if only those of one reason are meant");
  Bulk bulk{.reason = json_text(json, "reason"), .count = json_integer(json, "count")};
  const auto reasons = outbox::dead_letter_reasons();
  if (!bulk.reason.empty() && std::ranges::find(reasons, bulk.reason) == reasons.end()) {
    throw BadRequest(fmt::format("no letter has the reason \"{}\"", printable(bulk.reason, 60)),
                     fmt::format("give one of {}", fmt::join(reasons, ", ")));
  }
  if (bulk.count < 1 || bulk.count > kMostAtOnce) {
    throw BadRequest(
        fmt::format("count is missing, or not from 1 to {}", kMostAtOnce),
        "send how many open letters there are; for more than that, use `tender dead-letter`");
  }
  return bulk;
}

// Those that the body means. None are touched when there are more or fewer than the caller says.
std::vector<DeadLetter> require_letters(const Call& call) {
  const Bulk bulk = read_bulk(call.request.body);
  DeadLetters letters(call.desk.sidecar.database());
  const std::int64_t count =
      bulk.reason.empty() ? letters.count_open() : letters.count_open_by_reason()[bulk.reason];
  if (count != bulk.count) {
    throw Changed(fmt::format("{} open letters match, not {}", count, bulk.count),
                  "look at them again, and send their number");
  }
  return letters.list_open(bulk.reason, bulk.count);
}

http::Response retry_all(const Call& call) {
  std::int64_t retried = 0;
  store::Database& database = call.desk.sidecar.database();
  store::Command command = call.command();
  for (const DeadLetter& letter : require_letters(call)) {
    if (infra::subject_of(database, letter).exists &&
        DeadLetters(database).resolve(letter.id, Resolution::retried, call.desk.clock.now())) {
      retried += infra::ask_again(database, command, letter, /*bulk=*/true) ? 1 : 0;
    }
  }
  return json_response(200, {{"resolution", "retried"}, {"count", retried}});
}

http::Response discard_all(const Call& call) {
  std::int64_t discarded = 0;
  for (const DeadLetter& letter : require_letters(call)) {
    if (DeadLetters(call.desk.sidecar.database())
            .resolve(letter.id, Resolution::discarded, call.desk.clock.now())) {
      record_discard(call, letter);
      ++discarded;
    }
  }
  return json_response(200, {{"resolution", "discarded"}, {"count", discarded}});
}

constexpr std::array kLetterRoutes{
    AdminRoute{"GET", "/v1/dead-letters", list_letters},
    AdminRoute{"POST", "/v1/dead-letters/retry", retry_all},
    AdminRoute{"POST", "/v1/dead-letters/discard", discard_all},
    AdminRoute{"POST", "/v1/dead-letters/{letter}/retry", retry},
    AdminRoute{"POST", "/v1/dead-letters/{letter}/discard", discard}};

}  // namespace

std::span<const AdminRoute> letter_routes() {
  return kLetterRoutes;
}

}  // namespace tender::admin
