#include "tender/zooid/outcome.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/http/retry_after.hpp"

namespace tender::zooid {
namespace {

constexpr std::array<std::string_view, 11> kNames{
    "done",      "already_exists", "not_found",     "transient",  "host_taken", "torn",
    "permanent", "unsupported",    "storage_fault", "host_fault", "stopped"};

// zooid, or a proxy before it, may ask for any time; we come back after this one at the latest.
constexpr std::chrono::seconds kLongestRetryAfter = std::chrono::minutes(15);

constexpr std::string_view kAlreadyExists = "relay with this id already exists";
constexpr std::string_view kNotFound = "relay not found";
constexpr std::string_view kNoSuchRoute = "not found";
constexpr std::string_view kNoSuchMethod = "method not allowed";
constexpr std::string_view kHostTaken = "host \"";  // …x" is already in use

// zooid truncates a relay's file and then writes it: these mean that its volume is full or failing.
constexpr std::array<std::string_view, 4> kStorageErrors{
    "failed to write config", "failed to read config directory", "failed to read existing config",
    "failed to check config"};

// What a PATCH gets when the relay's own file was cut short: empty, or not TOML any more.
constexpr std::array<std::string_view, 3> kTornErrors{"secret is required", "host is required",
                                                      "schema is required"};
constexpr std::string_view kTornToml = "failed to read existing config: toml: ";

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
    return {.from_zooid = true};
  }
  return {Outcome::transient,
          fmt::format("got {} {} instead of zooid's JSON object; check that ZOOID_API_URL is the "
                      "address of zooid's API",
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

Verdict unauthorized(const http::Response& response, TimePoint now) {
  const auto skew = http::clock_skew(response, now);
  if (skew && std::chrono::abs(*skew) >= kMaxClockSkew) {
    return {Outcome::host_fault,
            fmt::format("{}; this machine's clock is {} s {} zooid's; correct it (NTP), or zooid's",
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

// A feature that this version of zooid lacks; zooid itself works.
Verdict unsupported(const http::Response& response) {
  return {.outcome = Outcome::unsupported,
          .reason = fmt::format("{}; this version of zooid does not support the request",
                                answered(response)),
          .from_zooid = true};
}

Verdict missing(const http::Response& response) {
  const auto error = zooid_error(response.body);
  if (error == kNotFound) {
    return {.outcome = Outcome::not_found, .reason = answered(response), .from_zooid = true};
  }
  if (error == kNoSuchRoute) {
    return unsupported(response);
  }
  return {
      Outcome::host_fault,
      fmt::format("{}; this is not zooid's API: check that the host of ZOOID_API_URL is zooid's "
                  "API_HOST",
                  answered(response)),
      false};
}

bool is_storage_error(const std::optional<std::string>& error) {
  return error && std::ranges::any_of(kStorageErrors, [&](std::string_view text) {
           return error->starts_with(text);
         });
}

Verdict storage_fault(const http::Response& response) {
  return {
      .outcome = Outcome::storage_fault,
      .reason = fmt::format(
          "{}; zooid cannot read or write its files: free space on its volume now, or repair the "
          "volume; until then, each write that zooid tries can destroy a relay's secret key",
          answered(response)),
      .in_doubt = response.status >= 500,
      .from_zooid = true};
}

bool is_torn_toml(const http::Response& response, http::Method method) {
  return response.status == 500 && method == http::Method::patch &&
         zooid_error(response.body).value_or("").starts_with(kTornToml);
}

Verdict torn(const http::Response& response) {
  return {.outcome = Outcome::torn, .reason = answered(response), .from_zooid = true};
}

// 409, in one of zooid's three texts.
Verdict conflict(const http::Response& response, http::Method method) {
  const std::string error = zooid_error(response.body).value_or("");
  if (method == http::Method::post && error == kAlreadyExists) {
    return {.outcome = Outcome::already_exists, .reason = answered(response), .from_zooid = true};
  }
  return {.outcome = error.starts_with(kHostTaken) ? Outcome::host_taken : Outcome::permanent,
          .reason = fmt::format("{}; change this relay or the one that it conflicts with",
                                answered(response)),
          .from_zooid = !error.empty()};
}

// 400 and its kin.
Verdict refused(const http::Response& response, http::Method method) {
  const auto error = zooid_error(response.body);
  if (method == http::Method::patch && response.status == 400 && error &&
      std::ranges::find(kTornErrors, *error) != kTornErrors.end()) {
    return torn(response);
  }
  return {.outcome = Outcome::permanent,
          .reason = answered(response) + (method == http::Method::delete_
                                              ? ""
                                              : "; correct the relay with `tender relay update`"),
          .from_zooid = error.has_value()};
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
      if (zooid_error(response.body) == kNoSuchMethod) {
        return unsupported(response);
      }
      return {Outcome::host_fault,
              fmt::format("{}; check that ZOOID_API_URL is the address of zooid's API",
                          answered(response)),
              false};
    case 408:
    case 425:
    case 429:
      return {Outcome::transient, answered(response), false};
    case 409:
      return conflict(response, method);
    default:
      return refused(response, method);
  }
}

Verdict server_error(const http::Response& response) {
  const int status = response.status;
  const bool gateway = status == 502 || status == 503 || status == 504;
  return {.outcome = gateway ? Outcome::host_fault : Outcome::transient,
          .reason = fmt::format(
              "{}; {}", answered(response),
              gateway ? "check that zooid is running, and check any proxy in front of it"
                      : "see zooid's log"),
          .in_doubt = true,
          .from_zooid = status == 500 && zooid_error(response.body).has_value()};
}

Verdict judge_response(const http::Response& response, http::Method method, TimePoint now) {
  const int status = response.status;
  if (status >= 200 && status < 300) {
    return success(response);
  }
  if (status >= 300 && status < 400) {
    return redirected(response);
  }
  if (is_torn_toml(response, method)) {
    return torn(response);
  }
  if ((status == 409 || status == 500) && is_storage_error(zooid_error(response.body))) {
    return storage_fault(response);
  }
  if (status >= 400 && status < 500) {
    return client_error(response, method, now);
  }
  return server_error(response);
}

std::string_view remedy_of(http::Fault fault) {
  switch (fault) {
    case http::Fault::timeout:
      return "if zooid is only slow, raise ZOOID_API_TIMEOUT; otherwise check that it is running "
             "and that ZOOID_API_URL is right";
    case http::Fault::refused:
      return "check that zooid is running and that ZOOID_API_URL is right";
    case http::Fault::dns:
      return "check the host of ZOOID_API_URL, and this machine's DNS";
    case http::Fault::tls:
      return "check that this port speaks TLS (otherwise write http:// in ZOOID_API_URL), and "
             "zooid's certificate; ZOOID_API_CA_FILE names a private CA";
    case http::Fault::closed:
    case http::Fault::malformed:
    case http::Fault::too_large:
    case http::Fault::forbidden:
    case http::Fault::stopped:
      break;
  }
  return "check that ZOOID_API_URL is the address of zooid's API, and see zooid's log";
}

Verdict judge_failure(const http::Failure& failure) {
  if (failure.fault == http::Fault::stopped) {
    return {Outcome::stopped, failure.detail, failure.written};
  }
  const bool host = failure.fault == http::Fault::refused || failure.fault == http::Fault::dns ||
                    failure.fault == http::Fault::tls || failure.fault == http::Fault::timeout;
  return {.outcome = host ? Outcome::host_fault : Outcome::transient,
          .reason = fmt::format("{}; {}", failure.detail, remedy_of(failure.fault)),
          .in_doubt = failure.written,
          .timed_out = failure.fault == http::Fault::timeout};
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  return kNames.at(static_cast<std::size_t>(outcome));
}

std::optional<Outcome> parse_outcome(std::string_view text) {
  const auto* const found = std::ranges::find(kNames, text);
  return found == kNames.end() ? std::nullopt : std::optional(Outcome(found - kNames.begin()));
}

Verdict judge(const http::Exchange& exchange, http::Method method, TimePoint now) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return judge_failure(*failure);
  }
  const auto& response = std::get<http::Response>(exchange.result);
  Verdict verdict = judge_response(response, method, now);
  verdict.retry_after = http::retry_after(response, now, kLongestRetryAfter);
  return verdict;
}

std::string_view known_prefix(std::string_view error) {
  std::size_t own = 0;
  const auto add = [&](std::string_view text) {
    own = error.starts_with(text) ? std::max(own, text.size()) : own;
  };
  for (const std::string_view text :
       {kAlreadyExists, kNotFound, kNoSuchRoute, kNoSuchMethod, kHostTaken, kTornToml}) {
    add(text);
  }
  std::ranges::for_each(kStorageErrors, add);
  std::ranges::for_each(kTornErrors, add);
  return error.substr(0, own);
}

std::optional<std::chrono::seconds> clock_skew(const http::Exchange& exchange, TimePoint now) {
  const auto* response = std::get_if<http::Response>(&exchange.result);
  return response == nullptr ? std::nullopt : http::clock_skew(*response, now);
}

}  // namespace tender::zooid
