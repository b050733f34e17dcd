#include "json_body.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

bool is_integer(const nlohmann::json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() ||
          value.get<std::uint64_t>() <=
              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

bool has_type(const nlohmann::json& value, MemberType type) {
  switch (type) {
    case MemberType::text:
      return value.is_string();
    case MemberType::flag:
      return value.is_boolean();
    case MemberType::integer:
      return is_integer(value);
    case MemberType::time:
      break;
  }
  return value.is_null() || is_integer(value);
}

}  // namespace

nlohmann::json read_object(std::string_view body, std::initializer_list<BodyMember> members,
                           std::string_view remedy) {
  auto json = parse_json(body);
  if (!json || !json->is_object()) {
    throw BadRequest("the body is not a JSON object", std::string(remedy));
  }
  for (const auto& [name, value] : json->items()) {
    const auto* const member = std::ranges::find(members, name, &BodyMember::name);
    if (member == members.end() || !has_type(value, member->type)) {
      throw BadRequest(fmt::format("\"{}\" {}", printable(name, 60),
                                   member == members.end() ? "is unknown" : "has the wrong type"),
                       std::string(remedy));
    }
  }
  return std::move(*json);
}

}  // namespace tender::admin
