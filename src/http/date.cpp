#include "tender/http/date.hpp"

#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>

namespace tender::http {

std::optional<TimePoint> parse_http_date(std::string_view text) {
  std::tm time{};
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  in >> std::get_time(&time, "%a, %d %b %Y %H:%M:%S GMT");
  if (in.fail()) {
    return std::nullopt;
  }
  return TimePoint(std::chrono::seconds(timegm(&time)));
}

}  // namespace tender::http
