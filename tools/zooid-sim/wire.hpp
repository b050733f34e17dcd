// HTTP as the sim's parts see it: a request that was read whole, and an answer before it becomes
// bytes. Answers are written out here and not by a library, because a fault may cut or spoil them.
// Values and pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"

namespace zooid_sim {

struct Request {
  std::string method;                          // "GET"
  std::string path;                            // the target without its query
  std::string query;                           // without '?'
  std::string host;                            // the Host header
  std::map<std::string, std::string> headers;  // names in lower case; the first of each name
  std::string body;
  bool keep_alive = true;

  /// The header's value, empty when absent. `name` in lower case.
  [[nodiscard]] std::string header(const std::string& name) const;
};

struct Answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

[[nodiscard]] Answer json_answer(int status, const nlohmann::json& body);

/// `{"error": text}`, as every failure of zooid's API is told.
[[nodiscard]] Answer error_answer(int status, std::string_view text);

/// The plain 404 of a Go server, which is not the API's JSON error.
[[nodiscard]] Answer plain_not_found();

/// The bytes of `answer`, with Content-Length, Connection and, unless the answer has one of its
/// own, Date.
[[nodiscard]] std::string serialize(const Answer& answer, tender::TimePoint date, bool keep_alive);

/// RFC 9110, 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT".
[[nodiscard]] std::string http_date(tender::TimePoint time);

}  // namespace zooid_sim
