#include "tender/zooid/outcome.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/http/date.hpp"

namespace tender::zooid {
namespace {

constexpr std::array<std::string_view, 8> kNames{"done",       "already_exists", "not_found",
                                                 "transient",  "host_taken",     "permanent",
                                                 "host_fault", "stopped"};

// zooid, or a proxy before it, may ask for any time; we come back after this one at the latest.
constexpr std::chrono::seconds kLongestRetryAfter = std::chrono::minutes(15);

constexpr std::string_view kAlreadyExists = "relay with this id already exists";
constexpr std::string_view kNotFound = "relay not found";
constexpr std::string_view kHostTaken = "host \"";  // …x" is already in use

// The text of zooid's `{"error": …}`, or nothing when this is not how zooid speaks.
std::optional<std::string> zooid_error(const std::string& body) {
  std::string error = json_text(parse_json(body).value_or(nlohmann::json()), "error");
  return error.empty() ? std::nullopt : std::optional(std::move(error));
}

std::string answered(const http::Response& response) {
  const auto error = zooid_error(response.body);
  std::string said = error ? *error : response.body;
  said = printable(said.erase(said.find_last_not_of(" \r\n") + 1));
  return fmt::format("zooid answered {}{}{}", response.status, said.empty() ? "" : ": ", said);
}

Verdict success(const http::Response& response) {
  const auto json = parse_json(response.body, std::size_t{16} << 20);
  if (json && json->is_object()) {
    return {};
  }
  return {Outcome::transient,
          fmt::format("something answered {} {}, and zooid would send a JSON object; check that "
                      "ZOOID_API_URL is zooid's API",
                      response.status,
                      response.body.empty() ? "without a body"
                                            : fmt::format("with \"{}\"", printable(response.body))),
          true};
}

Verdict redirected(const http::Response& response) {
  const auto location = response.header("Location");
  return {
      Outcome::host_fault,
      fmt::format("ZOOID_API_URL answers with a redirect ({}) to {}; set it to the address that "
                  "zooid itself serves",
                  response.status, printable(location.value_or("nowhere"))),
      false};
}

std::optional<std::chrono::seconds> skew_of(const http::Response& response, TimePoint now) {
  const auto date = response.header("Date");
  const auto theirs = date ? http::parse_http_date(*date) : std::nullopt;
  if (!theirs) {
    return std::nullopt;
  }
  return std::chrono::round<std::chrono::seconds>(now - *theirs);
}

Verdict unauthorized(const http::Response& response, TimePoint now) {
  const auto skew = skew_of(response, now);
  if (skew && std::chrono::abs(*skew) >= kMaxClockSkew) {
    return {Outcome::host_fault,
            fmt::format("{}; clock off by {} s: this machine's is {} zooid's; set it right (NTP), "
                        "or zooid's",
                        answered(response), std::abs(skew->count()),
                        skew->count() < 0 ? "behind" : "ahead of"),
            false};
  }
  return {Outcome::host_fault,
          fmt::format("{}; check that zooid's API_WHITELIST has the key that `tender key` prints, "
                      "that the host of ZOOID_API_URL is the one that zooid sees, and that a proxy "
                      "in between sends X-Forwarded-Proto",
                      answered(response)),
          false};
}

Verdict forbidden(const http::Response& response) {
  return {Outcome::host_fault,
          fmt::format("{}; add the hex form of the key, as `tender key` prints it, to zooid's "
                      "API_WHITELIST",
                      answered(response)),
          false};
}

Verdict missing(const http::Response& response) {
  if (zooid_error(response.body) == kNotFound) {
    return {Outcome::not_found, answered(response), false};
  }
  return {
      Outcome::host_fault,
      fmt::format("{}; this is not zooid's API: check that the host of ZOOID_API_URL is zooid's "
                  "API_HOST",
                  answered(response)),
      false};
}

// 409, in one of zooid's three texts.
Verdict conflict(const http::Response& response, http::Method method) {
  const std::string error = zooid_error(response.body).value_or("");
  if (method == http::Method::post && error == kAlreadyExists) {
    return {Outcome::already_exists, answered(response), false};
  }
  return {error.starts_with(kHostTaken) ? Outcome::host_taken : Outcome::permanent,
          fmt::format("{}; change this relay or the one that it collides with", answered(response)),
          false};
}

Verdict client_error(const http::Response& response, http::Method method, TimePoint now) {
  switch (response.status) {
    case 401:
      return unauthorized(response, now);
    case 403:
      return forbidden(response);
    case 404:
      return missing(response);
    case 405:
      return {Outcome::host_fault,
              fmt::format("{}; check that ZOOID_API_URL is zooid's API", answered(response)),
              false};
    case 408:
    case 425:
    case 429:
      return {Outcome::transient, answered(response), false};
    case 409:
      return conflict(response, method);
    default:
      return {Outcome::permanent,
              fmt::format("{}; correct the relay with `tender relay update`", answered(response)),
              false};
  }
}

// On 429 and 503: a number of seconds, or the date until which to stay away.
Milliseconds retry_after(const http::Response& response, TimePoint now) {
  const auto header = response.header("Retry-After");
  if (!header || (response.status != 429 && response.status != 503)) {
    return {};
  }
  std::int64_t seconds = 0;
  const char* const end = header->data() + header->size();
  const auto [stop, error] = std::from_chars(header->data(), end, seconds);
  if (stop == end && error == std::errc::result_out_of_range) {
    return kLongestRetryAfter;
  }
  if (stop == end && error == std::errc()) {
    return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kLongestRetryAfter.count()));
  }
  const auto date = http::parse_http_date(*header);
  if (!date) {
    return {};
  }
  // By the host's own clock, where it shows it.
  const auto skew = skew_of(response, now).value_or(std::chrono::seconds::zero());
  return std::clamp<Milliseconds>(*date - (now - skew), Milliseconds::zero(), kLongestRetryAfter);
}

