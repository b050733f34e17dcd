#include "tender/http/reply.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>
#include <nlohmann/json.hpp>

#include "tender/http/date.hpp"

#include "field_text.hpp"

namespace tender::http {
namespace {

constexpr int kNoContent = 204;
constexpr int kNotModified = 304;

// All but what says how long the body is.
std::string start_of(const Response& response, TimePoint date, bool keep_alive) {
  if (response.status < 200 || response.status > 999) {
    throw std::invalid_argument(
        fmt::format("the status {} is not a final status", response.status));
  }
  std::string text =
      fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  for (const Header& header : response.headers) {
    check_outgoing(header);
    text.append(header.name).append(": ").append(header.value).append("\r\n");
  }
  if (find_header(response.headers, "date") == nullptr) {
    text.append("Date: ").append(http_date(date)).append("\r\n");
  }
  if (!keep_alive) {
    text += "Connection: close\r\n";
  }
  return text;
}

}  // namespace

std::string_view reason_phrase(int status) {
  namespace beast_http = boost::beast::http;
  const auto known = beast_http::int_to_status(static_cast<unsigned>(status));
  const auto phrase = beast_http::obsolete_reason(known);
  return known == beast_http::status::unknown ? "Status"
                                              : std::string_view(phrase.data(), phrase.size());
}

Response error_response(int status, std::string_view text) {
  const nlohmann::json body = {{"error", text}};
  return {status, {{"Content-Type", "application/json"}}, body.dump() + "\n"};
}

std::string response_text(const Response& response, TimePoint date, bool keep_alive) {
  const std::string head = response_head(response, date, keep_alive);
  const bool bodiless = response.status == kNoContent || response.status == kNotModified;
  return bodiless ? head : head + response.body;
}

std::string response_head(const Response& response, TimePoint date, bool keep_alive) {
  std::string text = start_of(response, date, keep_alive);
  if (response.status != kNoContent) {  // RFC 9110, 8.6
    text += fmt::format("Content-Length: {}\r\n", response.body.size());
  }
  return text + "\r\n";
}

std::string stream_head(const Response& response, TimePoint date) {
  return start_of(response, date, /*keep_alive=*/false) + "\r\n";
}

}  // namespace tender::http
