// How a message and its fields travel through spdlog, whose lines have one text: behind a mark that
// no text of others can begin with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"

namespace tender {

/// The payload of a line; a text is cut to kLongestText bytes. Asserts that each field is one of
/// the message's.
[[nodiscard]] std::string log_payload(const LogMessage& message,
                                      const std::vector<LogField>& fields);

struct LogContent {
  std::string_view message;       // of the payload
  nlohmann::ordered_json fields;  // an object; a duration's name ends in _ms
};

inline constexpr std::size_t kLongestText = 1000;

/// What log_payload() made, or the whole of another text as a message without fields.
[[nodiscard]] LogContent read_log_payload(std::string_view payload);

/// `utf8`, valid, with what a terminal or an editor acts on and JSON does not escape as \uXXXX.
[[nodiscard]] std::string without_steering(std::string_view utf8);

/// The message alone.
[[nodiscard]] std::string_view message_of_log_payload(std::string_view payload);

}  // namespace tender
