// A value of a trigger that cannot be used, as all parsers of this room throw it.
#pragma once

#include "tender/base/error.hpp"

namespace tender::hook {

/// what() names the offending value, unless that may be a secret; remedy() says what to write
/// instead.
class InvalidTrigger : public Error {
 public:
  using Error::Error;
};

}  // namespace tender::hook
