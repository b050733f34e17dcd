#include "log_payload.hpp"

#include <cassert>
#include <ranges>

#include "tender/base/json.hpp"

namespace tender {
namespace {

constexpr char kMark = '\x1e';  // before the message, and between it and the fields

// Whether `message` says that its lines can have this field.
[[maybe_unused]] bool has_field(const LogMessage& message, std::string_view name) {
  for (const auto part : std::views::split(message.fields, ' ')) {
    if (std::string_view(part.begin(), part.end()) == name) {
      return true;
    }
  }
  return false;
}

void add(nlohmann::ordered_json& object, const LogField& field) {
  if (const auto* text = std::get_if<std::string>(&field.value())) {
    if (!text->empty()) {
      object[std::string(field.name())] =
          text->size() > kLongestText ? text->substr(0, kLongestText) + "…" : *text;
    }
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value())) {
    object[std::string(field.name())] = *number;
  } else {
    object[std::string(field.name()) + "_ms"] =
        std::get<std::chrono::milliseconds>(field.value()).count();
  }
}

}  // namespace

std::string log_payload(const LogMessage& message, const std::vector<LogField>& fields) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const LogField& field : fields) {
    assert(has_field(message, field.name()));
    add(object, field);
  }
  std::string payload{kMark};
  payload += message.text;
  payload += kMark;
  payload += ordered_json_line(object);
  return payload;
}

std::string_view message_of_log_payload(std::string_view payload) {
  return payload.starts_with(kMark) ? payload.substr(1, payload.find(kMark, 1) - 1) : payload;
}

LogContent read_log_payload(std::string_view payload) {
  LogContent content{.message = message_of_log_payload(payload),
                     .fields = nlohmann::ordered_json::object()};
  const std::size_t end = content.message.size() + 2;
  if (payload.starts_with(kMark) && end < payload.size()) {
    content.fields = nlohmann::ordered_json::parse(payload.substr(end));
  }
  return content;
}

}  // namespace tender
