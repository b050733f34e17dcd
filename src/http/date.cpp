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
  const TimePoint moment{std::chrono::seconds(seconds)};
  if (http_date(moment) != text) {
    return std::nullopt;
  }
  return moment;
}

std::string http_date(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return fmt::format("{:%a, %d %b %Y %H:%M:%S GMT}", fmt::gmtime(seconds.count()));
}

}  // namespace tender::http
