// Who is a member of a relay, as zooid says. Results are values, so that callers can tell an
// unknown relay, an unreachable zooid and a garbage answer apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "tender/model/relay.hpp"
#include "tender/zooid/reader.hpp"

namespace tender::infra {

struct MemberList {
  enum class Status : std::uint8_t {
    ok,
    busy,           // too many ask at the same time: ask again later
    unknown_relay,  // zooid does not have it
    unsupported,    // this zooid is too old to list members
    unreachable,    // no answer, or zooid refuses us altogether
    failed,         // zooid answered with an error
    garbage,        // the answer is not a list of public keys
  };
  Status status = Status::ok;
  std::vector<std::string> members;  // 64 lowercase hex each, in zooid's order
  std::string reason;                // for people; empty when ok
};

/// "ok", "unknown_relay" …: as programs are told.
[[nodiscard]] std::string_view to_string(MemberList::Status status);
[[nodiscard]] std::optional<MemberList::Status> parse_member_status(std::string_view name);

/// Asks zooid (GET /relay/{id}/members) through `reader`, whose run() must run. Reader and clock
/// must outlive it.
boost::asio::awaitable<MemberList> fetch_members(zooid::Reader& reader, const Clock& clock,
                                                 RelayId id);

}  // namespace tender::infra
