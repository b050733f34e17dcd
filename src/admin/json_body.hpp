// The bodies of requests: JSON objects of a few members that are all known.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tender::admin {

enum class MemberType : std::uint8_t { text, flag, integer, time };  // a time may be null

struct BodyMember {
  std::string_view name;
  MemberType type;
};

/// The object in `body`, which has no other members than these; a whole number such as 1.0 has
/// become an integer. Throws BadRequest, with `remedy`, which says what to send.
[[nodiscard]] nlohmann::json read_object(std::string_view body,
                                         std::initializer_list<BodyMember> members,
                                         std::string_view remedy);

}  // namespace tender::admin
