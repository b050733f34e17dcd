#include "tender/hook/answer.hpp"

#include <array>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/http/retry_after.hpp"
#include "tender/http/url.hpp"

namespace tender::hook {
namespace {

constexpr std::array<std::string_view, 4> kResults{"delivered", "gone", "failed", "stopped"};

// A receiver may ask for any time; we come back after this one at the latest.
constexpr std::chrono::hours kLongestWait{1};

constexpr std::size_t kShownBody = 200;

bool is_success(int status) {
  return status >= 200 && status < 300;
}

std::string said_by_receiver(const http::Response& response) {
  std::string_view body = response.body;
  body = body.substr(0, body.find_last_not_of(" \r\n") + 1);  // npos + 1 is 0
  return fmt::format("the receiver answered {}{}{}", response.status, body.empty() ? "" : ": ",
                     printable(body, kShownBody));
}

std::string remedy_of_status(const http::Response& response) {
  switch (response.status) {
    case 401:
    case 403:
      return "; check that the receiver has the trigger's secret, and that its clock is right";
    case 404:
    case 405:
      return "; check the trigger's URL";
    case 410:
      return "; the receiver wants no more webhooks";
    case 413:
      return "; the receiver takes only smaller bodies";
    default:
      return "";
  }
}

ReceiverSign sign_of(int status) {
  switch (status) {
    case 408:
    case 425:
    case 429:
      return ReceiverSign::none;
    case 502:
    case 503:
    case 504:
      return ReceiverSign::fault;
    default:
      return ReceiverSign::well;
  }
}

// Without path and query, which may be a secret.
std::string target_of(const http::Response& redirect) {
  const auto location = redirect.header("Location");
  if (!location || location->empty()) {
    return "nowhere";
  }
  try {
    return http::Url::parse(*location).origin();
  } catch (const http::InvalidUrl&) {
    return "another path, or to what is no URL";
  }
}

DeliveryVerdict judge_response(const http::Response& response, TimePoint now) {
  const int status = response.status;
  if (is_success(status)) {
    return {.sign = ReceiverSign::well};
  }
  DeliveryVerdict verdict{.result = status == 410 ? DeliveryResult::gone : DeliveryResult::failed,
                          .reason = said_by_receiver(response) + remedy_of_status(response),
                          .sign = sign_of(status),
                          .retry_after = http::retry_after(response, now, kLongestWait)};
  if (status >= 300 && status < 400) {
    verdict.reason = fmt::format(
        "the receiver answered {}, a redirect to {}; tender follows none: set the trigger's URL to "
        "the address that answers",
        status, target_of(response));
  }
  return verdict;
}

std::string_view remedy_of_fault(http::Fault fault) {
  switch (fault) {
    case http::Fault::refused:
    case http::Fault::timeout:
      return "; check that the receiver is running";
    case http::Fault::dns:
      return "; check the host of the trigger's URL, and this machine's DNS";
    case http::Fault::tls:
      return "; check the receiver's certificate";
    case http::Fault::closed:
    case http::Fault::malformed:
    case http::Fault::too_large:
    case http::Fault::forbidden:
    case http::Fault::stopped:
      break;
  }
  return "";
}

DeliveryVerdict judge_failure(const http::Failure& failure) {
  if (is_success(failure.status)) {
    return {.sign = ReceiverSign::well};  // it has the event; what else it says is not read anyway
  }
  if (failure.fault == http::Fault::stopped) {
    return {.result = DeliveryResult::stopped, .reason = failure.detail};
  }
  const bool whole = failure.fault == http::Fault::refused || failure.fault == http::Fault::dns ||
                     failure.fault == http::Fault::tls || failure.fault == http::Fault::timeout;
  return {.result = DeliveryResult::failed,
          .reason = failure.detail + std::string(remedy_of_fault(failure.fault)),
          .sign = whole ? ReceiverSign::fault : ReceiverSign::none,
          .timed_out = failure.fault == http::Fault::timeout};
}

}  // namespace

std::string_view to_string(DeliveryResult result) {
  return kResults.at(static_cast<std::size_t>(result));
}

DeliveryVerdict judge(const http::Exchange& exchange, TimePoint now) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return judge_failure(*failure);
  }
  return judge_response(std::get<http::Response>(exchange.result), now);
}

}  // namespace tender::hook
