// Reading one small file of text: a `.env`, a secret, certificates. Blocks.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

namespace tender::config {

struct FileText {
  std::string text;       // at most the limit; the rest of the file is not read
  std::error_code error;  // why it could not be read; the text is empty then
};

[[nodiscard]] FileText read_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace tender::config
