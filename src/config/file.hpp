// Reading one small file of text: a `.env`, a secret, certificates. All of it blocks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace tender::config {

struct FileText {
  std::string text;       // at most the limit; the rest of the file is not read
  std::error_code error;  // why it could not be read; the text is empty then
};

[[nodiscard]] FileText read_file(const std::filesystem::path& path, std::size_t limit);

/// Without the line break at the end, which does not belong to a secret.
[[nodiscard]] std::string_view without_line_break(std::string_view text);

/// That a file can be accessed by more users than it should.
struct Exposure {
  std::string problem;  // goes on after "holds secrets, and "
  std::string remedy;
};

/// Nothing when other users cannot access the file. Another user's file, such as root's, may be
/// readable by its group, which was made for that.
[[nodiscard]] std::optional<Exposure> exposure_of(const std::filesystem::path& path);

}  // namespace tender::config
