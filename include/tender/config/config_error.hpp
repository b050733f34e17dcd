// Everything that is wrong with the configuration, told at once: an operator corrects it in one
// round. The values of secrets never appear in it.
#pragma once

#include <string>
#include <vector>

#include "tender/base/error.hpp"

namespace tender::config {

struct EnvFault {
  std::string variable;  // its name; else the file, or `<file>:<line>`
  std::string problem;   // what is wrong, without a final dot
  std::string remedy;    // what to do about it, without a final dot
};

/// Thrown when the configuration cannot be used. what() is a heading, one line for each fault, and
/// one for each warning: a misspelled name is often why another one is missing.
class ConfigError : public Error {
 public:
  /// `faults` is not empty.
  explicit ConfigError(std::vector<EnvFault> faults, std::vector<std::string> warnings = {});

  [[nodiscard]] const std::vector<EnvFault>& faults() const { return faults_; }
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::vector<EnvFault> faults_;
  std::vector<std::string> warnings_;
};

}  // namespace tender::config
