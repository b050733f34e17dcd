// Why a fetch has no valid answer. A value: all of these are expected.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "tender/fetch/opts.hpp"
#include "tender/http/transport.hpp"

namespace tender::fetch {

enum class ErrorKind : std::uint8_t {
  busy,         // too many fetches wait for a place already: ask again later
  timeout,      // no place became free within the budget
  unreachable,  // no address answered
  refused,      // an address answered, with another status than 200
  invalid,      // an address answered 200, with something that fails a check
  stopped,      // the service has been stopped
};

/// "busy", "timeout", …
[[nodiscard]] std::string_view to_string(ErrorKind kind);

/// Of the answers of several addresses, the one that tells most: an answer tells more than none.
struct Error {
  ErrorKind kind = ErrorKind::unreachable;
  std::string detail{};  // for people: what happened, with the address; without a remedy
  /// What came of the request, for the caller to judge; null: nothing was asked. shared_ptr
  /// because all callers of one fetch share it.
  std::shared_ptr<const http::Exchange> exchange{};
};

/// A struct and not a bare variant: awaitable operators flatten variants. Asio makes empty ones, so
/// the alternative that can be empty comes first.
struct Result {
  std::variant<Error, Outcome> value;
};

}  // namespace tender::fetch
