#include "simulation/fate.hpp"

#include <array>

#include "tender/http/date.hpp"

namespace tender::simulation {
namespace {

using http::Exchange;
using http::Fault;

constexpr Milliseconds kQuick{40};
constexpr Milliseconds kLatest{20'000};  // that a request takes effect after its client gave up
constexpr std::array<int, 6> kServerErrors{500, 500, 500, 502, 503, 504};
constexpr std::array<int, 3> kGatewayErrors{502, 503, 504};

http::Response say(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Exchange fail(Fault fault, bool written) {
  http::Failure failure;
  failure.fault = fault;
  failure.written = written;
  failure.detail = std::string(http::to_string(fault));
  return {failure};
}

Fate answered(Milliseconds when, http::Response response) {
  return {.apply = std::nullopt, .answer = when, .instead = Exchange{std::move(response)}};
}

// The client hears nothing: it waits in vain, or the connection breaks.
Fate unanswered(Milliseconds timeout, Dice& dice) {
  Fate fate{.apply = std::nullopt, .answer = timeout, .instead = fail(Fault::timeout, true)};
  if (dice.chance(50)) {
    fate.answer = dice.between(Milliseconds(1), timeout);
    fate.instead = fail(Fault::closed, true);
  }
  return fate;
}

Exchange garbage(Dice& dice) {
  switch (dice.between(0, 2)) {
    case 0:
      return {say(200, "<html>It works!</html>")};
    case 1:
      return {say(201, "{\"message\": \"relay cre")};
    default:
      return fail(Fault::malformed, true);
  }
}

Fate server_error(Dice& dice) {
  return answered(dice.between(Milliseconds(1), kQuick),
                  say(dice.pick(kServerErrors), R"({"error":"internal error"})"));
}

Fate applied(Fate fate, Dice& dice) {
  fate.apply = dice.between(Milliseconds::zero(), fate.answer);
  return fate;
}

Fate too_many(Dice& dice, bool says_when) {
  http::Response response = say(429, R"({"error":"too many requests"})");
  if (says_when) {
    response.headers.push_back({"Retry-After", std::to_string(dice.between(1, 90))});
  }
  return answered(dice.between(Milliseconds(1), kQuick), std::move(response));
}

}  // namespace

Fate good_fate(Milliseconds pace, Dice& dice) {
  Fate fate;
  fate.apply = dice.between(Milliseconds::zero(), pace);
  fate.answer = *fate.apply + dice.between(Milliseconds::zero(), pace);
  return fate;
}

Fate bad_fate(FaultKind kind, Milliseconds timeout, Dice& dice) {
  const Milliseconds quick = dice.between(Milliseconds(1), kQuick);
  switch (kind) {
    case FaultKind::slow_answer: {
      Fate fate;
      fate.answer = dice.between(kQuick, timeout - Milliseconds(1));
      return applied(std::move(fate), dice);
    }
    case FaultKind::lost_before_applying:
      return unanswered(timeout, dice);
    case FaultKind::lost_after_applying:
      return applied(unanswered(timeout, dice), dice);
    case FaultKind::applied_late: {
      Fate fate = unanswered(timeout, dice);
      fate.apply = fate.answer + dice.between(Milliseconds(1), kLatest);
      return fate;
    }
    case FaultKind::error_5xx:
      return server_error(dice);
    case FaultKind::error_5xx_after_applying:
      return applied(server_error(dice), dice);
    case FaultKind::garbage_answer:
      return {.apply = std::nullopt, .answer = quick, .instead = garbage(dice)};
    case FaultKind::garbage_after_applying:
      return applied({.apply = std::nullopt, .answer = quick, .instead = garbage(dice)}, dice);
    case FaultKind::too_many_requests:
      return too_many(dice, /*says_when=*/false);
    case FaultKind::too_many_requests_retry_after:
      return too_many(dice, /*says_when=*/true);
    case FaultKind::unauthorized:
      return answered(quick, say(401, R"({"error":"invalid NIP-98 token"})"));
    case FaultKind::routing_404:
      return answered(quick, say(404, "404 page not found"));
    default:
      return answered(quick, say(400, R"({"error":"invalid config"})"));
  }
}

Fate outage_fate(OutageStyle style, Milliseconds timeout, Dice& dice) {
  switch (style) {
    case OutageStyle::refuses:
      return {.apply = std::nullopt,
              .answer = dice.between(Milliseconds::zero(), kQuick),
              .instead = fail(Fault::refused, /*written=*/false)};
    case OutageStyle::hangs:
      return {.apply = std::nullopt, .answer = timeout, .instead = fail(Fault::timeout, true)};
    case OutageStyle::gateway:
      break;
  }
  http::Response response = say(dice.pick(kGatewayErrors), "<html>bad gateway</html>");
  if (response.status == 503 && dice.chance(50)) {
    response.headers.push_back({"Retry-After", std::to_string(dice.between(1, 60))});
  }
  return answered(dice.between(Milliseconds(1), kQuick), std::move(response));
}

Fate stale_token_fate(TimePoint now, Dice& dice) {
  http::Response response = say(401, R"({"error":"created_at too far from current time"})");
  response.headers.push_back({"Date", http::http_date(now)});
  return answered(dice.between(Milliseconds(1), kQuick), std::move(response));
}

}  // namespace tender::simulation
