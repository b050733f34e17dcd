#include "tender/config/config_error.hpp"

#include <utility>

#include <fmt/format.h>

namespace tender::config {
namespace {

std::string describe(const std::vector<EnvFault>& faults,
                     const std::vector<std::string>& warnings) {
  std::string text = faults.size() == 1
                         ? "the configuration has an error:"
                         : fmt::format("the configuration has {} errors:", faults.size());
  for (const EnvFault& fault : faults) {
    text += fmt::format("\n  {}: {}; {}", fault.variable, fault.problem, fault.remedy);
  }
  for (const std::string& warning : warnings) {
    text += "\n  note: " + warning;
  }
  return text;
}

}  // namespace

ConfigError::ConfigError(std::vector<EnvFault> faults, std::vector<std::string> warnings)
    : Error(describe(faults, warnings),
            "correct it in the environment or in .env; env.example shows every variable"),
      faults_(std::move(faults)),
      warnings_(std::move(warnings)) {}

}  // namespace tender::config
