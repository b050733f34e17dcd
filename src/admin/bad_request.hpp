// Why a request is refused: it cannot be understood, whatever the database holds, or it rests on
// what is not so any more.
#pragma once

#include "tender/base/error.hpp"

namespace tender::admin {

class BadRequest : public Error {
 public:
  using Error::Error;
};

class Changed : public Error {
 public:
  using Error::Error;
};

}  // namespace tender::admin
