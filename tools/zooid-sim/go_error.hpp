// Failures of the operating system in the words of Go, which zooid answers with. Pure functions.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace zooid_sim {

/// A file operation failed; what() is zooid's text for it.
class FileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `open /config/a.toml: permission denied`, from an errno.
[[nodiscard]] std::string go_error(std::string_view operation, const std::string& path, int code);

}  // namespace zooid_sim
