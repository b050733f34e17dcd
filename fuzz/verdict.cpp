// What an answer of the host means for a sync: a line `STATUS METHOD`, headers as `Name: value`, an
// empty line, then the body.
#include <charconv>
#include <ctime>
#include <string>

#include <fmt/chrono.h>

#include "tender/http/date.hpp"
#include "tender/zooid/outcome.hpp"

#include "expect.hpp"
#include "input.hpp"

namespace tender::fuzz {
namespace {

using zooid::Outcome;
using zooid::Verdict;

constexpr TimePoint kNow{std::chrono::seconds(1'766'016'000)};  // 2025-12-18T00:00:00Z
constexpr std::size_t kLongestReason = 2000;

struct Asked {
  http::Method method = http::Method::get;
  http::Response answer;
};

http::Method method_of(std::string_view text) {
  return text == " POST" ? http::Method::post
                         : (text == " PATCH" ? http::Method::patch : http::Method::get);
}

// The answer parser lets no other statuses through (fuzz_http_answer).
Asked read(Input& input) {
  Asked asked;
  const std::string_view first = input.line();
  int status = 0;
  const auto end = std::from_chars(first.data(), first.data() + first.size(), status).ptr;
  asked.answer.status = 200 + (status % 800 + 600) % 800;
  asked.method = method_of(first.substr(static_cast<std::size_t>(end - first.data())));
  for (std::string_view line = input.line(); !line.empty(); line = input.line()) {
    const std::size_t colon = line.find(": ");
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : line.substr(colon + 2);
    asked.answer.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  asked.answer.body = std::string(input.rest());
  return asked;
}

// The form that RFC 9110 prefers is the only one in which a moment can be written.
void check_date(std::string_view text) {
  if (const auto time = http::parse_http_date(text)) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
    const std::time_t moment = seconds.time_since_epoch().count();
    expect(fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(moment)) == text,
           "a date that is taken is in the preferred form");
  }
}

void check_pause(const Verdict& verdict, int status) {
  expect(verdict.retry_after >= Milliseconds::zero(), "no pause is negative");
  expect(verdict.retry_after <= std::chrono::minutes(15), "no pause is longer than 15 minutes");
  expect(verdict.retry_after == Milliseconds::zero() || status == 429 || status == 503,
         "only 429 and 503 ask for a pause");
}

void check_reason(const Verdict& verdict) {
  expect(verdict.reason.empty() == (verdict.outcome == Outcome::done),
         "all but success has a reason");
  expect(is_one_line(verdict.reason), "a reason is one line");
  expect(verdict.reason.size() <= kLongestReason, "a reason is no longer than a person reads");
}

void check_outcome(const Verdict& verdict, const Asked& asked) {
  const int status = asked.answer.status;
  const bool success = status < 300;
  expect(verdict.outcome != Outcome::done || success, "only 2xx is success");
  expect(!success || verdict.in_doubt == (verdict.outcome != Outcome::done),
         "a success that is not zooid's is in doubt");
  expect(verdict.in_doubt || success || status < 500, "a fault of the server is in doubt");
  expect(verdict.outcome != Outcome::already_exists ||
             (status == 409 && asked.method == http::Method::post),
         "only a POST finds that the relay exists");
  expect(verdict.outcome != Outcome::not_found || status == 404, "only 404 says not found");
  expect(verdict.outcome != Outcome::stopped, "an answer is no stop of ours");
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender;
  fuzz::Input input(data, size);
  const fuzz::Asked asked = fuzz::read(input);
  const http::Exchange exchange{asked.answer};
  const zooid::Verdict verdict = zooid::judge(exchange, asked.method, fuzz::kNow);
  fuzz::check_pause(verdict, asked.answer.status);
  fuzz::check_reason(verdict);
  fuzz::check_outcome(verdict, asked);
  for (const http::Header& header : asked.answer.headers) {
    fuzz::check_date(header.value);
  }
  const auto skew = zooid::clock_skew(exchange, fuzz::kNow);
  fuzz::expect(!skew || asked.answer.header("Date"), "only a Date tells the time");
  return 0;
}
