// A request that cannot be understood, whatever the database holds.
#pragma once

#include "tender/base/error.hpp"

namespace tender::admin {

class BadRequest : public Error {
 public:
  using Error::Error;
};

}  // namespace tender::admin
