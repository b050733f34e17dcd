// The block of README.md that holds the table of variables, between two comments. Shared by the
// test that compares it and the tool that writes it.
#pragma once

#include <string>

namespace tender::test {

/// `readme` with the block replaced by the table as it is now. Throws std::runtime_error when the
/// two markers are not there.
[[nodiscard]] std::string with_configuration_table(const std::string& readme);

}  // namespace tender::test
