#include "json_body.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

// Also 1.0 and 1e3, which are whole numbers to JSON Schema and to programs that have no integers.
std::optional<std::int64_t> whole_number(const nlohmann::json& value) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    return std::cmp_less_equal(number, most) ? std::optional(static_cast<std::int64_t>(number))
                                             : std::nullopt;
  }
  if (value.is_number_integer()) {
    return value.get<std::int64_t>();
  }
  constexpr double exact = 9007199254740992;  // 2^53: from there on, some integers are missing
  const double number = value.is_number_float() ? value.get<double>() : 0.5;
  return std::abs(number) <= exact && std::trunc(number) == number
             ? std::optional(static_cast<std::int64_t>(number))
             : std::nullopt;
}

bool has_type(const nlohmann::json& value, MemberType type) {
  switch (type) {
    case MemberType::text:
      return value.is_string();
    case MemberType::flag:
      return value.is_boolean();
    case MemberType::integer:
      return whole_number(value).has_value();
    case MemberType::time:
      break;
  }
  return value.is_null() || whole_number(value);
}

}  // namespace

nlohmann::json read_object(std::string_view body, std::initializer_list<BodyMember> members,
                           std::string_view remedy) {
  auto json = parse_json(body);
  if (!json || !json->is_object()) {
    throw BadRequest("the body is not a JSON object", std::string(remedy));
  }
  for (auto& [name, value] : json->items()) {
    const auto* const member = std::ranges::find(members, name, &BodyMember::name);
    if (member == members.end() || !has_type(value, member->type)) {
      throw BadRequest(fmt::format("\"{}\" {}", printable(name, 60),
                                   member == members.end() ? "is unknown" : "has the wrong type"),
                       std::string(remedy));
    }
    if (const auto number = whole_number(value)) {
      value = *number;
    }
  }
  return std::move(*json);
}

}  // namespace tender::admin