Verdict judge_response(const http::Response& response, http::Method method, TimePoint now) {
  const int status = response.status;
  if (status >= 200 && status < 300) {
    return success(response);
  }
  if (status >= 300 && status < 400) {
    return redirected(response);
  }
  if (status >= 400 && status < 500) {
    return client_error(response, method, now);
  }
  const bool gateway = status == 502 || status == 503 || status == 504;
  return {gateway ? Outcome::host_fault : Outcome::transient,
          fmt::format("{}; {}", answered(response),
                      gateway ? "check that zooid is running, and what stands before it"
                              : "see zooid's log"),
          true};
}

std::string_view remedy_of(http::Fault fault) {
  switch (fault) {
    case http::Fault::refused:
    case http::Fault::timeout:
      return "check that zooid is running and that ZOOID_API_URL is right";
    case http::Fault::dns:
      return "check the host of ZOOID_API_URL, and this machine's name service";
    case http::Fault::tls:
      return "check zooid's certificate; ZOOID_API_CA_FILE names a private CA";
    case http::Fault::closed:
    case http::Fault::malformed:
    case http::Fault::too_large:
    case http::Fault::stopped:
      break;
  }
  return "check that ZOOID_API_URL is zooid's API, and zooid's log";
}

Verdict judge_failure(const http::Failure& failure) {
  if (failure.fault == http::Fault::stopped) {
    return {Outcome::stopped, failure.detail, failure.written};
  }
  const bool host = failure.fault == http::Fault::refused || failure.fault == http::Fault::dns ||
                    failure.fault == http::Fault::tls || failure.fault == http::Fault::timeout;
  return {host ? Outcome::host_fault : Outcome::transient,
          fmt::format("{}; {}", failure.detail, remedy_of(failure.fault)), failure.written};
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  return kNames.at(static_cast<std::size_t>(outcome));
}

Verdict judge(const http::Exchange& exchange, http::Method method, TimePoint now) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return judge_failure(*failure);
  }
  const auto& response = std::get<http::Response>(exchange.result);
  Verdict verdict = judge_response(response, method, now);
  verdict.retry_after = retry_after(response, now);
  return verdict;
}

std::optional<std::chrono::seconds> clock_skew(const http::Exchange& exchange, TimePoint now) {
  const auto* response = std::get_if<http::Response>(&exchange.result);
  return response == nullptr ? std::nullopt : skew_of(*response, now);
}

}  // namespace tender::zooid
