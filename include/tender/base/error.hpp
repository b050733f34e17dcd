// The exception for everything that is neither an expected result nor a bug: the disk is full, the
// environment is wrong. It says what happened, to which thing, and what the operator can do.
#pragma once

#include <stdexcept>
#include <string>

namespace tender {

class Error : public std::runtime_error {
 public:
  Error(const std::string& what, std::string remedy)
      : std::runtime_error(what), remedy_(std::move(remedy)) {}

  /// A sentence that tells the operator what to do; never empty.
  [[nodiscard]] const std::string& remedy() const { return remedy_; }

 private:
  std::string remedy_;
};

}  // namespace tender
