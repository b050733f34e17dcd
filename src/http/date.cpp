#include "tender/http/date.hpp"

#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

#include <fmt/chrono.h>

namespace tender::http {

std::optional<TimePoint> parse_http_date(std::string_view text) {
  std::tm time{};
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  in >> std::get_time(&time, "%a, %d %b %Y %H:%M:%S GMT");
  if (in.fail()) {
    return std::nullopt;
  }
  const std::time_t seconds = timegm(&time);
  // get_time takes a text that breaks off, one that goes on, a day that the month does not have and
  // the wrong day of the week; writing the moment again shows them all.
  if (fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(seconds)) != text) {
    return std::nullopt;
  }
  return TimePoint(std::chrono::seconds(seconds));
}

}  // namespace tender::http
