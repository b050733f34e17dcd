#include "tender/http/retry_after.hpp"

#include <algorithm>
#include <charconv>

#include "tender/http/date.hpp"

namespace tender::http {

std::optional<std::chrono::seconds> clock_skew(const Response& response, TimePoint now) {
  const auto date = response.header("Date");
  const auto theirs = date ? parse_http_date(*date) : std::nullopt;
  if (!theirs) {
    return std::nullopt;
  }
  return std::chrono::round<std::chrono::seconds>(now - *theirs);
}

Milliseconds retry_after(const Response& response, TimePoint now, Milliseconds longest) {
  const auto header = response.header("Retry-After");
  if (!header || (response.status != 429 && response.status != 503)) {
    return {};
  }
  std::int64_t seconds = 0;
  const char* const end = header->data() + header->size();
  const auto [stop, error] = std::from_chars(header->data(), end, seconds);
  if (stop == end && error == std::errc::result_out_of_range) {
    return header->starts_with('-') ? Milliseconds::zero() : longest;
  }
  if (stop == end && error == std::errc()) {
    const auto most = std::chrono::ceil<std::chrono::seconds>(longest);
    return std::min<Milliseconds>(
        std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, most.count())), longest);
  }
  const auto date = parse_http_date(*header);
  if (!date) {
    return {};
  }
  const auto skew = clock_skew(response, now).value_or(std::chrono::seconds::zero());
  return std::clamp<Milliseconds>(*date - (now - skew), Milliseconds::zero(), longest);
}

}  // namespace tender::http
