#include "zooid-sim/wire.hpp"

#include <algorithm>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace zooid_sim {
namespace {

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

Answer json_answer(int status, const nlohmann::json& body) {
  // Go, too, replaces what is not UTF-8.
  return {status,
          {{"Content-Type", "application/json"}},
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

Answer error_answer(int status, std::string_view text) {
  return json_answer(status, {{"error", text}});
}

Answer plain_not_found() {
  return {404,
          {{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}},
          "Not Found\n"};
}

std::string serialize(const Answer& answer, tender::TimePoint date, bool keep_alive) {
  std::string bytes = fmt::format("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status));
  bool dated = false;
  for (const auto& [name, value] : answer.headers) {
    bytes += fmt::format("{}: {}\r\n", name, value);
    dated = dated || same_name(name, "Date");
  }
  if (!dated) {
    bytes += fmt::format("Date: {}\r\n", http_date(date));
  }
  if (!keep_alive) {
    bytes += "Connection: close\r\n";
  }
  bytes += fmt::format("Content-Length: {}\r\n\r\n", answer.body.size());
  return bytes + answer.body;
}

std::string http_date(tender::TimePoint time) {
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::floor<std::chrono::seconds>(time)));
}

}  // namespace zooid_sim
